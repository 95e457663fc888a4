"""Who is asked about a link, and what the services that know better than HTTP say of it.

A withdrawn paper, a deleted video and a publisher's wall all answer 200 or 403, whatever is behind
them; arXiv, YouTube and the registry of DOIs tell.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple, assert_never
from urllib.parse import parse_qs, quote, unquote, urlsplit

from bot.core import text
from bot.core.text import ANY_CASE
from bot.core.walk import Failed, Finding
from bot.model import Evidence, Identity, Look, Manners, NotThere, Unreachable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from bot.config import HostRule
    from bot.core.walk import Answered
    from bot.core.weblink import Link
    from bot.model import Answer, Question, Source
    from bot.settings import Service

# Whatever reads the names of one service is imported once a link needs it: many patterns are
# compiled then, and most lists of given links need none.

_TITLE_CHARS = 300
_USUAL = Manners()


class Assigned(NamedTuple):
    """Who is asked about a link, and how."""

    source: Source = "web"
    id: str = ""
    """What the source calls it: an arXiv id, a DOI, a repository, a forum, a video."""
    target: str = ""
    """The address that is asked in place of the link, of a source that answers one by one."""
    manners: Manners = _USUAL
    """Those of the link's own host."""
    reason: str = ""
    """Why nobody is asked."""


_ITSELF = Assigned()
"""One value for most links: there may be many thousands."""


def assign(  # noqa: PLR0913 - a link and what is known around it, each named at the call
    url: str,
    *,
    rules: Sequence[HostRule],
    today: date,
    services: Mapping[Service, str],
    doi: str | None = None,
    has_github: bool,
) -> Assigned:
    """Who is asked about a link: the service that knows it, or its host; or nobody, by a rule.

    `doi` is that of the link's entry: it counts where a rule sends a host's links to the registry
    and the link names none. `has_github` says whether GitHub's API can be asked.

    >>> from datetime import date
    >>> from bot.settings import SERVICES
    >>> assign("https://youtu.be/abcdefghijk", rules=(), today=date(2026, 11, 24),
    ...        services=SERVICES, has_github=False).target
    'https://www.youtube.com/oembed?url=https%3A%2F%2Fwww.youtube.com%2Fwatch%3Fv%3Dabcdefghijk&format=json'
    """
    if _is_nobodys(url, rules):
        return _ITSELF
    rule = _rule(_host(url), rules=rules, today=today)
    polite = _manners(rule)
    if rule and rule.by == "nobody":
        return Assigned(source="nobody", reason=rule.reason, manners=polite)
    link = _link(url)
    found = link and (
        _by_service(link, services=services, has_github=has_github)
        or (_published(link, doi=doi, services=services) if rule and rule.by == "doi" else None)
    )
    if not found:
        return Assigned(manners=polite) if rule else _ITSELF
    source, id_, target = found
    return Assigned(source=source, id=id_, target=target, manners=polite)


def _by_service(link: Link, *, services: Mapping[Service, str], has_github: bool) -> _Found | None:
    """The service that gave the link out, if it is one that we ask."""
    if arxiv := _arxiv(link):
        return "arxiv", arxiv, ""
    if has_github and link.host in _GITHUB_HOSTS:
        repository = _repository(link)
        return ("github", repository, "") if repository else None
    if registered := _doi(link):
        return "doi", registered, _handle(registered, services)
    if forum := _forum(link):
        return "openreview", forum, f"{services['openreview']}/notes?forum={forum}&limit=1"
    if video := _video(link):
        return "youtube", video, _oembed(video, services)
    return None


_KNOWN = ("arxiv.org", "doi.org", "openreview.net", "youtube", "youtu.be", "github.com")
"""What the hosts that services know have in their names."""
_Found = tuple["Source", str, str]
"""Source, id and target."""


def _is_nobodys(url: str, rules: Sequence[HostRule]) -> bool:
    """Whether no service and no rule can be meant: reading all of a long list would take its time."""
    lower = url.lower()
    # Plain loops, since this is asked of every link before the first is looked at.
    for name in _KNOWN:
        if name in lower:
            return False
    return not any(rule.host in lower for rule in rules)


def manners(host: str, *, rules: Sequence[HostRule], today: date) -> Manners:
    """How a host is asked, by the first rule that fits it and has not expired."""
    return _manners(_rule(host.lower(), rules=rules, today=today))


def _manners(rule: HostRule | None) -> Manners:
    return Manners(at_once=rule.at_once, pause_s=rule.pause_s) if rule else _USUAL


