"""From the event of a submission to its pull request, on an emulated GitHub."""

from __future__ import annotations

import os
import sys
import time
from functools import partial
from typing import TYPE_CHECKING

import pytest

from benchmarks import children, table
from benchmarks.children import REPOSITORY
from tests.e2e import act
from tests.e2e.box import Box
from tests.e2e.stage import Stage, invented

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from benchmarks.table import Row

_ROUNDS = 3
_MOST_MS = 2_000
"""Of the bot's own part: its process, the emulated GitHub and the stand-in for arXiv."""


def submission(folder: Path) -> Iterator[Row]:
    """The whole way by the real workflow file, and the bot's own part of it; the best of a few."""
    with (
        Box() as box,
        pytest.MonkeyPatch.context() as patch,
        Stage(box, patch, folder / "github" / "list") as stage,
    ):
        whole = min(_timed(partial(_by_workflow, stage, at)) for at in range(_ROUNDS))
        own = min(_timed(partial(_by_itself, stage, at)) for at in range(_ROUNDS, 2 * _ROUNDS))
    share = f"{own / whole:.0%} of it are the bot's own"
    yield table.row("event to pull request, job start included", whole, "ms", detail=share)
    told = "one process, an emulated GitHub, BOT_PACE=0"
    yield table.row("bot submit, its own part", own, "ms", most=_MOST_MS, detail=told)


def _timed(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1_000


def _by_workflow(stage: Stage, at: int) -> None:
    stage.repository.news()
    issue = stage.submit(f"person{at}", invented(at).id)
    event = stage.repository.news()[0]
    settings = {"BOT_ARXIV_URL": stage.arxiv.url, "BOT_PACE": "0"}
    result = act.run_workflow(
        stage.repository, event.name, event.payload, proxy_url=stage.proxy.url, extra_env=settings
    )
    if not (result.ok and stage.pulls(issue)):
        raise children.ChildError(result.log)


def _by_itself(stage: Stage, at: int) -> None:
    issue = stage.submit(f"person{at}", invented(at).id)
    command = ["-m", "bot", "--root", str(stage.root), "submit", "--issue", str(issue)]
    children.run(command, environment=dict(os.environ) | {"PYTHONPATH": str(REPOSITORY)})
    if not stage.pulls(issue):
        raise children.ChildError(f"no pull request, with {sys.executable}")
