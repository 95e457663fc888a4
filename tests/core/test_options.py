"""Options that are joined by commas, and options that GitHub would refuse."""

from __future__ import annotations

from bot.config import Topic
from bot.core import options


def topic(key: str, title: str) -> Topic:
    return Topic(key=key, title=title, group="All", about="Anything.")


def test_options_with_commas_are_matched_and_not_split() -> None:
    offered = ("Audio, video", "Text", "Audio")

    assert options.split("Text, Audio, video", offered) == (("Text", "Audio, video"),)


def test_a_text_that_can_be_read_in_two_ways_gives_both() -> None:
    readings = options.split("Audio, video", ("Audio, video", "Audio", "video"))

    assert set(readings) == {("Audio, video",), ("Audio", "video")}


def test_no_more_than_two_readings_are_given_of_very_many() -> None:
    assert len(options.split(", ".join("a" * 1_000), ("a", "a, a", "a, a, a"))) == 2


def test_a_text_with_anything_else_in_it_has_no_reading() -> None:
    assert options.split("Text, Sound", ("Text", "Audio")) == ()
    assert options.split("", ("Text",)) == ()


def test_titles_are_the_options() -> None:
    assert options.titles([topic("a", "Alpha"), topic("b", "Beta")]) == {"Alpha": "a", "Beta": "b"}


def test_a_title_that_stands_twice_or_is_reserved_is_told_apart_by_its_key() -> None:
    """GitHub refuses the whole form otherwise."""
    parts = [
        topic("a", "Privacy"),
        topic("b", "privacy"),
        topic("c", "None"),
        topic("d", "Let the list decide"),
    ]

    assert list(options.titles(parts)) == [
        "Privacy",
        "privacy (b)",
        "None (c)",
        "Let the list decide (d)",
    ]
