"""What one look at a link means: from the answers along its redirects to a verdict and a reason.

Nothing bad is said on weak grounds: not on the word of a HEAD (`wants_get`), and where a redirect
or a title can be meant well, not before an address that somebody made up beside the link
(`sibling`) was seen to get the same. A page's body is never read for it.
"""

from __future__ import annotations

from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, assert_never

from bot.core import landing, phrases, text
from bot.core.walk import Answered, Failed, Finding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.walk import Doubt, Trouble, Walk
    from bot.model import Failure

_PERMANENT = frozenset({301, 308})
_GONE = frozenset({404, 410})
_FOR_GOOD = 410
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
        "no-connection": "no connection in time",
        "timeout": "no answer in time",
        "tls": "no secure connection could be made",
        "tls-early": "the certificate is not valid yet",
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
_OFFLINE: frozenset[Trouble] = frozenset({"resolver", "unreachable"})
_UNREACHED: frozenset[Trouble] = frozenset(
    {"dns", "resolver", "refused", "unreachable", "no-connection", "timeout"}
)
"""What our own network can be the cause of: nobody answered."""
_NAME: frozenset[Trouble] = frozenset({"dns", "resolver"})
_CERTIFICATE: frozenset[Trouble] = frozenset(
    {"tls", "tls-early", "tls-expired", "tls-self-signed", "tls-issuer", "tls-name"}
)
_PROOF = "the site asks for proof that a person is looking"


def judge(walk: Walk, *, sibling: Walk | None = None) -> Finding:
    """What one walk says of the link; `sibling` is a walk from the address that `sibling` asks for.

    >>> from bot.core.walk import Walk
    >>> judge(Walk(method="GET", end=Answered(status=404))).verdict
    'gone'
    """
    match walk.end:
        case Answered():
            return _judge_answer(walk, walk.end, sibling)
        case Failed():
            return _judge_failure(walk, walk.end)
        case _ as never:
            assert_never(never)


def _judge_failure(walk: Walk, failed: Failed) -> Finding:
    """A failure is suspect, unless it is our own doing that nothing was asked.

    `is_unreached` needs that nobody answered on the way, either: a host that redirects has been
    reached, whatever comes behind it.
    """
    match failed:
        case Failed(trouble="forbidden", detail=what) if walk.redirects:
            reason = f"redirects to {what}"
        case Failed(trouble="forbidden", detail=what):
            return Finding(verdict="refused", reason=f"leads to {what}")
        case Failed(trouble="no-ipv6" as trouble):
            return Finding(verdict="blocked", reason=_REASONS[trouble])
        case Failed(trouble=trouble, detail=detail):
            reason = _REASONS[trouble] + (f" ({detail})" if detail else "")
    return Finding(
        verdict="suspect",
        reason=reason,
        failure=_failure(failed.trouble),
        is_unreached=failed.trouble in _UNREACHED and not walk.redirects,
        is_offline=failed.trouble in _OFFLINE and not walk.redirects,
    )


def _failure(trouble: Trouble) -> Failure:
    if trouble in _NAME:
        return "name"
    return "certificate" if trouble in _CERTIFICATE else "network"


def _judge_answer(walk: Walk, answer: Answered, sibling: Walk | None) -> Finding:
    title = landing.title(answer.start, answer.content_type)
    if _is_sold(walk):
        found = _gone("the domain is for sale")
    elif answer.is_challenge:
        found = _blocked(f"HTTP {answer.status}: {_PROOF}")
    elif _is_good(answer):
        found = _judge_page(walk, answer, title=title, sibling=sibling)
    else:
        found = _judge_status(answer, title=title)
    return found._replace(title=title)


def _judge_status(answer: Answered, *, title: str | None) -> Finding:
    """What an answer says that is not 2xx."""
    status = answer.status
    said = f"HTTP {status}"
    if status in _GONE:
        return Finding(verdict="gone", reason=said, failure="410" if status == _FOR_GOOD else "404")
    if why := _BLOCKED.get(status):
        return _blocked(f"{said}: {why}")
    if title and phrases.is_wall(title):
        return _blocked(f"{said}: {_PROOF}")
    failure: Failure = "server" if _is_server_error(answer) else "network"
    return Finding(verdict="suspect", reason=said, failure=failure)


def _judge_page(
    walk: Walk, answer: Answered, *, title: str | None, sibling: Walk | None
) -> Finding:
    """What an answer of 2xx says: that all is well, unless address or title say otherwise."""
    if why := _shut(walk, title):
        return _blocked(f"HTTP {answer.status}: {why}")
    if why := _missing(walk, title):
        return _gone(why)
    doubt = _doubt(walk, title)
    if doubt and sibling and _is_confirmed(walk, sibling, doubt=doubt, title=title):
        return _gone(_CONFIRMED[doubt])
    open_doubt = None if sibling else doubt
    if walk.is_elsewhere and _PERMANENT.issuperset(walk.redirects):
        return Finding(verdict="moved", reason="moved for good", doubt=open_doubt)
    return Finding(verdict="ok", reason=f"HTTP {answer.status}", doubt=open_doubt)


def _blocked(reason: str) -> Finding:
    return Finding(verdict="blocked", reason=reason)


