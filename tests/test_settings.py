from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from bot import settings
from bot.settings import SettingError


def test_an_empty_environment_gives_the_real_services_and_the_clock() -> None:
    read = settings.read({})

    assert read.services["arxiv"] == "https://export.arxiv.org/api/query"
    assert (read.pace, read.allows_private, read.repository, read.in_actions) == (
        1,
        False,
        None,
        False,
    )
    assert datetime.now(UTC) - read.now < timedelta(minutes=1)


def test_each_service_has_its_own_variable() -> None:
    given = {f"BOT_{name.upper()}_URL": f"https://{name}.example/x/" for name in settings.SERVICES}

    assert settings.read(given).services == {
        name: f"https://{name}.example/x" for name in settings.SERVICES
    }


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000/api", "http://localhost:1", "http://[::1]:8000"]
)
def test_plain_http_is_for_loopback(url: str) -> None:
    assert settings.read({"BOT_ARXIV_URL": url}).services["arxiv"] == url


@pytest.mark.parametrize("url", ["http://example.org", "ftp://x", "nonsense", "https://"])
def test_a_base_url_that_cannot_be_used_is_told_with_the_variables_name(url: str) -> None:
    with pytest.raises(SettingError, match="BOT_ARXIV_URL"):
        settings.read({"BOT_ARXIV_URL": url})


@pytest.mark.parametrize(
    ("text", "today"),
    [
        ("2026-11-24", date(2026, 11, 24)),
        ("2026-11-24T23:30:00Z", date(2026, 11, 24)),
        ("2026-11-24T23:30:00-05:00", date(2026, 11, 24)),
    ],
)
def test_bot_now_sets_the_day(text: str, today: date) -> None:
    assert settings.read({"BOT_NOW": text}).today == today


def test_a_time_zone_is_kept() -> None:
    now = settings.read({"BOT_NOW": "2026-11-24T23:30:00-05:00"}).now

    assert now.tzinfo == timezone(-timedelta(hours=5))


@pytest.mark.parametrize(
    "given", [{"BOT_NOW": "soon"}, {"BOT_PACE": "fast"}, {"BOT_PACE": "-1"}, {"BOT_PACE": "nan"}]
)
def test_a_setting_that_cannot_be_read_is_told(given: dict[str, str]) -> None:
    with pytest.raises(SettingError, match=next(iter(given))):
        settings.read(given)


def test_the_variables_of_actions_are_honoured() -> None:
    read = settings.read(
        {
            "GITHUB_REPOSITORY": "a/b",
            "GITHUB_SERVER_URL": "https://g.example/",
            "GITHUB_ACTIONS": "true",
        }
    )

    assert (read.repository, read.server_url, read.in_actions) == ("a/b", "https://g.example", True)


def test_an_empty_variable_is_as_none() -> None:
    assert settings.read({"BOT_PACE": " ", "GITHUB_REPOSITORY": ""}).pace == 1
