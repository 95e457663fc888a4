"""What a person pastes to the paper that it names, its canonical link and its citation key.

Reading is lenient where that cannot harm and strict where it matters: words around an identifier
are ignored, but an id that cannot exist is refused with the reason, and a field names one paper.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, unquote

from bot.core import text, weblink
from bot.core.text import ANY_CASE
from bot.core.weblink import RefusalError
from bot.model import Identity, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Mapping, Sequence
    from datetime import date

    from bot.core.weblink import Link
    from bot.model import Kind

_NAMES: Mapping[Kind, str] = MappingProxyType(
    {
        "arxiv": "the arXiv paper",
        "doi": "the DOI",
        "openreview": "the OpenReview paper",
        "acl": "the ACL Anthology paper",
        "pmlr": "the PMLR paper",
        "neurips": "the NeurIPS paper",
        "url": "the link",
    }
)
_EXAMPLES: Mapping[Kind, str] = MappingProxyType(
    {
        "arxiv": "2208.12268 or math/0309136",
        "doi": "10.1145/3580305.3599238",
        "openreview": "B1xTaJHYwS",
        "acl": "P19-1001 or 2023.findings-acl.632",
        "pmlr": "v235/hou24a",
        "neurips": "2023/ and the 32 letters and digits of its address",
        "url": "https://example.org/paper.pdf",
    }
)
_PASTE_ONE = "Paste one link or identifier, such as https://arxiv.org/abs/2208.12268"


def read(
    pasted: str, *, field: str = "paper", allows_private: bool = False, today: date | None = None
) -> Identity | Problem:
    """The paper that a pasted text names; a Problem when it names none, several or a trap.

    Takes links of arXiv and its mirrors, DOI and publishers, OpenReview, the ACL Anthology, PMLR
    and NeurIPS, bare arXiv, DOI and ACL identifiers, and any other http(s) link, also in Markdown,
    brackets or a sentence. The same paper may be named twice. `allows_private` takes links to
    loopback and private hosts; with `today`, arXiv ids of months that are not there yet are refused.

    >>> found = read("arXiv:2208.12268v2 [cs.CL] 27 Aug 2022")
    >>> found.kind, found.id, found.version
    ('arxiv', '2208.12268', 2)
    >>> read("https://dl.acm.org/doi/pdf/10.1145/3580305.3599238").id
    '10.1145/3580305.3599238'
    >>> read("2213.12268").what
    '“2213.12268” cannot be an arXiv id: 13 is not a month'
    """
    try:
        return _paper(weblink.clean(pasted), allows_private=allows_private, today=today)
    except RefusalError as refusal:
        return Problem(field=field, what=refusal.what, fix=refusal.fix)


# Ids that are canonical beyond doubt; a list has thousands of them, and reading each takes longer.
_PLAIN: Mapping[Kind, re.Pattern[str]] = MappingProxyType(
    {
        "arxiv": re.compile(r"(?:1[5-9]|2[0-9])(?:0[1-9]|1[0-2])\.(?!00000)[0-9]{5}"),
        "doi": re.compile(r"10\.(?!48550/|18653/|3115/)[0-9]{4,9}/[a-z0-9]+(?:[.-][0-9]+){0,9}"),
    }
)


def identity(
    kind: Kind, written: str, *, field: str = "ids", allows_private: bool = False
) -> Identity | Problem:
    """The paper behind an id as it stands in an entry: only the canonical form is accepted.

    >>> identity("acl", "p19-1001").fix
    'Write P19-1001'
    """
    wanted = Identity(kind=kind, id=written)
    if kind in _PLAIN and _PLAIN[kind].fullmatch(written):
        return wanted
    by_link = read(url(wanted), allows_private=allows_private)
    if by_link == wanted:
        return wanted
    by_itself = read(written, allows_private=allows_private)
    meant = by_link if isinstance(by_link, Identity) and by_link.kind == kind else by_itself
    if isinstance(meant, Problem):
        what, fix = meant.what, f"Write an id such as {_EXAMPLES[kind]}"
    elif meant.kind == kind:
        what = f"{text.quoted(written)} is not the one form in which this id is kept"
        fix = f"Write {meant.id}"
    else:
        what, fix = f"{text.quoted(written)} is {_said(meant)}", f"Write {meant.kind}: {meant.id}"
    return Problem(field=field, what=what, fix=fix)


def url(identity: Identity) -> str:
    """The canonical https link of a paper, without a version, with its track where that is known.

    >>> url(Identity(kind="doi", id="10.1002/(sici)1097<1::aid>3.0.co;2-o"))
    'https://doi.org/10.1002/(sici)1097%3C1::aid%3E3.0.co;2-o'
    """
    match identity.kind:
        case "doi":
            return f"https://doi.org/{quote(identity.id, safe=_DOI_SAFE, errors='replace')}"
        case "neurips":
            return _neurips_page(identity)
        case kind:
            return _PAGES[kind].format(identity.id)


_PAGES: Mapping[Kind, str] = MappingProxyType(
    {
        "arxiv": "https://arxiv.org/abs/{}",
        "openreview": "https://openreview.net/forum?id={}",
        "acl": "https://aclanthology.org/{}/",
        "pmlr": "https://proceedings.mlr.press/{}.html",
        "url": "{}",
    }
)


def same_page(paper: Identity, page: str) -> str | None:
    """The canonical link of a paper's own page, if `page` is that; it may tell the track."""
    named = read(page)
    if isinstance(named, Identity) and (named.kind, named.id) == (paper.kind, paper.id):
        return url(named)
    return None


