import re
from datetime import date
from typing import Any

import pytest

from bot.core import entry as entries
from bot.core import merge, review, talk
from bot.core.entry import Listed
from bot.core.match import Index
from bot.core.review import Decision, Gathered
from bot.model import Evidence, Identity, Look, NotThere, Problem, Submission, Unreachable, Verdict
from tests.making import config, listed, paper, rendered

TODAY = date(2026, 11, 23)
QUILL = Identity(kind="arxiv", id="2405.90001")
CONFIG = config()


def submission(**fields: Any) -> Submission:  # noqa: ANN401 - any field of a submission
    return Submission(**{"origin": "a.md", "paper": QUILL, **fields})


def evidence(**fields: Any) -> Evidence:  # noqa: ANN401 - any field of evidence
    plain: dict[str, Any] = {
        "source": "arxiv",
        "paper": QUILL,
        "title": "FedQuill: Prompt Tuning over Slow Links",
        "authors": ("Mira Holt", "Joaquín Ferré-Ruiz"),
        "abstract": "We tune.",
        "year": 2024,
        "categories": ("cs.LG", "cs.CL"),
    }
    return Evidence(**{**plain, **fields})


def decide(
    asked: Submission, *known: Listed, answer: object = None, looks: tuple[Look, ...] = ()
) -> Decision:
    said = evidence() if answer is None else answer
    gathered = Gathered(answer=None if said == "nobody" else said, looks=looks)  # type: ignore[arg-type]  # "nobody" stands for no answer
    return review.decide(asked, gathered, index=Index(known), config=CONFIG, today=TODAY)


def entry_of(decision: Decision) -> entries.Entry:
    assert decision.outcome == "accepted", decision
    assert decision.listed
    return decision.listed.entry


def field_of(decision: Decision) -> list[str]:
    assert decision.outcome == "rejected", decision
    assert decision.listed is None
    return [problem.field for problem in decision.problems]


def test_a_bare_link_becomes_an_entry_that_arxiv_filled() -> None:
    decision = decide(submission())

    one = entry_of(decision)
    assert decision.listed
    assert decision.listed.path == "entries/2024/holt2024fedquill.yaml"
    assert (one.title, one.year, one.abstract) == (evidence().title, 2024, "We tune.")
    assert dict(one.sources) == {
        "title": "arxiv", "authors": "arxiv", "year": "arxiv", "abstract": "arxiv",
    }  # fmt: skip
    assert (one.added, one.venue, one.section) == (TODAY, None, None)
    assert decision.labels == ("paper",)


def test_what_the_submitter_wrote_stays_and_both_are_shown() -> None:
    decision = decide(submission(authors=("M. Holt", "J. Ferré")))

    assert entry_of(decision).authors == ("M. Holt", "J. Ferré")
    [difference] = decision.differences
    assert (difference.field, difference.kept_from, difference.other_from) == (
        "authors", "submitter", "arxiv",
    )  # fmt: skip
    assert difference.other == "Mira Holt, Joaquín Ferré-Ruiz"


def test_a_title_of_another_paper_is_refused_naming_both() -> None:
    decision = decide(submission(title="Voting among Word Models"))

    assert field_of(decision) == ["title"]
    assert "“Voting among Word Models”" in decision.problems[0].what
    assert "“FedQuill: Prompt Tuning over Slow Links”" in decision.problems[0].what


def test_a_title_in_other_letters_is_the_same_and_the_papers_own_is_kept() -> None:
    decision = decide(submission(title="fedquill: prompt tuning over slow links"))

    assert entry_of(decision).title == "FedQuill: Prompt Tuning over Slow Links"
    assert [one.field for one in decision.differences] == ["title"]
    assert decision.doubts == ()


def test_a_title_that_differs_a_little_is_kept_and_a_person_decides() -> None:
    mine = "FedQuill: Prompt Tuning of Models over Slow Links"

    decision = decide(submission(title=mine))

    assert entry_of(decision).title == mine
    assert "needs-decision" in decision.labels


