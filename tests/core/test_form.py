"""Bodies that people, other programs and accidents make out of an issue form."""

from __future__ import annotations

import re
import time
import unicodedata
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from bot.core import form
from bot.model import Ticks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.model import Value

FORM = form.load(
    dedent(
        """
        name: Submit a thing
        description: A form with every kind of field
        body:
        - type: markdown
          attributes: {value: "### Link"}
        - type: input
          id: link
          attributes: {label: Link, placeholder: 'https://example.org/1'}
          validations: {required: true}
        - type: input
          id: title
          attributes: {label: Título}
        - type: textarea
          id: about
          attributes: {label: 'What is it about? (a few words)'}
        - type: textarea
          id: log
          attributes: {label: Log, render: shell}
        - type: dropdown
          id: area
          attributes: {label: Area, options: [Theory, 'Systems, networks', "3"]}
        - type: dropdown
          id: topics
          attributes:
            label: Topics
            multiple: true
            options: ['Vision, language', Vision, language, Speech, 'Speech, too']
        - type: checkboxes
          id: checks
          attributes:
            label: Checks
            options:
            - {label: I looked first, required: true}
            - {label: 'I am an author, or know one'}
        - type: textarea
          attributes: {label: Anything else}
        """
    )
)
LABELS = {field.key: field.label for field in FORM.fields}
BOXES = "- [x] I looked first\n- [ ] I am an author, or know one"
TICKED = Ticks(checked=("I looked first",), unchecked=("I am an author, or know one",))
FILLED = {
    "link": "https://a.org/1",
    "title": "A Title",
    "about": "First line.\n\nLast line.",
    "log": "```shell\n$ run\n```",
    "area": "Theory",
    "topics": "Vision, Speech",
    "checks": BOXES,
    "Anything else": "_No response_",
}
READ: Mapping[str, Value] = {
    "link": "https://a.org/1",
    "title": "A Title",
    "about": "First line.\n\nLast line.",
    "log": "$ run",
    "area": "Theory",
    "topics": ("Vision", "Speech"),
    "checks": TICKED,
    "Anything else": None,
}


def body(*, leave_out: tuple[str, ...] = (), **changed: str) -> str:
    """A body as GitHub makes it, with these values changed."""
    values = {**FILLED, **changed}
    return "\n\n".join(
        f"### {LABELS[key]}\n\n{text}" for key, text in values.items() if key not in leave_out
    )


def else_(text: str) -> str:
    """A body with this text in its last field, the one without an id."""
    return body(leave_out=("Anything else",)) + f"\n\n### Anything else\n\n{text}"


