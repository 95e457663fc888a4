from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.box import Box
from tests.e2e.proxy import Proxy
from tests.e2e.stage import Stage, Stages

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.e2e.box import Repository

FILES = {
    "README.md": "# Papers\n\n- Voting\n\nThe end.\n",
    "entries/2023/obi2023voting.yaml": "title: Voting\n",
}


@pytest.fixture(scope="session", autouse=True)
def _no_way_out() -> Iterator[None]:
    """Nothing goes by a proxy of the environment; to look for one takes longer than a call."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("requests.sessions.get_environ_proxies", lambda *_, **__: {})
        yield


@pytest.fixture(scope="session")
def box() -> Iterator[Box]:
    """One GitHub for all tests."""
    with Box() as one:
        yield one


@pytest.fixture
def repository(box: Box) -> Repository:
    """A list with one entry; ann administers it, bob may write, everybody else may read."""
    return box.repository(FILES, people={"ann": "admin", "bob": "write"})


@pytest.fixture
def proxy(box: Box) -> Iterator[Proxy]:
    """What the bot speaks with; every call must be one that GitHub describes and we allow."""
    with Proxy(box) as one:
        yield one
        assert one.violations == []


@pytest.fixture
def stage(box: Box, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Stage]:
    """A list on the box, and the bot's jobs beside it."""
    with Stage(box, monkeypatch, tmp_path / "list") as there:
        yield there


@pytest.fixture
def stages(box: Box, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Stages]:
    """Stages, one after the other."""
    there = Stages(box, monkeypatch, tmp_path)
    yield there
    there.close()