def test_a_preprints_year_is_its_first_versions() -> None:
    decision = decide(submission(year=2026))

    assert entry_of(decision).year == 2024
    assert [(one.field, one.kept, one.other) for one in decision.differences] == [
        ("year", "2024", "2026")
    ]


def test_a_published_papers_year_is_the_venues() -> None:
    one = entry_of(decide(submission(venue="ICML", year=2025)))

    assert (one.venue, one.year) == ("ICML", 2025)


def test_a_venue_without_a_year_keeps_none() -> None:
    decision = decide(submission(venue="ICML"))

    assert entry_of(decision).year is None
    assert decision.listed
    assert decision.listed.path.startswith("entries/2024/")


def test_everything_that_the_form_can_say_stands_in_the_entry() -> None:
    one = entry_of(
        decide(
            submission(
                section="applications",
                topics=("adapters",),
                datasets=("C4",),
                models=("GPT-2",),
                links={"code": "https://github.com/holt/fedquill"},
            ),
            looks=(Look(url="https://github.com/holt/fedquill", verdict="ok", status=200),),
        )
    )

    assert (one.section, one.topics, one.datasets, one.models) == (
        "applications", ("adapters",), ("C4",), ("GPT-2",),
    )  # fmt: skip
    assert one.links == {"code": "https://github.com/holt/fedquill"}
    assert one.sources["links"] == "submitter"


def test_an_unknown_paper_is_refused() -> None:
    answer = NotThere(source="arxiv", what="arXiv has no paper 2405.90001")

    assert field_of(decide(submission(), answer=answer)) == ["paper"]


DOWN = Unreachable(source="arxiv", what="arXiv did not answer within 20 seconds.")


def test_a_service_that_is_down_defers_and_blames_nobody() -> None:
    decision = decide(submission(title="FedQuill"), answer=DOWN)

    assert (decision.outcome, decision.problems) == ("deferred", ())
    assert "not your fault" in talk.comment(decision, CONFIG)
    assert "20 seconds" in talk.comment(decision, CONFIG)


def test_a_service_that_is_down_is_not_needed_when_title_and_authors_are_there() -> None:
    decision = decide(submission(title="FedQuill", authors=("Mira Holt",)), answer=DOWN)

    assert entry_of(decision).year == 2024
    assert decision.labels == ("paper", "needs-decision")
    assert "nothing compared them yet" in decision.doubts[0]


DOI = Identity(kind="doi", id="10.1000/abc")


def test_a_link_that_no_service_knows_asks_for_title_and_authors() -> None:
    assert field_of(decide(submission(paper=DOI), answer="nobody")) == ["title", "authors"]


def test_a_link_that_no_service_knows_is_taken_with_title_and_authors() -> None:
    told = submission(paper=DOI, title="Fresh", authors=("Ada Holt",))

    decision = decide(told, answer="nobody")

    assert entry_of(decision).ids == {"doi": "10.1000/abc"}
    assert decision.listed
    assert decision.listed.path == "entries/2026/holt2026fresh.yaml"
    assert "Nothing tells its year yet" in decision.remarks[0]


@pytest.mark.parametrize(
    ("paper_id", "venue", "year"),
    [
        (Identity(kind="acl", id="2023.findings-acl.632"), "ACL Findings", 2023),
        (Identity(kind="acl", id="2024.emnlp-main.7"), "EMNLP", 2024),
        (Identity(kind="acl", id="2023.acl-srw.7"), "ACL Student Workshop", 2023),
        (Identity(kind="acl", id="2023.acl-demo.54"), "ACL Demo", 2023),
        (Identity(kind="acl", id="2020.coling-main.1"), "COLING", 2020),
        (Identity(kind="acl", id="2022.tacl-1.3"), "TACL", 2022),
        (Identity(kind="acl", id="P19-1001"), "ACL", 2019),
        (Identity(kind="acl", id="W19-1001"), None, None),
        (Identity(kind="neurips", id="2023/" + "a" * 32), "NeurIPS", 2023),
        (Identity(kind="pmlr", id="v235/hou24a"), "PMLR", 2024),
        (DOI, None, None),
    ],
)
def test_an_identifier_that_tells_its_venue_is_believed(
    paper_id: Identity, venue: str | None, year: int | None
) -> None:
    told = submission(paper=paper_id, title="Fresh", authors=("Ada Holt",))

    one = entry_of(decide(told, answer="nobody"))

    assert (one.venue, one.year) == (venue, year)