READABLE: Mapping[str, tuple[str, Mapping[str, Value]]] = {
    "as GitHub makes it": (body(), {}),
    "a line feed at the end": (body() + "\n", {}),
    "CRLF": (body().replace("\n", "\r\n"), {}),
    "CR alone": (body().replace("\n", "\r"), {}),
    "a byte order mark": ("\ufeff" + body(), {}),
    "empty lines at both ends": (f"\n\n\n{body()}\n\n\n", {}),
    "blank lines that hold spaces": (body().replace("\n\n", "\n \t\n"), {"about": "First line.\n  \nLast line."}),
    "no empty line under a heading": (body().replace("### Log\n\n", "### Log\n"), {}),
    "many empty lines around values": (body().replace("\n\n", "\n\n\n\n"), {"about": "First line.\n\n\n\nLast line."}),
    "a decomposed label": (unicodedata.normalize("NFD", body()), {}),
    "plain text before the first heading": (f"Hi! **Please** see:\n\n{body()}", {}),
    "a smaller heading before the first heading": (f"## About\n\n{body()}", {}),
    "an optional field without its heading": (body(leave_out=("title",)), {"title": None}),
    "all optional headings absent": (
        f"### Link\n\nhttps://a.org/1\n\n### Checks\n\n{BOXES}",
        dict.fromkeys(("title", "about", "log", "area", "topics")),
    ),
    "no response in a one-line field": (body(title="_No response_"), {"title": None}),
    "no response in a long field": (body(about="_No response_"), {"about": None}),
    "no response in a dropdown": (body(area="_No response_"), {"area": None}),
    "None in a dropdown": (body(area="None"), {"area": None}),
    "None in a dropdown of many": (body(topics="None"), {"topics": None}),
    "a typed None is text": (body(title="None", about="None"), {"title": "None", "about": "None"}),
    "nothing under a heading": (body(title="", about=" \n\t", area=""), dict.fromkeys(("title", "about", "area"))),
    "zero-width characters alone": (body(title="\u200b\u2060", about="\u200b\n\ufeff"), dict.fromkeys(("title", "about"))),
    "an unknown heading in a long field": (body(about="a\n\n### Results\n\nb"), {"about": "a\n\n### Results\n\nb"}),
    "a heading in another case": (body(about="a\n\n### title\n\nb"), {"about": "a\n\n### title\n\nb"}),
    "a label as part of a heading": (body(about="a\n\n### Link to it\n\n### My Link\n\nb"), {"about": "a\n\n### Link to it\n\n### My Link\n\nb"}),
    "another level of heading": (body(about="a\n\n## Log\n\n#### Area\n\nb"), {"about": "a\n\n## Log\n\n#### Area\n\nb"}),
    "a heading without an empty line before it": (body(about="a\n### Log\nb"), {"about": "a\n### Log\nb"}),
    "an indented heading": (body(about="a\n\n ### Log\n\nb"), {"about": "a\n\n ### Log\n\nb"}),
    "a quoted heading": (body(about="a\n\n> ### Log\n\nb"), {"about": "a\n\n> ### Log\n\nb"}),
    "a heading with a space behind it": (body(about="a\n\n### Log \n\nb"), {"about": "a\n\n### Log \n\nb"}),
    "a closed heading": (body(about="a\n\n### Log ###\n\nb"), {"about": "a\n\n### Log ###\n\nb"}),
    "two spaces in a heading": (body(about="a\n\n###  Log\n\nb"), {"about": "a\n\n###  Log\n\nb"}),
    "a heading underlined": (body(about="Log\n---\n\nb"), {"about": "Log\n---\n\nb"}),
    "a heading after a line separator": (body(about="a\n\u2028### Log\n\nb"), {"about": "a\n ### Log\n\nb"}),
    "a heading between form feeds": (body(about="a\u000b\u000c\u0085### Log\u2028\u2029b"), {"about": "a ### Log\n\nb"}),
    "an earlier heading in a later field": (body(about="a\n\n### Link\n\nhttps://evil.example"), {"about": "a\n\n### Link\n\nhttps://evil.example"}),
    "earlier headings in the last field": (else_("### Link\n\nx\n\n### Log\n\n### Topics"), {"Anything else": "### Link\n\nx\n\n### Log\n\n### Topics"}),
    "a later heading, when those between stand below": (body(about="a\n\n### Topics\n\nVision"), {"about": "a\n\n### Topics\n\nVision"}),
    "a later heading in a code fence": (body(about="```\n\n### Checks\n\n```"), {"about": "```\n\n### Checks\n\n```"}),
    "an unclosed code fence": (body(about="```\ncode"), {"about": "```\ncode"}),
    "an unclosed comment": (body(about="<!-- hm"), {"about": "<!-- hm"}),
    "an unclosed details element": (body(about="<details><summary>x"), {"about": "<details><summary>x"}),
    "an unclosed tilde fence in the middle": (body(log="~~~\nx"), {"log": "~~~\nx"}),
    "an indented first line": (body(about="    code\n  b"), {"about": "    code\n  b"}),
    "a fence where the form has none": (body(about="```\na\n```"), {"about": "```\na\n```"}),
    "a fence inside the form's fence": (body(log="```shell\n```\na\n```\n```"), {"log": "```\na\n```"}),
    "a longer fence": (body(log="````shell\n```\na\n````"), {"log": "```\na"}),
    "an empty fence": (body(log="```shell\n\n```"), {"log": None}),
    "an empty fence without a line": (body(log="```shell\n```"), {"log": None}),
    "no response in a rendered field": (body(log="_No response_"), {"log": None}),
    "a fence that was taken away": (body(log="$ run"), {"log": "$ run"}),
    "an unclosed fence in a rendered field": (body(log="```shell\n$ run"), {"log": "```shell\n$ run"}),
    "indentation inside a fence": (body(log="```shell\n  a\n b\n```"), {"log": "  a\n b"}),
    "an option with a comma": (body(area="Systems, networks"), {"area": "Systems, networks"}),
    "an option that looks like a number": (body(area="3"), {"area": "3"}),
    "many options with commas": (body(topics="Speech, too, Vision"), {"topics": ("Speech, too", "Vision")}),
    "options in another order": (body(topics="Speech, Vision"), {"topics": ("Speech", "Vision")}),
    "capital ticks": (body(checks=BOXES.replace("x", "X", 1)), {}),
    "boxes with empty lines between them": (body(checks=BOXES.replace("\n", "\n\n")), {}),
    "boxes in another order": (body(checks="\n".join(reversed(BOXES.split("\n")))), {}),
    "an optional box that was taken away": (body(checks="- [x] I looked first"), {}),
    "all boxes ticked": (body(checks=BOXES.replace("[ ]", "[x]")), {"checks": Ticks(checked=("I looked first", "I am an author, or know one"), unchecked=())}),
    "hidden characters in values": (body(title="A\u202e T\u200bitle\u00a0 x"), {"title": "A Title x"}),
    "tag characters and surrogates": (body(about="a\U000e0041\ud800b"), {"about": "ab"}),
    "a decomposed value": (body(title="Cafe\u0301"), {"title": "Café"}),
    "a tab in a line": (body(title="A\tTitle"), {}),
    "a hash that is no heading": (body(title="#1 in fairness"), {"title": "#1 in fairness"}),
    "a thematic break": (body(about="a\n\n---\n\n***\n\nb"), {"about": "a\n\n---\n\n***\n\nb"}),
    "a template expression": (body(title="${{ github.token }} $(id) `id`"), {"title": "${{ github.token }} $(id) `id`"}),
}  # fmt: skip


