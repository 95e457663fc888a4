"""A list on the box, with the bot's jobs started by its events as the workflows start them."""

from __future__ import annotations

import json
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Self

from bot import cli
from bot.core import entry, listfile, render, template
from bot.core.correction import CORRECT, REMOVE
from bot.edge import catalog
from bot.standins.arxiv import PAPERS, ArxivStandIn, Record, people
from tests.e2e.proxy import Proxy
from tests.making import LIST, listed, nowhere

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    import pytest

    from bot.core.entry import Listed
    from tests.e2e.box import Box, Delivery, Repository, State
    from tests.e2e.proxy import Fault

RIGHTS = {"contents": "write", "issues": "write", "pull-requests": "write", "statuses": "write"}
"""What the workflows give to a job that writes."""
BOT = "github-actions[bot]"
ANSWER = "<!-- list-bot:answer"

_SURNAMES = ("Abara", "Bexley", "Corwin", "Dufresne", "Eklund", "Farouk", "Grieg", "Hollis")
_NOUNS = ("Lanterns", "Harbours", "Orchards", "Ferries", "Meadows", "Kettles", "Compasses")


def invented(number: int) -> Record:
    """A paper that nobody wrote; every number gives another."""
    surname, noun = _SURNAMES[number % 8], _NOUNS[number % 7]
    return Record(
        id=f"2406.{10000 + number}",
        title=f"{noun} {number}: Tuning Language Models in {_word(number)} Steps",
        authors=people(f"Nia {surname}", f"Tomás Author{number}"),
        abstract=f"We tune {noun.lower()} {number} times.",
        dates=("2024-06-03T09:00:00Z",),
        categories=("cs.LG",),
    )


def _word(number: int) -> str:
    return "".join(chr(ord("a") + int(digit)) for digit in str(number * 7919)).capitalize()


VOTING = Record(
    id="2305.00001",
    title="Voting",
    authors=people("Mira Holt", "Joaquín Ferré-Ruiz"),
    abstract="We vote.",
    dates=("2023-05-01T09:00:00Z",),
)
"""The one that the list has from the start."""

NAMESAKE = Record(
    id="2407.90009",
    title="FedQuill Is Another Paper",
    authors=people("Ada Holt"),
    abstract="We share a name.",
    dates=("2024-07-01T09:00:00Z",),
)
"""Its citation key would be that of a paper that the stand-in for arXiv has, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What one run of a job came to."""

    code: int
    calls: int
    writes: int


