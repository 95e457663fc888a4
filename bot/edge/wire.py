"""Single calls to GitHub's API: made once or repeated where that is safe, counted, and told apart.

PyGithub carries them. Its own retry is off: it repeats a POST whose answer was lost, and GitHub
may have done the work already. A GET is repeated here; a write never is, see `hub`.
"""

from __future__ import annotations

import logging
import random
import re
import time
from typing import TYPE_CHECKING, Any

import jwt
import requests
from github import Auth, Github, GithubException, GithubIntegration

from bot import __version__
from bot.core.text import clipped, line
from bot.edge import disk
from bot.model import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.settings import Settings

WORKFLOW_LOGIN = "github-actions[bot]"
"""Who a workflow's own token speaks as."""

_TIMEOUT_S = 20
_TRIES = 4
_LONGEST_WAIT_S = 120.0
"""A server that asks for more ends the run: the next one goes on."""
_PER_PAGE = 100
_MOST_PAGES = 100


class HubError(Exception):
    """GitHub could not be asked or did not answer: trying again later is right."""

    def __init__(self, what: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(what)
        self.retry_after_s = retry_after_s


class ExhaustedError(HubError):
    """No more calls are left in this hour."""


class RefusedError(HubError):
    """GitHub understood and said no."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"GitHub refused with {status}: {message}")
        self.status = status
        self.message = message


class MissingError(RefusedError):
    """GitHub has no such thing, or shows it to others only."""


class Wire:
    """One connection to GitHub, and what is left of the hour's calls."""

    def __init__(self, github: Github, *, pace: float = 1.0) -> None:
        """Speak through this client, whose own retry is off."""
        self._requester = github.requester
        self.close = github.close
        self._pace = pace
        self.calls = 0
        self.remaining: int | None = None
        """Calls left in this hour, as GitHub last said."""

    def get(self, path: str, **parameters: str | int) -> Any:  # noqa: ANN401 - JSON
        """What GitHub says; asked again where it did not say it."""
        return self._patiently("GET", path, dict(parameters))[1]

    def pages(self, path: str, **parameters: str | int) -> Iterator[Any]:
        """Every item of a list, over all its pages."""
        for page in range(1, _MOST_PAGES + 1):
            asked = {**parameters, "per_page": _PER_PAGE, "page": page}
            headers, items = self._patiently("GET", path, asked)
            if not isinstance(items, list):
                raise HubError(f"GitHub answered {path} with something that is no list")
            yield from items
            if 'rel="next"' not in headers.get("link", ""):
                return
        raise HubError(f"GitHub's list {path} does not end")

    def send(self, verb: str, path: str, body: Mapping[str, object] | None = None) -> Any:  # noqa: ANN401 - JSON
        """Do it once, and give the answer; whether it was done is unknown when this raises."""
        return self._once(verb, path, {}, body)[1]

    def pause(self, failure: HubError, attempt: int) -> None:
        """Wait before trying again: as long as GitHub asked, else longer each time.

        Raises the failure where waiting would take too long.
        """
        # Some randomness, so that two runs that met once do not meet again.
        ours = self._pace * 2**attempt * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
        wait = ours if failure.retry_after_s is None else failure.retry_after_s
        if wait > _LONGEST_WAIT_S:
            raise failure
        time.sleep(wait)

    def _patiently(
        self, verb: str, path: str, parameters: dict[str, str | int]
    ) -> tuple[Mapping[str, str], Any]:
        for attempt in range(_TRIES):
            try:
                return self._once(verb, path, parameters, None)
            except (RefusedError, ExhaustedError):
                raise
            except HubError as failure:
                if attempt == _TRIES - 1:
                    raise
                self.pause(failure, attempt)
        raise AssertionError("unreachable")

    def _once(
        self,
        verb: str,
        path: str,
        parameters: dict[str, str | int],
        body: Mapping[str, object] | None,
    ) -> tuple[Mapping[str, str], Any]:
        self.calls += 1
        try:
            headers, answer = self._requester.requestJsonAndCheck(
                verb, path, parameters=parameters, input=body
            )
        except GithubException as error:
            raise _told(error, time.time()) from error
        except (requests.RequestException, OSError) as error:
            raise HubError(f"GitHub did not answer: {_short(str(error))}") from error
        except (ValueError, RuntimeError) as error:
            raise HubError(f"GitHub's answer cannot be read: {_short(str(error))}") from error
        finally:
            # PyGithub reads the headers of every answer, refusals included.
            left, limit = self._requester.rate_limiting
            if limit > 0:
                self.remaining = left
        return headers, answer


def connect(settings: Settings) -> tuple[Wire, frozenset[str]]:
    """The connection of this run, and the logins that speak for the bot.

    The configured App speaks where there is one, else the token. Raises HubError, and
    disk.Unusable where there is neither.
    """
    # PyGithub tells of redirections at the level of errors.
    logging.getLogger("github").setLevel(logging.CRITICAL)
    login = None
    if settings.app_id and settings.app_key:
        auth, login = _app(settings)
    elif settings.token:
        auth = Auth.Token(settings.token)
    else:
        fix = "Set it to the token of a workflow or of a person."
        problem = Problem(file="GITHUB_TOKEN", field="", what="it is not set", fix=fix)
        raise disk.Unusable((problem,))
    wire = Wire(_client(settings, auth), pace=settings.pace)
    us = {WORKFLOW_LOGIN, login} if login else {WORKFLOW_LOGIN}
    if login is None and not _is_workflows(settings):
        us |= {str(wire.get("/user")["login"])}
    return wire, frozenset(us)


def _is_workflows(settings: Settings) -> bool:
    """Whether the token is an installation's, as a workflow's is; GitHub begins these so."""
    return settings.in_actions or (settings.token or "").startswith("ghs_")


def _client(settings: Settings, auth: Auth.Auth) -> Github:
    return Github(
        auth=auth,
        base_url=settings.api_url,
        timeout=_TIMEOUT_S,
        retry=None,
        user_agent=f"awesome-fedllm-bot/{__version__}",
        seconds_between_requests=0,
        # GitHub asks for a second between two writes.
        # https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
        seconds_between_writes=settings.pace,
    )


def _app(settings: Settings) -> tuple[Auth.Auth, str]:
    app = Auth.AppAuth(str(settings.app_id), settings.app_key)
    owner, _, name = (settings.repository or "").partition("/")
    try:
        integration = GithubIntegration(
            auth=app, base_url=settings.api_url, timeout=_TIMEOUT_S, retry=None
        )
        installation = integration.get_repo_installation(owner, name)
        auth = Auth.AppInstallationAuth(app, installation.id)
        return auth, f"{integration.get_app().slug}[bot]"
    except GithubException as error:
        raise _told(error, time.time()) from error
    except (requests.RequestException, ValueError, TypeError, jwt.PyJWTError) as error:
        raise HubError(
            f"BOT_APP_ID and BOT_APP_PRIVATE_KEY do not work: {_short(str(error))}"
        ) from error


def _told(error: GithubException, now: float) -> HubError:
    """What a refusal means: wait, no more this hour, or no."""
    headers = {name.lower(): text for name, text in (error.headers or {}).items()}
    data = error.data if isinstance(error.data, dict) else {}
    message = _short(" ".join([str(data.get("message", "")), *_details(data)]))
    wait = _seconds(headers.get("retry-after"))
    if error.status in {403, 429}:
        if wait is not None or "secondary rate limit" in message.lower():
            return HubError(
                f"GitHub asks to wait: {message}", retry_after_s=60 if wait is None else wait
            )
        if headers.get("x-ratelimit-remaining") == "0":
            reset = _seconds(headers.get("x-ratelimit-reset")) or now
            return ExhaustedError(
                "GitHub's calls of this hour are used up", retry_after_s=max(0.0, reset - now)
            )
        if error.status == 429:  # noqa: PLR2004 - too many requests
            return HubError(f"GitHub asks to wait: {message}", retry_after_s=60)
    if error.status in {404, 410}:
        return MissingError(error.status, message)
    if error.status >= 500:  # noqa: PLR2004 - the server's own fault
        return HubError(f"GitHub failed with {error.status}: {message}", retry_after_s=wait)
    return RefusedError(error.status, message)


def _details(data: Mapping[str, Any]) -> Iterator[str]:
    for one in data.get("errors") or ():
        yield str(one.get("message", "")) if isinstance(one, dict) else str(one)


def _seconds(text: str | None) -> float | None:
    return float(text) if text and re.fullmatch(r"[0-9]{1,12}", text) else None


def _short(text: str) -> str:
    return clipped(line(text), 300)
