import pytest
from hypothesis import given

from bot.core import match
from bot.core.match import Index
from bot.model import Identity
from tests.making import listed, paper, titles

HERE = listed()
OTHER = listed(
    "entries/2023/obi2023lora.yaml",
    title="LoRA at the Edge",
    authors=["Samuel Obi"],
    ids={"doi": "10.1000/edge"},
)
INDEX = Index([HERE, OTHER])


def test_a_listed_identity_is_found() -> None:
    found = INDEX.identity(Identity(kind="arxiv", id="2405.90001"))

    assert found
    assert (found.listed, found.how) == (HERE, "same-identity")


def test_an_unlisted_identity_is_not_found() -> None:
    assert INDEX.identity(Identity(kind="arxiv", id="2405.90002")) is None


def test_the_same_title_and_an_author_under_another_id_is_the_same_work() -> None:
    twin = paper(
        title="FEDQUILL - prompt tuning over slow links",
        authors=["M. Holt"],
        ids={"openreview": "AbCdEfGhIj"},
    )

    found = INDEX.work(twin, near_title=90)

    assert found
    assert (found.listed, found.how) == (HERE, "same-work")


def test_the_same_title_of_other_people_is_for_a_person_to_decide() -> None:
    found = INDEX.work(
        paper(authors=["Corvin Ashdown"], ids={"arxiv": "2405.90002"}), near_title=90
    )

    assert found
    assert (found.how, found.likeness) == ("near-title", 100)


def test_a_nearly_equal_title_is_for_a_person_to_decide() -> None:
    near = paper(title="FedQuill: Prompt Tuning over a Slow Link", ids={"arxiv": "2405.90002"})

    found = INDEX.work(near, near_title=90)

    assert found
    assert found.how == "near-title"
    assert 90 <= found.likeness < 100


def test_another_title_is_another_work() -> None:
    other = paper(title="Voting among Word Models", ids={"arxiv": "2405.90002"})

    assert INDEX.work(other, near_title=90) is None


def test_of_two_that_claim_one_identity_the_first_keeps_it() -> None:
    second = listed("entries/2024/second.yaml", title="Second")

    found = Index([HERE, second]).identity(Identity(kind="arxiv", id="2405.90001"))

    assert found
    assert found.listed is HERE


@pytest.mark.parametrize(
    ("one", "other", "least", "most"),
    [
        ("FedQuill", "FedQuill: Prompt Tuning of Language Models", 100, 100),
        ("FEDQUILL: prompt", "FedQuill - Prompt", 100, 100),
        ("A", "A: Prompt Tuning of Language Models", 0, 20),
        ("Voting among Word Models", "LoRA at the Edge", 0, 50),
        ("", "x", 0, 0),
    ],
)
def test_likeness_is_of_words_not_of_looks(one: str, other: str, least: int, most: int) -> None:
    assert least <= match.likeness(one, other) <= most
    assert match.likeness(one, other) == match.likeness(other, one)


@given(titles(), titles())
def test_likeness_stays_in_its_bounds(one: str, other: str) -> None:
    assert 0 <= match.likeness(one, other) <= 100
    assert match.likeness(one, one) == 100


def test_surnames_are_last_words_without_generation() -> None:
    assert match.surnames(["Sam Obi, Jr.", "E. Quillfeather", "连合"]) == {
        "obi", "quillfeather", "连合",
    }  # fmt: skip


def test_a_generation_is_no_shared_name() -> None:
    assert match.surnames(["Samuel Obi Jr"]) == {"obi"}
    assert not match.surnames(["Samuel Obi Jr"]) & match.surnames(["Mary Vos, Jr."])
