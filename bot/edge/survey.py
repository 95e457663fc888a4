"""A look at many links at once, each by whoever knows best: its host, or a service."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from bot.core import sources
from bot.core.walk import Finding
from bot.edge import web
from bot.edge.web import Round
from bot.model import Look

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from bot.core.sources import Assigned
    from bot.core.walk import Answered, Failed
    from bot.edge.services import Asked
    from bot.edge.web import Limits
    from bot.edge.wire import Wire
    from bot.model import Manners, Question
    from bot.settings import Settings

_IN_LOOP = frozenset({"web", "doi", "openreview", "youtube"})
"""Sources that are asked one link at a time; the others take many in one request."""
_UNDECIDED = Finding(verdict="blocked", reason="")


class Wanted(NamedTuple):
    """A link that is to be looked at, and who is asked about it."""

    question: Question
    assigned: Assigned

    @property
    def url(self) -> str:
        """The link."""
        return self.question.url

    @property
    def at_source(self) -> Question:
        """The question to whoever is asked."""
        if not self.assigned.target:
            return self.question
        return self.question._replace(source=self.assigned.source, target=self.assigned.target)


class Surveyed(NamedTuple):
    """What came of it."""

    looks: Mapping[str, Look]
    requests: int
    """All that were sent, those to services included."""
    unasked: tuple[str, ...]
    """Links that the time did not suffice for."""


class _Batch:
    """A service's answer, got in a thread that nobody has to wait for in order to end."""

    def __init__(self, work: Callable[[], Asked], *, patience_s: float) -> None:
        self._work = work
        self._ends_at = time.monotonic() + patience_s
        self._asked: Asked | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._asked = self._work()
        except BaseException as error:  # noqa: BLE001 - raised again where the result is wanted
            self._error = error

    def result(self) -> Asked | None:
        """The answer, or None where it does not come in time; raises what went wrong."""
        while self._thread.is_alive() and time.monotonic() < self._ends_at:
            # Without an end no signal would get through on every system.
            self._thread.join(timeout=min(1.0, max(0.0, self._ends_at - time.monotonic())))
        if self._error is not None:
            raise self._error
        return self._asked


class Survey:
    """The looks of one run: services that take many links in threads, all else in one loop."""

    def __init__(  # noqa: PLR0913 - what a run is made of, each named at the call
        self,
        settings: Settings,
        *,
        limits: Limits,
        manners: Callable[[str], Manners],
        wire: Callable[[], AbstractContextManager[Wire | None]],
        on_look: Callable[[Look], None],
        on_rest: Callable[[], None],
    ) -> None:
        """Ask GitHub over `wire`, opened once it is needed; `on_look` hears of each look at once.

        Where there is no wire, GitHub's links are asked themselves. `on_rest` is called where there may be no look for a while.
        """
        self._settings = settings
        self._limits = limits
        self._manners = manners
        self._wire = wire
        self._on_look = on_look
        self._on_rest = on_rest
        self._undecided: set[str] = set()

    def look(self, wanted: Iterable[Wanted]) -> Surveyed:
        """A look at each link; what a service cannot tell of is asked itself.

        The first links are asked while the last are still being read.
        """
        begun = time.monotonic()
        apart: dict[str, Wanted] = {}
        asked: list[_Batch] = []

        def in_loop() -> Iterator[Question]:
            for one in wanted:
                if one.assigned.source != "web":
                    apart[one.url] = one
                if one.assigned.source in _IN_LOOP:
                    yield one.at_source
            asked.extend(self._batches(apart.values()))

        first = self._ask(in_loop())
        if asked:
            self._on_rest()
        batches = list(filter(None, [one.result() for one in asked]))
        looks = dict(first.looks)
        for url in self._undecided:
            looks.pop(url, None)
        by_services = {url: look for one in batches for url, look in one.looks.items()}
        by_services |= {
            url: _untold(one) for url, one in apart.items() if one.assigned.source == "nobody"
        }
        for look in by_services.values():
            self._on_look(look)
        looks |= by_services
        seen = {*looks, *first.unasked} if apart else ()
        left = [one.question for url, one in apart.items() if url not in seen]
        spent_s = time.monotonic() - begun
        second = self._ask(left, spent_s=spent_s) if left else Round()
        return Surveyed(
            looks=looks | dict(second.looks),
            requests=first.requests + second.requests + sum(one.requests for one in batches),
            unasked=(*first.unasked, *second.unasked),
        )

    def _batches(self, wanted: Collection[Wanted]) -> Iterator[_Batch]:
        """The questions that go to services many at a time, under way."""
        papers = {one.url: one.assigned.id for one in wanted if one.assigned.source == "arxiv"}
        if papers:
            yield _Batch(partial(self._ask_arxiv, papers), patience_s=self._limits.budget_s)
        ids = {one.url: one.assigned.id for one in wanted if one.assigned.source == "github"}
        if ids:
            yield _Batch(partial(self._ask_github, ids), patience_s=self._limits.github_s)

    # What these import takes a while, and most runs want neither.

    def _ask_arxiv(self, papers: Mapping[str, str]) -> Asked:
        from bot.edge import services  # noqa: PLC0415 - see above

        return services.arxiv(papers, self._settings)

    def _ask_github(self, ids: Mapping[str, str]) -> Asked:
        from bot.core.repositories import Repository  # noqa: PLC0415 - see above
        from bot.edge import services  # noqa: PLC0415 - see above

        with self._wire() as wire:
            if wire is None:
                return services.Asked(looks={}, requests=0)
            named = {url: Repository.parse(id_) for url, id_ in ids.items()}
            return services.github(named, wire)

    def _ask(self, questions: Iterable[Question], *, spent_s: float = 0.0) -> Round:
        left_s = max(0.0, self._limits.budget_s - spent_s)
        return web.ask(
            questions,
            settings=self._settings,
            limits=replace(self._limits, budget_s=left_s),
            manners=self._manners,
            judge_service=self._judge,
            on_look=self._heard,
        )

    def _judge(self, question: Question, end: Answered | Failed) -> Finding:
        found = sources.judge(question, end)
        if found is None:
            self._undecided.add(question.url)
        return found or _UNDECIDED

    def _heard(self, look: Look) -> None:
        if look.url in self._undecided and not look.reason:
            return
        self._on_look(look)


def _untold(one: Wanted) -> Look:
    return Look(url=one.url, verdict="blocked", reason=f"nobody is asked: {one.assigned.reason}")
