"""The issue forms of a list, made from its configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import yaml

from bot.core import escape, options
from bot.core.correction import CHANGES
from bot.core.text import line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.config import Config

_Attribute: TypeAlias = "str | bool | list[str] | list[dict[str, str]]"
_Item: TypeAlias = "dict[str, str | dict[str, _Attribute]]"

_MADE = "# Made from list.yaml by `bot check --fix`: change list.yaml, and run it again.\n"

_CHECKLIST = ("I looked: it is not in the list yet", "The paper is about the list's subject")


FOLDER = ".github/ISSUE_TEMPLATE"
PAPER = f"{FOLDER}/paper.yml"
CORRECTION = f"{FOLDER}/correction.yml"
OTHER = f"{FOLDER}/other.yml"
CHOOSER = f"{FOLDER}/config.yml"
PLAIN = (OTHER, CHOOSER)
"""Those that are the same for every list."""
ALL = (PAPER, CORRECTION, *PLAIN)


def files(config: Config) -> dict[str, str]:
    """Path to text of everything in `.github/ISSUE_TEMPLATE`."""
    return {
        PAPER: render(config),
        CORRECTION: correction(config),
        OTHER: other(),
        # Whoever has a paper shall meet the form, not an empty page.
        CHOOSER: _MADE + "blank_issues_enabled: false\n",
    }


def render(config: Config) -> str:
    """The form for a paper; the same configuration gives the same bytes.

    Source: https://docs.github.com/en/communities/using-templates-to-encourage-useful-issues-and-pull-requests/syntax-for-issue-forms
    """
    return _written(
        name="Submit a paper",
        description="Add a paper to the list: its link is enough.",
        title="[Paper] ",
        labels=["paper"],
        body=list(_body(config)),
    )


def correction(config: Config) -> str:
    """The form for a correction of an entry, or its removal."""
    return _written(
        name="Correct or remove an entry",
        description="Something in the list is wrong or out of date: say what.",
        title="[Correction] ",
        labels=["correction"],
        body=list(_correction(config)),
    )


def other() -> str:
    """The form for everything that is about no paper; the bot leaves these to people."""
    return _written(
        name="Something else",
        description="A question, an idea, or trouble with the bot.",
        title="",
        labels=[],
        body=[
            _field(
                "textarea",
                "text",
                label="What is it about",
                description="People read this; the bot stays out of it.",
            )
            | {"validations": {"required": True}},
        ],
    )


def _written(**form: str | list[str] | list[_Item]) -> str:
    kept = {name: value for name, value in form.items() if value}
    written: str = yaml.dump(
        kept, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1_000_000
    )
    return _MADE + written


class _Dumper(yaml.SafeDumper):
    """Text of several lines as a block, as a person would write it."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar(
        "tag:yaml.org,2002:str", text, style="|" if "\n" in text else None
    )


_Dumper.add_representer(str, _text)


def _body(config: Config) -> Iterator[_Item]:
    yield _markdown(
        f"Thank you for making **{escape.gfm(line(config.title))}** better. The link is enough: "
        "everything else may stay empty, and the bot fills it in and answers here."
    )
    yield _field(
        "input",
        "paper",
        label="Paper link or identifier",
        description="One paper: a link to arXiv, OpenReview, the ACL Anthology, PMLR or NeurIPS, "
        "a DOI or an arXiv id, such as 2402.11505.",
        placeholder="https://arxiv.org/abs/2402.11505",
    ) | {"validations": {"required": True}}
    yield from _about_the_paper()
    yield from _choices(config)
    yield from _material()
    yield _field(
        "textarea",
        "notes",
        label="Notes",
        description="What the maintainers should know, such as: this is the longer version of ...",
    )
    yield _field(
        "checkboxes",
        "checklist",
        label="Checklist",
        description="So that nobody does the work twice, such as by searching for the title first.",
        options=[{"label": box} for box in _CHECKLIST],
    )


def _correction(config: Config) -> Iterator[_Item]:
    yield _markdown(
        "Say which entry is meant, and fill in what has to change. What stays empty stays as it "
        "is; write `none` to take a value out. The bot answers here with a pull request."
    )
    yield _field(
        "input",
        "entry",
        label="Entry",
        description="The paper's link, identifier, or citation key (the name of its file), such "
        "as zhao2023fedprompt.",
        placeholder="https://arxiv.org/abs/2208.12268",
    ) | {"validations": {"required": True}}
    yield _field(
        "dropdown",
        "change",
        label="What to do",
        description="Removing takes the whole entry out; tell the reason in the notes.",
        options=list(CHANGES),
    ) | {"validations": {"required": True}}
    yield _field(
        "input",
        "paper",
        label="Another link or identifier",
        description="One that the entry lacks or has wrong, such as a DOI: 10.1145/3580305.3599825.",
    )
    yield from _about_the_paper()
    yield from _choices(config)
    yield from _material()
    yield _field(
        "textarea",
        "notes",
        label="Notes",
        description="The reason, and where one can see it, such as a link to the proceedings.",
    )


def _about_the_paper() -> Iterator[_Item]:
    yield _field(
        "input",
        "title",
        label="Title",
        description="As it stands on the paper, such as: Attention Is All You Need.",
    )
    yield _field(
        "textarea",
        "authors",
        label="Authors",
        description="One a line or with commas between them, such as: Ada Lovelace, Alan Turing.",
    )
    yield _field(
        "input",
        "venue",
        label="Venue",
        description="Where it was published, such as ICML; empty for a preprint.",
    )
    yield _field(
        "input",
        "year",
        label="Year",
        description="Of the venue, or of the preprint's first version, such as 2024.",
    )


def _choices(config: Config) -> Iterator[_Item]:
    named = options.titles(section for section in config.sections if section.takes == "named")
    yield _field(
        "dropdown",
        "section",
        label="Section",
        description="If you are not sure, keep the first option: then the venue decides, "
        "such as ICML for a published paper.",
        options=[options.LIST_DECIDES, *named],
    )
    if not config.topics:
        return
    topics = options.titles(config.topics)
    abouts = {topic.key: topic.about for topic in config.topics}
    told = [
        f"* **{escape.gfm(line(title))}**: {escape.gfm(line(abouts[key]))}"
        for title, key in topics.items()
    ]
    yield _markdown("\n".join(["The topics to choose from:", "", *told]))
    yield _field(
        "dropdown",
        "topics",
        label="Topics",
        description=f"All that the paper is about, such as {next(iter(topics))}.",
        multiple=True,
        options=list(topics),
    )


def _material() -> Iterator[_Item]:
    for key, label, description in (
        ("datasets", "Datasets", "With commas between them, such as: GSM8K, MMLU."),
        ("models", "Models", "With commas between them, such as: LLaMA-7B, GPT-2."),
        ("code", "Code", "A link, such as https://github.com/owner/name."),
        ("slides", "Slides", "A link, such as https://example.org/talk.pdf."),
        ("video", "Video", "A link, such as https://www.youtube.com/watch?v=aBcDeFgHiJk."),
    ):
        yield _field("input", key, label=label, description=description)


def _markdown(text: str) -> _Item:
    return {"type": "markdown", "attributes": {"value": text}}


def _field(kind: str, key: str, **attributes: _Attribute) -> _Item:
    return {"type": kind, "id": key, "attributes": attributes}
