"""What arXiv says about papers: evidence, or the reason why there is none.

The `arxiv` package writes the query and reads the records. Everything it lacks is here: time
limits, pacing, `Retry-After`, and the proof that an answer is whole and about what was asked.
No exception of httpx, lxml or arxiv leaves this module.
"""

from __future__ import annotations

import asyncio
import math
import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

import arxiv  # type: ignore[import-untyped]  # ships no types
import httpx
from lxml import etree  # type: ignore[import-untyped]  # ships no types

from bot.core import text
from bot.core.ratelimit import retry_after_s
from bot.edge import web
from bot.model import Answer, Evidence, Identity, NotThere, Unreachable
from bot.settings import is_loopback

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from types import TracebackType

    from bot.settings import Settings

BATCH = 200
"""Ids in one request; the address stays below 4,000 characters."""

TITLE_CHARS = 500
AUTHORS = 3_000
AUTHOR_CHARS = 300
ABSTRACT_CHARS = 20_000
REMARK_CHARS = 1_000
CATEGORIES = 30

_ID = re.compile(
    r"[0-9]{2}(?:0[1-9]|1[0-2])\.[0-9]{4,5}"
    r"|[a-z]{1,12}(?:-[a-z]{1,12})?/[0-9]{2}(?:0[1-9]|1[0-2])[0-9]{3}"
)
_ENTRY_ID = re.compile(
    r"https?://arxiv\.org/abs/(?:(?P<new>[0-9]{4}\.[0-9]{4,5})"
    r"|(?P<archive>[a-z-]{1,30})(?:\.[A-Z]{2})?(?P<number>/[0-9]{7}))(?:v[0-9]{1,5})?"
)
_REFUSED_ID = re.compile(rb"incorrect id format for ([!-;=-~]{1,60})\s*</")
_DOI = re.compile(r"10\.[0-9]{4,9}/[!-~]{1,200}")
_CATEGORY = re.compile(r"[A-Za-z][A-Za-z.-]{1,30}")

_ATOM = "{http://www.w3.org/2005/Atom}"
_TOTAL = "{http://a9.com/-/spec/opensearch/1.1/}totalResults"
_NEVER = "0001-01-01T00:00:00+00:00"
_FIRST_YEAR, _LAST_YEAR = 1900, 2200

