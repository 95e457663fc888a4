"""`bot resolve`: what people paste to the papers that it names, as JSON lines."""

from __future__ import annotations

import io
import json
import re
import sys
from typing import TYPE_CHECKING

from bot.core import ids
from bot.model import Evidence, NotThere, Problem, Unreachable

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from bot.model import Answer, Identity
    from bot.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print which paper each of `args.text` names, or each line of standard input without them.

    `args.fetch` adds what arXiv says. A single input decides the exit code: 1 when it has a
    problem, 3 when arXiv could not be asked about it.
    """
    inputs: list[str] = args.text or [line for line in _lines() if line.strip()]
    allows_private, today = settings.allows_private, settings.today
    found = [ids.read(one, allows_private=allows_private, today=today) for one in inputs]
    answers = _ask(found, settings) if args.fetch else {}
    codes = [0]
    for pasted, paper in zip(inputs, found, strict=True):
        row = _row(pasted, paper)
        answer = _answer(paper, answers)
        if args.fetch:
            row |= _fetched(answer)
        _print(row)
        codes.append(3 if isinstance(answer, Unreachable) else int(bool(row["problem"])))
    return codes[-1] if len(inputs) == 1 else 0


def _lines() -> list[str]:
    if isinstance(sys.stdin, io.TextIOWrapper):
        # A byte that is not UTF-8 becomes a problem of its line, not the end of the run.
        sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape")
    return [line.rstrip("\n") for line in sys.stdin]


def _ask(found: Sequence[Identity | Problem], settings: Settings) -> Mapping[str, Answer]:
    """What arXiv says about all its papers, asked at once."""
    wanted = [it.id for it in found if not isinstance(it, Problem) and it.kind == "arxiv"]
    if not wanted:
        return {}
    from bot.edge import papers  # noqa: PLC0415 - slow to import, and rarely wanted

    with papers.Client(settings) as client:
        return client.arxiv(wanted)


def _answer(paper: Identity | Problem, answers: Mapping[str, Answer]) -> Answer | None:
    if isinstance(paper, Problem) or paper.kind != "arxiv":
        return None
    return answers.get(paper.id)


def _row(pasted: str, paper: Identity | Problem) -> dict[str, object]:
    if isinstance(paper, Problem):
        problem = f"{paper.what}. {paper.fix}"
        named: dict[str, object] = {"kind": None, "id": None, "version": None, "url": None}
        return {"input": pasted, **named, "problem": problem}
    return {
        "input": pasted,
        "kind": paper.kind,
        "id": paper.id,
        "version": paper.version,
        "url": ids.url(paper),
        "problem": None,
    }


def _fetched(answer: Answer | None) -> dict[str, object]:
    """The part of a row that `--fetch` adds; a failure takes the place of the problem."""
    match answer:
        case Evidence():
            return {
                "metadata": {
                    "source": answer.source,
                    "title": answer.title,
                    "authors": answer.authors,
                    "abstract": answer.abstract,
                    "year": answer.year,
                    "categories": answer.categories,
                    "doi": answer.doi,
                    "journal_ref": answer.journal_ref,
                    "comment": answer.comment,
                }
            }
        case NotThere(what=what) | Unreachable(what=what):
            return {"metadata": None, "problem": what}
        case None:
            return {"metadata": None}


# Half a character pair cannot be written as UTF-8, and some readers break lines at the others.
_UNPRINTABLE = re.compile("[\ud800-\udfff\u0085\u2028\u2029]")


def _print(row: Mapping[str, object]) -> None:
    text = json.dumps(row, ensure_ascii=False)
    sys.stdout.write(_UNPRINTABLE.sub(lambda char: f"\\u{ord(char[0]):04x}", text) + "\n")
