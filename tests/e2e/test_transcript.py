"""One story, played against the box, and the page that shows what was posted in it.

The page is made here: `TRANSCRIPT=write python -m pytest tests/e2e/test_transcript.py` writes it anew.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bot.core import listfile, render, template
from tests.e2e.stage import Stage, body, invented
from tests.making import LIST, listed

if TYPE_CHECKING:
    from collections.abc import Iterable

# These lines are traced in the tests of each job.
pytestmark = pytest.mark.untraced

REPLY = "<!-- list-bot:reply"
PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "transcript.md"
NAMED = f"{LIST}repository: lab/list\n"
"""The list as it is once its owner is known, so that links are whole."""

_START = """\
<!-- Made by tests/e2e/test_transcript.py. What is changed here is overwritten: change the story there, or the templates. -->
# What the bot says

One story, as it was posted. Ada, Bea, Cleo and Dan submit papers; Mira keeps the list. The bot's texts are quoted as they stand on GitHub, so this page shows them as GitHub does; the raw file also shows [what is hidden in them](../reference/submissions.md#what-is-hidden). Where a comment was edited in place, the page shows what it became.

A test plays the story against an emulated GitHub and compares: not a letter here is written by hand but the sentences between the quotes.
"""


class Transcript:
    """The page, as it grows with the story."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._parts = [_START]
        self._replies: list[int] = []

    @property
    def text(self) -> str:
        """The whole page."""
        # The box numbers its repositories.
        return "\n".join(self._parts).replace(self._stage.repository.full_name, "lab/list")

    def head(self, heading: str, sentence: str) -> None:
        """A new step of the story."""
        self._parts.append(f"## {heading}\n")
        self.tell(sentence)

    def tell(self, sentence: str) -> None:
        """A sentence between what was posted."""
        self._parts.append(f"{sentence}\n")

    def wrote(self, who: str, text: str) -> None:
        """What a person wrote, as typed."""
        self._parts.append(f"**{who}** writes:\n\n```markdown\n{text}\n```\n")

    def answer(self, issue: int, lead: str) -> None:
        """The one answer to a submission as it is now, with the labels."""
        self._quote(f"{lead}, in #{issue}", self._stage.answer(issue))
        self._labels(issue)

    def pull(self, issue: int) -> None:
        """The submission's pull request as it is now, with labels and status."""
        pull = self._stage.pull(issue)
        self._quote(f"The pull request, #{pull['number']} ({pull['title']})", pull["body"])
        self.status(issue)

    def status(self, issue: int) -> None:
        """Labels and status of the submission's pull request as they are now."""
        pull = self._stage.pull(issue)
        [status, *_] = self._stage.repository.statuses(pull["head"]["sha"])
        told = f"{status['state']}, “{status['description']}”"
        self._labels(pull["number"], f" Status `{status['context']}`: {told}.")

    def said(self, who: str, number: int, text: str) -> None:
        """A comment with a command, and the reply to it."""
        comment = self._stage.repository.person(who.lower()).comment(number, text)
        self._stage.settle()
        self.wrote(who, text)
        marker = f"{REPLY} {comment} "
        [reply] = [it for it in self._comments(number) if it.startswith(marker)]
        self._replies.append(comment)
        self._quote(f"The bot's reply, in #{number}", reply)

    def commit(self) -> None:
        """The newest commit of the list, as it is written down."""
        [commit, *_] = self._stage.repository.commits()
        # The box numbers people over all its repositories.
        message = re.sub(r"[0-9]+(?=\+[a-z]+@)", "1001", commit["commit"]["message"])
        self._parts.append(f"The commit in the list:\n\n```text\n{message}\n```\n")

    def _comments(self, number: int) -> Iterable[str]:
        return [str(row["body"]) for row in self._stage.repository.comments(number)]

    def _labels(self, number: int, more: str = "") -> None:
        names = ", ".join(f"`{name}`" for name in sorted(self._stage.labels(number)))
        self._parts.append(f"Labels of #{number}: {names}.{more}\n")

    def _quote(self, lead: str, text: str) -> None:
        # The box numbers comments over all its repositories, too.
        for count, comment in enumerate(self._replies, 1):
            text = text.replace(f"{REPLY} {comment} ", f"{REPLY} {count} ")
        rows = text.rstrip("\n").replace("\r\n", "\n").split("\n")
        quoted = "\n".join(f"> {row}" if row else ">" for row in rows)
        self._parts.append(f"{lead}:\n\n{quoted}\n")