def _rule(host: str, *, rules: Sequence[HostRule], today: date) -> HostRule | None:
    for rule in rules:
        is_its = host == rule.host or host.endswith(f".{rule.host}")
        if is_its and (rule.until is None or today <= rule.until):
            return rule
    return None


def _host(url: str) -> str:
    """The host, whatever its port; '' where it cannot be read."""
    try:
        return (urlsplit(url).hostname or "").removesuffix(".")
    except ValueError:
        return ""


def _link(url: str) -> Link | None:
    """The parts of a link as it stands; None where a service could not have made it."""
    try:
        parts = urlsplit(url)
        port, host = parts.port, (parts.hostname or "").removesuffix(".")
    except ValueError:
        return None
    own = {"http": 80, "https": 443}.get(parts.scheme)
    if own is None or port not in {None, own} or "@" in parts.netloc or not host:
        return None
    from bot.core.weblink import Link  # noqa: PLC0415 - see the top

    return Link(
        scheme=parts.scheme, host=host, port=None, path=parts.path or "/",
        query=parts.query, fragment=parts.fragment,
    )  # fmt: skip


# What a link names ------------------------------------------------------------------------------

_GITHUB_HOSTS = frozenset({"github.com", "www.github.com"})
_ARXIV_HOSTS = frozenset({"arxiv.org", "www.arxiv.org", "export.arxiv.org"})
_ARXIV_PATH = re.compile(
    r"/(?:abs|pdf|html)/(?:[a-z-]{1,20}(?:\.[a-z-]{2,12})?/)?[0-9][0-9.]*[0-9](?:v[0-9]{1,4})?(?:\.pdf)?/?",
    ANY_CASE,
)
_ARXIV_DOI = "10.48550/arxiv."


def _arxiv(link: Link) -> str | None:
    """The arXiv id of a paper's page, PDF or DOI; listings and help pages have none."""
    if link.host in _ARXIV_HOSTS:
        is_paper = _ARXIV_PATH.fullmatch(unquote(link.path)) is not None
    else:
        is_paper = link.host in _DOI_HOSTS and (_doi(link) or "").startswith(_ARXIV_DOI)
    if not is_paper:
        return None
    from bot.core import ids  # noqa: PLC0415 - see the top

    found = ids.read(f"https://{link.host}{link.path}")
    return found.id if isinstance(found, Identity) and found.kind == "arxiv" else None


def _repository(link: Link) -> str | None:
    """The owner and name of a repository, or of the one that a page at GitHub belongs to."""
    from bot.core import repositories  # noqa: PLC0415 - see the top

    named = repositories.named(link.path)
    return str(named) if named else None


_DOI_HOSTS = frozenset({"doi.org", "www.doi.org", "dx.doi.org"})
_DOI = re.compile(r"10(?:\.[0-9]{1,9}){0,4}/[^\x00-\x20\x7f\ufffd]{1,400}")


def _doi(link: Link) -> str | None:
    """The DOI of a link to its resolver, in lower case, whatever odd characters it has."""
    return _as_doi(unquote(link.path).removeprefix("/")) if link.host in _DOI_HOSTS else None


def _as_doi(written: str) -> str | None:
    doi = written.lower().removeprefix("doi:")
    # As parts of an address these would be taken for ways up.
    is_odd = any(part in {"", ".", ".."} for part in doi.split("/"))
    return doi if _DOI.fullmatch(doi) and not is_odd else None


def _handle(doi: str, services: Mapping[Service, str]) -> str:
    """Where the registry tells of a DOI.

    Source: https://www.doi.org/the-identifier/resources/factsheets/doi-resolution-documentation
    """
    return f"{services['doi']}{_HANDLES}{quote(doi, safe='/')}"


_HANDLES = "/api/handles/"

_FORUM = re.compile(r"[A-Za-z0-9_-]{6,40}")


def _forum(link: Link) -> str | None:
    if link.host not in {"openreview.net", "www.openreview.net"}:
        return None
    forums = parse_qs(link.query).get("id", [])
    if link.path not in {"/forum", "/pdf"} or len(forums) != 1:
        return None
    return forums[0] if _FORUM.fullmatch(forums[0]) else None


_YOUTUBE = ("youtube.com", "youtube-nocookie.com")
_SHORT_YOUTUBE = frozenset({"youtu.be", "www.youtu.be"})
_VIDEO = re.compile(r"[A-Za-z0-9_-]{1,11}")
# An id is 64 bits in base 64, which leaves 16 characters for its last place.
_POSSIBLE_VIDEO = re.compile(r"[A-Za-z0-9_-]{10}[AEIMQUYcgkosw048]")
_VIDEO_PATH = re.compile(r"/(?:shorts|embed|live|v)/(?P<id>[^/]+)/?")
_PLAYERS = frozenset({"videoseries", "live_stream"})
"""What stands in the place of an id where a playlist or a channel is embedded."""