# More than a fifth missing from a batch of some size is a failed fetch, not that many deletions.
_MISSING_SHARE, _FEW = 0.2, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long and how much: the defaults suit arXiv, tests make them small."""

    connect_s: float = 10.0
    answer_s: float = 20.0
    """For one whole answer, from the first byte sent to the last one read."""
    total_s: float = 45.0
    """For one batch with all its attempts and pauses."""
    attempts: int = 3
    pause_s: float = 3.0
    """Between two requests, times the run's pace; arXiv's terms ask for at least 3.

    Source: https://info.arxiv.org/help/api/tou.html
    """
    patience_s: float = 30.0
    """The longest `Retry-After` that is waited for; a longer one is passed on to the caller."""
    redirects: int = 3
    body_bytes: int = 20_000_000


class _Failed(Exception):  # noqa: N818 - reads as what happened; it never leaves the module
    """One attempt gave nothing; trying again may."""

    def __init__(self, what: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.retry_after_s = retry_after_s


class _Refused(Exception):  # noqa: N818 - as above
    """The service would not look for any of the ids, because of this one."""

    def __init__(self, id_: str) -> None:
        super().__init__(id_)
        self.id = id_


class Client:
    """Asks arXiv about papers, one request at a time; keep one for the whole run.

    It drives an event loop of its own, so call it from outside of any.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        limits: Limits = Limits(),
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the address, the pace and the name we go by from `settings`."""
        self._limits = limits
        self._pace = settings.pace
        self._sleep = sleep
        self._clock = clock
        self._line = _Line(settings, limits=limits, sleep=sleep, clock=clock)
        self._package = arxiv.Client(delay_seconds=0, num_retries=0)
        base = settings.services["arxiv"].replace("{", "{{").replace("}", "}}")
        self._package.query_url_format = base + ("&{}" if "?" in base else "?{}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._line.close()

    def arxiv(self, ids: Sequence[str]) -> Mapping[str, Answer]:
        """What arXiv says about each paper, by its id as given.

        Ids are canonical, without a version; anything else is a ValueError. `NotThere` is said
        only on the word of an answer that is whole and about the right papers.
        """
        wanted = tuple(dict.fromkeys(ids))
        if wrong := [id_ for id_ in wanted if not _ID.fullmatch(id_)]:
            raise ValueError(f"not canonical arXiv ids: {wrong[:5]}")
        answers: dict[str, Answer] = {}
        for start in range(0, len(wanted), BATCH):
            answers |= self._batch(wanted[start : start + BATCH])
        return {id_: answers[id_] for id_ in wanted}

    @property
    def requests(self) -> int:
        """Requests that were sent up to now."""
        return self._line.requests

    def _batch(self, ids: Sequence[str]) -> dict[str, Answer]:
        """Answers for ids that fit into one request, with attempts until the time is up."""
        answers: dict[str, Answer] = {}
        give_up_at = self._clock() + self._limits.total_s
        attempt = 1
        while left := [id_ for id_ in ids if id_ not in answers]:
            try:
                answers |= self._ask(left, give_up_at=give_up_at)
            except _Failed as failure:
                pause = self._pause(failure, attempt)
                is_late = self._clock() + pause >= give_up_at
                if attempt == self._limits.attempts or pause > self._limits.patience_s or is_late:
                    despair = _unreachable(failure.what, retry_after_s=failure.retry_after_s)
                    return answers | dict.fromkeys(left, despair)
                self._sleep(pause)
                attempt += 1
        return answers

    def _pause(self, failure: _Failed, attempt: int) -> float:
        if failure.retry_after_s is not None:
            return failure.retry_after_s
        return self._limits.pause_s * self._pace * attempt

    def _ask(self, ids: Collection[str], *, give_up_at: float) -> dict[str, Answer]:
        """Answers out of one request: for all ids, or for the one that arXiv refused."""
        limit_s = min(self._limits.answer_s, give_up_at - self._clock())
        if limit_s <= 0:
            raise _Failed(f"arXiv did not answer within {self._limits.total_s:g} seconds.")
        session = _Session(self._line, limit_s=limit_s)
        self._package._session = session  # noqa: SLF001 - the package takes none, and keeps its own there
        self._package.page_size = len(ids)
        # Without a `max_results` of its own the package gives the whole first page, and the
        # session sees to it that there is no second one.
        query = arxiv.Search(id_list=list(ids), max_results=None)
        try:
            results = list(self._package.results(query))
        except _Refused as refusal:
            if refusal.id in ids:
                return {refusal.id: _not_there(refusal.id)}
            raise _Failed("arXiv refused a paper that it was not asked for.") from refusal
        if not results and (len(ids) > 1 or session.total != 0):
            raise _Failed(f"arXiv answered with an empty list for {_papers(len(ids))}.")
        return _sorted_out(results, ids, total=session.total)


def _sorted_out(
    results: Collection[Any], ids: Collection[str], *, total: int | None
) -> dict[str, Answer]:
    """Results by the id they were asked for, and for each missing one what that means."""
    asked = frozenset(ids)
    found: dict[str, Answer] = {}
    strangers = 0
    for result in results:
        id_ = _id_of(result.entry_id)
        if id_ is None or id_ not in asked:
            strangers += 1
        elif id_ not in found:
            found[id_] = _answer(id_, result)
    missing = [id_ for id_ in ids if id_ not in found]
    doubt = None
    if strangers:
        doubt = "arXiv answered about another paper."
    elif total != len(results):
        doubt = "arXiv's list does not hold as many papers as it says."
    elif len(ids) >= _FEW and len(missing) > _MISSING_SHARE * len(ids):
        doubt = f"arXiv left out {len(missing)} of {len(ids)} papers, too many to believe it."
    return found | {id_: _unreachable(doubt) if doubt else _not_there(id_) for id_ in missing}


def _not_there(id_: str) -> NotThere:
    return NotThere(source="arxiv", what=f"arXiv knows no paper with the id {id_}.")


def _unreachable(what: str, *, retry_after_s: float | None = None) -> Unreachable:
    return Unreachable(source="arxiv", what=what, retry_after_s=retry_after_s)


def _papers(number: int) -> str:
    return "one paper" if number == 1 else f"{number} papers"


# ---- from a record to evidence ----


def _id_of(entry_id: str) -> str | None:
    """The canonical id in `http://arxiv.org/abs/<id>v<n>`."""
    if not (match := _ENTRY_ID.fullmatch(entry_id.strip())):
        return None
    return match["new"] or match["archive"] + match["number"]


def _answer(id_: str, result: Any) -> Evidence | Unreachable:  # noqa: ANN401 - arxiv has no types
    title = _line(result.title, TITLE_CHARS)
    starts = (author.name.strip()[:AUTHOR_CHARS] for author in result.authors)
    # A collaboration's name is followed by an author ":".
    names = [name for name in starts if any(map(str.isalpha, name))]
    year = result.published.year
    if not (title and names and _FIRST_YEAR <= year <= _LAST_YEAR):
        return _unreachable(f"arXiv's record of {id_} lacks a title, authors or a date.")
    abstract = _line(result.summary, ABSTRACT_CHARS)
    return Evidence(
        source="arxiv",
        paper=Identity(kind="arxiv", id=id_),
        title=text.clipped(title, TITLE_CHARS),
        authors=tuple(map(text.line, names)) if len(names) <= AUTHORS else (),
        abstract=abstract if 0 < len(abstract) <= ABSTRACT_CHARS else None,
        year=year,
        categories=_categories(result),
        doi=_doi(result.doi),
        journal_ref=_remark(result.journal_ref),
        comment=_remark(result.comment),
        notes=_notes(title, names, abstract),
    )


def _notes(title: str, names: Sequence[str], abstract: str) -> tuple[str, ...]:
    """What had to be left out, for people."""
    left_out = (
        (
            len(title) > TITLE_CHARS,
            f"The title on arXiv is longer than {TITLE_CHARS} characters and was cut.",
        ),
        (
            len(names) > AUTHORS,
            f"arXiv names {len(names):,} authors: write those to show in the form, one a line.",
        ),
        (
            len(abstract) > ABSTRACT_CHARS,
            f"The abstract on arXiv is longer than {ABSTRACT_CHARS:,} characters and was left out.",
        ),
    )
    return tuple(note for is_so, note in left_out if is_so)


def _line(raw: str, most: int) -> str:
    """Clean text of one line, longer than `most` where it has to be cut.

    Cleaning costs time for each character, so no more is cleaned than could be wanted.
    """
    return text.line(raw[: 10 * most])


def _remark(raw: str | None) -> str | None:
    return text.clipped(_line(raw or "", REMARK_CHARS), REMARK_CHARS) or None


def _doi(raw: str | None) -> str | None:
    doi = _line(raw or "", REMARK_CHARS)
    return doi.lower() if _DOI.fullmatch(doi) else None


def _categories(result: Any) -> tuple[str, ...]:  # noqa: ANN401 - arxiv has no types
    terms = dict.fromkeys([result.primary_category, *result.categories])
    return tuple(term for term in terms if _CATEGORY.fullmatch(term))[:CATEGORIES]


# ---- from bytes to a feed that the package reads rightly ----


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """What the package wants of a `requests.Response`."""

    content: bytes
    status_code: int = 200


class _Session:
    """Stands in the place of the package's `requests.Session`, for one question."""

    def __init__(self, line: _Line, *, limit_s: float) -> None:
        self._line = line
        self._limit_s = limit_s
        self.total: int | None = None
        """How many papers the answer says it is about."""

    def get(self, url: str, **_: object) -> _Page:
        """The answer, proven whole; raises _Failed or _Refused otherwise."""
        root = _feed(self._line.fetch(url, limit_s=self._limit_s))
        total = (root.findtext(_TOTAL) or "").strip()
        self.total = int(total) if re.fullmatch(r"[0-9]{1,9}", total) else None
        return _Page(content=_readable(root))