def link(written: str, *, field: str, allows_private: bool = False) -> str | Problem:
    """The normal form of a plain link, such as one to code, slides or a video.

    The scheme is https where none was given or the host is known to serve it, the host ASCII in
    lower case, the default port gone, unsafe characters percent-encoded, the fragment kept.

    >>> link("github.com/ada/fed prompt", field="code")
    'https://github.com/ada/fed%20prompt'
    >>> link("HTTP://Example.org:80", field="code")
    'http://example.org/'
    """
    try:
        return str(weblink.alone(weblink.clean(written), allows_private=allows_private))
    except RefusalError as refusal:
        return Problem(field=field, what=refusal.what, fix=refusal.fix)


def year_hint(identity: Identity) -> int | None:
    """The year that the id tells: of arXiv's first version, of the volume of the others.

    >>> year_hint(Identity(kind="arxiv", id="math/0309136"))
    2003
    """
    match identity.kind:
        case "arxiv" if "/" in identity.id:
            return _year(identity.id.partition("/")[2][:2])
        case "arxiv":
            return 2000 + int(identity.id[:2])
        case "acl" if identity.id[0].isalpha():
            return _year(identity.id[1:3])
        case "acl" | "neurips":
            return int(identity.id[:4])
        case "pmlr" if found := _PMLR_YEAR.search(identity.id):
            return _year(found["yy"])
        case _:
            return None


_PMLR_YEAR = re.compile("(?P<yy>[0-9]{2})[a-z]*$")


def _year(two_digits: str) -> int:
    """All of them count from the middle of the last century."""
    return int(two_digits) + (1900 if two_digits > "50" else 2000)


# A pasted text ----------------------------------------------------------------------------------

# A comma without a space still separates where another identifier starts behind it.
_GLUE = re.compile(
    r"[,;|](?=https?:|arxiv[:.]|doi[:.]|10\.[0-9]{4,9}/|[0-9]{4}\.[0-9]{4})", ANY_CASE
)