def test_the_transcript_is_what_the_bot_says(stage: Stage) -> None:
    told = play(stage)
    if os.environ.get("TRANSCRIPT") == "write":
        PAGE.write_text(told, "utf-8")

    assert PAGE.read_text("utf-8") == told, "make it anew: see the first lines of this file"


def play(stage: Stage) -> str:
    """The page of the whole story."""
    name_the_repository(stage)
    page = Transcript(stage)
    ada = opened(stage, page)
    bea = mistaken(stage, page, ada)
    edited(stage, page, ada)
    merged(page, ada, bea)
    known(stage, page)
    declined(stage, page)
    return page.text


def name_the_repository(stage: Stage) -> None:
    """Make the list one that knows where it lives; its labels are made by the way."""
    config = listfile.load(NAMED)
    assert not isinstance(config, tuple)
    old = listed("entries/2023/obi2023voting.yaml", title="Voting", ids={"arxiv": "2305.00001"})
    files: dict[str, Any] = {
        "list.yaml": NAMED,
        **template.files(config),
        **render.pages([old], config),
    }
    stage.repository.person("mira").commit("main", files, "Name the repository")
    stage.settle()


def opened(stage: Stage, page: Transcript) -> int:
    issue = stage.submit("ada")
    stage.settle()
    page.head("A link is enough", "Ada fills in one field of the form.")
    page.wrote("Ada", body("2405.90001"))
    page.answer(issue, "The bot's answer")
    page.pull(issue)
    return issue


def mistaken(stage: Stage, page: Transcript, rival: int) -> int:
    issue = stage.submit("bea", "2413.00001")
    stage.settle()
    page.head("A mistake, and a second submission of the same paper", "Bea mistypes a number.")
    page.wrote("Bea", body("2413.00001"))
    page.answer(issue, "The bot's answer")

    text = body("10.48550/arXiv.2405.90001")
    stage.repository.person("bea").edit_issue(issue, body=text)
    stage.settle()
    page.tell(f"Bea edits her issue. Now her paper is the one of #{rival}.")
    page.wrote("Bea", text)
    page.answer(issue, "The same comment")
    return issue


def edited(stage: Stage, page: Transcript, issue: int) -> None:
    page.head("A maintainer changes a field", "Mira knows where the paper was published.")
    page.said("Mira", issue, "/set venue = ICML 2024")

    text = body("2405.90001", venue="EMNLP", datasets="C4")
    stage.repository.person("ada").edit_issue(issue, body=text)
    stage.settle()
    page.head(
        "The submitter edits, and contradicts",
        "Ada adds a data set and another venue. The data set is news; the venue is Mira's, "
        "so it stays, and both are shown.",
    )
    page.wrote("Ada", text)
    page.answer(issue, "The same comment as above")
    page.status(issue)


def merged(page: Transcript, issue: int, waiting: int) -> None:
    page.head("The merge", "Mira decides that ICML it is.")
    page.said("Mira", issue, "/merge")
    page.answer(issue, "The answer")
    page.commit()
    page.answer(waiting, "The submission that waited is looked at again by itself")


def known(stage: Stage, page: Transcript) -> None:
    issue = stage.submit("cleo", "https://arxiv.org/abs/2305.00001v2")
    stage.settle()
    page.head("A paper that the list has", "Cleo submits a paper that has long been listed.")
    page.wrote("Cleo", body("https://arxiv.org/abs/2305.00001v2"))
    page.answer(issue, "The bot's answer")


def declined(stage: Stage, page: Transcript) -> None:
    issue = stage.submit("dan", invented(3).id)
    stage.settle()
    page.head(
        "A paper that does not fit",
        "Dan's paper is answered like Ada's. He would like to merge it himself; then Mira reads it.",
    )
    page.said("Dan", issue, "/merge")
    page.said("Mira", issue, "/reject It is about lanterns, not about language models.")
    page.answer(issue, "The answer")
