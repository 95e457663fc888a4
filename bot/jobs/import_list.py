"""`bot import`: an existing list in Markdown becomes entries, with a loss report."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bot.config import Config
from bot.core import entry, escape, markdown_list
from bot.edge import catalog, disk, runner
from bot.model import Problem

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from bot.core.markdown_list import Imported
    from bot.settings import Settings

STDIN = "-"
MOST_BYTES = 5_000_000
"""Of one file; GitHub shows the first 512,000 of a README."""

_DEFAULT = Config(title="Papers", short_title="Papers", introduction="")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Write the entries of the list `args.file` below `args.out`, and tell what was odd.

    Gives 1, and writes nothing, where the file holds no list, none of its items can be an entry,
    or an entry would be overwritten.
    """
    target = disk.folder(args.out)
    imported = markdown_list.read(_text(args.file), config=_config(args.root), today=settings.today)
    if not imported.items:
        raise disk.Problems((_no_list(args.file),))
    for oddity in imported.oddities:
        runner.tell(f"line {oddity.line}: {oddity.what}; {oddity.done}")
    if not imported.works:
        runner.tell(_summary(imported))
        raise disk.Problems((_no_work(args.file),))
    files = {one.path: entry.dump(one.entry) for one in imported.works}
    _refuse_to_overwrite(target, files)
    for name in disk.changes(target, files) if args.dry_run else disk.write(target, files):
        runner.tell(f"would write {name}" if args.dry_run else f"write {name}")
    told = _summary(imported)
    runner.tell(told)
    odd = (
        f"line {it.line}: {escape.sentence(f'{it.what}; {it.done}')}" for it in imported.oddities
    )
    runner.summarize(f"{told}\n\n{runner.bullets(odd)}", settings)
    return 0


def _config(root: str | None) -> Config:
    """The configuration of the list, or the default one where there is no list yet."""
    try:
        found = disk.root(root)
    except disk.Problems:
        if root is not None:
            raise
        return _DEFAULT
    return catalog.config(found)


def _text(file: str) -> str:
    """The file's text; raises disk.Problems for one that is no text or too large."""
    if not file:
        fix = "Name the Markdown list, such as README.md, or - for standard input."
        raise disk.Unusable((Problem(file="FILE", field="", what="the name is empty", fix=fix),))
    try:
        if file == STDIN:
            data = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with Path(file).open("rb") as stream:
                data = stream.read(MOST_BYTES + 1)
    except OSError as error:
        what = f"it cannot be read: {error.strerror}"
        raise _unusable(file, what, "Check its name, and that you may read it.") from error
    if len(data) > MOST_BYTES:
        what = f"it is larger than {MOST_BYTES:,} bytes"
        raise _unusable(file, what, "Split it, and import one part after the other.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        what = f"it is not UTF-8: byte {error.start + 1} is no character"
        raise _unusable(file, what, "Save it as UTF-8, or name the Markdown file.") from error


def _unusable(file: str, what: str, fix: str) -> disk.Problems:
    return disk.Problems((Problem(file=file, field="", what=what, fix=fix),))


def _no_work(file: str) -> Problem:
    fix = "Give each item a title, authors and a link that names the paper: see the lines above."
    what = "none of its items can be an entry; nothing was written"
    return Problem(file=file, field="", what=what, fix=fix)


def _no_list(file: str) -> Problem:
    fix = "Name a Markdown file with lines such as: - [Title](https://arxiv.org/abs/2208.12268) [ICML 2024]"
    return Problem(file=file, field="", what="it holds no list of papers", fix=fix)


def _refuse_to_overwrite(target: Path, files: Mapping[str, str]) -> None:
    """Raise disk.Problems for every file that is there and says something else."""
    taken = [name for name in disk.changes(target, files) if (target / name).exists()]
    if taken:
        fix = "Move it away, or give another folder with --out."
        what = "it is there already, with other content; nothing was written"
        raise disk.Problems(
            tuple(Problem(file=name, field="", what=what, fix=fix) for name in taken)
        )


def _summary(imported: Imported) -> str:
    counts = (
        (len(imported.items), "item"),
        (len(imported.works), "work"),
        (imported.duplicates, "duplicate"),
    )
    told = [f"{count} {name}{'' if count == 1 else 's'}" for count, name in counts]
    return ", ".join([*told, f"{imported.lost} lost"])