def _video(link: Link) -> str | None:
    """The id of a video, of which a mistyped one may be too short; channels and lists have none."""
    found: str | None = None
    if link.host in _SHORT_YOUTUBE:
        found = link.path.strip("/")
    elif link.is_at(_YOUTUBE):
        if link.path.rstrip("/") == "/watch":
            videos = parse_qs(link.query).get("v", [])
            found = videos[0] if len(videos) == 1 else None
        elif path := _VIDEO_PATH.fullmatch(link.path):
            found = path["id"]
    if not found or found in _PLAYERS or not _VIDEO.fullmatch(found):
        return None
    return found


def _oembed(video: str, services: Mapping[Service, str]) -> str:
    page = quote(f"https://www.youtube.com/watch?v={video}", safe="")
    return f"{services['youtube']}/oembed?url={page}&format=json"


# Publishers, whose pages are behind walls ---------------------------------------------------------

_IN_PATH = re.compile(
    r"(?P<way>.*?)/(?P<doi>10\.[0-9]{4,9}(?:\.[0-9]{1,9}){0,3}/[^/]+(?:/.*)?)", re.DOTALL
)
_PLAIN_WAY = re.compile(r"/doi(?:/[a-z]{1,10})?", ANY_CASE)
_TAIL = re.compile(r"(?:\.pdf|/(?:full|abstract|summary|references|e?pdf|meta|fulltext\.html)?)$")
# ACM counts with it what has no DOI; it is not registered.
_UNREGISTERED = "10.5555/"

_BY_NUMBER: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "sciencedirect.com",
        re.compile(r"/science/article/(?:[a-z]{2,4}/)?pii/(?P<id>[A-Z0-9]{10,25})(?:/.*)?"),
    ),
    (
        "ieeexplore.ieee.org",
        re.compile(r"/(?:abstract/)?document/(?P<id>[0-9]{4,12})(?:/.*)?"),
    ),
)
"""Publishers who tell Crossref their own numbers of papers."""
_BY_NUMBER_QUERY = "/works?filter=alternative-id:"


def _published(link: Link, *, doi: str | None, services: Mapping[Service, str]) -> _Found | None:
    """The question about a publisher's page: by the DOI in it, its entry's, or its own number."""
    named = _named_doi(link)
    if named and named.startswith(_UNREGISTERED):
        return None
    if known := named or _as_doi(doi or ""):
        return "doi", known, _handle(known, services)
    for host, path in _BY_NUMBER:
        if link.is_at((host,)) and (found := path.fullmatch(link.path)):
            number = found["id"]
            target = f"{services['crossref']}{_BY_NUMBER_QUERY}{number}&rows=1&select=DOI"
            return "doi", number, target
    return None


def _named_doi(link: Link) -> str | None:
    """The DOI in a publisher's address, as far as it can be told from what stands behind it."""
    if found := _IN_PATH.fullmatch(unquote(link.path)):
        doi = found["doi"]
        while (shorter := _TAIL.sub("", doi)) != doi:
            doi = shorter
        return _as_doi(doi)
    dois = parse_qs(link.query).get("doi", [])
    return _as_doi(dois[0]) if len(dois) == 1 else None


def _is_surely(doi: str, url: str) -> bool:
    """Whether a link stands or falls with a DOI: it resolves it, or is a plain page under it.

    The DOI of an entry proves nothing against another page, and behind a DOI in an address
    publishers write names of files, figures and versions.
    """
    if not (link := _link(url)):
        return False
    if (registered := _doi(link)) is not None:
        return registered == doi
    found = _IN_PATH.fullmatch(unquote(link.path))
    is_plain = found is not None and _PLAIN_WAY.fullmatch(found["way"]) is not None
    return is_plain and doi.count("/") == 1 and _named_doi(link) == doi


# What the services say ----------------------------------------------------------------------------

_OK, _NOT_FOUND = 200, 404
# https://www.handle.net/hnr-source/HSv9_API_Docs
_REGISTERED = frozenset({1, 200})
"""Found; found, and without the values that were asked for."""
_UNKNOWN = 100


