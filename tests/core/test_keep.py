from __future__ import annotations

from bot.core import keep, memo
from tests.making import paper

BOT = paper(datasets=("C4",), sources={"title": "arxiv", "datasets": "submitter"})
MADE = memo.made(BOT)


def test_what_only_the_text_changes_is_taken() -> None:
    new = paper(datasets=("AG News",))

    kept = keep.both(new, BOT, made=MADE)

    assert (kept.entry.datasets, kept.differences) == (("AG News",), ())


def test_what_only_a_person_changed_stays_and_is_theirs() -> None:
    edited = paper(datasets=("C4", "C5"))

    kept = keep.both(BOT, edited, made=MADE)

    assert kept.entry.datasets == ("C4", "C5")
    assert kept.entry.sources["datasets"] == "person"
    assert kept.differences == ()


def test_what_a_person_set_to_the_bots_own_value_stays() -> None:
    decided = paper(datasets=("C4",), sources={"datasets": "person"})

    kept = keep.both(paper(), decided, made=MADE)

    assert kept.entry.datasets == ("C4",)
    assert [one.field for one in kept.differences] == ["datasets"]


def test_what_a_person_took_out_stays_out() -> None:
    kept = keep.both(BOT, paper(), made=MADE).entry

    assert kept.datasets == ()
    assert kept.sources["datasets"] == "person"


def test_where_both_changed_it_alike_there_is_nothing_to_show() -> None:
    same = paper(datasets=("C5",))

    kept = keep.both(same, same, made=MADE)

    assert (kept.entry.datasets, kept.differences) == (("C5",), ())


def test_where_both_changed_it_otherwise_the_persons_stays_and_both_are_shown() -> None:
    kept = keep.both(paper(datasets=("A",)), paper(datasets=("B",)), made=MADE)

    [one] = kept.differences
    assert kept.entry.datasets == ("B",)
    assert (one.field, one.kept, one.other) == ("datasets", "B", "A")


def test_a_contradiction_stands_until_it_is_answered() -> None:
    new, branch = paper(datasets=("A",)), paper(datasets=("B",), sources={"datasets": "person"})
    first = keep.both(new, branch, made=MADE)

    again = keep.both(new, first.entry, made=first.made)
    answered = {**first.made, "datasets": first.asked["datasets"]}

    assert [one.field for one in again.differences] == ["datasets"]
    assert keep.both(new, first.entry, made=answered).differences == ()
    locked = paper(datasets=("B",), sources={"datasets": "person"}, locked=("datasets",))
    assert keep.both(new, locked, made=first.made).differences == ()


def test_without_a_memo_the_branch_stays_and_both_are_shown() -> None:
    new = paper(title="New")

    theirs = keep.both(new, BOT, made={})
    ours = keep.both(new, BOT, made={}, by_people=False)

    assert theirs.entry.title == BOT.title
    assert "title" in [one.field for one in theirs.differences]
    assert (ours.entry.title, ours.differences) == ("New", ())


def test_locks_and_days_of_the_branch_stay() -> None:
    branch = paper(datasets=("C4",), locked=("title",), added="2026-01-01")

    kept = keep.both(paper(datasets=("C4",)), branch, made=MADE).entry

    assert (kept.locked, str(kept.added)) == (("title",), "2026-01-01")


def test_edits_are_signed_once() -> None:
    edited = paper(datasets=("C9",))

    signed = keep.signed(edited, made=MADE)

    assert signed.sources["datasets"] == "person"
    assert keep.signed(signed, made=MADE) is signed
    assert keep.signed(edited, made={}) is edited


def test_a_memo_is_read_back_and_what_a_person_broke_is_empty() -> None:
    text = memo.write(memo.PULL, {"made": {"title": "<!-- a -->"}, "issue": 7})

    assert memo.words(memo.read(memo.PULL, f"{text}\nbody"), "made") == {"title": "<!-- a -->"}
    assert text.count("-->") == 1
    assert memo.read(memo.PULL, f"{memo.PULL} {{broken}} -->") == {}
    assert memo.read(memo.PULL, f"{memo.PULL} {{'a': 1}} -->") == {}
    assert memo.read(memo.ANSWER, text) == {}
    assert memo.words({"made": 7}, "made") == {}


def test_a_digest_is_the_same_whatever_the_line_ends() -> None:
    assert memo.digest("a\r\nb ") == memo.digest("a\nb")
