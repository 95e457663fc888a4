"""What hosts tell of the requests that are left."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import ratelimit
from bot.core.ratelimit import Allowance

NOW = datetime(2026, 11, 24, 3, 17, tzinfo=UTC)
EPOCH = int(NOW.timestamp())


@pytest.mark.parametrize(
    ("headers", "remaining", "reset_s"),
    [
        ({"ratelimit-remaining": "3", "ratelimit-reset": "20"}, 3, 20.0),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(EPOCH + 90)}, 0, 90.0),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(EPOCH - 90)}, 0, 0.0),
        ({"x-rate-limit-remaining": "1.5"}, 1, None),
        ({"ratelimit-remaining": "7", "ratelimit-reset": "soon"}, 7, None),
        ({"ratelimit-remaining": "99, 99;w=60"}, 99, None),
        ({"ratelimit": '"default";r=50;t=30'}, 50, 30.0),
        ({"ratelimit": '"burst";r=0;t=2, "daily";r=900;t=4000'}, 0, 2.0),
        ({"ratelimit": "limit=100, remaining=4, reset=9"}, 4, 9.0),
    ],
)
def test_an_allowance_is_read(
    headers: dict[str, str], remaining: int, reset_s: float | None
) -> None:
    assert ratelimit.read(headers, now=NOW) == Allowance(remaining=remaining, reset_s=reset_s)


@pytest.mark.parametrize(
    "headers",
    [{}, {"ratelimit-reset": "5"}, {"ratelimit": "a;b"}, {"x-ratelimit-remaining": "-1"}],
)
def test_no_allowance_is_none(headers: dict[str, str]) -> None:
    assert ratelimit.read(headers, now=NOW) is None


@given(st.dictionaries(st.sampled_from(sorted(ratelimit.HEADERS)), st.text()))
def test_no_header_is_an_error(headers: dict[str, str]) -> None:
    found = ratelimit.read(headers, now=NOW)

    assert found is None or found.remaining >= 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", 0),
        ("7", 7),
        ("Tue, 24 Nov 2026 03:17:08 GMT", 8),
        ("Tue, 24 Nov 2026 03:00:00 GMT", 0),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("٣", None),
        ("9" * 400, None),
        ("Tue, 24 Nov 2026 03:17:08", None),
    ],
    ids=lambda value: str(value)[:40],
)
def test_retry_after_is_a_number_or_a_date(text: str, expected: float | None) -> None:
    assert ratelimit.retry_after_s(text, now=NOW) == expected
