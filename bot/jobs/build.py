"""`bot build`: the README and every export, made from the entries."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bot.core import export
from bot.edge import catalog, disk, runner

if TYPE_CHECKING:
    import argparse

    from bot.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> int:  # noqa: ARG001 - all jobs are called alike
    """Write the README in place, or README and exports below `args.out`."""
    root = disk.root(args.root)
    config = catalog.config(root)
    listed = catalog.entries(root / disk.ENTRIES)
    target = Path(args.out) if args.out else root
    files = catalog.pages(target, listed, config)
    if args.out:
        files |= export.files(listed, config)
    changed = disk.changes(target, files) if args.dry_run else disk.write(target, files)
    for name in changed:
        verb = "delete" if files[name] is None else "write"
        runner.tell(f"would {verb} {name}" if args.dry_run else f"{verb} {name}")
    if not changed:
        runner.tell(f"up to date: {', '.join(files)}")
    return 0
