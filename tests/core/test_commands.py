import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import commands
from bot.core.commands import COMMANDS


def names(comment: str) -> list[str]:
    return [said.name for said in commands.read(comment)]


@pytest.mark.parametrize("command", COMMANDS, ids=[command.name for command in COMMANDS])
def test_the_example_of_a_command_is_that_command(command: commands.Command) -> None:
    [said] = commands.read(command.example)

    assert (said.command, said.is_malformed) == (command, False)


@pytest.mark.parametrize(
    "comment",
    [
        "/merge",
        "/Merge",
        "/merge  ",
        "Fine.\n\n/merge\n\nThanks!",
        "Fine.\r\n/merge\r\n",
        "> quoted\n\n/merge",
        "```\ncode\n```\n/merge",
        "~~~ text\n```\n~~~\n/merge",
        "`code`\n/merge",
        "<!-- hidden -->\n/merge",
        "<pre>\nx\n</pre>\n/merge",
    ],
)
def test_a_line_of_its_own_is_a_command(comment: str) -> None:
    assert names(comment) == ["merge"]


@pytest.mark.parametrize(
    "comment",
    [
        "please /merge",
        "/merge-it",
        "//merge",
        "/ merge",
        "/merge\u200b.",
        "\u2215merge",
        "   /merge",
        "\t/merge",
        "- /merge",
        "> /merge",
        ">/merge",
        "> a\n/merge",
        "```\n/merge",
        "````\n```\n/merge\n````",
        "~~~\n/merge\n~~~",
        "``\n/merge\n``",
        "<!--\n/merge",
        "x <!-- y\n/merge\n-->",
        "<pre>\n/merge\n</pre>",
        "<PRE class=x>\n/merge",
        "",
    ],
)
def test_nothing_else_is_one(comment: str) -> None:
    assert "merge" not in names(comment)


def test_a_path_is_no_command() -> None:
    assert names("/usr/bin/env\n/etc") == ["etc"]
    assert commands.read("/etc")[0].command is None


@pytest.mark.parametrize(
    ("comment", "field", "value"),
    [
        ("/set venue = ICML 2024", "venue", "ICML 2024"),
        ("/set venue=ICML", "venue", "ICML"),
        ("/set title = A = B", "title", "A = B"),
    ],
)
def test_set_tells_field_and_value(comment: str, field: str, value: str) -> None:
    [said] = commands.read(comment)

    assert (said.field, said.value) == (field, value)


@pytest.mark.parametrize(
    "comment", ["/set", "/set venue", "/set = x", "/merge now", "/reject", "/lock a b", "/help me"]
)
def test_what_follows_wrongly_is_told(comment: str) -> None:
    assert commands.read(comment)[0].is_malformed


def test_an_unknown_command_names_the_one_that_is_near() -> None:
    [said] = commands.read("/merg")

    assert (said.command, said.near) == (None, "merge")
    assert commands.read("/xyzzy")[0].near == ""


def test_at_most_ten_commands_of_a_comment_are_read() -> None:
    assert len(commands.read("/help\n" * 50)) == commands.MOST_COMMANDS


@given(st.text(alphabet="/merge set=`~>< -!\n\t", max_size=200))
def test_no_text_makes_reading_fail(comment: str) -> None:
    assert len(commands.read(comment)) <= commands.MOST_COMMANDS


def test_a_hostile_comment_takes_linear_time() -> None:
    assert commands.read("`" * 60_000 + "\n" + "<!--" * 10_000 + "\n/merge") == ()
