"""One look at a link as it was seen, and as it is told: what `core.verdict` judges, and gives.

The rules stand apart, so that they are read in while the first answers are on their way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from bot.model import Failure, Method, Verdict

Trouble = Literal[
    "dns", "resolver", "refused", "reset", "closed", "unreachable", "no-ipv6",
    "no-connection", "timeout",
    "tls", "tls-early", "tls-expired", "tls-self-signed", "tls-issuer", "tls-name",
    "not-http", "huge-headers", "broken", "loop", "hops", "no-location", "forbidden",
]  # fmt: skip
"""The ways in which a walk ends without an answer. With `no-connection` time ran out before there
was a connection, with `timeout` on one."""

START_BYTES = 65_536
"""The most that is read of a page."""

REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Answered(NamedTuple):
    """One answer, with the start of its body at most."""

    status: int
    location: str = ""
    is_challenge: bool = False
    """Whether the host wants proof that a person asks (`cf-mitigated: challenge`)."""
    retry_after_s: float | None = None
    content_type: str = ""
    start: bytes = b""
    """The body's first bytes, unpacked, at most `START_BYTES`; none after a HEAD."""


class Failed(NamedTuple):
    """No answer, or none that leads on."""

    trouble: Trouble
    detail: str = ""
    """With `forbidden`, where it leads, as in "a private address (127.0.0.1)"."""


class Walk(NamedTuple):
    """A link followed along its redirects to an end, by one method."""

    method: Method
    end: Answered | Failed
    redirects: tuple[int, ...] = ()
    """Their statuses, in order."""
    is_elsewhere: bool = False
    """Whether the redirects ended at another address than the one asked first."""
    start_url: str = ""
    """The address that was asked first; '' keeps every rule silent that needs it."""
    end_url: str = ""
    """The address that was asked last, in the same way."""

    @property
    def is_throttled(self) -> bool:
        """Whether the host asks for fewer requests: by a 429, or by a 503 that names a time."""
        match self.end:
            case Answered(status=429):
                return True
            case Answered(status=503, retry_after_s=told_s):
                return told_s is not None
            case _:
                return False

    @property
    def wait_s(self) -> float | None:
        """How many seconds the host asked to be left alone; None where it named no time."""
        if isinstance(self.end, Answered) and self.is_throttled:
            return self.end.retry_after_s
        return None


class Finding(NamedTuple):
    """What a look says."""

    verdict: Verdict
    reason: str
    """For people; what a stranger wrote stands in curly quotes, cleaned and clipped."""
    failure: Failure | None = None
    """What kind of failing it is; None unless the verdict is `gone` or `suspect`."""
    is_unreached: bool = False
    """Whether no host answered at all, which can also be the fault of our own network."""
    is_offline: bool = False
    """Whether there was no way or no name server: where all looks say so, we have no network."""
    is_untold: bool = False
    """Whether nobody who knows could be asked: it counts as not looked at."""
    title: str | None = None
    """The page's title, cleaned and clipped, where there is one."""
    doubt: Doubt | None = None
    """What a sibling of the link has to be asked about before this is said."""

    @property
    def wants_second_look(self) -> bool:
        """Whether it is looked at again, alone and later, before it is said: all that is bad is."""
        return self.verdict in {"gone", "suspect"}


Doubt = Literal["front", "missing", "title"]
"""What a well-meant redirect or a paper's title can have in common with a page that is gone: the
front page of another site, an address or a title that speaks of not found."""
