"""`bot demo`: the whole way of a submission, on stand-ins and in a throw-away git repository."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from bot.core import entry, form, listfile, markdown_list, render, talk, template
from bot.core.submission import submission as read_submission
from bot.edge import catalog, disk, runner
from bot.edge.hub import LocalHub
from bot.jobs.preview import previews
from bot.standins.arxiv import ArxivStandIn
from bot.standins.links import LinkHost
from bot.standins.server import throttled

if TYPE_CHECKING:
    import argparse

    from bot.config import Config
    from bot.edge.hub import PullRequest
    from bot.jobs.preview import Preview
    from bot.settings import Settings

_FILES = resources.files("bot.standins") / "demo"


def run(args: argparse.Namespace, settings: Settings) -> int:  # noqa: ARG001 - all jobs are called alike
    """Tell the story of a submission, while it happens."""
    with ExitStack() as stack:
        arxiv = stack.enter_context(ArxivStandIn())
        host = stack.enter_context(LinkHost())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bot-demo-")))
        offline = replace(
            settings,
            services=MappingProxyType({**settings.services, "arxiv": arxiv.url}),
            allows_private=True,
            pace=0.0,
            repository=None,
        )
        story = _Story(_started(folder, offline), arxiv=arxiv, host=host, settings=offline)
        return story.told()


def _step(number: int, headline: str) -> None:
    runner.tell(f"\n{number}. {headline}\n{'-' * (len(headline) + 3)}")


def _indented(text: str) -> str:
    return "\n".join(f"   | {row}".rstrip() for row in text.strip().split("\n"))


def _started(folder: Path, settings: Settings) -> LocalHub:
    """A repository whose list was imported from Markdown."""
    _step(1, "A list in Markdown becomes entries, in a throw-away git repository")
    listed = listfile.load(_text("list.yaml"))
    config = _config()
    imported = markdown_list.read(_text("list.md"), config=config, today=settings.today)
    for oddity in imported.oddities:
        runner.tell(f"   line {oddity.line}: {oddity.what}; {oddity.done}")
    files = {one.path: entry.dump(one.entry) for one in imported.works}
    files[disk.LIST] = _text("list.yaml")
    files[disk.FORM] = template.render(config)
    files |= render.pages(imported.works, config)
    return LocalHub.create(folder / "list", files)