def _feed(body: bytes) -> Any:  # noqa: ANN401 - lxml has no types
    """The root of an Atom feed; the package would take half of one for the whole."""
    if not body.rstrip().endswith(b"</feed>"):
        raise _Failed("arXiv answered with something else than a whole list of papers.")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(body, parser=parser)
    except etree.XMLSyntaxError as error:
        raise _Failed("arXiv answered with XML that cannot be read.") from error
    if root.tag != f"{_ATOM}feed" or root.getroottree().docinfo.internalDTD is not None:
        raise _Failed("arXiv answered with XML that is not a list of papers.")
    return root


def _readable(root: Any) -> bytes:  # noqa: ANN401 - lxml has no types
    """The feed without what the package trips over.

    It raises on a date it cannot read and asks for a second page where the total is higher than
    the number of entries; an entry with two PDF links or no date goes into the log, text and all.
    """
    etree.strip_elements(root, f"{_ATOM}link", _TOTAL, with_tail=False)
    for entry in root.iterfind(f"{_ATOM}entry"):
        for name in ("published", "updated"):
            found = entry.find(_ATOM + name)
            if found is None:
                found = etree.SubElement(entry, _ATOM + name)
            found.text = _date(found.text or "")
    content: bytes = etree.tostring(root, encoding="UTF-8")
    return content


