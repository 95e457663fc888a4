"""What GitHub's API is asked about repositories, and what its answers mean."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import repositories
from bot.core.repositories import Repository, Standing
from bot.model import Look

if TYPE_CHECKING:
    from bot.model import Verdict

ADA = Repository(owner="ada", name="fedprompt")
DOCS = Repository(owner="ada", name="fedprompt", expression="main:docs")
BOB = Repository(owner="bob", name="fedprompt")


def node(whole_name: str = "ada/fedprompt", **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {"nameWithOwner": whole_name, "isArchived": False, "isDisabled": False, **more}


def error(*path: str, kind: str = "NOT_FOUND") -> dict[str, Any]:
    return {"type": kind, "path": [*path], "message": "Could not resolve to a Repository"}


def standing(answer: object, repository: Repository = ADA) -> Standing | None:
    return repositories.read(answer, [repository]).get(repository)


# ---- the question ----


@pytest.mark.parametrize(
    "repository", [ADA, DOCS, Repository(owner="a", name="b", expression="v:")]
)
def test_an_id_is_read_back(repository: Repository) -> None:
    assert Repository.parse(str(repository)) == repository


def test_a_query_holds_no_name_only_variables() -> None:
    evil = Repository(owner='a"){x}', name="b}", expression='main:"}) { viewer { login } }')
    text, variables = repositories.query([ADA, evil])

    assert re.fullmatch(r"[A-Za-z0-9_$!:(){}., ]+", text)
    assert "viewer" not in text
    assert variables == {
        "o0": "ada",
        "n0": "fedprompt",
        "o1": 'a"){x}',
        "n1": "b}",
        "e1": 'main:"}) { viewer { login } }',
    }


def test_every_variable_is_declared_and_used() -> None:
    text, variables = repositories.query([ADA, DOCS, BOB])

    declared = text[: text.index(")")]
    assert re.findall(r"\$(\w+):String!", declared) == [*variables]
    assert {*re.findall(r":\$(\w+)", text)} == {*variables}


def test_a_query_is_about_fifty_repositories_at_most() -> None:
    repositories.query([ADA] * 50)

    with pytest.raises(ValueError, match="51 repositories"):
        repositories.query([ADA] * 51)


# ---- the answer ----


def test_a_repository_that_is_there_is_found() -> None:
    assert standing({"data": {"r0": node()}}) == Standing(whole_name="ada/fedprompt")


def test_one_that_github_does_not_find_is_gone() -> None:
    answer = {"data": {"r0": None}, "errors": [error("r0")]}

    assert standing(answer) == Standing(whole_name=None)


def test_each_repository_has_its_own_fate() -> None:
    answer = {
        "data": {"r0": node(isArchived=True), "r1": None, "r2": node(object=None)},
        "errors": [error("r1")],
    }

    assert repositories.read(answer, [ADA, BOB, DOCS]) == {
        ADA: Standing(whole_name="ada/fedprompt", is_archived=True),
        BOB: Standing(whole_name=None),
    }


def test_a_folder_counts_when_it_is_there() -> None:
    there = node(object={"__typename": "Tree"})

    assert standing({"data": {"r0": there}}, DOCS) == Standing(whole_name="ada/fedprompt")


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        "down",
        {},
        {"data": None, "errors": [{"message": "Something went wrong"}]},
        {"data": {}, "errors": [error("r0")]},
        {"data": {"r0": None}},
        {"data": {"r0": None}, "errors": "many"},
        {"data": {"r0": None}, "errors": ["NOT_FOUND"]},
        {"data": {"r0": None}, "errors": [{"type": "NOT_FOUND"}]},
        {"data": {"r0": None}, "errors": [{"type": "NOT_FOUND", "path": "r0"}]},
        {"data": {"r0": None}, "errors": [{"type": "NOT_FOUND", "path": []}]},
        {"data": {"r0": None}, "errors": [error("r1")]},
        {"data": {"r0": None}, "errors": [error("r0", "object")]},
        {"data": {"r0": None}, "errors": [error("r0", kind="FORBIDDEN")]},
        {"data": {"r0": None}, "errors": [error("r0", kind="RATE_LIMITED")]},
        {"data": {"r0": None}, "errors": [error("r0"), error("r0", kind="SERVICE_UNAVAILABLE")]},
        {"data": {"r0": node()}, "errors": [error("r0", "isArchived", kind="INTERNAL")]},
        {"data": {"r0": node(isDisabled=True)}},
        {"data": {"r0": node(isArchived="no")}},
        {"data": {"r0": node(whole_name="")}},
        {"data": {"r0": node(whole_name="ada/fedprompt/../../evil")}},
        {"data": {"r0": node(whole_name="@everyone/<b>")}},
        {"data": {"r0": node(whole_name="ada/..")}},
        {"data": {"r0": "ada/fedprompt"}},
        {"data": ["r0"]},
    ],
    ids=str,
)
def test_of_everything_else_nothing_is_believed(answer: object) -> None:
    assert standing(answer) is None


@pytest.mark.parametrize("inside", [None, {}, {"__typename": 7}, "Tree"])
def test_a_folder_that_is_missing_is_left_to_its_page(inside: object) -> None:
    """A branch's name may hold a slash, and then the folder is another one."""
    assert standing({"data": {"r0": node(object=inside)}}, DOCS) is None
    assert standing({"data": {"r0": node()}}, DOCS) is None


