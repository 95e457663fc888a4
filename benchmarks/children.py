"""Runs Python in processes of their own, and tells what each took.

Linux starts a child's peak of memory at its parent's, so the process that measures stays small:
lists are made in a child, and nothing of a list is kept here.
Source: `exec_mmap` in https://github.com/torvalds/linux/blob/master/fs/exec.c
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

REPOSITORY = Path(__file__).resolve().parent.parent

# Kilobytes on Linux, bytes on macOS: https://man7.org/linux/man-pages/man2/getrusage.2.html
_PEAK_UNIT = 1 if sys.platform == "darwin" else 1024

# Settings of the bot, measuring of coverage, and compiling every module anew at each start.
_DISTURBING = ("BOT_", "GITHUB_", "COVERAGE_", "PYTHONDONTWRITEBYTECODE")


class ChildError(Exception):
    """A child ended with another code than 0: what it took says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a child took."""

    seconds: float
    """From its start to its end by the clock on the wall."""
    work: float
    """Seconds of a processor: what others do on the machine meanwhile counts less."""
    megabytes: float
    """Its peak of memory (10^6 bytes)."""


def run(arguments: Sequence[str], *, environment: Mapping[str, str]) -> Cost:
    """Run Python with these arguments in the repository's folder; raises ChildError."""
    return watch([sys.executable, *arguments], environment=environment)


def watch(
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str],
    folder: Path = REPOSITORY,
    given: Path | None = None,
    fine: Collection[int] = (0,),
) -> Cost:
    """Run a command in a folder; raises ChildError where it does not end with a code that is fine.

    `given` is what it reads from its standard input.
    """
    with tempfile.TemporaryFile() as said, (given or Path(os.devnull)).open("rb") as line:
        start = time.perf_counter()
        child = subprocess.Popen(
            command, cwd=folder, env=surroundings(environment), stdin=line, stdout=said, stderr=said
        )
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        # Popen would wait for a process that is gone.
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode not in fine:
            said.seek(0)
            last = " / ".join(said.read().decode(errors="replace").split("\n")[-4:])
            name = " ".join(map(str, command[1:]))
            raise ChildError(f"{name} ended with {child.returncode}: {last:.400}")
    work = usage.ru_utime + usage.ru_stime
    return Cost(seconds=seconds, work=work, megabytes=usage.ru_maxrss * _PEAK_UNIT / 1e6)


def surroundings(environment: Mapping[str, str]) -> dict[str, str]:
    """Our own environment without what would change a run, and with these variables."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(_DISTURBING)}
    return kept | dict(environment)


def best_of(
    rounds: int,
    commands: Mapping[str, Sequence[str]],
    *,
    environment: Mapping[str, str],
    scratch: Path,
) -> dict[str, Cost]:
    """The least that each command took; every round runs all of them, one after the other.

    A machine that is busy for a while slows a whole round, so the ratios stay what they are.
    `scratch` is removed before each run: it is where a command may write.
    """
    taken: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, arguments in commands.items():
            shutil.rmtree(scratch, ignore_errors=True)
            taken[name].append(run(arguments, environment=environment))
    return {name: least(costs) for name, costs in taken.items()}


def least(costs: Collection[Cost]) -> Cost:
    """The least of each, out of several runs of one command."""
    return Cost(
        seconds=min(cost.seconds for cost in costs),
        work=min(cost.work for cost in costs),
        megabytes=min(cost.megabytes for cost in costs),
    )