def _paper(clean: str, *, allows_private: bool, today: date | None) -> Identity:
    _refuse_odd_characters(clean)
    pieces = [*filter(None, map(weblink.peeled, _GLUE.sub(" ", clean.replace("](", " ")).split()))]
    named = [
        _named(piece, is_alone=len(pieces) == 1, allows_private=allows_private) for piece in pieces
    ]
    papers = [paper for paper in named if paper]
    if not papers:
        raise RefusalError(
            f"{text.quoted(clean)} names no paper" if pieces else "it is empty", _PASTE_ONE
        )
    first = papers[0]
    if other := next((it for it in papers if (it.kind, it.id) != (first.kind, first.id)), None):
        raise RefusalError(
            f"it names two papers: {_said(first)} and {_said(other)}",
            "Leave only the paper's own link; code has a field of its own, another paper an issue of its own.",
        )
    if first.kind == "url" and named[-1] is None:
        raise RefusalError(
            f"{text.quoted(clean)} does not tell where the link ends",
            f"Leave only the link, with %20 for a space in it, such as {text.clipped(first.id, 80)}",
        )
    if today:
        _refuse_the_future(first, today)
    versions = {paper.version for paper in papers if paper.version}
    return replace(first, version=versions.pop() if len(versions) == 1 else None)


def _said(paper: Identity) -> str:
    return f"{_NAMES[paper.kind]} {text.clipped(paper.id, 80)}"


def _refuse_odd_characters(clean: str) -> None:
    if "\\" in clean:
        raise RefusalError(f"{text.quoted(clean)} holds a backslash", "Write / in links.")
    if any(char.isdecimal() and not char.isascii() for char in clean):
        digits = (str(unicodedata.decimal(c)) if c.isdecimal() else c for c in clean)
        raise RefusalError(
            f"{text.quoted(clean)} has digits of another script",
            f"Write it with the digits 0 to 9: {text.clipped(''.join(digits), 80)}",
        )


def _named(piece: str, *, is_alone: bool, allows_private: bool) -> Identity | None:
    """The paper that one piece of the text names, None for a word."""
    if bare := _arxiv_text(piece) or _doi_text(piece) or _acl(piece):
        return bare
    if address := weblink.with_scheme(piece, is_alone=is_alone):
        link = weblink.parse(address, allows_private=allows_private, allows_idn=False)
        return _from_link(link)
    return None


def _from_link(link: Link) -> Identity:
    """The paper that a link names by its host's rule; else the link is its own identity."""
    for homes, rule in _RULES:
        if link.is_at(homes) and (paper := rule(link)):
            return paper
    if link.is_at(_PAPERS_ONLY):
        raise RefusalError(
            f"{text.quoted(str(link))} is not the page of one paper",
            "Open the paper and copy its link, such as https://arxiv.org/abs/2208.12268",
        )
    return Identity(kind="url", id=str(link))


# arXiv: https://info.arxiv.org/help/arxiv_identifier.html ----------------------------------------

# The archives there were when ids carried them, until March 2007.
# https://github.com/arXiv/arxiv-base/blob/develop/arxiv/taxonomy/definitions.py
_ARCHIVES = frozenset(
    {"acc-phys", "adap-org", "alg-geom", "ao-sci", "astro-ph", "atom-ph", "bayes-an", "chao-dyn",
     "chem-ph", "cmp-lg", "comp-gas", "cond-mat", "cs", "dg-ga", "funct-an", "gr-qc", "hep-ex",
     "hep-lat", "hep-ph", "hep-th", "math", "math-ph", "mtrl-th", "nlin", "nucl-ex", "nucl-th",
     "patt-sol", "physics", "plasm-ph", "q-alg", "q-bio", "quant-ph", "solv-int", "supr-con"}
)  # fmt: skip
_ARXIV_PREFIX = re.compile(r"arxiv:(?:(?:abs|pdf)/)?", ANY_CASE)
_ARXIV_PATH = re.compile(
    r"/(?:(?:abs|pdf|html|format|ps|src|e-print|overview|papers)/)?(?:arxiv:)?(?P<id>.+)", ANY_CASE
)
_ARXIV_ID = re.compile(
    r"(?:(?P<archive>[a-z]+(?:-[a-z]+)?)(?P<class>\.[a-z-]{2,12})?/)?"
    r"(?P<yy>[0-9]{2})(?P<mm>[0-9]{2})(?:(?P<old>[0-9]{3})|\.(?P<new>[0-9]{4,5}))"
    r"(?:v(?P<version>[0-9]{1,4}))?(?:\.pdf)?/?(?:\[[a-z.-]{2,20}\])?",
    ANY_CASE,
)


