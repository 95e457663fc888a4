"""Figures beside their targets, as a table that is Markdown, too."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


_KEPT, _MISSED, _FAILED = "ok", "MISSED", "FAILED"


class Row(NamedTuple):
    """One line of the table, every cell as it is printed."""

    measured: str
    figure: str
    target: str
    verdict: str
    detail: str

    @property
    def is_bad(self) -> bool:
        """Whether it misses its target, or could not be measured."""
        return self.verdict in {_MISSED, _FAILED}

    def __str__(self) -> str:
        """The row without its detail, as one line."""
        target = f" (target {self.target})" if self.target else ""
        return f"{self.measured}: {self.figure}{target} {self.verdict}".rstrip()


def row(measured: str, value: float, unit: str, *, most: float | None = None, detail: str) -> Row:
    """A figure and whether it keeps its target, where it has one.

    >>> print(row("build, 10,000 entries", 1.618, "x floor", most=2.0, detail=""))
    build, 10,000 entries: 1.62 x floor (target 2.0) ok
    """
    digits = 2 if unit.startswith("x") else 0
    return Row(
        measured=measured,
        figure=f"{value:,.{digits}f} {unit}",
        target="" if most is None else f"{most:,}",
        verdict="" if most is None else _KEPT if value <= most else _MISSED,
        detail=detail,
    )


def failed(measured: str, why: Exception) -> Row:
    """What could not be measured, and why."""
    detail = " ".join(str(why).replace("|", "/").split())
    return Row(measured=measured, figure="none", target="", verdict=_FAILED, detail=detail)


def draw(rows: Iterable[Row]) -> str:
    """The table, its columns in line with each other.

    >>> print(draw([Row("build", "1.62 x floor", "2.0", "ok", "")]))
    | measured | figure       | target | verdict | detail |
    |----------|--------------|--------|---------|--------|
    | build    | 1.62 x floor | 2.0    | ok      |        |
    """
    cells = [Row._fields, *rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    head, *body = (_line(row, widths) for row in cells)
    rule = "|".join("-" * (width + 2) for width in widths)
    return "\n".join([head, f"|{rule}|", *body])


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
    return f"| {' | '.join(padded)} |"
