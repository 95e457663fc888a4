"""Lists with links in every state, for the tests of what people see of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.core import linkfix, linkreport, listlinks
from bot.model import LinkState, Memory
from tests.making import config, listed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.core.entry import Listed
    from bot.core.linkfix import Fix
    from bot.core.linkreport import Report, Sight

NOW = datetime(2026, 11, 23, 3, 17, tzinfo=UTC)


def days_ago(count: int) -> datetime:
    """A moment of an earlier night."""
    return NOW - timedelta(days=count)


def failing(url: str, kind: Any = "404", *, nights: int = 3, **fields: Any) -> LinkState:  # noqa: ANN401 - fields of a state
    """A link that has failed for so many nights, and is told."""
    plain: dict[str, Any] = {
        "verdict": "gone" if kind in {"404", "410"} else "suspect",
        "asked": NOW,
        "reason": "404 Not Found",
        "strikes": nights,
        "since": days_ago(nights - 1),
        "failures": tuple((days_ago(n), kind) for n in reversed(range(nights))),
        "reported": NOW,
    }
    return LinkState(url=url, **(plain | fields))


def good(url: str, **fields: Any) -> LinkState:  # noqa: ANN401 - fields of a state
    """A link that works."""
    plain: dict[str, Any] = {"verdict": "ok", "asked": NOW, "good": NOW}
    return LinkState(url=url, **(plain | fields))


def mending(url: str, **fields: Any) -> LinkState:  # noqa: ANN401 - fields of a state
    """A link that is told, and worked last night."""
    plain: dict[str, Any] = {
        "verdict": "ok", "reason": "HTTP 200", "good": days_ago(1), "strikes": 0, "since": None,
        "reported": days_ago(3), "mends": 1,
    }  # fmt: skip
    return failing(url, **(plain | fields))


def moved(url: str, to: str, **fields: Any) -> LinkState:  # noqa: ANN401 - fields of a state
    """A link that moved for good."""
    return good(url, **({"verdict": "moved", "final_url": to, "moves": 2} | fields))


def memory(*states: LinkState) -> Memory:
    """All that is remembered."""
    return Memory(links={one.url: one for one in states})


def linked(key: str = "holt2024fedquill", arxiv: str = "2405.90001", **links: str) -> Listed:
    """An entry with these links."""
    return listed(f"entries/2024/{key}.yaml", title=key, ids={"arxiv": arxiv}, links=links)


def fixes(known: Memory, *entries: Listed) -> tuple[Fix, ...]:
    """What is proposed for these entries."""
    return linkfix.fixes(known, listlinks.found(entries), entries, config(), now=NOW)


def sight(
    states: Iterable[LinkState],
    *entries: Listed,
    pull: int | None = None,
    **fields: Any,  # noqa: ANN401 - of a sight
) -> Sight:
    """What the report of these links is made from."""
    known = memory(*states)
    plain: dict[str, Any] = {
        "memory": known, "placed": listlinks.found(entries), "listed": entries, "now": NOW,
        "fixes": fixes(known, *entries), "pull": pull, "server": "https://github.com",
        "repository": "lab/list",
    }  # fmt: skip
    return linkreport.Sight(**(plain | fields))


def drawn(states: Iterable[LinkState], *entries: Listed, pull: int | None = None) -> Report:
    """The report of these links."""
    return linkreport.drawn(sight(states, *entries, pull=pull))
