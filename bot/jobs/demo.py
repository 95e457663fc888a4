"""`bot demo`: the whole way of a submission, on stand-ins and in a throw-away git repository."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from bot.core import entry, form, listfile, markdown_list, render, template
from bot.edge import catalog, disk, runner
from bot.edge.localhub import LocalHub
from bot.jobs.preview import asked, previews
from bot.standins.arxiv import ArxivStandIn
from bot.standins.links import LinkHost
from bot.standins.server import throttled

if TYPE_CHECKING:
    import argparse

    from bot.config import Config
    from bot.jobs.preview import Preview
    from bot.settings import Settings

FILES = resources.files("bot.standins") / "demo"


def run(args: argparse.Namespace, settings: Settings) -> int:  # noqa: ARG001 - all jobs are called alike
    """Tell the story of a submission while it happens; everything it touches is thrown away."""
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
            in_actions=False,
        )
        _Story(folder=folder, arxiv=arxiv, host=host, settings=offline).tell()
    return 0


@dataclass(slots=True, kw_only=True)
class _Story:
    """The demo's parts, and how far it is."""

    folder: Path
    arxiv: ArxivStandIn
    host: LinkHost
    settings: Settings
    step: int = 0

    def tell(self) -> None:
        """All of it."""
        runner.tell(
            "A paper's way into a list, on this machine: no network, no GitHub, nothing kept."
        )
        config = _config()
        hub = self._list_is_imported(config)
        body = _text("submission.md").replace("CODE_LINK", f"{self.host.url}/ok/fedquill")
        self._submission_becomes_a_pull_request(body, hub, config)
        self._same_paper_comes_again(body, hub, config)
        self._mistakes_are_answered(hub, config)
        self._preprint_is_published(hub, config)
        self._headline("That was the demo")
        runner.tell("   The list is now:\n")
        runner.tell(_quoted(disk.text(hub.root / render.README, name=render.README), most=44))
        runner.tell("\n   Next: docs/lesson/first-submission.md, or `bot --help`.")

    def _headline(self, text: str) -> None:
        self.step += 1
        runner.tell(f"\n{self.step}. {text}\n")

    def _list_is_imported(self, config: Config) -> LocalHub:
        self._headline("A list in Markdown becomes entries, in a throw-away git repository")
        imported = markdown_list.read(_text("list.md"), config=config, today=self.settings.today)
        for oddity in imported.oddities:
            runner.tell(f"   line {oddity.line}: {oddity.what}; {oddity.done}")
        files = {one.path: entry.dump(one.entry) for one in imported.works}
        files |= {disk.LIST: _text("list.yaml"), disk.FORM: template.render(config)}
        files |= render.pages(imported.works, config)
        hub = LocalHub.create(self.folder / "list", files)
        runner.tell(_quoted(hub.git("ls-tree", "-r", "--name-only", "main")))
        return hub

    def _submission_becomes_a_pull_request(self, body: str, hub: LocalHub, config: Config) -> None:
        self._headline("Somebody fills in the form: a link, and what they like to add")
        runner.tell(_quoted(body))
        self._headline("The bot asks arXiv, which is busy at first, and looks at the code link")
        self.arxiv.fail_next(throttled(retry_after="1"))
        preview = self._preview(body, hub, config)
        for request in self.arxiv.log:
            runner.tell(f"   arXiv was asked for {request.query.get('id_list')}")
        runner.tell("   (the first answer was: come back in 1 second; the bot did)")
        for look in preview.decision.looks:
            runner.tell(f"   {look.url}: {look.verdict}, HTTP {look.status}")
        self._headline(f"The submission is {preview.decision.outcome}; its author reads:")
        runner.tell(_quoted(preview.comment))
        self._merge(preview, hub)

    def _merge(self, preview: Preview, hub: LocalHub) -> None:
        """A pull request for an accepted submission, once, and its merge."""
        proposal = preview.proposal
        if proposal is None:
            runner.tell("   There is nothing to merge.")
            return
        self._headline("A branch with one commit, and the pull request's text")
        [pull_request] = hub.apply((proposal,))
        runner.tell(f"   branch {pull_request.branch}, commit {pull_request.commit[:10]}")
        runner.tell(f"   title: {pull_request.title}\n")
        runner.tell(_quoted(hub.difference(pull_request)))
        [again] = hub.apply((proposal,))
        runner.tell(
            f"   The job runs again by accident: the branch {'moves' if again.is_new else 'stays as it is'}."
        )
        self._headline("A maintainer merges")
        runner.tell(_quoted(hub.merge(pull_request)))

    def _same_paper_comes_again(self, body: str, hub: LocalHub, config: Config) -> None:
        self._headline("Somebody else submits the same paper, by its DOI")
        again = body.replace("https://arxiv.org/pdf/2405.90001v2.pdf", "10.48550/arXiv.2405.90001")
        preview = self._preview(again, hub, config)
        runner.tell(f"   {preview.decision.outcome}; they read:\n\n{_quoted(preview.comment)}")

    def _mistakes_are_answered(self, hub: LocalHub, config: Config) -> None:
        self._headline("Mistakes get an exact answer: a mistyped identifier, then a dead link")
        body = _text("submission.md").replace("CODE_LINK", f"{self.host.url}/gone")
        for slip in ("2413.90001", "2311.90003"):
            preview = self._preview(body.replace("2405.90001v2", slip), hub, config)
            runner.tell(f"{_quoted(preview.comment)}\n")

    def _preprint_is_published(self, hub: LocalHub, config: Config) -> None:
        self._headline("A preprint of the list has been published: its entry is brought up to date")
        news = self._preview(_text("published.md"), hub, config)
        runner.tell(_quoted(news.comment))
        self._merge(news, hub)

    def _preview(self, body: str, hub: LocalHub, config: Config) -> Preview:
        """What becomes of a form's text, against the list as it now is."""
        reading = form.read(form.load(template.render(config)), body)
        submission = asked(reading, "the form", config=config, settings=self.settings)
        listed = catalog.entries(hub.root / disk.ENTRIES)
        [preview] = previews(
            [("the form", submission)], listed, config=config, settings=self.settings
        )
        return preview


def _config() -> Config:
    config = listfile.load(_text("list.yaml"))
    if isinstance(config, tuple):
        raise disk.Problems(config)
    return config


def _text(name: str) -> str:
    return (FILES / name).read_text("utf-8")


def _quoted(text: str, *, most: int = 60) -> str:
    """Text set off from the story, its end left out where it is long."""
    rows = text.strip().split("\n")
    shown = [f"   | {row}".rstrip() for row in rows[:most]]
    return "\n".join([*shown, "   | ..."] if len(rows) > most else shown)
