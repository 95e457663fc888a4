"""What an answer's headers tell of how many more requests the host allows, and when."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_REMAINING = ("ratelimit-remaining", "x-ratelimit-remaining", "x-rate-limit-remaining")
_RESET = ("ratelimit-reset", "x-ratelimit-reset", "x-rate-limit-reset")
HEADERS = frozenset({*_REMAINING, *_RESET, "ratelimit"})
"""Those that are read, in lower case."""

_EPOCH = 1_000_000_000
"""From here on a number is a moment, not a time to wait."""
_NUMBER = re.compile(r"\s*([0-9]{1,12})(?:\.[0-9]*)?\b")
_PARTS = {
    "remaining": re.compile(r"(?:^|[;,\s])(?:r|remaining)=([0-9]{1,12})\b"),
    "reset": re.compile(r"(?:^|[;,\s])(?:t|reset)=([0-9]{1,12})\b"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """So many requests until then."""

    remaining: int
    reset_s: float | None = None
    """Seconds until there are more."""


def read(headers: Mapping[str, str], *, now: datetime) -> Allowance | None:
    """The allowance that these headers tell, their names in lower case; None for none.

    Takes the three headers that are common, and both forms of the one that the drafts describe;
    the reset is a number of seconds, or a moment as seconds since 1970.

    Source: https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/

    >>> read({"ratelimit": '"default";r=0;t=5'}, now=None)
    Allowance(remaining=0, reset_s=5.0)
    """
    remaining = _first(headers, _REMAINING)
    reset = _first(headers, _RESET)
    if remaining is None:
        policy = headers.get("ratelimit", "")
        remaining, reset = _part(policy, "remaining"), _part(policy, "reset")
    if remaining is None:
        return None
    if reset is None:
        return Allowance(remaining=remaining)
    wait_s = reset - now.timestamp() if reset >= _EPOCH else float(reset)
    return Allowance(remaining=remaining, reset_s=max(0.0, wait_s))


def _first(headers: Mapping[str, str], names: tuple[str, ...]) -> int | None:
    found = (_NUMBER.match(headers[name]) for name in names if name in headers)
    return next((int(number[1]) for number in found if number), None)


def _part(policy: str, name: str) -> int | None:
    found = _PARTS[name].search(policy)
    return int(found[1]) if found else None


def retry_after_s(given: str, *, now: datetime) -> float | None:
    """Seconds out of a `Retry-After`, which is a number or a date; None for anything else.

    Source: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after

    >>> retry_after_s("120", now=datetime(2026, 11, 24, tzinfo=UTC))
    120.0
    """
    if re.fullmatch(r"[0-9]{1,9}", given):
        return float(given)
    try:
        moment = datetime.strptime(given, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
    except ValueError:
        return None
    return float(max(0, math.ceil((moment - now).total_seconds())))