def test_a_withdrawn_paper_is_refused_with_its_own_words() -> None:
    gone = evidence(comment="This paper has been withdrawn by the authors; Lemma 2 is wrong")

    decision = decide(submission(), answer=gone)

    assert field_of(decision) == ["paper"]
    assert "Lemma 2 is wrong" in decision.problems[0].what


def test_a_paper_that_may_be_withdrawn_is_for_a_person_to_decide() -> None:
    decision = decide(submission(), answer=evidence(comment="v2 replaces the withdrawn v1"))

    assert entry_of(decision).withdrawn == "suspected"
    assert "needs-decision" in decision.labels


def test_too_many_authors_ask_the_submitter_for_words() -> None:
    crowd = evidence(authors=(), notes=("arXiv names 100,000 authors, more than the list takes.",))

    decision = decide(submission(), answer=crowd)

    assert field_of(decision) == ["authors"]
    assert "100,000 authors" in decision.problems[0].what


@pytest.mark.parametrize("verdict", ["gone", "refused", "invalid"])
def test_a_link_that_is_surely_bad_is_refused_naming_its_field(verdict: Verdict) -> None:
    told = submission(links={"code": "https://github.com/holt/gone"})
    look = Look(url="https://github.com/holt/gone", verdict=verdict, reason="HTTP 404")

    decision = decide(told, looks=(look,))

    assert field_of(decision) == ["code"]
    assert "HTTP 404" in decision.problems[0].what


@pytest.mark.parametrize("verdict", ["suspect", "blocked"])
def test_a_link_in_doubt_does_not_stand_in_the_way(verdict: Verdict) -> None:
    told = submission(links={"code": "https://github.com/holt/slow"})
    look = Look(url="https://github.com/holt/slow", verdict=verdict, reason="HTTP 503")

    decision = decide(told, looks=(look,))

    assert entry_of(decision)
    assert any("could not be checked (HTTP 503)" in remark for remark in decision.remarks)


def test_bad_links_and_a_wrong_title_are_told_together_even_while_arxiv_is_down() -> None:
    told = submission(title="Voting among Word Models", links={"code": "https://x.org/gone"})
    look = (Look(url="https://x.org/gone", verdict="gone", reason="HTTP 410"),)

    assert field_of(decide(told, looks=look)) == ["title", "code"]
    assert field_of(decide(told, looks=look, answer=DOWN)) == ["code"]


def test_a_plain_links_page_is_looked_at_too() -> None:
    page = submission(
        paper=Identity(kind="url", id="https://x.org/p"), links={"code": "https://y.org/c"}
    )

    assert review.links(page) == {"paper": "https://x.org/p", "code": "https://y.org/c"}
    assert review.links(submission()) == {}


def test_a_listed_paper_is_a_duplicate_and_the_answer_links_the_entry() -> None:
    decision = decide(submission(), listed())

    assert decision.outcome == "duplicate"
    assert decision.labels == ("paper", "duplicate")
    comment = rendered(talk.comment(decision, CONFIG))
    assert "../blob/HEAD/entries/2024/holt2024fedquill.yaml" in comment.links


def test_the_answer_to_a_duplicate_of_a_published_paper_offers_no_upgrade() -> None:
    comment = talk.comment(decide(submission(), listed(venue="ICML")), CONFIG)

    assert "published since" not in comment


