"""`bot build`: the README and every export, made from the entries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core import escape, export
from bot.edge import catalog, disk, runner

if TYPE_CHECKING:
    import argparse

    from bot.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Write the README in place, or README and exports below `args.out`."""
    root = disk.root(args.root)
    config = catalog.config(root)
    listed = catalog.entries(root / disk.ENTRIES)
    target = disk.folder(args.out) if args.out else root
    files = catalog.pages(target, listed, config)
    if args.out:
        files |= export.files(listed, config)
    changed = disk.changes(target, files) if args.dry_run else disk.write(target, files)
    told = []
    for name in changed:
        verb = "delete" if files[name] is None else "write"
        told.append(f"would {verb} {name}" if args.dry_run else f"{verb} {name}")
    for row in told or [f"up to date: {', '.join(files)}"]:
        runner.tell(row)
        runner.summarize(f"- {escape.gfm(row)}", settings)
    return 0
