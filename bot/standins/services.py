"""Stand-ins for the services that know better than HTTP, with invented contents.

Each answers as the real one was read about, and meets the faults that are queued for it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal
from urllib.parse import parse_qs, quote, unquote, urlsplit

from bot.standins.server import Reply, Request, StandIn

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_NOT_FOUND = Reply(status=404, body=b"Not Found")


def told(said: object, *, status: int = 200) -> Reply:
    """An answer in JSON."""
    headers = {"Content-Type": "application/json; charset=utf-8"}
    return Reply(status=status, headers=headers, body=json.dumps(said).encode())


class DoiRegistry(StandIn):
    """The registry of DOIs: 200 with the handle's values, 404 with its own code.

    Source: https://www.doi.org/the-identifier/resources/factsheets/doi-resolution-documentation
    """

    def __init__(self, dois: Collection[str] = ()) -> None:
        """Know these DOIs and no others."""
        super().__init__(self._reply)
        self._dois = frozenset(doi.lower() for doi in dois)

    def _reply(self, request: Request) -> Reply:
        handle = unquote(request.path.removeprefix("/api/handles/"))
        if handle == request.path:
            return _NOT_FOUND
        if handle.lower() not in self._dois:
            return told({"responseCode": 100, "handle": handle}, status=404)
        if "type" in request.query:
            return told({"responseCode": 200, "handle": handle, "values": []})
        page = {"format": "string", "value": "https://publisher.example/page"}
        value = {"index": 1, "type": "URL", "data": page, "ttl": 86_400}
        return told({"responseCode": 1, "handle": handle, "values": [value]})


class Crossref(StandIn):
    """Crossref's works, found by what publishers call them.

    Source: https://github.com/CrossRef/rest-api-doc#filter-names
    """

    def __init__(self, works: Mapping[str, str] = MappingProxyType({})) -> None:
        """Know these works: from a publisher's number to a DOI."""
        super().__init__(self._reply)
        self._works = works

    def _reply(self, request: Request) -> Reply:
        if request.path != "/works":
            return Reply(status=404, body=b"Resource not found.")
        name, _, number = request.query.get("filter", "").partition(":")
        if name != "alternative-id":
            wrong = {"type": "filter-not-available", "value": name, "message": f"No filter {name}"}
            failure = {"message-type": "validation-failure", "message": [wrong]}
            return told({"status": "failed", **failure}, status=400)
        items = [{"DOI": self._works[number]}] if number in self._works else []
        message = {"facets": {}, "total-results": len(items), "items": items, "items-per-page": 1}
        kind = {"message-type": "work-list", "message-version": "1.0.0"}
        return told({"status": "ok", **kind, "message": message})


@dataclass(frozen=True, slots=True, kw_only=True)
class Video:
    """A video as YouTube has it; one that was deleted it does not have."""

    title: str
    shown: Literal["everywhere", "on its site", "to nobody"] = "everywhere"


_VIDEO_ID = re.compile(r"[A-Za-z0-9_-]{10}[AEIMQUYcgkosw048]")


class YouTube(StandIn):
    """YouTube's oEmbed; every other page answers 200, whatever became of the video."""

    def __init__(self, videos: Mapping[str, Video] = MappingProxyType({})) -> None:
        """Have these videos, by id."""
        super().__init__(self._reply)
        self._videos = videos

    def _reply(self, request: Request) -> Reply:
        if request.path != "/oembed":
            return Reply(headers={"Content-Type": "text/html"}, body=b"<title> - YouTube</title>")
        page = urlsplit(request.query.get("url", ""))
        id_ = parse_qs(page.query).get("v", [""])[0]
        if not _VIDEO_ID.fullmatch(id_):
            return Reply(status=400, body=b"Bad Request")
        video = self._videos.get(id_)
        if video is None:
            return _NOT_FOUND
        match video.shown:
            case "on its site":
                return Reply(status=401, body=b"Unauthorized")
            case "to nobody":
                return Reply(status=403, body=b"Forbidden")
            case "everywhere":
                frame = f'<iframe src="https://www.youtube.com/embed/{id_}"></iframe>'
                by = {"type": "video", "version": "1.0", "provider_name": "YouTube"}
                return told({"title": video.title, "author_name": "Mira Holt", **by, "html": frame})


