from datetime import date
from typing import Any

from bot.core import audit
from bot.core.entry import Listed
from bot.model import Answer, Evidence, Identity, NotThere, Unreachable
from tests.making import config, listed


def told(*papers: Listed) -> list[str]:
    found = audit.problems(papers, config())
    return [f"{one.file} {one.field}: {one.what}" for one in found]


GOOD = listed("entries/2024/a.yaml")


def test_a_sound_list_has_no_problems() -> None:
    assert told(GOOD, listed("entries/2023/b.yaml", title="B", ids={"arxiv": "2305.00001"})) == []


def test_one_id_in_two_files_is_told() -> None:
    twin = listed("entries/2024/b.yaml", title="Other")

    assert told(GOOD, twin) == [
        "entries/2024/b.yaml ids.arxiv: arxiv 2405.90001 stands in entries/2024/a.yaml, too"
    ]


def test_one_work_under_two_ids_is_told() -> None:
    twin = listed("entries/2024/b.yaml", ids={"openreview": "AbCdEfGhIj"})

    assert told(GOOD, twin) == [
        "entries/2024/b.yaml title: entries/2024/a.yaml has the same title, and an author of the same name"
    ]


def test_the_same_title_of_other_people_is_no_problem() -> None:
    other = listed("entries/2024/b.yaml", authors=["X Y"], ids={"openreview": "AbCdEfGhIj"})

    assert told(GOOD, other) == []


def test_a_citation_key_in_two_folders_is_told() -> None:
    twin = listed("entries/2023/a.yaml", title="Other", ids={"arxiv": "2305.00001"})

    assert "citation key is that of entries/2024/a.yaml" in told(GOOD, twin)[0]


def test_a_file_in_an_odd_place_is_told() -> None:
    assert "place or name does not fit" in told(listed("entries/A b.yaml"))[0]


def test_sections_and_topics_that_the_list_lacks_are_told_with_those_there_are() -> None:
    lost = listed("entries/2024/a.yaml", section="gone", topics=["adapters", "odd"])

    assert told(lost) == [
        "entries/2024/a.yaml section: the list has no section “gone”",
        "entries/2024/a.yaml topics: the list has no topic “odd”",
    ]


def said(title: str) -> Evidence:
    paper = Identity(kind="arxiv", id="2405.90001")
    return Evidence(source="arxiv", paper=paper, title=title, authors=("A",))


def against(answer: Answer, **fields: Any) -> tuple[int, int]:  # noqa: ANN401 - any field
    papers = [listed(**fields)]
    found, unchecked = audit.against(papers, {"2405.90001": answer}, same_paper=75)
    return len(found), len(unchecked)


def test_an_id_of_another_paper_is_found_online_unless_the_title_is_locked() -> None:
    assert against(said("Voting among Word Models")) == (1, 0)
    assert against(said("Voting among Word Models"), locked=["title"]) == (0, 0)
    assert against(said("FedQuill: Prompt Tuning over Slow Links")) == (0, 0)


def test_an_id_that_does_not_exist_is_found_online() -> None:
    assert against(NotThere(source="arxiv", what="no such paper")) == (1, 0)


def test_what_could_not_be_asked_is_no_problem_and_no_pass() -> None:
    assert against(Unreachable(source="arxiv", what="down")) == (0, 1)


def test_papers_of_other_kinds_are_left_alone() -> None:
    assert against(said("x"), ids={"openreview": "AbCdEfGhIj"}) == (0, 0)


def test_days_that_are_still_to_come_are_told() -> None:
    one = listed(GOOD.path, venue="ICML", added="2026-11-24", promoted="2026-11-25")

    found = audit.problems((one,), config(), today=date(2026, 11, 23))

    assert [(it.field, it.what) for it in found] == [("promoted", "2026-11-25 is still to come")]
    assert told(one) == []


def test_a_preprint_that_became_published_is_told() -> None:
    assert told(listed(GOOD.path, promoted="2026-11-20")) == [
        "entries/2024/a.yaml promoted: it became published here, and has no venue"
    ]