def test_a_venue_for_a_listed_preprint_upgrades_its_entry_in_place() -> None:
    known = listed(
        topics=["adapters"], sources={"title": "list"}, links={"code": "https://x.org/c"},
        title="FedQuill: Prompt Tuning over Slow Links (v1)",
    )  # fmt: skip

    decision = decide(submission(venue="ICML", year=2025), known)

    one = entry_of(decision)
    assert decision.is_upgrade
    assert decision.listed
    assert decision.listed.path == known.path
    assert (one.venue, one.year, one.promoted, one.added) == (
        "ICML", 2025, TODAY, known.entry.added,
    )  # fmt: skip
    assert (one.title, one.topics, one.links) == (
        known.entry.title, known.entry.topics, known.entry.links,
    )  # fmt: skip
    assert dict(one.sources) == {
        "title": "list", "venue": "submitter", "year": "submitter", "abstract": "arxiv",
    }  # fmt: skip
    assert {change.field for change in decision.changes} == {"venue", "year", "abstract"}
    assert "published version" in talk.comment(decision, CONFIG)


def test_an_upgrade_without_a_year_takes_the_preprints_year_away() -> None:
    decision = decide(submission(venue="ICML"), listed(sources={"year": "arxiv"}))

    one = entry_of(decision)
    assert (one.venue, one.year, one.sort_year) == ("ICML", None, 2024)
    assert "year" not in one.sources
    assert "none until it is proven" in talk.comment(decision, CONFIG)


@pytest.mark.parametrize("decided", [{"locked": ["year"]}, {"sources": {"year": "person"}}])
def test_a_year_that_a_person_decided_stays_through_an_upgrade(decided: dict[str, Any]) -> None:
    assert entry_of(decide(submission(venue="ICML"), listed(**decided))).year == 2024


@pytest.mark.parametrize("venue", [None, "ICML"], ids=["duplicate", "upgrade"])
@pytest.mark.parametrize("answer", [DOWN, "nobody"], ids=["down", "not asked"])
def test_another_papers_title_for_a_listed_paper_is_refused_naming_both(
    venue: str | None, answer: object
) -> None:
    decision = decide(submission(title="On Tea and Sugar", venue=venue), listed(), answer=answer)

    assert field_of(decision) == ["title"]
    [problem] = decision.problems
    assert "“On Tea and Sugar”" in problem.what
    assert "“FedQuill: Prompt Tuning over Slow Links”" in problem.what


def test_a_title_that_changed_since_the_paper_was_listed_may_be_given() -> None:
    asked = submission(title=evidence().title, venue="ICML", year=2025)

    assert decide(asked, listed(title="A First Draft on Something Else")).is_upgrade


def test_a_listed_papers_own_title_makes_a_duplicate_of_it() -> None:
    assert decide(submission(title="FedQuill"), listed(), answer="nobody").outcome == "duplicate"


@pytest.mark.parametrize("title", [None, "FedQuill"])
def test_trouble_at_the_service_does_not_hold_up_an_upgrade(title: str | None) -> None:
    decision = decide(submission(title=title, venue="ICML", year=2025), listed(), answer=DOWN)

    assert decision.is_upgrade
    assert decision.labels == ("paper",)
    assert decision.remarks[0] == DOWN.what
    assert "as submitted" not in talk.comment(decision, CONFIG)


def test_an_upgrade_does_not_speak_of_a_title_that_it_leaves_alone() -> None:
    asked = submission(title="FedQuill: Tuning over Slow Lines", authors=("X",), venue="ICML")

    decision = decide(asked, listed())

    assert (decision.is_upgrade, decision.doubts, decision.differences) == (True, (), ())