def _date(raw: str) -> str:
    try:
        moment = datetime.fromisoformat(raw.strip())
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        return _NEVER


# ---- from an address to bytes ----


class _Line:
    """The one connection to arXiv: paced, and with an end to every wait."""

    def __init__(
        self,
        settings: Settings,
        *,
        limits: Limits,
        sleep: Callable[[float], None],
        clock: Callable[[], float],
    ) -> None:
        self._limits = limits
        self._pause_s = limits.pause_s * settings.pace
        self._sleep = sleep
        self._clock = clock
        self._free_at = -math.inf
        """When politeness allows the next request."""
        self._open_at = -math.inf
        """When arXiv wants to be asked again, after a `Retry-After`."""
        self.requests = 0
        # Of httpx's two clients only the asynchronous one can be given an end to a whole answer:
        # the time limits of both start again with each byte, so a dripping server holds them.
        self._runner = asyncio.Runner()
        base = httpx.URL(settings.services["arxiv"])
        self._http = httpx.AsyncClient(
            # Compressed answers would have to be bounded twice; arXiv's are small.
            headers={"User-Agent": web.user_agent(settings), "Accept-Encoding": "identity"},
            timeout=httpx.Timeout(None, connect=limits.connect_s),
            verify=web.trust(),
            # A proxy of the environment leads out; what runs on this machine is not there.
            trust_env=not is_loopback(base.host),
        )

    def close(self) -> None:
        self._runner.run(self._http.aclose())
        self._runner.close()

    def fetch(self, url: str, *, limit_s: float) -> bytes:
        """The body of a good answer; raises _Failed or _Refused for every other."""
        if (wait := self._open_at - self._clock()) > 0:
            raise _Failed(_told_to_wait(wait), retry_after_s=wait)
        target = httpx.URL(url)
        for _ in range(1 + self._limits.redirects):
            response, body = self._request(target, limit_s=limit_s)
            if response.next_request is None:
                self._judge(response, body)
                return body
            if not _is_same_place(target, response.next_request.url):
                raise _Failed("arXiv sent us on to another host, which we do not follow.")
            target = response.next_request.url
        raise _Failed(f"arXiv sent us on more than {self._limits.redirects} times.")

    def _request(self, url: httpx.URL, *, limit_s: float) -> tuple[httpx.Response, bytes]:
        if (wait := self._free_at - self._clock()) > 0:
            self._sleep(wait)
        self.requests += 1
        try:
            return self._runner.run(self._download(url, limit_s))
        except TimeoutError as error:
            raise _Failed(f"arXiv did not answer within {limit_s:.3g} seconds.") from error
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise _Failed("No connection to arXiv could be made.") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _Failed("The connection to arXiv broke off before the answer ended.") from error
        finally:
            self._free_at = self._clock() + self._pause_s

    async def _download(self, url: httpx.URL, limit_s: float) -> tuple[httpx.Response, bytes]:
        body = bytearray()
        async with asyncio.timeout(limit_s), self._http.stream("GET", url) as response:
            if response.status_code in {httpx.codes.OK, httpx.codes.BAD_REQUEST}:
                async for chunk in response.aiter_raw():
                    body += chunk
                    if len(body) > self._limits.body_bytes:
                        raise _Failed(
                            f"arXiv's answer is longer than {self._limits.body_bytes:,} bytes."
                        )
        return response, bytes(body)

    def _judge(self, response: httpx.Response, body: bytes) -> None:
        """Raise unless the status is 200."""
        status = response.status_code
        if status == httpx.codes.OK:
            return
        if status == httpx.codes.BAD_REQUEST and (named := _REFUSED_ID.search(body)):
            raise _Refused(named[1].decode())
        if status in {httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE}:
            wait = retry_after_s(response.headers.get("Retry-After", ""), now=datetime.now(UTC))
            if wait is not None:
                self._open_at = self._clock() + wait
                raise _Failed(_told_to_wait(wait, status), retry_after_s=wait)
        raise _Failed(f"arXiv answered with HTTP {status} instead of a list of papers.")


def _told_to_wait(wait_s: float, status: int | None = None) -> str:
    reason = f" (HTTP {status})" if status else ""
    return f"arXiv asked us to wait {math.ceil(wait_s)} seconds{reason}."


def _is_same_place(here: httpx.URL, there: httpx.URL) -> bool:
    """Whether a redirect stays: same scheme, host and port, or to https of the same host."""
    if here.host != there.host:
        return False
    is_upgrade = there.scheme == "https" and there.port is None
    return is_upgrade or (here.scheme, here.port) == (there.scheme, there.port)