def _arxiv_text(piece: str) -> Identity | None:
    prefix = _ARXIV_PREFIX.match(piece)
    return _surely_arxiv(piece[prefix.end() :]) if prefix else _arxiv(piece, is_sure=False)


def _surely_arxiv(bare: str) -> Identity:
    if paper := _arxiv(bare, is_sure=True):
        return paper
    raise RefusalError(
        f"{text.quoted(bare)} is no arXiv id", f"Write an id such as {_EXAMPLES['arxiv']}"
    )


def _arxiv_link(link: Link) -> Identity | None:
    path = _ARXIV_PATH.fullmatch(unquote(link.path))
    return _arxiv(path["id"], is_sure=True) if path else None


def _hugging_face_link(link: Link) -> Identity | None:
    """The arXiv paper of a paper page; models and data sets have other addresses."""
    return _arxiv_link(link) if link.path.startswith("/papers/") else None


def _arxiv(bare: str, *, is_sure: bool) -> Identity | None:
    """The arXiv paper; None when the text has not the shape of an id, or is not surely one."""
    found = _ARXIV_ID.fullmatch(bare)
    if not found or bool(found["archive"]) != bool(found["old"]):
        return None
    archive, month = (found["archive"] or "").lower(), found["yy"] + found["mm"]
    if found["class"] and archive not in _ARCHIVES and not is_sure:
        return None
    reasons = (*_impossible(found), *(_impossible_old if archive else _impossible_new)(found))
    if why := next((why for holds, why in reasons if holds), None):
        raise RefusalError(
            f"{text.quoted(bare)} cannot be an arXiv id: {why}",
            f"Copy the id from the paper's arXiv page, such as {_EXAMPLES['arxiv']}",
        )
    return Identity(
        kind="arxiv",
        id=f"{archive}/{month}{found['old']}" if archive else f"{month}.{found['new']}",
        version=int(found["version"]) if found["version"] else None,
    )


def _refuse_the_future(paper: Identity, today: date) -> None:
    """Refuse an arXiv id of a later month than the next: clocks may differ, years may not."""
    if paper.kind != "arxiv" or "/" in paper.id:
        return
    year, month = 2000 + int(paper.id[:2]), int(paper.id[2:4])
    if 12 * (year - today.year) + month - today.month > 1:
        raise RefusalError(
            f"{text.quoted(paper.id)} cannot be an arXiv id yet: it is of month {month} of {year}",
            f"Copy the id from the paper's arXiv page, such as {_EXAMPLES['arxiv']}",
        )


_Reasons = tuple[tuple[bool, str], ...]


def _impossible(found: re.Match[str]) -> _Reasons:
    return (
        (not "01" <= found["mm"] <= "12", f"{found['mm']} is not a month"),
        (not (found["old"] or found["new"]).strip("0"), "numbers start at 1"),
        (found["version"] is not None and not found["version"].strip("0"), "versions start at v1"),
    )


def _impossible_new(found: re.Match[str]) -> _Reasons:
    month, digits = found["yy"] + found["mm"], len(found["new"])
    return (
        # The archive began in 1991, so until 2091 these are of the last century.
        (not "0704" <= month < "9101", "ids of this form start in April 2007, with 0704.0001"),
        (month < "1501" and digits != len("0001"), "until 2014 four digits follow the dot"),
        (
            month >= "1501" and digits != len("00001"),
            "since 2015 five digits follow the dot; perhaps a last zero got lost",
        ),
    )


def _impossible_old(found: re.Match[str]) -> _Reasons:
    month, archive = found["yy"] + found["mm"], found["archive"].lower()
    return (
        (archive not in _ARCHIVES, f"arXiv had no archive {text.clipped(archive, 20)}"),
        ("0703" < month < "9108", "ids of this form go from August 1991 to March 2007"),
    )


# DOI: https://www.doi.org/doi-handbook/HTML/doi-name-syntax.html ---------------------------------

