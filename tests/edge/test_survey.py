"""A look at many links, by whoever knows best."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core import sources
from bot.edge.survey import Survey, Wanted
from bot.edge.web import Limits
from bot.model import Manners, Question
from bot.settings import SERVICES, Settings
from bot.standins.links import LinkHost

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.edge.wire import Wire
    from bot.model import Look


def test_a_github_that_does_not_end_is_not_waited_for() -> None:
    over = threading.Event()
    heard: list[Look] = []

    @contextmanager
    def wire() -> Iterator[Wire | None]:
        over.wait(20)
        yield None

    url = "https://github.com/lab/code"
    settings = Settings(allows_private=True, pace=0.0)
    with LinkHost() as host:
        asked = [Question(url=url), Question(url=f"{host.url}/ok")]
        survey = Survey(
            settings,
            limits=replace(Limits(), github_s=0.1, connect_s=0.1, pause_s=0.0),
            manners=lambda _: Manners(),
            wire=wire,
            on_look=heard.append,
            on_rest=lambda: None,
        )
        done = survey.look(
            Wanted(
                question=one,
                assigned=sources.assign(
                    one.url,
                    rules=(),
                    today=settings.today,
                    services=SERVICES,
                    doi=None,
                    has_github=True,
                ),
            )
            for one in asked
        )
    over.set()

    # Its links are asked themselves.
    assert [look.url for look in heard] == [f"{host.url}/ok", url]
    assert set(done.looks) == {url, f"{host.url}/ok"}