@pytest.mark.parametrize(("text", "changed"), READABLE.values(), ids=READABLE)
def test_a_readable_body_gives_its_values(text: str, changed: Mapping[str, Value]) -> None:
    reading = form.read(FORM, text)

    assert reading.problems == ()
    assert reading.fields == {**READ, **changed}


REFUSED: Mapping[str, tuple[str | None, list[str], str]] = {
    "null": (None, [""], "no field of the form"),
    "empty": ("", [""], "no field of the form"),
    "white space": (" \n\t\n", [""], "no field of the form"),
    "free text": ("Please add my paper https://arxiv.org/abs/2402.11505", [""], "no field"),
    "another form": ("### Paper\n\nx\n\n### Abstract\n\ny", [""], "no field of the form"),
    "a label without a heading": ("Link\n\nhttps://a.org", [""], "no field of the form"),
    "too long": ("a" * 65_537, [""], "65,537 characters"),
    "too long with the form in it": (body() + " " * 65_536, [""], "characters"),
    "the required heading is absent": (body(leave_out=("link",)), ["link"], "is empty"),
    "the required value is empty": (body(link="_No response_"), ["link"], "is empty"),
    "the required value is white space": (body(link="\u200b \n"), ["link"], "is empty"),
    "the required heading is misspelt": (body().replace("### Link", "### Links"), ["", "link"], "### Links"),
    "an unknown heading comes first": (f"### Hello\n\nx\n\n{body()}", [""], "### Hello"),
    "a known heading comes first": (f"### Log\n\nx\n\n{body(leave_out=('log',))}", ["link", "title", "about", "log"], "order"),
    "two lines in a one-line field": (body(title="a\n\nb"), ["title"], "2 lines"),
    "an unknown heading in a one-line field": (body(link="https://a.org\n\n### More\n\nx"), ["link"], "### More"),
    "only an unknown heading in a one-line field": (body(link="### More"), ["link"], "### More"),
    "an unknown heading in a dropdown": (body(area="Theory\n\n### More"), ["area"], "### More"),
    "an unknown heading among the boxes": (body(checks=f"{BOXES}\n\n### More"), ["checks"], "### More"),
    "an earlier heading in a one-line field": (body(title="a\n\n### Link\n\nb"), ["title"], "### Link"),
    "the next heading in a long field": (body(about="a\n\n### Log\n\nb"), ["log"], "2 times"),
    "the next heading as a value": (body(about="### Log"), ["log"], "2 times"),
    "a later heading, decomposed": (body(link=unicodedata.normalize("NFD", "x\n\n### Título")), ["title"], "2 times"),
    "the next headings in a long field": (body(about="x\n\n### Log\n\n### Area"), ["log", "area"], "2 times"),
    "the next heading in a code fence": (body(about="```\n\n### Log\n\n```"), ["log"], "2 times"),
    "the next heading in a comment": (body(about="<!--\n\n### Log\n\n-->"), ["log"], "2 times"),
    "the next heading in details": (body(about="<details>\n\n### Log\n\n</details>"), ["log"], "2 times"),
    "a later heading in a one-line field": (body(link="x\n\n### Log\n\ny"), ["link"], "### Log"),
    "a later heading where those between are absent": (
        body(leave_out=("log", "area"), about="a\n\n### Topics\n\nVision"), ["topics"], "2 times"
    ),
    "its own heading in a long field": (body(about="### What is it about? (a few words)"), ["about"], "2 times"),
    "the last heading in the last field": (else_("a\n\n### Anything else\n\nb"), ["Anything else"], "2 times"),
    "the whole body twice": (f"{body()}\n\n{body()}", list(LABELS), "2 times"),
    "two fields in exchanged order": (
        "### Título\n\nx\n\n### Link\n\nhttps://a.org\n\n### Checks\n\n" + BOXES,
        ["link", "title"],
        "order",
    ),
    "an option that is not offered": (body(area="Practice"), ["area"], "“Practice”"),
    "an option in another case": (body(area="theory"), ["area"], "“theory”"),
    "two options where one may be chosen": (body(area="Theory, 3"), ["area"], "“Theory, 3”"),
    "one bad option of many": (body(topics="Vision, Sound"), ["topics"], "“Vision, Sound”"),
    "options that can be read in two ways": (body(topics="Vision, language"), ["topics"], "two ways"),
    "an option twice": (body(topics="Speech, Speech"), ["topics"], "“Speech, Speech”"),
    "options without a space": (body(topics="Vision,Speech"), ["topics"], "“Vision,Speech”"),
    "options one a line": (body(topics="Vision\nSpeech"), ["topics"], "2 lines"),
    "None among options": (body(topics="None, Vision"), ["topics"], "“None, Vision”"),
    "a required box without a tick": (body(checks=BOXES.replace("x", " ", 1)), ["checks"], "I looked first"),
    "a required box that was taken away": (body(checks=BOXES.split("\n")[1]), ["checks"], "I looked first"),
    "no boxes at all": (body(checks="_No response_"), ["checks"], "is empty"),
    "the boxes' heading is absent": (body(leave_out=("checks",)), ["checks"], "is empty"),
    "a box that is not offered": (body(checks=f"{BOXES}\n- [x] I paid"), ["checks"], "I paid"),
    "a box twice": (body(checks=f"{BOXES}\n- [ ] I looked first"), ["checks"], "twice"),
    "a box with another mark": (body(checks=BOXES.replace("x", "v", 1)), ["checks"], "[v]"),
    "text among the boxes": (body(checks=f"{BOXES}\nyes"), ["checks"], "“yes”"),
    "several fields at once": (
        body(link="", area="x", topics="y", checks="z"),
        ["link", "area", "topics", "checks"],
        "is empty",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "fields", "said"), REFUSED.values(), ids=REFUSED)
