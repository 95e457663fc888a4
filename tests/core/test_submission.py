"""The values of a form to what a person asks for."""

from __future__ import annotations

import time
from datetime import date
from typing import TYPE_CHECKING

import pytest

from bot.config import Config, Section, Topic, Venue
from bot.core.submission import submission
from bot.model import Identity, Submission, Ticks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.model import Problem, Value

CONFIG = Config(
    title="A List",
    short_title="List",
    introduction="Papers.",
    sections=(
        Section(key="out", title="Published", takes="venue"),
        Section(key="pre", title="Preprints", takes="no-venue"),
        Section(key="uses", title="Uses, and Users"),
    ),
    topics=(
        Topic(key="privacy", title="Privacy and Security", group="Trust", about="Leaks."),
        Topic(key="speed", title="Speed, memory", group="Cost", about="Less."),
        Topic(key="theory", title="Theory", group="Why", about="Proofs."),
    ),
    venues=(
        Venue(name="ICML", full="International Conference on Machine Learning"),
        Venue(
            name="ACL Findings",
            full="Findings of the Association for Computational Linguistics",
            aliases=("Findings of ACL",),
        ),
        Venue(name="Vision 2030", full="A Journal of 2030", kind="journal"),
    ),
)


def read(**fields: Value) -> Submission | tuple[Problem, ...]:
    given = {"paper": "https://arxiv.org/abs/2402.11505", **fields}
    return submission(given, config=CONFIG, origin="a.md")


def accepted(**fields: Value) -> Submission:
    found = read(**fields)
    assert isinstance(found, Submission), found
    return found


def refused(**fields: Value) -> tuple[Problem, ...]:
    found = read(**fields)
    assert not isinstance(found, Submission)
    return found


def test_the_link_alone_is_enough() -> None:
    assert accepted() == Submission(
        origin="a.md", paper=Identity(kind="arxiv", id="2402.11505", version=None)
    )


def test_every_field_is_read() -> None:
    found = accepted(
        title="  A\u00a0Title ",
        authors="Ada Lovelace, Alan Turing and Grace Hopper.",
        venue="icml",
        year="2024",
        section="Uses, and Users",
        topics=("Theory", "Speed, memory"),
        datasets="GLUE (MNLI, QQP), SST-2, and MR",
        models="GPT-2 and LLaMA",
        code="github.com/a/b",
        slides="https://example.org/s.pdf",
        video="https://youtu.be/aBcDeFgHiJk",
        notes="  one\n\ntwo ",
        checklist=Ticks(checked=(), unchecked=("a",)),
    )

    assert found.title == "A Title"
    assert found.authors == ("Ada Lovelace", "Alan Turing", "Grace Hopper")
    assert (found.venue, found.year) == ("ICML", 2024)
    assert found.section == "uses"
    assert found.topics == ("theory", "speed")
    assert found.datasets == ("GLUE (MNLI, QQP)", "SST-2", "MR")
    assert found.models == ("GPT-2", "LLaMA")
    assert found.links["code"] == "https://github.com/a/b"
    assert found.links.keys() == {"code", "slides", "video"}
    assert found.notes == "one\n\ntwo"


def test_empty_fields_say_nothing() -> None:
    names = ("title", "authors", "venue", "year", "section", "topics", "datasets", "models")

    assert accepted(**dict.fromkeys((*names, "code", "slides", "video", "notes"))) == accepted()


@pytest.mark.parametrize("word", ["N/A", "none", "-", "TBD", "…", " "])
def test_words_for_nothing_are_nothing(word: str) -> None:
    names = ("title", "authors", "venue", "year", "section", "topics", "datasets", "code", "video")

    assert accepted(**dict.fromkeys(names, word)) == accepted()


VENUES: Mapping[str, tuple[str | None, int | None]] = {
    "ICML": ("ICML", None),
    "icml 2024": ("ICML", 2024),
    "ICML2024": ("ICML", 2024),
    "ICML, 2024": ("ICML", 2024),
    "ICML (2024)": ("ICML", 2024),
    "ICML-2024": ("ICML", 2024),
    "ICML 2024.": ("ICML", 2024),
    "ICML'24": ("ICML", 2024),
    "ICML '98": ("ICML", 1998),
    "ICML\u201924": ("ICML", 2024),
    "International conference on  machine learning 2023": ("ICML", 2023),
    "Findings of ACL 2023": ("ACL Findings", 2023),
    "Vision 2030": ("Vision 2030", None),
    "Vision 2030 2024": ("Vision 2030", 2024),
    "Some New Workshop 2025": ("Some New Workshop", 2025),
    "Workshop 2200": ("Workshop 2200", None),
    "Catalogue 12024": ("Catalogue 12024", None),
    "arXiv": (None, None),
    "arXiv 2024": (None, None),
    "arXiv:2402.11505": (None, None),
    "arXiv preprint arXiv:2402.11505 (2024)": (None, None),
    "CoRR abs/2402.11505": (None, None),
    "OpenReview": (None, None),
    "OpenReview.net 2023": (None, None),
    "Preprint": (None, None),
    "Pre-print, 2024": (None, None),
    "SSRN preprint": (None, None),
    "Correspondence": ("Correspondence", None),
}


