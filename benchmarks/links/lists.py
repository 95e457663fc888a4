"""Lists of links to the loopback web, and what is right to say of each."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.model import Verdict

HOSTS = 200
_SPREAD = 0.6
"""Of the logarithm of the latency: one answer in a hundred takes four times the median."""
_LONGEST = 10
"""No answer takes more than so many times the median."""
_SLOW_MS = 6_000


class Truth(NamedTuple):
    """What is right to say of a kind of link on the first night that looks."""

    links: int
    """How many of 2,000 are of this kind."""
    verdict: Verdict
    is_dead: bool = False
    """Whether people must hear of it within two nights; of nothing else they may."""
    latency_ms: int | None = None


TROUBLE: Mapping[str, Truth] = MappingProxyType(
    {
        "404": Truth(40, "gone", is_dead=True),
        "410": Truth(12, "gone", is_dead=True),
        "soft-title": Truth(6, "gone", is_dead=True),
        "soft-front": Truth(6, "gone", is_dead=True),
        "403": Truth(34, "blocked"),
        "401": Truth(6, "blocked"),
        "418": Truth(6, "blocked"),
        "429": Truth(12, "blocked"),
        "999": Truth(10, "blocked"),
        "challenge": Truth(10, "blocked"),
        "members": Truth(8, "blocked"),
        "500": Truth(12, "suspect"),
        "loop": Truth(4, "suspect"),
        "hang": Truth(6, "suspect"),
        "busy-once": Truth(20, "ok"),
        "later-once": Truth(10, "ok"),
        "resets-once": Truth(14, "ok"),
        "head-refused": Truth(16, "ok"),
        "head-lies": Truth(8, "ok"),
        "head-drops": Truth(4, "ok"),
        "cookies": Truth(16, "ok"),
        "slow": Truth(10, "ok", latency_ms=_SLOW_MS),
        "hops": Truth(12, "ok"),
        "moved": Truth(18, "moved"),
    }
)
"""Ordinary trouble, 300 of 2,000 links: 64 are dead, and the rest is noise."""

_OF = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link and what is right to say of it."""

    behaviour: str
    url: str
    verdict: Verdict = "ok"
    is_dead: bool = False


def address(number: int) -> str:
    """The address of a host, each in a network of 127.0.0.0/8 that nobody else uses.

    >>> address(0), address(300)
    ('127.1.0.1', '127.1.1.51')
    """
    return f"127.1.{number // 250}.{number % 250 + 1}"


def healthy(count: int, *, port: int, median_ms: int, scheme: str = "http") -> tuple[Link, ...]:
    """So many links that work, spread evenly over the hosts."""
    return _made(["ok"] * count, port=port, median_ms=median_ms, scheme=scheme)


def troubled(count: int, *, port: int, median_ms: int) -> tuple[Link, ...]:
    """The same with `TROUBLE` among them, in an order that chance made once and for all."""
    kinds = [kind for kind, truth in TROUBLE.items() for _ in range(truth.links * count // _OF)]
    kinds += ["ok"] * (count - len(kinds))
    random.Random(count).shuffle(kinds)  # noqa: S311 - spreads trouble, keeps no secret
    return _made(kinds, port=port, median_ms=median_ms, scheme="http")


def of_host(host: int, count: int, *, port: int, behaviour: str, ms: int) -> tuple[Link, ...]:
    """So many links of one host, all alike."""
    return tuple(
        _link(behaviour, f"http://{address(host)}:{port}", ms=ms, page=page)
        for page in range(count)
    )


def text(links: Iterable[Link]) -> str:
    """A list for a checker: a link a line."""
    return "".join(f"{link.url}\n" for link in links)


def _made(kinds: Iterable[str], *, port: int, median_ms: int, scheme: str) -> tuple[Link, ...]:
    chance = random.Random(median_ms)  # noqa: S311 - makes latencies, keeps no secret
    return tuple(
        _link(
            kind,
            f"{scheme}://{address(number % HOSTS)}:{port}",
            ms=_latency_ms(chance, median_ms),
            page=number,
        )
        for number, kind in enumerate(kinds)
    )


def _link(kind: str, site: str, *, ms: int, page: int) -> Link:
    truth = TROUBLE.get(kind, Truth(0, "ok"))
    behaviour = "ok" if kind == "slow" else kind
    return Link(
        behaviour=kind,
        url=f"{site}/{behaviour}/{truth.latency_ms or ms}/p{page}",
        verdict=truth.verdict,
        is_dead=truth.is_dead,
    )


def _latency_ms(chance: random.Random, median_ms: int) -> int:
    """Log-normal, its tail cut off."""
    return round(min(median_ms * math.exp(chance.gauss(0, _SPREAD)), _LONGEST * median_ms))
