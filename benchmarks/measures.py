"""What is measured, and against which targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks import children, table
from benchmarks.children import REPOSITORY, ChildError
from bot.core import form
from bot.edge import disk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from benchmarks.children import Cost
    from benchmarks.table import Row
    from bot.core.form import Field

# The targets hold for a list of this length; with less, starting up is most of the time.
FULL = 10_000
_MOST_OF_FLOOR = 2.0
_MOST_OF_BUILD = 1.3
_MOST_MEGABYTES = 400
_MOST_GROWTH = 11
_MOST_START_MS = 60

PAPER = "2405.90001"
"""A paper that `bot.standins.arxiv` knows and no synthetic list has."""


def jobs(
    rounds: Mapping[int, int], *, folder: Path, environment: Mapping[str, str]
) -> Iterator[Row]:
    """Time and memory of the jobs that read the whole list, on lists of these lengths, in so many rounds."""
    shorter: tuple[int, Mapping[str, Cost]] | None = None
    for count, times in rounds.items():
        try:
            costs = _costs(count, rounds=times, root=folder / str(count), environment=environment)
        except ChildError as error:
            yield table.failed(f"jobs, {count:,} entries", error)
            continue
        yield from _ratios(count, costs)
        if shorter:
            yield from growth(*shorter, count, costs)
        shorter = count, costs


def _costs(
    count: int, *, rounds: int, root: Path, environment: Mapping[str, str]
) -> dict[str, Cost]:
    root.mkdir()
    out = root / "out"
    children.run(["-m", "benchmarks.synthetic", str(count), str(root)], environment=environment)
    bot = ["-m", "bot", "--root", str(root)]
    children.run([*bot, "check", "--fix"], environment=environment)
    body = root / "submission.md"
    body.write_text(submission(root), "utf-8")
    commands = {
        "floor": ["-m", "benchmarks.floor", str(root / disk.ENTRIES)],
        "build": [*bot, "build", "--out", str(out)],
        "check": [*bot, "check"],
        "preview": [*bot, "preview", str(body)],
    }
    return children.best_of(rounds, commands, environment=environment, scratch=out)


def _ratios(count: int, costs: Mapping[str, Cost]) -> Iterator[Row]:
    is_full = count >= FULL
    for job, base, most in (
        ("build", "floor", _MOST_OF_FLOOR),
        ("check", "floor", _MOST_OF_FLOOR),
        ("preview", "build", _MOST_OF_BUILD),
    ):
        yield table.row(
            f"{job}, {count:,} entries",
            costs[job].work / costs[base].work,
            f"x {base}",
            most=most if is_full else None,
            detail=f"{_said(costs[job])} against {_said(costs[base])}",
        )
    for job in ("build", "check", "preview"):
        yield table.row(
            f"{job}, {count:,} entries, memory",
            costs[job].megabytes,
            "MB",
            most=_MOST_MEGABYTES if is_full else None,
            detail="peak",
        )


def _said(cost: Cost) -> str:
    return f"{cost.work:.2f} s of work ({cost.seconds:.2f} s)"


def growth(
    few: int, small: Mapping[str, Cost], many: int, large: Mapping[str, Cost]
) -> Iterator[Row]:
    """How many times longer each job takes for `many` entries than for `few`."""
    for job in large:
        yield table.row(
            f"{job}, {few:,} to {many:,} entries",
            large[job].work / small[job].work,
            "x",
            most=_MOST_GROWTH if many >= FULL and job != "floor" else None,
            detail=f"{_said(large[job])} against {_said(small[job])}",
        )


def starts(*, rounds: int, folder: Path, environment: Mapping[str, str]) -> Iterator[Row]:
    """How long it takes until a small job on the repository's own list is done."""
    body = folder / "submission.md"
    body.write_text(submission(REPOSITORY), "utf-8")
    bot = ["-m", "bot"]
    commands = {
        "python": ["-c", "pass"],
        "--help": [*bot, "--help"],
        "parse": [*bot, "parse", str(body)],
        "preview": [*bot, "preview", str(body)],
    }
    try:
        costs = children.best_of(
            rounds, commands, environment=environment, scratch=folder / "nothing"
        )
    except ChildError as error:
        yield table.failed("cold start", error)
        return
    bare = costs.pop("python").seconds
    for name, cost in costs.items():
        detail = f"{cost.seconds * 1000:.0f} ms against {bare * 1000:.0f} ms"
        yield table.row(f"bot {name}, cold start", cost.seconds / bare, "x python", detail=detail)
        yield table.row(
            f"bot {name}, above bare Python",
            (cost.seconds - bare) * 1000,
            "ms",
            most=_MOST_START_MS if name == "--help" else None,
            detail=detail,
        )


def submission(root: Path) -> str:
    """The text of an issue that was opened with the list's form, as GitHub writes it."""
    grammar = form.load(disk.text(root / disk.FORM, name=disk.FORM))
    return "\n\n".join(f"### {field.label}\n\n{_answer(field)}" for field in grammar.fields)


def _answer(field: Field) -> str:
    """A valid answer; none to the fields whose links would be looked at over the network."""
    match field.kind:
        case "dropdown":
            return ", ".join(field.options[: 2 if field.multiple else 1])
        case "checkboxes":
            return "\n".join(f"- [X] {option}" for option in field.options)
        case _:
            known = {"paper": PAPER, "datasets": "GSM8K, MMLU", "models": "LLaMA-7B, GPT-2"}
            return known.get(field.key, "_No response_")
