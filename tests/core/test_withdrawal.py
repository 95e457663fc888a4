"""Which comments on arXiv say that a paper is withdrawn."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import withdrawal
from bot.standins import arxiv


@pytest.mark.parametrize(
    "comment",
    [
        "Withdrawn",
        "withdrawn.",
        "Paper withdrawn",
        "This paper has been withdrawn",
        "THIS PAPER HAS BEEN WITHDRAWN BY THE AUTHORS",
        "This paper has been withdrawn by the author due to a crucial sign error in equation 1",
        "This paper has been withdrawn by the authors because Lemma 2 follows from another one",
        "The paper has been withdrawn by the author due to the error in the analysis",
        "5 pages, 1 figure. This paper has been withdrawn by the author due to other work",
        "Under revision: withdrawn after persistent problems with Lemma 2",
        "This submission has been withdrawn by arXiv administrators due to disputed authorship",
        "This article has since been withdrawn; see the journal's version",
        "Our manuscript is temporarily withdrawn until the proof is mended",
        "10 pages (withdrawn)",
        "Withdrawn by the authors pending a new proof",
        "This paper was withdrawn from arXiv as the proof is wrong",
        "The authors have withdrawn this paper",
        "We withdraw this submission due to an error",
        "Withdrawal by the authors",
        arxiv.WITHDRAWN.comment,
    ],
)
def test_a_sentence_that_begins_with_it_says_it(comment: str) -> None:
    assert withdrawal.is_announced(comment)


@pytest.mark.parametrize(
    "comment",
    [
        "",
        "14 pages, 5 figures",
        "Withdrawn from ICLR 2024",
        "This paper was withdrawn from NeurIPS and submitted to ICML",
        "This paper has been withdrawn by the authors from the proceedings",
        "The authors have withdrawn this paper from AAAI",
        "This version replaces the withdrawn arXiv:2404.90005",
        "Replaces a withdrawn paper",
        "Withdrawn paper of ours, rewritten",
        "Extended version of a paper withdrawn due to an error",
        "v1 was withdrawn; this is v2",
        "An earlier version was withdrawn",
        "Supersedes the withdrawn submission",
        "Withdrawn by mistake, now back",
        "This paper was withdrawn by accident",
        "This paper has not been withdrawn",
        "This paper is no longer withdrawn",
        "Withdrawn version available on request",
        "On funds that are withdrawn by clients",
        "ICLR 2023 withdrawn submission",
        "Section 5 has been withdrawn",
        "Withdrawal symptoms in federated clients",
        "A study of withdrawal",
    ],
)
def test_what_is_withdrawn_elsewhere_or_before_is_another_matter(comment: str) -> None:
    assert not withdrawal.is_announced(comment)


def test_none_of_the_other_invented_papers_is_withdrawn() -> None:
    found = [it.id for it in arxiv.PAPERS if it.comment and withdrawal.is_announced(it.comment)]

    assert found == [arxiv.WITHDRAWN.id]


@given(st.lists(st.sampled_from(["this", "paper", "withdrawn", "by", ".", "(", "from", "not"])))
def test_any_heap_of_words_gets_an_answer(words: list[str]) -> None:
    assert withdrawal.is_announced(" ".join(words)) in {True, False}
