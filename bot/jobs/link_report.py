"""`bot links report`: what the shards of a night found out, remembered and shown to people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bot.core import linkreport, listlinks, nights
from bot.core.linkreport import Sight
from bot.edge import catalog, disk, runner
from bot.edge.hub import MovedError
from bot.jobs import board, opening
from bot.jobs.board import Board
from bot.model import Memory

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from bot.core.linkreport import Report
    from bot.jobs.desk import Desk
    from bot.settings import Settings

_TRIES = 3


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Merge, keep and show; without a repository on GitHub print the report instead.

    `args` has `state`, a state file or None, `parts`, the state files of the shards, `root` and
    `dry_run`.
    """
    names = (*([args.state] if args.state else []), *args.parts)
    parts = [part for name in names if (part := _file(name, settings))]
    if not (settings.repository and (settings.token or settings.app_id)):
        memory = nights.merge(Memory(), parts)
        runner.tell(_local(args.root, memory, settings).body)
        return 0
    with opening.desk(args, settings, runner.event(settings)) as desk:
        report = _shown(desk, parts)
        runner.log(f"{desk.hub.wire.calls} calls to GitHub")
    _tell(report, settings)
    return 0


def _file(name: str, settings: Settings) -> Memory | None:
    """What a state file holds; None where there is none."""
    path = Path(name)
    if not path.exists():
        runner.log(f"{name} is not there: nothing is known from it")
        return None
    try:
        text = disk.text(path.resolve(), name=name)
    except disk.Problems as unreadable:
        runner.log(f"nothing is known from {name}: {unreadable.problems[0].what}")
        return None
    return board.remembered(text, settings, name=name)


def _local(root: str | None, memory: Memory, settings: Settings) -> Report:
    """The report of the list in a folder, where nothing is proposed to anybody."""
    home = disk.root(root)
    config, listed = catalog.config(home), catalog.entries(home / disk.ENTRIES)
    return linkreport.drawn(
        Sight(
            memory=memory,
            placed=listlinks.found(listed),
            listed=listed,
            now=settings.now,
            server=settings.server_url,
            repository=settings.repository or config.repository,
        )
    )


def _shown(desk: Desk, parts: Sequence[Memory]) -> Report:
    shown: Memory | None = None
    for attempt in range(_TRIES):
        here = Board(desk)
        known, state = here.read()
        # An attempt that was given up kept its memory, and the issue shows none of it.
        shown = shown or known
        memory = nights.merge(known, parts)
        try:
            if desk.mirror.problems:
                # The night is not lost, and nothing is shown of a list that cannot be read.
                here.keep(memory, state)
                raise disk.Problems(desk.mirror.problems)
            return here.show(memory, state, shown=shown).report
        except MovedError as moved:
            # Somebody ticked a box, said `/ignore` or merged something: read again, and merge
            # with that.
            if attempt == _TRIES - 1:
                raise
            runner.log(f"{moved}: once more")
            desk.refresh()
    raise AssertionError("unreachable")


def _tell(report: Report, settings: Settings) -> None:
    """The run's page, the annotations, and a line of the log."""
    runner.summarize(linkreport.summary(report), settings)
    if report.rows:
        runner.summarize(runner.bullets(report.rows), settings)
    runner.annotate(report.problems, settings, level="warning")
    counts = ", ".join(f"{count} {name}" for name, count in report.counts.items())
    runner.log(f"link report: {counts}")
