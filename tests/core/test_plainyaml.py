import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import plainyaml
from bot.core.text import line


def problem(text: str) -> str:
    found = plainyaml.load(text, file="a.yaml")
    assert isinstance(found, tuple)
    return " ".join(f"{one.where}: {one.what}. {one.fix}" for one in found)


def test_every_scalar_stays_text() -> None:
    read = plainyaml.load("a: 2310.10040\nb: NO\nc: [1.0, null]\nd: {e: 2024-01-01}", file="a.yaml")

    assert read == {"a": "2310.10040", "b": "NO", "c": ["1.0", "null"], "d": {"e": "2024-01-01"}}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: 1\na: 2", "a.yaml, a: 'a' stands twice"),
        ("a: {b: 1, b: 2}", "a.b: 'b' stands twice"),
        ("a: !!python/object:os.system x", "the tag 'python/object:os.system' is not allowed"),
        ("a: !secret x", "the tag '!secret' is not allowed"),
        ("a: &x [1]\nb: *x", "an alias repeats another part"),
        ("? [a]\n: b", "a key is not plain text"),
        ("- a", "the file does not hold a mapping"),
        ("", "the file is empty"),
        ("a: [1", "line 2, column 1"),
        ("a: 1\n---\nb: 2", "another document"),
        ("a: \x00", "characters that YAML does not allow"),
        ("a: \ud800", "characters that YAML does not allow"),
        ("a: " + "x" * 300_000, "larger than 256 KiB"),
        ("[" * 100_000, "nested too deeply"),
        ("- " * 50_000, "nested too deeply"),
        ("{a: " * 5_000, "nested too deeply"),
        ("? " * 5_000, "nested too deeply"),
        ("a: " + "[" * 15 + "!" + "]" * 40, "line 1"),
        ("a: &x {b: *x}", "alias"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_with_its_place(text: str, told: str) -> None:
    assert told in problem(text)


def test_all_problems_of_a_file_are_told_at_once() -> None:
    found = plainyaml.load("a: 1\na: 2\nb: !x y\nc: {d: 1, d: 2}", file="a.yaml")

    assert [one.field for one in found if not isinstance(one, str)] == ["a", "b", "c.d"]


def test_many_brackets_in_plain_text_are_not_taken_for_depth() -> None:
    assert plainyaml.load("a: 'x" + "[" * 100 + "'", file="a.yaml") == {"a": "x" + "[" * 100}


@given(st.text().map(line))
def test_any_text_is_written_and_read_back(text: str) -> None:
    fields: dict[str, plainyaml.Written] = {
        "a": text,
        "b": plainyaml.Inline([text, text]),
        "c": [text],
        "d": plainyaml.InlineMap(x=text),
    }

    assert plainyaml.load(plainyaml.dump(fields), file="a.yaml") == fields


@given(st.text(alphabet=st.characters(exclude_categories=[])))
def test_any_file_is_read_or_told_but_never_raises(text: str) -> None:
    assert isinstance(plainyaml.load(text, file="a.yaml"), dict | tuple)


def test_a_thousand_aliases_are_told_once() -> None:
    bomb = "a: &a x\nb: [" + ", ".join(["*a"] * 1_000) + "]"

    problems = plainyaml.load(bomb, file="x.yaml")

    assert isinstance(problems, tuple)
    assert [one.what for one in problems] == ["an alias repeats another part"]