def test_a_bad_body_names_every_field_and_gives_none_of_their_values(
    text: str | None, fields: list[str], said: str
) -> None:
    reading = form.read(FORM, text)

    assert [problem.field for problem in reading.problems] == fields
    assert said in reading.problems[0].what
    assert all(problem.fix for problem in reading.problems)
    assert all(reading.fields.get(field) is None for field in fields)


def test_the_tables_hold_more_than_sixty_bodies() -> None:
    assert len(READABLE) + len(REFUSED) > 100


def test_an_unclear_heading_costs_only_the_fields_it_may_belong_to() -> None:
    """Every other field is still read, so that all that is wrong is told at once."""
    reading = form.read(FORM, body(about="a\n\n### Log\n\nb", area="Practice"))

    assert [problem.field for problem in reading.problems] == ["log", "area"]
    assert reading.fields == {**READ, "about": None, "log": None, "area": None}


def test_a_heading_that_may_be_skipped_does_not_hide_text_before_the_first_field() -> None:
    text = (
        "### Título\n\nx\n\n### Link\n\nhttps://a.org\n\n### Título\n\ny\n\n### Checks\n\n" + BOXES
    )

    [problem] = form.read(FORM, text).problems
    assert "“### Título”" in problem.what


def test_a_missing_field_is_told_with_the_form_s_own_example() -> None:
    reading = form.read(FORM, body(link=""))

    assert reading.problems[0].fix.endswith("such as https://example.org/1")


