"""What one look at a link means: from the answers along its redirects to a verdict and a reason."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, assert_never

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.model import Method, Verdict

Trouble = Literal[
    "dns", "resolver", "refused", "reset", "closed", "unreachable", "no-ipv6", "timeout",
    "tls", "tls-expired", "tls-self-signed", "tls-issuer", "tls-name",
    "not-http", "huge-headers", "broken", "loop", "hops", "no-location", "forbidden",
]  # fmt: skip
"""The ways in which a walk ends without an answer."""

REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_GONE = frozenset({404, 410})
_BLOCKED: Mapping[int, str] = MappingProxyType(
    dict.fromkeys(
        (402, 403, 406, 407, 412, 415, 418, 421, 425, 999),
        "the site does not show itself to programs",
    )
    | {
        401: "the site asks for a sign-in",
        429: "the site asks to be left alone for now",
        451: "the site may not show it here, for legal reasons",
    }
)
_REASONS: Mapping[Trouble, str] = MappingProxyType(
    {
        "dns": "the name does not resolve",
        "resolver": "the name could not be looked up",
        "refused": "the connection was refused",
        "reset": "the connection was broken off",
        "closed": "the connection was closed without an answer",
        "unreachable": "the host cannot be reached",
        "no-ipv6": "the host speaks only IPv6, which is missing where the bot runs",
        "timeout": "no answer in time",
        "tls": "no secure connection could be made",
        "tls-expired": "the certificate has expired",
        "tls-self-signed": "the certificate is self-signed",
        "tls-issuer": "the certificate's issuer is unknown",
        "tls-name": "the certificate is for another name",
        "not-http": "the answer is not HTTP",
        "huge-headers": "the answer's headers are too long",
        "broken": "the look failed",
        "loop": "redirects in a circle",
        "hops": "redirects too many times",
        "no-location": "redirects to nowhere",
    }
)
_DROPS: frozenset[Trouble] = frozenset({"reset", "closed", "not-http", "huge-headers"})
"""What some servers do to a HEAD that they did not expect."""
_PASSING: frozenset[Trouble] = frozenset(
    {"resolver", "refused", "reset", "closed", "unreachable", "timeout"}
)
"""What may be over a moment later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One answer, without its body."""

    status: int
    location: str = ""
    is_challenge: bool = False
    """Whether the host wants proof that a person asks (`cf-mitigated: challenge`)."""
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """No answer, or none that leads on."""

    trouble: Trouble
    detail: str = ""
    """With `forbidden`, where it leads, as in "a private address (127.0.0.1)"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """A link followed along its redirects to an end, by one method."""

    method: Method
    redirects: tuple[int, ...] = ()
    """Their statuses, in order."""
    is_elsewhere: bool = False
    """Whether the redirects ended at another address than the one asked first."""
    end: Answered | Failed


def judge(walk: Walk) -> tuple[Verdict, str]:
    """The verdict of one walk, and the reason for people.

    >>> judge(Walk(method="GET", end=Answered(status=404)))
    ('gone', 'HTTP 404')
    """
    match walk.end:
        case Answered():
            return _judge_answer(walk, walk.end)
        case Failed(trouble="forbidden", detail=what) if walk.redirects:
            return "suspect", f"redirects to {what}"
        case Failed(trouble="forbidden", detail=what):
            return "refused", f"leads to {what}"
        case Failed(trouble="no-ipv6" as trouble):
            return "blocked", _REASONS[trouble]
        case Failed(trouble=trouble, detail=detail):
            return "suspect", _REASONS[trouble] + (f" ({detail})" if detail else "")
        case _ as never:
            assert_never(never)


def _judge_answer(walk: Walk, answer: Answered) -> tuple[Verdict, str]:
    status = answer.status
    said = f"HTTP {status}"
    if answer.is_challenge:
        return "blocked", f"{said}: the site asks for proof that a person is looking"
    if status // 100 == 2:  # noqa: PLR2004 - the 2 of 2xx
        is_moved = walk.is_elsewhere and _PERMANENT.issuperset(walk.redirects)
        return ("moved", "moved for good") if is_moved else ("ok", said)
    if status in _GONE:
        return "gone", said
    if why := _BLOCKED.get(status):
        return "blocked", f"{said}: {why}"
    return "suspect", said


def wants_get(walk: Walk) -> bool:
    """Whether GET must be tried: nothing bad is believed of a link on the word of a HEAD alone.

    Walls for programs are believed, but for 403, which is also said to HEAD as such; and what a
    second look may mend waits for that.
    """
    if walk.method == "GET":
        return False
    if isinstance(walk.end, Failed):
        return walk.end.trouble in _DROPS
    verdict, _ = judge(walk)
    is_refusal_of_head = walk.end.status in {403, 501} and not walk.end.is_challenge
    return is_refusal_of_head or (verdict in {"gone", "suspect"} and not _is_server_error(walk.end))


def pause_s(walk: Walk, *, own_s: float, patience_s: float) -> float | None:
    """How long to wait before the one second look; None when there shall be none.

    `own_s` is our own pause after trouble that may pass. A 429 or 503 that names a time is
    obeyed: up to `patience_s` it is waited for, beyond that nothing is asked again.
    """
    if isinstance(walk.end, Failed):
        return own_s if walk.end.trouble in _PASSING else None
    if walk.end.is_challenge:
        return None
    if walk.end.status in {429, 503} and walk.end.retry_after_s is not None:
        return walk.end.retry_after_s if walk.end.retry_after_s <= patience_s else None
    return own_s if _is_server_error(walk.end) else None


def _is_server_error(answer: Answered) -> bool:
    return answer.status // 100 == 5  # noqa: PLR2004 - the 5 of 5xx


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
