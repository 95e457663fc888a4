"""What a run is told by its environment, read once in `cli` and passed on as a value."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

Service = Literal[
    "arxiv", "arxiv_oai", "openreview", "acl", "crossref", "datacite", "s2", "hf", "wayback",
    "doi", "youtube",
]  # fmt: skip

SERVICES: Mapping[Service, str] = MappingProxyType(
    {
        "arxiv": "https://export.arxiv.org/api/query",
        "arxiv_oai": "https://oaipmh.arxiv.org/oai",
        "openreview": "https://api2.openreview.net",
        "acl": "https://aclanthology.org",
        "crossref": "https://api.crossref.org",
        "datacite": "https://api.datacite.org",
        "s2": "https://api.semanticscholar.org",
        "hf": "https://huggingface.co",
        "wayback": "https://archive.org",
        "doi": "https://doi.org",
        "youtube": "https://www.youtube.com",
    }
)

_SERVER = "https://github.com"
_API = "https://api.github.com"


class SettingError(ValueError):
    """An environment variable that cannot be used; the message names it and the cure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One run's settings."""

    services: Mapping[Service, str] = field(default_factory=lambda: SERVICES)
    """Base URL of each service, without a slash at the end."""
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    """The present, with a time zone; `BOT_NOW` sets it for tests and replays."""
    pace: float = 1.0
    """Multiplies every politeness pause of ours, never a server's `Retry-After`."""
    allows_private: bool = False
    """Whether links to loopback and private addresses and odd ports may be asked."""
    repository: str | None = None
    """'owner/name' from `GITHUB_REPOSITORY`."""
    server_url: str = _SERVER
    api_url: str = _API
    in_actions: bool = False
    token: str | None = field(default=None, repr=False)
    """`GITHUB_TOKEN`: the workflow's, or a person's."""
    app_id: str | None = None
    app_key: str | None = field(default=None, repr=False)
    """The private key of the App `app_id`, in PEM form; both or none."""
    event_name: str | None = None
    event_path: str | None = None
    summary_path: str | None = None
    """The file that Actions shows as the run's summary."""
    output_path: str | None = None
    """The file in which a step leaves values for later ones."""
    run_url: str | None = None
    """The page of this run, for statuses to point to."""

    @property
    def today(self) -> date:
        """The day of `now`."""
        return self.now.date()


def read(environment: Mapping[str, str]) -> Settings:
    """Read the settings of this run; raises SettingError for one that cannot be used.

    >>> read({"BOT_NOW": "2026-11-24", "BOT_PACE": "0"}).today
    datetime.date(2026, 11, 24)
    """
    given = {name: text for name, text in environment.items() if text.strip()}
    return Settings(
        services={
            name: _base_url(f"BOT_{name.upper()}_URL", given.get(f"BOT_{name.upper()}_URL", url))
            for name, url in SERVICES.items()
        },
        now=_moment(given["BOT_NOW"]) if "BOT_NOW" in given else datetime.now(UTC),
        pace=_factor(given.get("BOT_PACE", "1")),
        allows_private=given.get("BOT_LINKS_ALLOW_PRIVATE") == "1",
        repository=given.get("GITHUB_REPOSITORY"),
        server_url=_base_url("GITHUB_SERVER_URL", given.get("GITHUB_SERVER_URL", _SERVER)),
        api_url=_base_url("GITHUB_API_URL", given.get("GITHUB_API_URL", _API)),
        in_actions=given.get("GITHUB_ACTIONS") == "true",
        token=given.get("GITHUB_TOKEN"),
        app_id=given.get("BOT_APP_ID"),
        app_key=given.get("BOT_APP_PRIVATE_KEY"),
        event_name=given.get("GITHUB_EVENT_NAME"),
        event_path=given.get("GITHUB_EVENT_PATH"),
        summary_path=given.get("GITHUB_STEP_SUMMARY"),
        output_path=given.get("GITHUB_OUTPUT"),
        run_url=_run_url(given),
    )


def _run_url(given: Mapping[str, str]) -> str | None:
    repository, run = given.get("GITHUB_REPOSITORY"), given.get("GITHUB_RUN_ID")
    if not (repository and run):
        return None
    return f"{given.get('GITHUB_SERVER_URL', _SERVER).rstrip('/')}/{repository}/actions/runs/{run}"


def _base_url(name: str, url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return url.rstrip("/")
    if parts.scheme == "http" and is_loopback(parts.hostname or ""):
        return url.rstrip("/")
    raise SettingError(
        f"{name} is {url!r}: give an https address, such as {SERVICES['crossref']}; "
        "plain http is for loopback only."
    )


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, by its name or address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise SettingError(
            f"BOT_NOW is {text!r}: write a date or time such as 2026-11-24 or 2026-11-24T03:17:00Z."
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _factor(text: str) -> float:
    try:
        factor = float(text)
    except ValueError:
        factor = -1.0
    if not 0 <= factor <= 1000:  # noqa: PLR2004 - also refuses nan and inf
        raise SettingError(f"BOT_PACE is {text!r}: write a number from 0 to 1000, such as 1.")
    return factor
