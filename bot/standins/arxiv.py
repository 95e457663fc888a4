"""A stand-in for arXiv's query API, with invented papers.

It answers as the real one was seen to: in an order of its own, without a word about unknown
ids, and with an error for the whole request when one id is malformed.

Source: https://info.arxiv.org/help/api/user-manual.html
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from bot.standins.server import Reply, Request, StandIn

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_ID = re.compile(
    r"(?P<paper>[0-9]{4}\.[0-9]{4,5}|[a-z-]{1,20}(?:\.[A-Z]{2})?/[0-9]{7})"
    r"(?:v(?P<version>[1-9][0-9]{0,3}))?"
)
_COUNT = re.compile(r"[0-9]{1,6}")
_WRAP = textwrap.TextWrapper(width=76, break_long_words=False, break_on_hyphens=False)
_UPDATED = "2026-11-20T00:00:00Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """One author as arXiv shows them."""

    name: str
    affiliations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One paper as arXiv knows it. Nothing is checked, so that tests can make broken ones."""

    id: str
    """Without a version."""
    title: str
    authors: tuple[Author, ...]
    abstract: str
    dates: tuple[str, ...]
    """When each version came, the first one first; their number is the number of versions."""
    categories: tuple[str, ...] = ("cs.LG",)
    """The primary one first."""
    comment: str | None = None
    journal_ref: str | None = None
    doi: str | None = None


def people(*names: str) -> tuple[Author, ...]:
    """Authors without affiliations."""
    return tuple(Author(name=name) for name in names)


TUNED = Record(
    id="2405.90001",
    title="FedQuill: Prompt Tuning of Language Models over Slow Links",
    authors=people("Mira Holt", "Joaquín Ferré-Ruiz", "Tōru Amagawa"),
    abstract=(
        "Tuning prompts instead of weights makes federated learning of language models cheap. "
        "FedQuill sends only the soft prompt, and only when it has changed enough."
    ),
    dates=("2024-05-13T09:12:44Z", "2024-09-02T16:40:01Z"),
    categories=("cs.LG", "cs.CL", "cs.DC"),
    comment="14 pages, 5 figures",
)

PUBLISHED = Record(
    id="2309.90002",
    title="LoRA at the Edge: Low-Rank Adapters for Federated Language Models",
    authors=(
        Author(name="Anneke van der Waard", affiliations=("University of Veerhaven",)),
        Author(name="Samuel Obi Jr", affiliations=("Institute for Edges", "Kite Labs")),
    ),
    abstract="We train low-rank adapters on 10,000 phones & show that 3 < 4 rounds are enough.",
    dates=("2023-09-18T11:00:09Z", "2024-06-21T08:30:55Z", "2024-11-05T20:01:13Z"),
    categories=("cs.CL", "cs.LG"),
    comment="Accepted to the Main Conference of EMNLP 2024; camera-ready version",
    journal_ref="Proceedings of EMNLP 2024, pages 9011-9026",
    doi="10.18653/v1/2024.emnlp-main.99901",
)

WITH_TEX = Record(
    id="2311.90003",
    title=(
        r"On the $\mathcal{O}(1/\sqrt{T})$ Convergence of Federated Fine-Tuning with "
        r"$\epsilon$-Differential Privacy for Large Language Models of Unequal Size"
    ),
    authors=people("Léa Brûlart", "Đorđe Kolić", "Ngũgĩ Mwarania"),
    abstract=(
        r"We prove that $\|\nabla f(x_T)\|^2 \leq C/\sqrt{T}$ holds for clients of unequal size, "
        "and that the privacy budget $\\epsilon$ enters only through $C$.\n"
        "  Experiments with four language models agree with the bound."
    ),
    dates=("2023-11-29T18:59:59Z",),
    categories=("stat.ML", "cs.LG", "math.OC"),
    comment="31 pages; v1 submitted to a journal",
)