@pytest.mark.parametrize(("typed", "expected"), VENUES.items(), ids=VENUES)
def test_a_venue_is_read_with_its_year(typed: str, expected: tuple[str | None, int | None]) -> None:
    found = accepted(venue=typed)

    assert (found.venue, found.year) == expected


def test_the_year_field_counts_beside_the_same_year_in_the_venue() -> None:
    assert accepted(venue="ICML 2024", year="2024").year == 2024
    assert accepted(venue="arXiv 2023", year="2024").year == 2024


def test_two_different_years_are_both_named() -> None:
    [problem] = refused(venue="ICML 2023", year="2024")

    assert (problem.field, problem.what) == (
        "year",
        "the venue says 2023, and the year says 2024",
    )


def test_a_year_is_no_venue() -> None:
    assert [problem.field for problem in refused(venue="2024")] == ["venue"]


@pytest.mark.parametrize(
    "typed", ["24", "20244", "1949", "2101", "２０２４", "twenty", "2024?", "-2024", "2 024"]
)
def test_a_year_is_four_digits_of_our_time(typed: str) -> None:
    assert [problem.field for problem in refused(year=typed)] == ["year"]


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("Let the list decide", None),
        ("let the list decide", None),
        ("uses", "uses"),
        ("USES, AND users", "uses"),
        ("Published", None),
        ("pre", None),
    ],
)
def test_a_section_is_chosen_by_title_or_key(typed: str, key: str | None) -> None:
    """Sections that a rule fills stay with the rule: a preprint may be published one day."""
    assert accepted(section=typed).section == key


def test_a_section_that_only_the_form_has_leaves_the_paper_to_the_rule() -> None:
    found = accepted(section="Abuses")

    assert found.section is None
    assert found.remarks == ("“Abuses” is no section of this list: its rule decides.",)


def test_a_topic_that_only_the_form_has_is_left_out_and_told() -> None:
    found = accepted(topics=("Theory", "Chemistry"))

    assert found.topics == ("theory",)
    assert found.remarks == ("“Chemistry” is no topic of this list: left out.",)


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        (("Theory", "Privacy and Security"), ("theory", "privacy")),
        ("Theory", ("theory",)),
        ("theory, speed, memory, PRIVACY AND security", ("theory", "speed", "privacy")),
        ("privacy, theory and speed", ("privacy", "theory", "speed")),
        ("Theory\nSpeed, memory", ("theory", "speed")),
        ("Theory, theory", ("theory",)),
        (Ticks(checked=("Theory",), unchecked=("Speed, memory",)), ("theory",)),
        ((), ()),
    ],
)
def test_topics_are_chosen_or_typed_by_title_or_key(typed: Value, keys: tuple[str, ...]) -> None:
    assert accepted(topics=typed).topics == keys


def test_unknown_topics_are_told_with_those_there_are() -> None:
    [problem] = refused(topics="Theory, Chemistry, Physics")

    assert problem.field == "topics"
    assert "“Chemistry”, “Physics”" in problem.what
    assert "Privacy and Security; Speed, memory; Theory" in problem.fix


def test_a_list_without_topics_asks_to_leave_them_empty() -> None:
    bare = CONFIG.model_copy(update={"topics": ()})
    found = submission({"paper": "2402.11505", "topics": "Theory"}, config=bare, origin="a.md")

    assert not isinstance(found, Submission)
    assert [problem.fix for problem in found] == ["Leave it empty."]


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("paper", "https://arxiv.org/abs/2402.11505?" + "x" * 2_000),
        ("title", "x" * 501),
        ("authors", "x" * 301),
        ("authors", ", ".join(f"A{number}" for number in range(3_001))),
        ("venue", "x" * 301),
        ("year", "2" * 301),
        ("section", "x" * 301),
        ("datasets", "x" * 301),
        ("datasets", ", ".join(f"A{number}" for number in range(101))),
        ("models", ", ".join(f"A{number}" for number in range(101))),
        ("code", "https://example.org/" + "x" * 2_000),
        ("notes", "x" * 5_001),
    ],
)
def test_what_is_too_long_is_refused_once(field: str, text: str) -> None:
    [problem] = refused(**{field: text})

    assert problem.field == field
    assert len(problem.what) < 200


def test_what_is_just_short_enough_is_taken() -> None:
    found = accepted(
        title="x" * 500,
        authors="\n".join(f"A{number}" for number in range(3_000)),
        models=", ".join(f"A{number}" for number in range(100)),
        notes="x" * 5_000,
    )

    assert len(found.authors) == 3_000