def test_a_listed_preprint_that_no_service_knows_is_upgraded_by_venue_and_year_alone() -> None:
    forum = Identity(kind="openreview", id="AbCdEfGhIj")
    known = listed(ids={"openreview": forum.id})

    decision = decide(submission(paper=forum, venue="ICML", year=2025), known, answer="nobody")

    one = entry_of(decision)
    assert (one.title, one.authors) == (known.entry.title, known.entry.authors)
    assert (one.venue, one.year, decision.doubts) == ("ICML", 2025, ())


def test_a_neurips_paper_of_another_track_keeps_its_page() -> None:
    track = Identity(kind="neurips", id="2023/" + "a" * 32, track="Datasets_and_Benchmarks")
    asked = submission(
        paper=track, title="On Tea", authors=("A",), links={"code": "https://x.org/c"}
    )

    one = entry_of(decide(asked, answer="nobody"))

    assert one.ids == {"neurips": track.id}
    assert one.url == one.links["page"]
    assert one.url.endswith(f"/2023/hash/{'a' * 32}-Abstract-Datasets_and_Benchmarks.html")
    assert one.links["code"] == "https://x.org/c"


def test_an_upgraded_entry_is_filed_under_its_new_year() -> None:
    known = listed()
    assert known.entry.sort_year == 2024

    assert entry_of(decide(submission(venue="ICML", year=2025), known)).sort_year == 2025


def test_the_published_version_under_another_id_upgrades_the_preprint() -> None:
    told = submission(
        paper=Identity(kind="acl", id="2025.acl-long.7"),
        title="FedQuill: Prompt Tuning over Slow Links",
        authors=("Mira Holt",),
    )

    decision = decide(told, listed(), answer="nobody")

    assert decision.is_upgrade
    assert entry_of(decision).ids == {"arxiv": "2405.90001", "acl": "2025.acl-long.7"}
    assert entry_of(decision).venue == "ACL"


def test_a_locked_venue_is_not_upgraded() -> None:
    decision = decide(submission(venue="ICML", year=2025), listed(locked=["venue"]))

    assert decision.outcome == "duplicate"


def test_the_preprint_of_a_listed_paper_is_a_duplicate_even_under_another_title() -> None:
    published = listed(title="Quill", venue="ICML", ids={"doi": "10.1000/abc"})

    decision = decide(submission(), published, answer=evidence(doi="10.1000/abc"))

    assert decision.outcome == "duplicate"


def test_the_doi_of_a_listed_acl_paper_finds_it() -> None:
    published = listed(title="Quill", venue="ACL Demo", ids={"acl": "2023.acl-demo.54"})

    decision = decide(submission(), published, answer=evidence(doi="10.18653/v1/2023.acl-demo.54"))

    assert decision.outcome == "duplicate"


def test_a_doi_that_cannot_be_read_finds_nothing() -> None:
    assert entry_of(decide(submission(), answer=evidence(doi="10.18653/v1/nothing")))


@pytest.mark.parametrize(
    ("new", "old"),
    [("DiLoCo", "DiLoCo: Distributed Training"), ("DiLoCo: Distributed Training", "DiLoCo")],
)
def test_a_title_that_another_goes_on_from_is_for_a_person_to_decide(new: str, old: str) -> None:
    near = listed("entries/2024/other.yaml", title=old, ids={"arxiv": "2405.90002"})

    decision = decide(submission(), near, answer=evidence(title=new))

    assert decision.labels == ("paper", "needs-decision")
    assert decision.match
    assert decision.match.listed == near


def test_a_near_title_is_accepted_for_a_person_to_decide() -> None:
    near = listed(
        "entries/2024/other.yaml",
        title="FedQuill: Prompt Tuning over Slow Link",
        ids={"arxiv": "2405.90002"},
    )

    decision = decide(submission(), near)

    assert entry_of(decision)
    assert decision.labels == ("paper", "needs-decision")
    assert "Compare with" in talk.comment(decision, CONFIG)


