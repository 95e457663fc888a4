"""The floor: nothing but parsing every YAML file below a folder, at the speed of C.

`python -m benchmarks.floor FOLDER` does it. No job that reads the entries can be faster.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import yaml


def parse(folder: str) -> None:
    """Read and parse every file; nothing is kept."""
    for below, _, names in os.walk(folder):
        for name in names:
            yaml.load(Path(below, name).read_bytes().decode(), Loader=yaml.CBaseLoader)  # noqa: S506 - makes text, lists and mappings only


if __name__ == "__main__":
    parse(sys.argv[1])
