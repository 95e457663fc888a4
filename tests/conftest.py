from __future__ import annotations

import gc
import os
from typing import TYPE_CHECKING

import hypothesis
import pytest

from bot import cli
from bot.standins.arxiv import ArxivStandIn
from tests.making import Listing, nowhere
from tests.tracing import Tracing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


# Few examples each time, and others every time; many with `--hypothesis-profile=thorough`.
hypothesis.settings.register_profile("few", max_examples=30, deadline=None)
hypothesis.settings.register_profile("thorough", max_examples=1000, deadline=None)
hypothesis.settings.load_profile("few")

# Until all tests are there, nothing of what is made is garbage.
gc.disable()

_FIRST = "e2e/test_reconcile.py"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start the longest tests first, and trace each line as rarely as may be: it takes its time.

    Properties run the same lines hundreds of times, and so do the cases of one end-to-end test:
    of these the first is traced.
    """
    items.sort(key=lambda item: _FIRST not in item.nodeid)
    seen: set[str] = set()
    for item in items:
        name, case, _ = item.nodeid.partition("[")
        is_property = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
        if is_property or (case and name in seen and "tests/e2e/" in name):
            item.add_marker("untraced")
        seen.add(name)


def pytest_collection_finish() -> None:
    """Spare the garbage collector what stays until the end: tests, and all that was imported."""
    gc.freeze()
    gc.enable()


def pytest_configure(config: pytest.Config) -> None:
    """Tracing every line of pytest itself would take as long as the tests."""
    if config.pluginmanager.hasplugin("_cov"):
        config.pluginmanager.register(Tracing())


@pytest.fixture
def arxiv(monkeypatch: pytest.MonkeyPatch) -> Iterator[ArxivStandIn]:
    """A stand-in for arXiv, which the bot asks instead of the real one, without pauses."""
    with ArxivStandIn() as stand_in:
        monkeypatch.setenv("BOT_ARXIV_URL", stand_in.url)
        monkeypatch.setenv("BOT_PACE", "0")
        yield stand_in


@pytest.fixture
def listing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Listing:
    """A list in a folder of its own, which is the working directory, on 2026-11-23."""
    for name in [name for name in os.environ if name.startswith(("GITHUB_", "BOT_"))]:
        monkeypatch.delenv(name)
    for name, url in nowhere().items():
        monkeypatch.setenv(name, url)
    monkeypatch.setenv("BOT_NOW", "2026-11-23")
    monkeypatch.chdir(tmp_path)
    here = Listing(tmp_path)
    assert cli.main(["check", "--fix"]) == 0
    return here
