"""The world's word on submissions: what services say of the papers, and a look at each link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core import review
from bot.core.review import Gathered

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.model import Answer, Look, Submission
    from bot.settings import Settings


def gather(submissions: Sequence[Submission], settings: Settings) -> list[Gathered]:
    """What is known of each submission, in their order; each service is asked once for all."""
    answers = _answers(submissions, settings)
    urls = [url for one in submissions for url in review.links(one).values()]
    seen = {look.url: look for look in looks(urls, settings)}
    return [
        Gathered(
            answer=answers.get(one.paper.id) if one.paper.kind == "arxiv" else None,
            looks=tuple(seen[url] for url in review.links(one).values()),
        )
        for one in submissions
    ]


def _answers(submissions: Sequence[Submission], settings: Settings) -> Mapping[str, Answer]:
    wanted = dict.fromkeys(one.paper.id for one in submissions if one.paper.kind == "arxiv")
    if not wanted:
        return {}
    from bot.edge import papers  # noqa: PLC0415 - its imports cost a quarter of a second

    with papers.Client(settings) as client:
        return client.arxiv(tuple(wanted))


def looks(urls: Iterable[str], settings: Settings) -> tuple[Look, ...]:
    """A look at each link, each once, in their order."""
    wanted = tuple(dict.fromkeys(urls))
    if not wanted:
        return ()
    from bot.edge import web  # noqa: PLC0415 - as above

    return tuple(web.probe(wanted, settings=settings))