def test_a_taken_key_gets_a_letter() -> None:
    taken = listed(title="Other", ids={"arxiv": "2405.90002"})

    decision = decide(submission(), taken)

    assert decision.listed
    assert decision.listed.key == "holt2024fedquillb"


HOSTILE = '</td> | @ada #12 `x` [skip ci] fixes #1 <img src=x> ${{ secrets.A }} "x"'


def test_hostile_words_stay_words_in_everything_that_is_posted() -> None:
    decision = decide(
        submission(title=HOSTILE, authors=("@eve <b>x</b>",), notes="@ada\n## closes #1\n- x"),
        answer=evidence(title=HOSTILE),
    )
    proposal = talk.proposal(decision, branch=None, files={}, config=CONFIG)
    assert proposal

    for text in (talk.comment(decision, CONFIG), proposal.body):
        page = rendered(text)
        assert HOSTILE in page.text
        assert not {"img", "b", "script", "h2"} & set(page.elements)
        assert not re.search(r"@\w|#[0-9]", text)
        assert page.links.count("https://arxiv.org/abs/2405.90001") == len(page.links)
    for line in (proposal.title, proposal.message, proposal.branch):
        assert not any(word in line for word in ("@ada", "#1", "[skip ci]", "\n"))


def test_a_refusal_names_every_field_and_quotes_only_in_code() -> None:
    problems = (
        Problem(field="paper", what="“*x* @you” is no link", fix="Paste one."),
        Problem(field="", what="the text is empty", fix="Use the form."),
    )

    page = rendered(talk.comment(Decision(outcome="rejected", problems=problems), CONFIG))

    assert "paper: *x* @you is no link. Paste one." in page.text
    assert "the text: the text is empty. Use the form." in page.text
    assert page.elements.count("code") == 1
    assert "em" not in page.elements


def test_no_sentence_ends_twice() -> None:
    problem = Problem(field="paper", what="arXiv knows no such paper.", fix="Paste it anew.")

    assert problem.what == "arXiv knows no such paper"
    assert Problem(field="", what="it ends with ...", fix="").what == "it ends with ..."


def test_quotes_in_a_title_do_not_end_the_code_that_shows_it() -> None:
    decision = decide(submission(title="” @ada <b>x</b> “"))

    page = rendered(talk.comment(decision, CONFIG))
    assert 'the form says " @ada <b>x</b> ", but' in page.text
    assert "b" not in page.elements


def test_a_body_too_long_for_github_is_cut_with_a_note() -> None:
    problems = tuple(Problem(field="paper", what="x" * 500, fix="y") for _ in range(300))

    comment = talk.comment(Decision(outcome="rejected", problems=problems), CONFIG)

    assert len(comment) < 65_536
    assert comment.endswith("(Cut: the rest is too long.)\n")


def test_a_refused_submission_proposes_nothing() -> None:
    rejected = Decision(outcome="rejected")

    assert talk.proposal(rejected, branch=None, files={}, config=CONFIG) is None


def test_links_are_absolute_where_the_repository_is_known() -> None:
    comment = talk.comment(decide(submission(), listed()), config(repository="holt/papers"))

    assert "https://github.com/holt/papers/blob/HEAD/entries/" in comment


def test_promoting_again_changes_nothing() -> None:
    news = paper(venue="ICML", year=2025)
    once, _ = merge.promote(paper(), news, today=TODAY)

    assert merge.promote(once, news, today=date(2027, 1, 1)) == (once, ())


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, ""), (("a", "b"), "a, b"), ({"code": "x"}, "code: x"), (2024, "2024")],
)
def test_any_value_shows_as_one_line(value: object, shown: str) -> None:
    assert merge.shown(value) == shown


def test_an_entry_that_loses_its_venue_never_became_published() -> None:
    known = paper(venue="ICML", promoted="2026-11-20")

    made = merge.with_values(known, {"venue": None}, source="person")

    assert (made.entry.venue, made.entry.promoted) == (None, None)
    assert [change.field for change in made.changes] == ["venue"]