class Stage:
    """One repository, one proxy before it, one stand-in for arXiv."""

    def __init__(
        self, box: Box, monkeypatch: pytest.MonkeyPatch, root: Path, *, papers: int = 60
    ) -> None:
        """A list with one entry, which `root` is a checkout of."""
        self._box = box
        self._patch = monkeypatch
        self._stack = ExitStack()
        self._papers = papers
        self.root = root
        self.repository: Repository = self._repository()
        self._event = root.parent / "event.json"

    def __enter__(self) -> Self:
        records = (*PAPERS, VOTING, NAMESAKE, *map(invented, range(self._papers)))
        self.arxiv = self._stack.enter_context(ArxivStandIn(records))
        self.proxy = self._stack.enter_context(Proxy(self._box))
        self._token = self.repository.token(RIGHTS)
        for name, text in {
            **nowhere(),
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self.proxy.url,
            "GITHUB_REPOSITORY": self.repository.full_name,
            "GITHUB_TOKEN": self._token,
            "GITHUB_RUN_ID": "7",
            "BOT_ARXIV_URL": self.arxiv.url,
            "BOT_NOW": "2026-11-23",
            "BOT_PACE": "0",
        }.items():
            self._patch.setenv(name, text)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _repository(self) -> Repository:
        files = _start()
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        return self._box.repository(files, people={"mira": "admin"})

    # What people do

    def submit(self, login: str = "ada", paper: str = "2405.90001", **fields: str) -> int:
        """Somebody fills in the form; gives the issue's number."""
        person = self.repository.person(login)
        return person.open_issue("[Paper] ", body(paper, **fields), ["paper"])

    def correct(self, entry: str, *, change: str = CORRECT, **fields: str) -> int:
        """Somebody asks for a correction; the fields go by their labels."""
        given = {"Entry": entry, "What to do": change} | {
            label.replace("_", " "): text for label, text in fields.items()
        }
        text = "\n\n".join(f"### {label}\n\n{value}" for label, value in given.items())
        person = self.repository.person("cleo")
        return person.open_issue("[Correction] ", text, ["correction"])

    def remove(self, entry: str, reason: str) -> int:
        """Somebody asks for the removal of an entry."""
        return self.correct(entry, change=REMOVE, Notes=reason or "_No response_")

    # What the bot does

    def run(
        self,
        job: str,
        *arguments: str,
        event: Mapping[str, Any] | None = None,
        clear: bool = True,
        ref: str = "main",
    ) -> Ran:
        """One run of a job, in this process, in a checkout of `ref`."""
        if clear:
            self.proxy.clear()
        self.check_out(ref)
        # Every run has the hour's calls, unless a test meters them.
        self.repository.set_remaining(self._token, 1000)
        if event is None:
            self._patch.delenv("GITHUB_EVENT_PATH", raising=False)
        else:
            self._event.write_text(json.dumps(event), "utf-8")
            self._patch.setenv("GITHUB_EVENT_PATH", str(self._event))
        code = cli.main([job, "--root", str(self.root), *arguments])
        assert self.proxy.violations == []
        writes = self.proxy.writes
        return Ran(code=code, calls=self.proxy.reads + writes, writes=writes)

    def check_out(self, ref: str = "main") -> None:
        """Bring the checkout to where a branch is, as a workflow's first step does."""
        now = self.repository.files(ref)
        for name, text in now.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists() or path.read_text("utf-8") != text:
                path.write_text(text, "utf-8")

    def deliver(self, delivery: Delivery) -> Ran | None:
        """What the workflows do with an event; None where none is started."""
        payload = delivery.payload
        match delivery.name, delivery.action:
            case "issues", "labeled" if payload["label"]["name"] not in {"paper", "correction"}:
                return None
            case "issues", "opened" | "edited" | "reopened" | "closed" | "labeled":
                return self.run("submit", event=payload)
            case "issue_comment", "created" if "/" in payload["comment"]["body"]:
                return self.run("command", event=payload)
            case "push", _ if payload["ref"] == "refs/heads/main":
                return self.run("reconcile", event=payload)
            case _:
                return None

    def settle(self) -> list[Ran]:
        """Deliver all that happened, in its order."""
        return [ran for one in self.repository.news() if (ran := self.deliver(one))]

    def started(self, delivery: Delivery) -> Ran:
        """What the workflow comes to that an event is known to start."""
        ran = self.deliver(delivery)
        assert ran
        return ran

    @contextmanager
    def dying_after(self, calls: int) -> Iterator[None]:
        """The next run's connection to GitHub is cut for good after so many calls."""
        with Proxy(self._box) as proxy:
            proxy.kill_after(calls)
            self._patch.setenv("GITHUB_API_URL", proxy.url)
            yield
            self._patch.setenv("GITHUB_API_URL", self.proxy.url)

    def failing(self, fault: Fault, *, nth: int) -> None:
        """The nth call of the next run, which must not clear this, fails so."""
        self.proxy.clear()
        self.proxy.fail(fault, nth=nth)

    # What is there then

    def answer(self, issue: int) -> str:
        """The bot's one answer to a submission."""
        [only] = self.answers(issue)
        return only

    def answers(self, issue: int) -> list[str]:
        """Every answer to a submission."""
        rows = self.repository.comments(issue)
        return [row["body"] for row in rows if row["body"].startswith(ANSWER)]

    def pull(self, issue: int) -> dict[str, Any]:
        """The open pull request of a submission."""
        [only] = self.pulls(issue)
        return only

    def pulls(self, issue: int, state: State = "open") -> list[dict[str, Any]]:
        """The pull requests of a submission."""
        rows = self.repository.pulls(state)
        return [row for row in rows if row["head"]["ref"] == f"paper/issue-{issue}"]

    def open_pulls(self) -> list[int]:
        """The numbers of all open pull requests."""
        return [row["number"] for row in self.repository.pulls()]

    def entries(self, ref: str = "main") -> dict[str, str]:
        """File to text of every entry."""
        files = self.repository.files(ref)
        return {path: text for path, text in files.items() if path.startswith("entries/")}

    def labels(self, issue: int) -> set[str]:
        """The labels of an issue or pull request."""
        return {row["name"] for row in self.repository.issue(issue)["labels"]}

    def assert_readme_is_made(self, ref: str = "main") -> None:
        """The README is what `build` makes of the entries beside it."""
        files = self.repository.files(ref)
        config = listfile.load(files["list.yaml"])
        assert not isinstance(config, tuple)
        assert files["README.md"] == render.pages(_listed(files), config)["README.md"]


@cache
def _start() -> Mapping[str, str]:
    """The files of a list with one entry."""
    config = listfile.load(LIST)
    assert not isinstance(config, tuple)
    old = listed("entries/2023/obi2023voting.yaml", title="Voting", ids={"arxiv": "2305.00001"})
    return {
        "list.yaml": LIST,
        old.path: entry.dump(old.entry),
        **template.files(config),
        **render.pages([old], config),
    }


class Stages:
    """One stage after another, for tests that need the same start again and again."""

    def __init__(self, box: Box, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self._box = box
        self._patch = monkeypatch
        self._folder = folder
        self._stack = ExitStack()
        self._count = 0

    def new(self) -> Stage:
        """A new repository, with everything beside it."""
        self._stack.close()
        self._count += 1
        root = self._folder / str(self._count) / "list"
        return self._stack.enter_context(Stage(self._box, self._patch, root))

    def close(self) -> None:
        """End the last one."""
        self._stack.close()


def _listed(files: Mapping[str, str]) -> Iterable[Listed]:
    rows = [(path, text) for path, text in sorted(files.items()) if path.startswith("entries/")]
    found, problems = catalog.loaded((path, partial(str, text)) for path, text in rows)
    assert problems == ()
    return found


def body(paper: str, **fields: str) -> str:
    """A filled-in form, as GitHub writes it."""
    labels = {"Paper link or identifier": paper}
    labels |= {key.capitalize(): text for key, text in fields.items()}
    return "\n\n".join(f"### {label}\n\n{text}" for label, text in labels.items())