def test_too_many_missing_are_not_believed() -> None:
    """More often than not that is a token which sees nothing."""
    asked = [Repository(owner="ada", name=f"n{at}") for at in range(5)]
    answer = {
        "data": {"r0": node("ada/n0"), "r1": node("ada/n1")} | {f"r{at}": None for at in (2, 3, 4)},
        "errors": [error(f"r{at}") for at in (2, 3, 4)],
    }

    assert [*repositories.read(answer, asked)] == asked[:2]


JSON = st.recursive(
    st.none() | st.booleans() | st.text(max_size=4) | st.just("NOT_FOUND") | st.just("r0"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["data", "errors", "r0", "type", "path", "nameWithOwner", "isArchived"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_no_answer_is_too_odd_to_be_read(answer: object) -> None:
    assert {*repositories.read(answer, [ADA, DOCS])} <= {ADA, DOCS}


# ---- what it means ----


@pytest.mark.parametrize(
    ("standing", "verdict", "final_url", "note"),
    [
        (Standing(whole_name="ada/fedprompt"), "ok", None, ""),
        (Standing(whole_name="Ada/FedPrompt"), "ok", None, ""),
        (Standing(whole_name="ada/fedprompt", is_archived=True), "ok", None, "archived by its owner"),
        (Standing(whole_name="ada/quill"), "moved", "https://github.com/ada/quill", ""),
        (
            Standing(whole_name="lab/quill", is_archived=True),
            "moved",
            "https://github.com/lab/quill",
            "archived by its owner",
        ),
        (Standing(whole_name=None), "gone", None, ""),
    ],
)  # fmt: skip
def test_github_tells_what_became_of_a_repository(
    standing: Standing, verdict: Verdict, final_url: str | None, note: str
) -> None:
    look = repositories.look("https://github.com/ada/fedprompt", ADA, standing)

    assert (look.verdict, look.final_url, look.note) == (verdict, final_url, note)
    assert look.failure == ("404" if verdict == "gone" else None)
    assert look.reason


@pytest.mark.parametrize(
    ("url", "there"),
    [
        ("http://www.github.com/ada/fedprompt.git", "https://github.com/lab/quill"),
        ("https://github.com/ada/fedprompt/", "https://github.com/lab/quill"),
        ("https://github.com/ada/fedprompt#readme", "https://github.com/lab/quill#readme"),
        (
            "https://github.com/ada/fedprompt/blob/main/a%20b.md?plain=1#L7",
            "https://github.com/lab/quill/blob/main/a%20b.md?plain=1#L7",
        ),
    ],
)
def test_a_new_address_keeps_what_stood_behind_the_name(url: str, there: str) -> None:
    look = repositories.look(url, ADA, Standing(whole_name="lab/quill"))

    assert look == Look(
        url=url,
        verdict="moved",
        reason="the repository has another name or owner now",
        final_url=there,
    )
