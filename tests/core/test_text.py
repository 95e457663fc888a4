import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import text


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\u2028b\u0085c", "a\nb\nc"),
        ("a\x00b\x1bc", "abc"),
        ("ab\u202ec\u2066d", "abcd"),
        ("a\u200bb\ufeffc\u2060d", "abcd"),
        ("x\U000e0041y", "xy"),
        ("x\ud800y", "xy"),
        ("x\ufffey", "xy"),
        ("cafe\u0301", "café"),
        ("Fed\u00adAvg", "FedAvg"),
        ("a\tb", "a b"),
    ],
)
def test_what_shows_nothing_or_deceives_is_taken_out(dirty: str, clean: str) -> None:
    assert text.lines(dirty) == clean


@pytest.mark.parametrize("kept", ["👩\u200d💻 codes", "می\u200cخواهم", "ordinary", "π ≈ 3"])
def test_joiners_stay_inside_emoji_and_words(kept: str) -> None:
    assert text.lines(kept) == kept


@pytest.mark.parametrize("joined", ["Fed\u200dAvg", "a\u200c", "\u200db", "é\u200d\u200dé"])
def test_joiners_go_where_they_join_nothing(joined: str) -> None:
    assert "\u200d" not in text.lines(joined)
    assert "\u200c" not in text.lines(joined)


@given(st.text())
def test_cleaning_again_changes_nothing(given_text: str) -> None:
    once = text.lines(given_text)

    assert text.lines(once) == once
    assert unicodedata.is_normalized("NFC", once)


@given(st.text())
def test_a_line_is_one_line_without_outer_spaces(given_text: str) -> None:
    one = text.line(given_text)

    assert one == one.strip()
    assert "\n" not in one
    assert "  " not in one


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("Ada Holt, Ben Obi and Cem Kaya", ("Ada Holt", "Ben Obi", "Cem Kaya")),
        ("Ada Holt, Ben Obi, and Cem Kaya.", ("Ada Holt", "Ben Obi", "Cem Kaya")),
        ("Ada Holt\nBen Obi\n", ("Ada Holt", "Ben Obi")),
        ("- Ada Holt\n- Ben Obi", ("Ada Holt", "Ben Obi")),
        ("Ada & Ben", ("Ada", "Ben")),
        ("Ada Holt .", ("Ada Holt",)),
        ("Ada Holt, Eric P.", ("Ada Holt", "Eric P.")),
        ("Sam Obi, Jr., Ada Holt", ("Sam Obi, Jr.", "Ada Holt")),
        ("Holt, Ada; Obi, Ben", ("Ada Holt", "Ben Obi")),
        ("Holt Ada;", ("Holt Ada",)),
        ("Andrea Sand, Roland Land", ("Andrea Sand", "Roland Land")),
        ("Ada Holt, Ada Holt", ("Ada Holt",)),
        ("", ()),
        ("N/A", ()),
    ],
)
def test_names_are_read_as_people_write_them(written: str, names: tuple[str, ...]) -> None:
    assert text.names(written) == names


@pytest.mark.parametrize(
    ("written", "items"),
    [
        ("AdvertiseGen.", ("AdvertiseGen",)),
        ("Bert and GPT-2", ("Bert", "GPT-2")),
        ("RTE, and BoolQ, MPQA, and MR ", ("RTE", "BoolQ", "MPQA", "MR")),
        ("RoBERTa , distilBERT", ("RoBERTa", "distilBERT")),
        ("AG News, Yelp,...", ("AG News", "Yelp")),
        ("GLUE (MNLI, QQP), C4", ("GLUE (MNLI, QQP)", "C4")),
        ("a), b(, c", ("a)", "b(", "c")),
        ("a (b, c", ("a (b", "c")),
        ("-", ()),
    ],
)
def test_items_are_read_as_people_write_them(written: str, items: tuple[str, ...]) -> None:
    assert text.items(written) == items


def test_a_long_text_is_cut_with_an_ellipsis() -> None:
    assert text.clipped("abcdef", 6) == "abcdef"
    assert text.clipped("abc defg", 5) == "abc…"


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("Ada Holt et al.", ("Ada Holt",)),
        ("Ada Holt, Bo Li, et al", ("Ada Holt", "Bo Li")),
        ("Ada Holt, Bo Li and others.", ("Ada Holt", "Bo Li")),
        ("et al.", ()),
        ("Holt, Ada; Li, Bo; et al.", ("Ada Holt", "Bo Li")),
        ("Ada Holt\nBo Li et al.", ("Ada Holt", "Bo Li")),
        ("Al Etter", ("Al Etter",)),
        ("Ada Brothers", ("Ada Brothers",)),
    ],
)
def test_et_al_is_no_author(written: str, names: tuple[str, ...]) -> None:
    assert text.names(written) == names


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("Ada Holt and Bo Li and Cy Wu", ("Ada Holt", "Bo Li", "Cy Wu")),
        ("Ada Holt & Bo Li & Cy Wu", ("Ada Holt", "Bo Li", "Cy Wu")),
        ("Ada Holt, Bo Li and Cy Wu and Di Xu", ("Ada Holt", "Bo Li", "Cy Wu", "Di Xu")),
        ("Zhao, Haodong and Du, Wei", ("Haodong Zhao", "Wei Du")),
        ("van der Berg, Jan and Davis, Jr., Sam", ("Jan van der Berg", "Sam Davis, Jr.")),
        ("Zhao, H. D. and Du, W.", ("H. D. Zhao", "W. Du")),
        ("Ada Holt, Bo Li, Cy Wu", ("Ada Holt", "Bo Li", "Cy Wu")),
        ("Ada Holt, Bo Li and Cy Wu, Di Xu", ("Ada Holt", "Bo Li and Cy Wu", "Di Xu")),
        ("Zhao, Haodong", ("Zhao", "Haodong")),
        ("Alexandra Rand", ("Alexandra Rand",)),
    ],
)
def test_names_with_and_between_them_are_told_apart(written: str, names: tuple[str, ...]) -> None:
    assert text.names(written) == names


def test_a_data_set_with_and_in_its_name_stays_whole() -> None:
    assert text.items("Search and Rescue, MMLU, GSM8K") == ("Search and Rescue", "MMLU", "GSM8K")


def test_no_format_character_stays_whatever_unicode_this_python_knows() -> None:
    every = "".join(map(chr, range(0x13430, 0x13440)))

    assert text.line(f"a{every}b") == "ab"