def test_a_required_dropdown_asks_for_one_of_its_options() -> None:
    asked = form.load(
        "body: [{type: dropdown, id: a, attributes: {label: A, options: [x]}, validations: {required: true}}]"
    )

    assert form.read(asked, "### A\n\nNone").problems[0].fix == "Choose an option, such as 'x'."


def test_text_from_outside_is_cleaned_and_cut_in_a_message() -> None:
    [problem] = form.read(FORM, body(area="\u202eevil\u200b " + "x" * 1000)).problems

    assert "\u202e" not in problem.what
    assert len(problem.what) < 150


def test_the_longest_body_is_read() -> None:
    text = body(about="")

    filler = "a" * (form.MOST_BODY - len(text))
    assert form.read(FORM, body(about=filler)).fields == {**READ, "about": filler}


SHAPES: Mapping[str, Callable[[], str]] = {
    "headings": lambda: "### Log\n\n" * 7_000,
    "decomposed headings": lambda: "### Ti\u0301tulo\n\n" * 4_000,
    "all headings again and again": lambda: f"{body()}\n\n" * 160,
    "empty lines": lambda: body(about="\n" * 65_000),
    "spaces": lambda: body(about=" " * 65_000, title=" "),
    "spaces around a letter": lambda: body(about=" \n" * 16_000 + "a" + "\n " * 16_000),
    "line separators": lambda: body(about="\u2028" * 65_000),
    "backticks": lambda: body(log="`" * 65_000),
    "combining marks": lambda: body(about="a" + "\u0315\u0300\u0323\u0334" * 16_000),
    "fences": lambda: body(log="```\n" * 16_000),
    "options": lambda: body(topics="Vision, language, " * 3_600),
    "commas": lambda: body(topics=", " * 32_000),
    "boxes": lambda: body(checks=f"{BOXES}\n" * 1_000),
    "brackets": lambda: body(checks="- [" * 21_000),
    "one long line": lambda: body(title="x" * 65_000),
    "joiners": lambda: body(about="é\u200d" * 32_000),
    "long unknown headings": lambda: "### " + "\u0301\u0323" * 32_000,
    "astral characters": lambda: body(about="\U0001f9d1\u200d\U0001f4bb" * 21_000),
}


@pytest.mark.untraced
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_a_body_of_any_shape_is_read_at_once(shape: Callable[[], str]) -> None:
    """What grows with the square of the length takes many times as long, also while traced."""
    text = shape()[: form.MOST_BODY]
    start = time.process_time()
    form.read(FORM, text)
    form.is_submission(FORM, text)

    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (body(), True),
        (body().replace("\n", "\r\n"), True),
        (body(leave_out=("log", "area", "topics", "Anything else")), True),
        (body(leave_out=("log", "area", "topics", "checks", "about")), False),
        (body(leave_out=("link",)), False),
        ("### Link\n\nhttps://a.org", False),
        ("I found a bug.\n\n### Log\n\nx", False),
        ("", False),
        (None, False),
        (body() + " " * 65_536, True),
    ],
    ids=["whole", "CRLF", "half", "less than half", "no link", "link alone", "bug", "empty", "null", "long"],
)  # fmt: skip
def test_a_submission_is_known_by_its_first_heading_and_half_of_all(
    text: str | None, *, expected: bool
) -> None:
    assert form.is_submission(FORM, text) is expected


def test_without_a_required_field_the_first_one_tells_a_submission() -> None:
    two = form.load(
        "body: [{type: input, attributes: {label: A}}, {type: input, attributes: {label: B}}]"
    )

    assert form.is_submission(two, "### A\n\nx")
    assert not form.is_submission(two, "### B\n\nx")