class OpenReview(StandIn):
    """OpenReview's API: the notes of a forum, none for one that it does not keep."""

    def __init__(self, forums: Mapping[str, str] = MappingProxyType({})) -> None:
        """Keep these forums: from id to title."""
        super().__init__(self._reply)
        self._forums = forums

    def _reply(self, request: Request) -> Reply:
        forum = request.query.get("forum")
        if request.path != "/notes" or not forum:
            name = "NotFoundError" if request.path != "/notes" else "MissingParameterError"
            status = 404 if request.path != "/notes" else 400
            return told({"name": name, "message": name, "status": status}, status=status)
        content = {"title": {"value": self._forums.get(forum, "")}}
        note = {"id": forum, "forum": forum, "content": content}
        notes = [note] if forum in self._forums else []
        return told({"notes": notes, "count": len(notes)})


CHALLENGE = told({"name": "ChallengeRequiredError", "message": "Verify", "status": 403}, status=403)
"""What OpenReview often says to whoever is not signed in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repo:
    """A repository as GitHub has it."""

    whole_name: str
    """`owner/name` as it is today."""
    is_archived: bool = False
    is_disabled: bool = False
    objects: frozenset[str] = field(default_factory=frozenset)
    """What is in it, as in `main:docs`."""
    trouble: str = ""
    """The type of the error that is given in its place, as in `FORBIDDEN`."""


_FIELD = re.compile(
    r"(?P<alias>r[0-9]+):repository\(owner:\$(?P<owner>\w+),name:\$(?P<name>\w+)\)"
    r"\{\.\.\.about(?: object\(expression:\$(?P<expression>\w+)\)\{__typename\})?\}"
)


class GithubApi(StandIn):
    """GitHub's GraphQL, as far as it goes for repositories.

    Source: https://docs.github.com/en/graphql/reference/objects#repository
    """

    def __init__(self, repos: Mapping[str, Repo] = MappingProxyType({})) -> None:
        """Have these repositories, by every `owner/name` that they ever had."""
        super().__init__(self._reply)
        self._repos = {name.lower(): repo for name, repo in repos.items()}

    def _reply(self, request: Request) -> Reply:
        if (request.method, request.path) != ("POST", "/graphql"):
            return told({"message": "Not Found"}, status=404)
        if "authorization" not in request.headers:
            return told({"message": "This endpoint requires you to be authenticated."}, status=401)
        asked = json.loads(request.body)
        data: dict[str, object] = {}
        errors = []
        for found in _FIELD.finditer(asked["query"]):
            variables = asked["variables"]
            name = f"{variables[found['owner']]}/{variables[found['name']]}"
            repo = self._repos.get(name.lower())
            data[found["alias"]] = None
            if repo is None or repo.trouble:
                errors.append(_error(found["alias"], name, repo))
            else:
                expression = variables.get(found["expression"])
                data[found["alias"]] = _node(repo, expression)
        return told({"data": data, "errors": errors} if errors else {"data": data})


def _error(alias: str, name: str, repo: Repo | None) -> Mapping[str, object]:
    message = f"Could not resolve to a Repository with the name '{name}'."
    kind = repo.trouble if repo else "NOT_FOUND"
    place = {"line": 1, "column": 1}
    return {"type": kind, "path": [alias], "locations": [place], "message": message}


def _node(repo: Repo, expression: str | None) -> Mapping[str, object]:
    node: dict[str, object] = {
        "nameWithOwner": repo.whole_name,
        "isArchived": repo.is_archived,
        "isDisabled": repo.is_disabled,
    }
    if expression is not None:
        node["object"] = {"__typename": "Blob"} if expression in repo.objects else None
    return node


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """An archived copy."""

    timestamp: str = "20240513091244"
    status: str = "200"


class Wayback(StandIn):
    """The Wayback Machine: whether it has a copy, and the copies themselves.

    Source: https://archive.org/help/wayback_api.php
    """

    def __init__(self, copies: Mapping[str, Copy] = MappingProxyType({})) -> None:
        """Have these copies, by the address of what was copied."""
        super().__init__(self._reply)
        self._copies = copies

    def _reply(self, request: Request) -> Reply:
        if request.path.startswith("/web/"):
            return Reply(headers={"Content-Type": "text/html"}, body=b"<title>A copy</title>")
        if request.path != "/wayback/available":
            return _NOT_FOUND
        url = request.query.get("url", "")
        copy = self._copies.get(url)
        if copy is None:
            return told({"url": url, "archived_snapshots": {}})
        place = f"{self.url}/web/{copy.timestamp}/{quote(url, safe='/:?=&%')}"
        closest = {"status": copy.status, "available": True, "url": place}
        closest["timestamp"] = copy.timestamp
        return told({"url": url, "archived_snapshots": {"closest": closest}})