def judge(question: Question, end: Answered | Failed) -> Finding | None:
    """What a service's answer means for the link; None: nothing, so ask the link itself.

    A service that cannot be asked says nothing about the link: that is `blocked`.
    """
    match question.source:
        case "doi" if _BY_NUMBER_QUERY in question.target:
            return _judge_number(end)
        case "doi":
            return _judge_doi(question, end)
        case "youtube":
            return _judge_video(question, end)
        case "openreview":
            return _judge_forum(end)
        case _:
            return None


def _judge_doi(question: Question, end: Answered | Failed) -> Finding | None:
    code = _said(end).get("responseCode")
    if _status(end) == _OK and _is_one_of(code, _REGISTERED):
        return Finding(verdict="ok", reason="the DOI is registered")
    # A 404 without the registry's own code may be anybody's.
    if _status(end) in {_OK, _NOT_FOUND} and _is_one_of(code, {_UNKNOWN}):
        doi = unquote(question.target.partition(_HANDLES)[2])
        reason = "no such DOI is registered"
        is_its = _is_surely(doi, question.url)
        return Finding(verdict="gone", reason=reason, failure="404") if is_its else None
    return _unasked("the registry of DOIs", end)


def _judge_number(end: Answered | Failed) -> Finding | None:
    message = _said(end).get("message")
    items = message.get("items") if isinstance(message, dict) else None
    if _status(end) != _OK or not isinstance(items, list):
        return _unasked("Crossref", end)
    return Finding(verdict="ok", reason="Crossref knows the paper") if items else None


def _judge_video(question: Question, end: Answered | Failed) -> Finding:
    said = _said(end)
    match _status(end):
        case 200 if said:
            return Finding(verdict="ok", reason="YouTube has the video", title=_title(said))
        case 401:
            # https://github.com/Tyrrrz/YoutubeExplode/issues/163
            return Finding(verdict="ok", reason="YouTube has the video, on its own site only")
        case 403:
            return Finding(verdict="blocked", reason="the video is private")
        case 404:
            return Finding(verdict="gone", reason="the video was deleted", failure="404")
        case 400 if not _POSSIBLE_VIDEO.fullmatch(_asked_video(question)):
            return Finding(verdict="gone", reason="YouTube knows no such video", failure="404")
        case _:
            return _unasked("YouTube", end)


def _asked_video(question: Question) -> str:
    page = parse_qs(urlsplit(question.target).query).get("url", [""])[0]
    return page.rpartition("=")[2]


def _judge_forum(end: Answered | Failed) -> Finding | None:
    """The API keeps only forums of its own time, and often asks for proof of a person."""
    notes = _said(end).get("notes")
    if _status(end) == _OK and isinstance(notes, list) and notes:
        return Finding(verdict="ok", reason="OpenReview has the paper")
    return None


def _status(end: Answered | Failed) -> int | None:
    return None if isinstance(end, Failed) or end.is_challenge else end.status


def _said(end: Answered | Failed) -> Mapping[str, object]:
    """The JSON object that an answer is; empty for every other."""
    if isinstance(end, Failed):
        return {}
    try:
        said = json.loads(end.start)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _is_one_of(code: object, codes: frozenset[int] | set[int]) -> bool:
    return type(code) is int and code in codes


def _title(said: Mapping[str, object]) -> str | None:
    title = said.get("title")
    if not isinstance(title, str):
        return None
    # Cleaning costs time for each character, so no more is cleaned than could be wanted.
    return text.clipped(text.line(title[: 10 * _TITLE_CHARS]), _TITLE_CHARS) or None


def _unasked(service: str, end: Answered | Failed) -> Finding:
    said = "" if isinstance(end, Failed) else f" (HTTP {end.status})"
    reason = f"{service} could not be asked{said}"
    return Finding(verdict="blocked", reason=reason, is_untold=True)


# arXiv ------------------------------------------------------------------------------------------


def paper_look(url: str, answer: Answer) -> Look:
    """What arXiv's word means for a link to a paper; a withdrawn one is there, with a note."""
    match answer:
        case Evidence(comment=comment):
            from bot.core import withdrawal  # noqa: PLC0415 - see the top

            note = "withdrawn by its authors" if withdrawal.is_announced(comment or "") else ""
            return Look(url=url, verdict="ok", reason="arXiv has the paper", note=note)
        case NotThere():
            reason = "arXiv knows no such paper"
            return Look(url=url, verdict="gone", reason=reason, failure="404")
        case Unreachable():
            reason = "arXiv could not be asked"
            return Look(url=url, verdict="blocked", reason=reason, is_untold=True)
        case _ as never:
            assert_never(never)