OLD = Record(
    id="cs/0401999",
    title="Voting among Word Models that Never Meet",
    authors=(Author(name="E. Quillfeather", affiliations=("Hollow Hill College",)),),
    abstract="  Trigram models trained at separate sites vote on the next word.",
    dates=("2004-01-30T10:20:30Z",),
    categories=("cs.CL",),
    comment="6 pages, LaTeX",
    journal_ref="J.Invent.Ling. 3:14-19,2004",
)

MANY_AUTHORS = Record(
    id="2502.90004",
    title="A Federated Pre-Training Run across Sixty Hospitals",
    authors=people(
        "The HospitalWeave Collaboration", ":", *(f"Riva Nadir {n:02}" for n in range(1, 61))
    ),
    abstract="Sixty hospitals pre-train one language model, and no note leaves its ward.",
    dates=("2025-02-14T12:00:00Z",),
    categories=("cs.CL", "cs.CY"),
)

WITHDRAWN = Record(
    id="2404.90005",
    title="Gradients Tell Nothing: A Proof of Perfect Privacy in Federated Tuning",
    authors=people("Corvin Ashdown"),
    abstract="This paper claimed that gradients of language models leak nothing.",
    dates=("2024-04-01T06:00:00Z", "2024-04-19T06:00:00Z"),
    categories=("cs.CR",),
    comment="This paper has been withdrawn by the authors due to an error in Lemma 2",
)

HOSTILE = Record(
    id="2406.90006",
    title='<script>alert(1)</script> @everyone: [Free](http://evil.example) *LLM*s | #1 `rm` "&amp;"',
    authors=people("Robert'); DROP TABLE papers;--", "@octocat", "<b>Eve</b> [x](y)"),
    abstract="</summary><title>Not the title</title> ]]> -->\n## Heading\n\n- @here closes #1",
    dates=("2024-06-06T06:06:06Z",),
    categories=("cs.CR", "cs.LG"),
    comment="Accepted at ::error::workshop <!-- and --> $(true)",
    journal_ref="A & B | C",
)

ACCENTED = Record(
    id="2501.90007",
    title="ω-Fed: Zero-Shot Agents, 連合学習, and the Cost of Forgetting",
    authors=people("山野 由紀", "Zoë Ohara-Łęcka", "Ahmet Çağlayan"),
    abstract="Agents that learn together forget together; ω-Fed measures how much.",
    dates=("2025-01-07T23:59:59Z",),
    categories=("cs.AI",),
    comment="Under review",
    doi="10.99999/Invented.2025.007",
)

PAPERS: tuple[Record, ...] = (
    TUNED, PUBLISHED, WITH_TEX, OLD, MANY_AUTHORS, WITHDRAWN, HOSTILE, ACCENTED,
)  # fmt: skip
"""Invented papers by invented people; no real paper has these ids."""


class ArxivStandIn(StandIn):
    """arXiv's query API on a free loopback port, running while the `with` block does."""

    def __init__(self, papers: Sequence[Record] = PAPERS) -> None:
        """Know these papers and no others."""
        super().__init__(self._reply)
        self._papers = {paper.id: paper for paper in papers}

    @property
    def url(self) -> str:
        """The address of the query, as it goes into `BOT_ARXIV_URL`."""
        return f"{super().url}/api/query"

    def _reply(self, request: Request) -> Reply:
        if request.path != "/api/query":
            return Reply(status=404, body=b"Not Found")
        asked = [id_ for id_ in request.query.get("id_list", "").split(",") if id_]
        start, most = request.query.get("start", "0"), request.query.get("max_results", "10")
        for id_ in asked:
            if not _ID.fullmatch(id_):
                return _error(f"incorrect id format for {id_}")
        for name, count in (("start", start), ("max_results", most)):
            if not _COUNT.fullmatch(count):
                return _error(f"{name} must be an integer")
        found = self._found(asked)
        page = found[int(start) :][: int(most)]
        title = (
            f"arXiv Query: search_query=&id_list={','.join(asked)}&start={start}&max_results={most}"
        )
        entries = (_entry(record, version) for record, version in page)
        return _feed(title, entries, total=len(found), start=int(start), most=int(most))

    def _found(self, asked: Iterable[str]) -> list[tuple[Record, int]]:
        """Record and version of what was asked for and exists, the newest paper first."""
        found = {}
        for match in filter(None, map(_ID.fullmatch, asked)):
            if record := self._papers.get(match["paper"]):
                version = int(match["version"] or len(record.dates))
                if version <= len(record.dates):
                    found[record.id, version] = record
        newest = sorted(found.items(), key=lambda item: (item[1].dates, item[0]), reverse=True)
        return [(record, version) for (_, version), record in newest]