def test_two_fields_may_share_a_label_when_their_ids_differ() -> None:
    """GitHub allows it; the order tells them apart as long as both headings are there."""
    twins = form.load(
        "body: [{type: input, id: a, attributes: {label: L}}, {type: input, id: b, attributes: {label: L}}]"
    )

    assert form.read(twins, "### L\n\n1\n\n### L\n\n2").fields == {"a": "1", "b": "2"}
    assert [problem.field for problem in form.read(twins, "### L\n\n1").problems] == ["a", "b"]


def test_every_part_of_a_form_s_yaml_is_read() -> None:
    keys = ["link", "title", "about", "log", "area", "topics", "checks", "Anything else"]

    link, _, _, log, area, topics, checks, other = FORM.fields
    assert [field.key for field in FORM.fields] == keys
    assert (link.kind, link.required, link.example) == ("input", True, "https://example.org/1")
    assert log.fenced
    assert area.options == ("Theory", "Systems, networks", "3")
    assert topics.multiple
    assert checks.must_tick == ("I looked first",)
    assert (other.kind, other.label, other.required) == ("textarea", "Anything else", False)


def test_scalars_of_a_form_stay_text() -> None:
    made = form.load(
        "body: [{type: dropdown, id: year, attributes: {label: 2024.10, options: [no, 1.10, ~]}}]"
    )

    assert made.fields[0].label == "2024.10"
    assert made.fields[0].options == ("no", "1.10", "~")


def test_an_upload_field_reads_as_text_of_several_lines() -> None:
    made = form.load("body: [{type: upload, id: files, attributes: {label: Files}}]")

    assert form.read(made, "### Files\n\n![a](b)\n![c](d)").fields == {"files": "![a](b)\n![c](d)"}


BAD_FORMS = {
    "empty": ("", "empty"),
    "no YAML": ("body: [", "line"),
    "a word": ("hello", "mapping"),
    "no body": ("name: x", "`body` is missing"),
    "a body that is text": ("body: x", "`body` is missing"),
    "no fields": ("body: [{type: markdown, attributes: {value: x}}]", "no field"),
    "an item that is text": ("body: [x]", "body[0] must be a mapping"),
    "no type": ("body: [{id: a, attributes: {label: A}}]", "body[0]: `type`"),
    "an unknown type": ("body: [{type: slider, attributes: {label: A}}]", "`type` is none of"),
    "a type that is a list": ("body: [{type: [input]}]", "`type` must be text"),
    "no label": ("body: [{type: input, id: a}]", "`label`"),
    "a label of two lines": ('body: [{type: input, attributes: {label: "a\\nb"}}]', "`label`"),
    "attributes that are text": ("body: [{type: input, attributes: x}]", "attributes must be"),
    "no options": ("body: [{type: dropdown, attributes: {label: A}}]", "`options`"),
    "options that are text": ("body: [{type: dropdown, attributes: {label: A, options: x}}]", "`options`"),
    "an option that is a mapping": ("body: [{type: dropdown, attributes: {label: A, options: [{a: b}]}}]", "must be text"),
    "an option twice": ("body: [{type: dropdown, attributes: {label: A, options: [x, ' x']}}]", "`options`"),
    "a box that is text": ("body: [{type: checkboxes, attributes: {label: A, options: [x]}}]", "must be a mapping"),
    "a box without a label": ("body: [{type: checkboxes, attributes: {label: A, options: [{required: true}]}}]", "`options`"),
    "an id twice": ("body: [{type: input, id: a, attributes: {label: A}}, {type: input, id: a, attributes: {label: B}}]", "a: give"),
    "a label twice": ("body: [{type: input, attributes: {label: A}}, {type: input, attributes: {label: A}}]", "A: give"),
    "deep nesting": ("[" * 100_000, "deep"),
    "characters that YAML refuses": ("body: \x00", "characters"),
    "a lone surrogate": ("body: \ud800", "characters"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "said"), BAD_FORMS.values(), ids=BAD_FORMS)
def test_a_bad_form_is_refused_with_the_place_and_the_reason(text: str, said: str) -> None:
    with pytest.raises(form.FormError, match=re.escape(said)):
        form.load(text)