@pytest.mark.parametrize("missing", [None, "", "N/A"])
def test_the_paper_is_asked_for(missing: str | None) -> None:
    [problem] = refused(paper=missing)

    assert problem.field == "paper"
    assert "such as https://arxiv.org/abs/" in problem.fix


def test_all_problems_are_told_at_once_and_in_the_form_s_order() -> None:
    problems = refused(
        paper="hello",
        title="x" * 501,
        authors="x" * 301,
        year="soon",
        section="Uses",
        topics="Chemistry",
        code="not a link",
        slides="javascript:alert(1)",
    )

    assert [problem.field for problem in problems] == [
        "paper", "title", "authors", "year", "topics", "code", "slides",
    ]  # fmt: skip


def test_a_private_link_is_taken_only_where_that_is_allowed() -> None:
    fields = {"paper": "2402.11505", "code": "http://127.0.0.1:8000/a"}

    assert not isinstance(submission(fields, config=CONFIG, origin="x"), Submission)
    allowed = submission(fields, config=CONFIG, origin="x", allows_private=True)
    assert isinstance(allowed, Submission)
    assert allowed.links["code"] == "http://127.0.0.1:8000/a"


@pytest.mark.untraced
@pytest.mark.parametrize(
    ("field", "part"),
    [
        ("paper", "( "),
        ("title", " and"),
        ("authors", "jr, "),
        ("authors", "a;"),
        ("venue", " -("),
        ("venue", "'24"),
        ("topics", "theory, "),
        ("datasets", "[("),
        ("datasets", "and "),
    ],
)
def test_the_longest_text_in_any_field_is_read_at_once(field: str, part: str) -> None:
    """What grows with the square of the length takes many times as long."""
    start = time.process_time()
    read(**{field: (part * 65_536)[:65_536]})

    assert time.process_time() - start < 1


@pytest.mark.parametrize(
    ("typed", "venue", "year"),
    [
        (
            "Proceedings of the 41st International Conference on Machine Learning (ICML'24)",
            "ICML",
            2024,
        ),
        (
            "Proceedings of the 41st International Conference on Machine Learning, 2024",
            "ICML",
            2024,
        ),
        ("Forty-first International Conference on Machine Learning", "ICML", None),
        ("2024 International Conference on Machine Learning", "ICML", 2024),
        ("In Proc. of ICML 2024", "ICML", 2024),
        ("Some Longer Name Nobody Knows (ICML 2024)", "ICML", 2024),
        ("Workshop on Tea (ICML 2024)", "Workshop on Tea (ICML)", 2024),
        ("Proceedings of the 3rd Tea Conference", "Proceedings of the 3rd Tea Conference", None),
    ],
)
def test_a_venue_is_known_by_the_name_on_its_proceedings(
    typed: str, venue: str, year: int | None
) -> None:
    found = accepted(venue=typed)

    assert (found.venue, found.year) == (venue, year)


@pytest.mark.parametrize(
    ("paper", "year"), [("https://example.org/p", 2024), ("2402.11505", None)], ids=["url", "arxiv"]
)
def test_a_year_behind_a_servers_name_is_kept_where_no_id_tells_it(
    paper: str, year: int | None
) -> None:
    for typed in ("arXiv 2024", "OpenReview (2024)", "Preprint, 2024"):
        found = accepted(paper=paper, venue=typed)
        assert (found.venue, found.year) == (None, year)


@pytest.mark.parametrize(
    ("field", "told"),
    [("year", {"year": "2028"}), ("venue", {"venue": "ICML 2028"}), ("year", {"year": "2028", "venue": "ICML 2028"})],
)  # fmt: skip
def test_a_year_more_than_one_ahead_is_refused_with_the_cure(
    field: str, told: dict[str, str]
) -> None:
    day = date(2026, 11, 23)
    found = submission({"paper": "2402.11505", **told}, config=CONFIG, origin="a", today=day)

    assert not isinstance(found, Submission)
    assert [problem.field for problem in found] == [field]
    assert "such as 2026" in found[0].fix
    assert accepted(year="2028").year == 2028


def test_an_arxiv_id_of_a_month_that_is_not_there_yet_is_refused() -> None:
    def read(paper: str) -> object:
        return submission({"paper": paper}, config=CONFIG, origin="a", today=date(2026, 12, 31))

    assert isinstance(read("2701.00001"), Submission)
    assert not isinstance(read("2702.00001"), Submission)


def test_an_unknown_topic_of_a_dropdown_with_one_choice_is_left_out_and_told() -> None:
    told = {"paper": "2402.11505", "topics": "Chemistry"}
    found = submission(told, config=CONFIG, origin="a", offered={"topics"})

    assert isinstance(found, Submission)
    assert (found.topics, found.remarks) == (
        (),
        ("“Chemistry” is no topic of this list: left out.",),
    )