def _error(what: str) -> Reply:
    address = f"https://arxiv.org/api/errors#{what.replace(' ', '_')}"
    entry = (
        f"<entry><id>{escape(address)}</id><title>Error</title><updated>{_UPDATED}</updated>"
        f'<link href={quoteattr(address)} rel="alternate" type="text/html"/>'
        f"<summary>{escape(what)}</summary><author><name>arXiv api core</name></author></entry>"
    )
    return _feed("arXiv Search Results", [entry], total=1, start=0, most=1, status=400)


def _feed(  # noqa: PLR0913 - the header's values, each named at the call
    title: str, entries: Iterable[str], *, total: int, start: int, most: int, status: int = 200
) -> Reply:
    text = (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        '<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"'
        ' xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">\n'
        "  <id>https://arxiv.org/api/q7StAnd1nStAnd1n</id>\n"
        f"  <title>{escape(title)}</title>\n  <updated>{_UPDATED}</updated>\n"
        f"  <opensearch:itemsPerPage>{most}</opensearch:itemsPerPage>\n"
        f"  <opensearch:totalResults>{total}</opensearch:totalResults>\n"
        f"  <opensearch:startIndex>{start}</opensearch:startIndex>\n"
        f"{''.join(entries)}</feed>\n"
    )
    headers = {"Content-Type": "application/atom+xml; charset=utf-8"}
    return Reply(status=status, headers=headers, body=text.encode())


def _entry(record: Record, version: int) -> str:
    """One entry, its parts in the order of the real feed: the authors and the DOI come last."""
    page = f"arxiv.org/abs/{record.id}v{version}"
    pdf = f"https://arxiv.org/pdf/{record.id}v{version}"
    parts = [
        f"<id>http://{page}</id>",
        f"<title>{_wrapped(record.title)}</title>",
        f"<updated>{escape(record.dates[version - 1])}</updated>",
        f'<link href="https://{page}" rel="alternate" type="text/html"/>',
        f'<link href="{pdf}" rel="related" type="application/pdf" title="pdf"/>',
        f"<summary>{_wrapped(record.abstract)}</summary>",
        *(f"<category term={quoteattr(term)}/>" for term in record.categories),
        f"<published>{escape(record.dates[0])}</published>",
        *_optional("comment", record.comment),
        *(f"<arxiv:primary_category term={quoteattr(term)}/>" for term in record.categories[:1]),
        *_optional("journal_ref", record.journal_ref),
        *map(_author, record.authors),
        *_optional("doi", record.doi),
    ]
    return "  <entry>\n    " + "\n    ".join(parts) + "\n  </entry>\n"


def _optional(name: str, value: str | None) -> list[str]:
    return [] if value is None else [f"<arxiv:{name}>{escape(value)}</arxiv:{name}>"]


def _author(author: Author) -> str:
    affiliations = (
        f"<arxiv:affiliation>{escape(place)}</arxiv:affiliation>" for place in author.affiliations
    )
    return f"<author><name>{escape(author.name)}</name>{''.join(affiliations)}</author>"


def _wrapped(prose: str) -> str:
    return escape("\n  ".join(_WRAP.wrap(prose)))
