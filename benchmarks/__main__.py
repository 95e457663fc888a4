"""`python -m benchmarks`: measures, prints a table, ends with 1 where a target was missed."""

from __future__ import annotations

import argparse
import sys
import tempfile
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from benchmarks import measures, table
from benchmarks.children import ChildError
from benchmarks.links import measures as link_health
from bot.standins.arxiv import ArxivStandIn

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from benchmarks.table import Row

_ROUNDS = MappingProxyType({100: 3, 1_000: 5, measures.FULL: 5})
"""Entries in the list to rounds, of which the best counts: with two, a busy moment decided."""
_STARTS = 10


def main(
    given: Sequence[str] | None = None,
    *,
    rounds: Mapping[int, int] = _ROUNDS,
    starts: int = _STARTS,
    environment: Mapping[str, str] = MappingProxyType({}),
) -> int:
    """Measure and print; without `--quick` all the lists, each in its rounds.

    Gives 1 where a target was missed or something could not be measured. `environment` is
    what the children see, beside what they need.
    """
    parser = argparse.ArgumentParser(
        prog="benchmarks", description="Measures what the jobs of the bot cost."
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="leave out what is long: 10,000 entries or links, and all that has to wait",
    )
    args = parser.parse_args(given)
    chosen = {count: n for count, n in rounds.items() if count < measures.FULL or not args.quick}
    parts = [
        measured(chosen, starts=starts, more=environment),
        on_loopback(is_quick=args.quick, more=environment),
        () if args.quick else on_github(),
    ]
    rows = []
    for row in chain.from_iterable(parts):
        # The table comes at the end; until then, each figure shows that something happens.
        print(row, file=sys.stderr, flush=True)
        rows.append(row)
    print(table.draw(rows))
    return int(any(row.is_bad for row in rows))


def measured(rounds: Mapping[int, int], *, starts: int, more: Mapping[str, str]) -> Iterator[Row]:
    """Every figure, for lists of these lengths in so many rounds, and so many cold starts."""
    with tempfile.TemporaryDirectory(prefix="bot-bench-") as name, ArxivStandIn() as arxiv:
        folder = Path(name)
        environment = {
            "BOT_ARXIV_URL": arxiv.url,
            "BOT_PACE": "0",
            "BOT_NOW": "2026-11-24",
            # Modules are compiled once, and not into the tree that is measured.
            "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
            **more,
        }
        yield from measures.starts(rounds=starts, folder=folder, environment=environment)
        yield from measures.jobs(rounds, folder=folder, environment=environment)


def on_loopback(*, is_quick: bool, more: Mapping[str, str]) -> Iterator[Row]:
    """What checking links takes, beside lychee."""
    with tempfile.TemporaryDirectory(prefix="bot-bench-") as name:
        folder = Path(name)
        environment = {"PYTHONPYCACHEPREFIX": str(folder / "bytecode"), **more}
        courses = link_health.QUICK if is_quick else link_health.FULL
        yield from link_health.races(folder, environment, courses=courses)
        yield from link_health.waits(folder, environment, is_quick=is_quick)


def on_github() -> Iterator[Row]:
    """What a submission takes on an emulated GitHub."""
    from benchmarks import github  # noqa: PLC0415 - it imports the tests' parts, and a quick run does without

    with tempfile.TemporaryDirectory(prefix="bot-bench-") as name:
        try:
            yield from github.submission(Path(name))
        except ChildError as error:
            yield table.failed("a submission on GitHub", error)


if __name__ == "__main__":
    sys.exit(main())