_DOI = re.compile(
    r"10\.[0-9]{4,9}(?:\.[0-9]{1,9})*/[a-z0-9._~;()/:<>\[\]#+&,'!*@=$-]+(?<![.,;:!'*/])"
)
_DOI_SAFE = "/:;()._-~,!*'@=$+&"
_DOI_TEXT = re.compile(r"(?:doi:)?(?P<doi>10\.[0-9.]{4,40}/[^?]+)(?:\?.*)?", ANY_CASE)
_DOI_PATH = re.compile(r"/(?:doi(?:/[a-z]+)?|article|chapter|book|content/pdf)/(?P<doi>10\..+)", ANY_CASE)  # fmt: skip
_DOI_TAIL = re.compile(r"(?:\.pdf|/(?:full|abstract|summary|references|e?pdf|fulltext\.html))$")


def _doi_text(piece: str) -> Identity | None:
    found = _DOI_TEXT.fullmatch(piece)
    return _doi(found["doi"]) if found else None


def _doi_link(link: Link) -> Identity:
    bare = unquote(link.path).strip("/ ")
    return _doi(bare[len("doi:") :] if bare.lower().startswith("doi:") else bare)


def _publisher_link(link: Link) -> Identity | None:
    """The DOI in a publisher's address; ACM's own 10.5555 is not registered, there the link counts."""
    found = _DOI_PATH.fullmatch(unquote(link.path))
    if not found or found["doi"].startswith("10.5555/"):
        return None
    return _doi(_DOI_TAIL.sub("", found["doi"]))


def _doi(written: str) -> Identity:
    doi = weblink.peeled(weblink.peeled(unquote(unquote(written)).strip()).rstrip("/"))
    if not doi.isascii() or not _DOI.fullmatch(doi.lower()):
        raise RefusalError(
            f"{text.quoted(written)} is no DOI"
            if written
            else "it is a link to doi.org without a DOI",
            f"Write the whole DOI, such as {_EXAMPLES['doi']}",
        )
    doi = doi.lower()
    match doi.split("/", 1):
        case ["10.48550", suffix] if suffix.startswith("arxiv."):
            return _surely_arxiv(suffix.removeprefix("arxiv."))
        case ["10.18653" | "10.3115", suffix] if suffix.startswith("v1/"):
            return _surely_acl(suffix.removeprefix("v1/"))
        case _:
            return Identity(kind="doi", id=doi)


# OpenReview -------------------------------------------------------------------------------------

_FORUM = re.compile(r"[A-Za-z0-9_-]{6,40}")


def _openreview_link(link: Link) -> Identity | None:
    forums = set(parse_qs(link.query).get("id", ()))
    if link.path.rstrip("/") not in {"/forum", "/pdf", "/attachment"} or len(forums) != 1:
        return None
    forum = forums.pop().strip()
    return Identity(kind="openreview", id=forum) if _FORUM.fullmatch(forum) else None


# ACL Anthology: https://aclanthology.org/info/ids/ -----------------------------------------------

_ACL_OLD = re.compile(r"[ac-fh-uw-y](?P<yy>[0-9]{2})-(?P<number>[0-9]{4})", ANY_CASE)
_ACL_NEW = re.compile(
    r"(?:19|20)[0-9]{2}\.[a-z0-9_]{1,40}-[a-z0-9_]{1,40}\.(?P<number>0|[1-9][0-9]{0,4})", ANY_CASE
)
_ACL_TAIL = re.compile(r"(?:v[0-9]{1,2})?(?:\.(?:pdf|bib|xml|endf|ris))?$", ANY_CASE)


def _acl(bare: str) -> Identity | None:
    """The ACL paper: `P19-1001` until 2020, `2023.findings-acl.632` since."""
    if old := _ACL_OLD.fullmatch(bare):
        id_ = bare.upper()
        # Workshops have a hundred papers a volume, the others a thousand.
        is_front = old["number"].endswith("00" if id_.startswith("W") else "000")
        is_late = "20" < old["yy"] < "52"
    elif new := _ACL_NEW.fullmatch(bare):
        id_, is_front, is_late = bare.lower(), new["number"] == "0", False
    else:
        return None
    if is_front or is_late:
        why = "such ids end with 2020" if is_late else "this is the front matter of a volume"
        raise RefusalError(
            f"{text.quoted(bare)} names no ACL Anthology paper: {why}",
            f"Copy the id from the paper's page, such as {_EXAMPLES['acl']}",
        )
    return Identity(kind="acl", id=id_)


