"""A list like ours, whose links are mostly known to services that are asked in batches."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from itertools import pairwise
from typing import TYPE_CHECKING

from benchmarks import table
from benchmarks.links import rig
from benchmarks.links.lists import Link
from bot.standins.arxiv import ArxivStandIn, Record, people
from bot.standins.services import DoiRegistry, GithubApi, Repo

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from benchmarks.table import Row
    from bot.standins.server import StandIn

_OF_ARXIV, _OF_GITHUB = 0.45, 0.2
"""Shares of the list; the rest are DOIs."""
_MOST_REQUESTS = 0.45
_MOST_S = 60
_ARXIV_PAUSE_S = 3.0
_HAIR_S = 0.01
"""What a clock on the other side may be off."""


def ours(folder: Path, environment: Mapping[str, str], count: int) -> Iterator[Row]:
    """Links of papers, code and publishers, as our list has them, at the pace of a real night."""
    of_arxiv, of_github = round(count * _OF_ARXIV), round(count * _OF_GITHUB)
    ids = [f"2405.{number:05}" for number in range(1, of_arxiv + 1)]
    repositories = [f"lab-{number}/code" for number in range(of_github)]
    dois = [f"10.5555/{number:05}" for number in range(count - of_arxiv - of_github)]
    links = [
        *(Link(behaviour="arxiv", url=f"https://arxiv.org/abs/{id_}") for id_ in ids),
        *(Link(behaviour="github", url=f"https://github.com/{name}") for name in repositories),
        *(Link(behaviour="doi", url=f"https://doi.org/{doi}") for doi in dois),
    ]
    with ExitStack() as stack:
        arxiv = stack.enter_context(ArxivStandIn([_record(id_) for id_ in ids]))
        github = stack.enter_context(
            GithubApi({name: Repo(whole_name=name) for name in repositories})
        )
        registry = stack.enter_context(DoiRegistry(dois))
        cost, said = rig.told(
            rig.LINKS,
            links,
            folder=folder,
            environment={
                **environment,
                "BOT_ARXIV_URL": arxiv.url,
                "BOT_DOI_URL": registry.url,
                "GITHUB_API_URL": github.url,
                "GITHUB_TOKEN": "ghs_of-a-stand-in",
                "GITHUB_REPOSITORY": "bench/list",
            },
        )
        yield from _judged(count, cost.seconds, asked=(arxiv, github, registry))
    wrong = Counter(
        f"{link['verdict']}: {link['reason']}" for link in said if link["verdict"] != "ok"
    )
    detail = ", ".join(f"{why} ({times})" for why, times in wrong.most_common(3))
    yield table.row(
        "a list like ours, wrong verdicts", wrong.total(), "links", most=0, detail=detail
    )


def _record(id_: str) -> Record:
    return Record(
        id=id_,
        title=f"Paper {id_}",
        authors=people("Mira Holt"),
        abstract="Invented.",
        dates=("2024-05-13T09:12:44Z",),
    )


def _judged(count: int, seconds: float, *, asked: Sequence[StandIn]) -> Iterator[Row]:
    requests = [len(service.log) for service in asked]
    told = "arXiv {}, GitHub {}, DOIs {}".format(*requests)
    name = "a list like ours"
    yield table.row(
        f"{name}, requests", sum(requests) / count, "x links", most=_MOST_REQUESTS, detail=told
    )
    yield table.row(name, seconds, "s", most=_MOST_S, detail=f"{count:,} links, BOT_PACE=1")
    starts = [request.at for request in asked[0].log]
    gaps = [later - sooner for sooner, later in pairwise(starts)]
    hurried = sum(gap < _ARXIV_PAUSE_S - _HAIR_S for gap in gaps)
    closest = f"{min(gaps):.2f} s apart at the least" if gaps else "one request"
    yield table.row(f"{name}, arXiv hurried", hurried, "times in 3 s", most=0, detail=closest)
