"""What one look at a link means."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import verdict
from bot.core.verdict import Answered, Failed, Trouble, Walk

if TYPE_CHECKING:
    from bot.model import Method, Verdict

NOW = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)


def answered(  # noqa: PLR0913 - an answer's fields, each named at the call
    status: int,
    *,
    method: Method = "GET",
    redirects: tuple[int, ...] = (),
    is_elsewhere: bool | None = None,
    is_challenge: bool = False,
    retry_after_s: float | None = None,
) -> Walk:
    end = Answered(status=status, is_challenge=is_challenge, retry_after_s=retry_after_s)
    is_away = bool(redirects) if is_elsewhere is None else is_elsewhere
    return Walk(method=method, redirects=redirects, is_elsewhere=is_away, end=end)


def failed(trouble: Trouble, *, method: Method = "GET", redirects: tuple[int, ...] = ()) -> Walk:
    detail = "a private address (127.0.0.1)" if trouble == "forbidden" else ""
    return Walk(method=method, redirects=redirects, end=Failed(trouble=trouble, detail=detail))


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ((200, 201, 202, 203, 204, 206, 299), "ok"),
        ((404, 410), "gone"),
        ((401, 402, 403, 406, 407, 412, 415, 418, 421, 425, 429, 451, 999), "blocked"),
        ((400, 405, 408, 409, 411, 413, 414, 416, 417, 422, 423, 426, 431, 499), "suspect"),
        ((500, 501, 502, 503, 504, 508, 520, 522, 530, 599), "suspect"),
        ((101, 300, 304, 305, 600, 777), "suspect"),
    ],
    ids=["fine", "gone", "walls", "other 4xx", "5xx", "strange"],
)
def test_a_status_has_its_verdict(statuses: tuple[int, ...], expected: Verdict) -> None:
    assert {verdict.judge(answered(status))[0] for status in statuses} == {expected}


@pytest.mark.parametrize(
    ("redirects", "expected"),
    [
        ((301,), "moved"),
        ((308,), "moved"),
        ((301, 308, 301), "moved"),
        ((302,), "ok"),
        ((303,), "ok"),
        ((307,), "ok"),
        ((301, 302), "ok"),
        ((307, 308), "ok"),
    ],
    ids=str,
)
def test_only_a_chain_of_permanent_redirects_has_moved(
    redirects: tuple[int, ...], expected: Verdict
) -> None:
    assert verdict.judge(answered(200, redirects=redirects))[0] == expected


def test_a_permanent_redirect_that_comes_back_has_not_moved() -> None:
    """A cookie wall that redirects to itself."""
    walk = answered(200, redirects=(301,), is_elsewhere=False)

    assert verdict.judge(walk)[0] == "ok"


@pytest.mark.parametrize(
    ("status", "expected"), [(404, "gone"), (403, "blocked"), (500, "suspect")]
)
def test_behind_a_permanent_redirect_the_last_answer_counts(status: int, expected: Verdict) -> None:
    assert verdict.judge(answered(status, redirects=(301,)))[0] == expected


@pytest.mark.parametrize("status", [200, 403, 404, 503])
def test_a_challenge_blocks_whatever_its_status(status: int) -> None:
    assert verdict.judge(answered(status, is_challenge=True))[0] == "blocked"


@pytest.mark.parametrize("trouble", sorted({*get_args(Trouble)} - {"forbidden", "no-ipv6"}))
def test_every_trouble_is_suspect_and_says_why(trouble: Trouble) -> None:
    found, reason = verdict.judge(failed(trouble))

    assert found == "suspect"
    assert " " in reason


def test_what_our_own_network_lacks_is_not_held_against_the_link() -> None:
    assert verdict.judge(failed("no-ipv6"))[0] == "blocked"


def test_a_link_to_a_forbidden_place_is_refused() -> None:
    expected = ("refused", "leads to a private address (127.0.0.1)")
    assert verdict.judge(failed("forbidden")) == expected


def test_a_redirect_to_a_forbidden_place_is_suspect() -> None:
    expected = ("suspect", "redirects to a private address (127.0.0.1)")
    assert verdict.judge(failed("forbidden", redirects=(302,))) == expected


def test_a_reason_starts_with_the_status() -> None:
    assert verdict.judge(answered(404)) == ("gone", "HTTP 404")
    assert verdict.judge(answered(429))[1].startswith("HTTP 429: ")


def test_a_reason_names_an_unforeseen_failure() -> None:
    walk = Walk(method="GET", end=Failed(trouble="broken", detail="KeyError"))

    assert verdict.judge(walk)[1] == "the look failed (KeyError)"


@pytest.mark.parametrize("status", [400, 403, 404, 405, 410, 422, 501])
def test_nothing_bad_is_believed_on_the_word_of_a_head(status: int) -> None:
    assert verdict.wants_get(answered(status, method="HEAD"))


@pytest.mark.parametrize("status", [200, 204, 401, 418, 429, 451, 500, 503, 999])
def test_some_answers_to_head_are_believed_or_left_to_the_second_look(status: int) -> None:
    assert not verdict.wants_get(answered(status, method="HEAD"))


@pytest.mark.parametrize("trouble", ["reset", "closed", "not-http", "huge-headers"])
def test_a_head_that_is_dropped_is_tried_as_get(trouble: Trouble) -> None:
    assert verdict.wants_get(failed(trouble, method="HEAD"))


@pytest.mark.parametrize("trouble", ["dns", "refused", "timeout", "tls", "loop", "forbidden"])
def test_where_the_method_does_not_matter_get_is_not_tried(trouble: Trouble) -> None:
    assert not verdict.wants_get(failed(trouble, method="HEAD"))


@pytest.mark.parametrize("walk", [answered(404), answered(405), failed("reset")])
def test_get_has_the_last_word(walk: Walk) -> None:
    assert not verdict.wants_get(walk)


def test_a_challenged_head_is_not_tried_as_get() -> None:
    assert not verdict.wants_get(answered(403, method="HEAD", is_challenge=True))


def pause_s(walk: Walk) -> float | None:
    return verdict.pause_s(walk, own_s=1.5, patience_s=10)


@pytest.mark.parametrize(
    "walk",
    [
        answered(500),
        answered(503),
        answered(522),
        answered(502, retry_after_s=60),
        failed("refused"),
        failed("reset"),
        failed("closed"),
        failed("timeout"),
        failed("resolver"),
        failed("unreachable"),
    ],
    ids=str,
)
def test_trouble_that_may_pass_is_looked_at_again_after_our_own_pause(walk: Walk) -> None:
    assert pause_s(walk) == 1.5


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(("told_s", "expected"), [(0, 0), (10, 10), (10.5, None), (86_400, None)])
def test_a_host_that_names_a_time_is_obeyed(
    status: int, told_s: float, expected: float | None
) -> None:
    assert pause_s(answered(status, retry_after_s=told_s)) == expected


@pytest.mark.parametrize(
    "walk",
    [
        answered(200),
        answered(404),
        answered(403),
        answered(429),
        answered(400),
        answered(503, is_challenge=True),
        failed("dns"),
        failed("tls-expired"),
        failed("not-http"),
        failed("loop"),
        failed("forbidden"),
    ],
    ids=str,
)
def test_what_will_not_pass_is_not_looked_at_again(walk: Walk) -> None:
    assert pause_s(walk) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", 0),
        ("7", 7),
        ("Tue, 24 Nov 2026 12:00:08 GMT", 8),
        ("Tue, 24 Nov 2026 11:00:00 GMT", 0),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("٣", None),
        ("9" * 400, None),
        ("Tue, 24 Nov 2026 12:00:08", None),
    ],
    ids=lambda value: str(value)[:40],
)
def test_retry_after_is_a_number_or_a_date(text: str, expected: float | None) -> None:
    assert verdict.retry_after_s(text, now=NOW) == expected


@settings(deadline=None, max_examples=50)
@given(
    st.builds(
        answered,
        st.integers(100, 999),
        is_challenge=st.booleans(),
        redirects=st.lists(st.sampled_from([301, 302, 307, 308])).map(tuple),
    )
)
def test_every_answer_has_a_verdict_and_a_reason(walk: Walk) -> None:
    found, reason = verdict.judge(walk)

    assert found in {"ok", "moved", "gone", "suspect", "blocked"}
    assert reason
