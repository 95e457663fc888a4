"""How coverage traces the bot: what has to be traced, once, and nothing of pytest. It takes its time.

Of several workers the first traces how the bot's modules are imported, and the process that only
hands out the tests traces nothing.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

import bot

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw0")


class Tracing:
    """Traces tests and their fixtures, and not pytest between them."""

    def __init__(self) -> None:
        self._tracers: tuple[Any, Any] = None, None
        """Coverage's, for this thread and for those that it starts."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> None:
        """Import the whole package, and rest from here on, while the tests are collected."""
        self._tracers = sys.gettrace(), threading.gettrace()
        hands_out = session.config.pluginmanager.hasplugin("dsession")
        if _WORKER == "gw0" and not hands_out:
            for module in pkgutil.walk_packages(bot.__path__, "bot."):
                if module.name != "bot.__main__":
                    importlib.import_module(module.name)
        _trace(None, None)

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Iterator[None]:
        """Trace the fixtures of a test that is traced."""
        yield from self._traced(item)

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        """Trace the test, unless it is one that is run untraced."""
        yield from self._traced(item)

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Iterator[None]:
        """Trace what the fixtures of a traced test do in the end."""
        yield from self._traced(item)

    def _traced(self, item: pytest.Item) -> Iterator[None]:
        if item.get_closest_marker("untraced"):
            yield
            return
        _trace(*self._tracers)
        try:
            yield
        finally:
            _trace(None, None)


def _trace(here: Any, started: Any) -> None:  # noqa: ANN401 - what `sys` takes and gives
    sys.settrace(here)
    threading.settrace(started)