def _surely_acl(bare: str) -> Identity:
    if paper := _acl(bare):
        return paper
    raise RefusalError(
        f"{text.quoted(bare)} names no ACL Anthology paper, but perhaps a volume",
        "Give the link of the paper, such as https://aclanthology.org/P19-1001/",
    )


def _acl_link(link: Link) -> Identity | None:
    last = unquote(link.path).rstrip("/").rpartition("/")[2]
    return _acl(_ACL_TAIL.sub("", last, count=1))


# PMLR -------------------------------------------------------------------------------------------

_PMLR_PATH = re.compile(
    r"/(?P<volume>[vr][0-9]{1,4})/(?P<name>[a-z][a-z_-]{0,60}[0-9]{2}[a-z]{0,3})"
    r"(?:\.html|\.pdf|/[^/]*)?"
)
_PMLR_ASSETS = re.compile(r"/mlresearch(?P<volume>/[vr][0-9]{1,4}/)[a-z-]+/assets/(?P<rest>.+)")


def _pmlr_link(link: Link) -> Identity | None:
    found = _PMLR_PATH.fullmatch(link.path)
    return Identity(kind="pmlr", id=f"{found['volume']}/{found['name']}") if found else None


def _pmlr_assets_link(link: Link) -> Identity | None:
    """The PMLR paper of a PDF: since 2024 the site links to those on GitHub."""
    found = _PMLR_ASSETS.fullmatch(link.path)
    return _pmlr_link(replace(link, path=found["volume"] + found["rest"])) if found else None


# NeurIPS ----------------------------------------------------------------------------------------

_NEURIPS_PATH = re.compile(
    r"/(?:paper_files/)?paper/(?P<year>(?:19|20)[0-9]{2})/(?:hash|file)/"
    r"(?P<hash>[0-9a-f]{32})-[A-Za-z]+(?:-(?P<track>[A-Za-z0-9_]{1,60}))?\.[a-z]{3,4}"
)
_FIRST_WITH_TRACKS = "2022"
_MAIN_TRACK = "Conference"
# In 2021 the track for data sets and benchmarks had a site of its own, and two rounds.
_ROUNDS = frozenset({"round1", "round2"})
_ROUNDS_HOST = "datasets-benchmarks-proceedings.neurips.cc"


def _neurips_link(link: Link) -> Identity | None:
    """The NeurIPS paper; a track beside the main one is part of its address, and of no id."""
    found = _NEURIPS_PATH.fullmatch(link.path)
    if not found:
        return None
    track = found["track"] if found["track"] != _MAIN_TRACK else None
    return Identity(kind="neurips", id=f"{found['year']}/{found['hash']}", track=track)


def _neurips_round_link(link: Link) -> Identity | None:
    found = _neurips_link(link)
    return found if found and found.track in _ROUNDS else None


def _neurips_page(paper: Identity) -> str:
    """The abstract's page. The site serves it under the name of its track and no other."""
    year, _, rest = paper.id.partition("/")
    track = paper.track or (_MAIN_TRACK if year >= _FIRST_WITH_TRACKS else "")
    # What stands behind the hash is no part of an id: `identity` finds the right one by this link.
    number = rest.partition("-")[0]
    name = f"{number}-Abstract{track and f'-{track}'}.html"
    host = _ROUNDS_HOST if track in _ROUNDS else "proceedings.neurips.cc"
    return f"https://{host}/paper_files/paper/{year}/hash/{name}"


# Hosts ------------------------------------------------------------------------------------------