def _gone(reason: str) -> Finding:
    return Finding(verdict="gone", reason=reason, failure="404")


def _is_sold(walk: Walk) -> bool:
    """Whether it was sent to a service that parks or sells domains, from elsewhere."""
    return (
        bool(walk.start_url and walk.redirects)
        and landing.is_domain_market(walk.end_url)
        and not landing.is_domain_market(walk.start_url)
    )


def _shut(walk: Walk, title: str | None) -> str | None:
    """Why the page that was got is not the link's own but a door before it; None if it is none.

    A sign-in is one only where redirects led to it: a link to a sign-in page is what it is.
    """
    if title and phrases.is_wall(title):
        return _PROOF
    if not walk.redirects or not walk.start_url:
        return None
    if landing.is_wall(walk.end_url) and not landing.is_wall(walk.start_url):
        return _PROOF
    asks_to_sign_in = landing.is_sign_in(walk.end_url) or (
        title is not None and phrases.is_sign_in(title)
    )
    if asks_to_sign_in and not landing.is_sign_in(walk.start_url):
        return _BLOCKED[401]
    return None


def _missing(walk: Walk, title: str | None) -> str | None:
    """Why the link is gone although there was a page, as far as that is plain; None if it is not.

    It is plain where a deep link was redirected to the front page of its own site, and where the
    title says nothing but that the page is not there or the domain is for sale. A link that
    speaks of 404 or not found itself may well have such a title.
    """
    if walk.redirects and _ends_at_front(walk) and _is_own(walk):
        return "redirects to the front page"
    if title is None:
        return None
    hosts = partial(map, landing.host, (walk.start_url, walk.end_url))
    if phrases.is_for_sale(title, hosts) and not landing.is_domain_market(walk.start_url):
        return "the domain is for sale"
    if phrases.is_not_found(title) and not landing.is_about_not_found(walk.start_url):
        return f"the page's title is {text.quoted(title)}"
    return None


_CONFIRMED: Mapping[Doubt, str] = MappingProxyType(
    {
        "front": "redirects to the front page of another site, as made-up addresses do",
        "missing": "redirects to a page for what is not there, as made-up addresses do",
        "title": "has the title that made-up addresses have, which speaks of not found",
    }
)


def _doubt(walk: Walk, title: str | None) -> Doubt | None:
    if walk.redirects and _ends_at_front(walk):
        return "front"
    if walk.redirects and landing.is_not_found(walk.end_url):
        return "missing"
    return "title" if title and phrases.mentions_not_found(title) else None


def _ends_at_front(walk: Walk) -> bool:
    """Whether a deep link ended at a front page; a place that was named within it is none."""
    return landing.is_deep(walk.start_url) and landing.is_front_page(
        landing.without_inherited(walk.end_url, start=walk.start_url)
    )


def _is_own(walk: Walk) -> bool:
    return landing.is_same_site(walk.start_url, walk.end_url)


def _is_confirmed(walk: Walk, sibling: Walk, *, doubt: Doubt, title: str | None) -> bool:
    """Whether the made-up address got the same as the link, and so the link got nothing of its own."""
    if not isinstance(sibling.end, Answered) or not _is_good(sibling.end):
        return False
    if doubt != "title":
        return landing.is_same_resource(sibling.end_url, walk.end_url)
    other = landing.title(sibling.end.start, sibling.end.content_type)
    return title is not None and other is not None and phrases.is_same(title, other)


def sibling(walk: Walk, found: Finding, *, token: str) -> str | None:
    """The address of a made-up sibling to ask by GET before `found` is said; None: no need.

    `token` takes the place of the name that the link's address ends with, so it must be one that
    no site has. Needed is it where the walk looks well but for one of the doubts: then the link
    is gone if the sibling gets the same, and as well as it looks if not.
    """
    if walk.method != "GET" or found.doubt is None:
        return None
    return landing.sibling(walk.start_url, token=token)


def wants_get(walk: Walk) -> bool:
    """Whether GET must be tried: nothing bad is believed of a link on the word of a HEAD alone.

    Walls for programs are believed, but for 403, which is also said to HEAD as such; and what a
    second look may mend waits for that. Who is sent to a sign-in or to another host needs the
    page for its title.
    """
    if walk.method == "GET":
        return False
    if isinstance(walk.end, Failed):
        return walk.end.trouble in _DROPS
    if _is_good(walk.end) and not walk.redirects:
        return False
    found = judge(walk)
    if _is_good(walk.end) and found.verdict != "gone":
        return not walk.end.is_challenge and (found.verdict == "blocked" or _is_sent_away(walk))
    is_refusal_of_head = walk.end.status in {403, 501} and not walk.end.is_challenge
    return is_refusal_of_head or (
        found.verdict in {"gone", "suspect"} and not _is_server_error(walk.end)
    )


def _is_sent_away(walk: Walk) -> bool:
    is_known = bool(landing.host(walk.start_url) and landing.host(walk.end_url))
    return is_known and not landing.is_same_host(walk.start_url, walk.end_url)


def _is_good(answer: Answered) -> bool:
    return answer.status // 100 == 2  # noqa: PLR2004 - the 2 of 2xx


def _is_server_error(answer: Answered) -> bool:
    return answer.status // 100 == 5  # noqa: PLR2004 - the 5 of 5xx
