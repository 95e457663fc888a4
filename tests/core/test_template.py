"""The form that is made from a list's configuration."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import yaml

from bot.config import Config, Section, Topic
from bot.core import form, template
from bot.core.submission import submission
from bot.model import Submission

if TYPE_CHECKING:
    from pathlib import Path

HARD = Config(
    title="Awesome *Things*: a list, 100% \U0001f389",
    short_title="Things",
    introduction="Papers.",
    sections=(
        Section(key="out", title="Published", takes="venue"),
        Section(key="uses", title="Uses: 'all' & \"some\""),
        Section(key="no", title="No"),
    ),
    topics=(
        Topic(key="a", title="Privacy, security", group="All", about="What <leaks> @everyone."),
        Topic(key="b", title="privacy, security", group="All", about="The same."),
        Topic(key="c", title="None", group="All", about="Nothing."),
        Topic(key="d", title="2024.10", group="All", about="A number?"),
    ),
)
PLAIN = Config(title="A List", short_title="List", introduction="Papers.")
KEYS = [
    "paper", "title", "authors", "venue", "year", "section", "topics", "datasets", "models",
    "code", "slides", "video", "notes", "checklist",
]  # fmt: skip


def test_every_file_is_known_by_its_name() -> None:
    assert list(template.files(PLAIN)) == list(template.ALL)


def test_the_fields_have_their_ids_in_order() -> None:
    assert [field.key for field in form.load(template.render(HARD)).fields] == KEYS


def test_only_the_link_is_required() -> None:
    fields = form.load(template.render(HARD)).fields

    assert [field.key for field in fields if field.required] == ["paper"]
    assert not any(field.must_tick for field in fields)


def test_a_list_without_topics_has_no_field_for_them() -> None:
    made = template.render(PLAIN)

    assert [field.key for field in form.load(made).fields] == [k for k in KEYS if k != "topics"]
    assert "topics" not in made


def test_only_named_sections_are_offered_after_the_list_s_own_rule() -> None:
    fields = {field.key: field for field in form.load(template.render(HARD)).fields}

    assert fields["section"].options == ("Let the list decide", "Uses: 'all' & \"some\"", "No")
    assert not fields["section"].multiple


def test_every_topic_may_be_chosen_with_others() -> None:
    fields = {field.key: field for field in form.load(template.render(HARD)).fields}

    assert fields["topics"].multiple
    assert fields["topics"].options == (
        "Privacy, security",
        "privacy, security (b)",
        "None (c)",
        "2024.10",
    )


def test_the_same_configuration_gives_the_same_text() -> None:
    assert template.render(HARD) == template.render(HARD.model_copy())


def test_the_first_line_says_where_the_form_comes_from() -> None:
    first, _, rest = template.render(PLAIN).partition("\n")

    assert first.startswith("# Made from list.yaml by `bot check --fix`")
    assert yaml.safe_load(rest)["title"] == "[Paper] "
    assert yaml.safe_load(rest)["labels"] == ["paper"]


def test_what_the_configuration_says_is_escaped_in_markdown() -> None:
    items = yaml.safe_load(template.render(HARD))["body"]
    told = "".join(item["attributes"]["value"] for item in items if item["type"] == "markdown")

    assert r"\*Things\*" in told
    assert "@everyone" not in told


def test_every_field_has_a_label_of_its_own_and_a_description() -> None:
    items = [item for item in yaml.safe_load(template.render(HARD))["body"] if "id" in item]

    assert len({item["attributes"]["label"].casefold() for item in items}) == len(KEYS)
    assert all(20 < len(item["attributes"]["description"]) < 150 for item in items)


def test_github_s_own_schema_accepts_the_form(tmp_path: Path) -> None:
    file = tmp_path / "paper.yml"
    file.write_text(template.render(HARD), encoding="utf-8")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema"]

    done = subprocess.run(
        [*command, "vendor.github-issue-forms", str(file)],
        check=False,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stdout


def test_a_body_made_with_the_form_becomes_a_submission() -> None:
    made = form.load(template.render(HARD))
    values = {
        "paper": "https://arxiv.org/abs/2402.11505v2",
        "section": "No",
        "topics": "privacy, security (b), 2024.10",
        "checklist": "\n".join(f"- [X] {box}" for box in made.fields[-1].options),
    }
    body = "\n\n".join(
        f"### {field.label}\n\n{values.get(field.key, '_No response_')}" for field in made.fields
    )

    reading = form.read(made, body)
    found = submission(reading.fields, config=HARD, origin="#1")

    assert reading.problems == ()
    assert isinstance(found, Submission)
    assert (found.section, found.topics) == ("no", ("b", "d"))