# Whose links name papers in which way.
_RULES: tuple[tuple[tuple[str, ...], Callable[[Link], Identity | None]], ...] = (
    (("arxiv.org", "ar5iv.org", "alphaxiv.org", "xxx.lanl.gov"), _arxiv_link),
    (("huggingface.co", "hf.co"), _hugging_face_link),
    (("doi.org",), _doi_link),
    (
        (
            "dl.acm.org", "link.springer.com", "onlinelibrary.wiley.com", "tandfonline.com",
            "journals.sagepub.com", "epubs.siam.org", "pubs.acs.org", "science.org", "pnas.org",
        ),
        _publisher_link,
    ),
    (("openreview.net",), _openreview_link),
    (("aclanthology.org", "aclanthology.info", "aclweb.org"), _acl_link),
    (("proceedings.mlr.press",), _pmlr_link),
    (("raw.githubusercontent.com",), _pmlr_assets_link),
    (("proceedings.neurips.cc", "papers.neurips.cc", "papers.nips.cc"), _neurips_link),
    ((_ROUNDS_HOST,), _neurips_round_link),
)  # fmt: skip
# Where a page that no rule knows is a listing, a volume or a person, never a paper.
_PAPERS_ONLY = (
    "arxiv.org", "ar5iv.org", "alphaxiv.org", "openreview.net", "aclanthology.org",
    "proceedings.mlr.press", "proceedings.neurips.cc", "papers.neurips.cc", "papers.nips.cc",
)  # fmt: skip


# Citation keys ----------------------------------------------------------------------------------

_STOP_WORDS = frozenset(
    {"a", "an", "and", "are", "as", "at", "be", "by", "can", "could", "do", "does", "for", "from",
     "how", "if", "in", "into", "is", "it", "its", "of", "on", "or", "our", "should", "that", "the",
     "their", "these", "this", "those", "to", "toward", "towards", "via", "was", "we", "were",
     "what", "when", "where", "which", "who", "whose", "why", "will", "with", "would", "you",
     "your"}
)  # fmt: skip
_GENERATIONS = frozenset({"jr", "sr", "ii", "iii", "iv"})
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_NOT_IN_KEY = re.compile(r"[^a-z0-9]+")
_MOST_IN_PART = 40


def citation_key(*, authors: Sequence[str], year: int, title: str, taken: Container[str]) -> str:
    """A citation key that is not taken: surname, year, first significant word of the title.

    The surname is the last word of the first author's name, or of what stands before a comma:
    without particles ("de la Cruz" gives cruz) and generation ("Jr."). Text is NFKD without what
    is not ASCII; where nothing is left of it, it is `anon` or `untitled`. A key that is taken
    gets the suffix b, c, ..., z, ba, bb, ...

    >>> citation_key(authors=["Haodong Zhao"], year=2023, title="FedPrompt: A Plan", taken=())
    'zhao2023fedprompt'
    >>> citation_key(authors=["Zhao, H."], year=2023, title="On Tea", taken={"zhao2023tea"})
    'zhao2023teab'
    """
    stem = f"{_surname(authors[0] if authors else '')}{year}{_significant(title)}"
    return next(key for key in suffixed(stem) if key not in taken)


def _surname(name: str) -> str:
    for part in (name.partition(",")[0], name):
        words = _words(part)
        if surnames := [word for word in words if word not in _GENERATIONS] or words:
            return surnames[-1][:_MOST_IN_PART]
    return "anon"


def _significant(title: str) -> str:
    words = [*_words(title), "untitled"]
    chosen = next((word for word in words[:-1] if word not in _STOP_WORDS), words[0])
    return chosen[:_MOST_IN_PART]


def _words(written: str) -> list[str]:
    """The words between spaces as lower-case ASCII letters and digits, empty ones left out."""
    decomposed = unicodedata.normalize("NFKD", written)
    plain = decomposed.encode("ascii", "ignore").decode("ascii").lower()
    return [bare for word in plain.split() if (bare := _NOT_IN_KEY.sub("", word))]


def suffixed(stem: str) -> Iterator[str]:
    """The stem alone, then with b, c, ..., z, ba, bb, ...: numbers whose digits are letters."""
    yield stem
    for count in itertools.count(1):
        suffix, rest = "", count
        while rest:
            rest, digit = divmod(rest, len(_LETTERS))
            suffix = _LETTERS[digit] + suffix
        yield stem + suffix
