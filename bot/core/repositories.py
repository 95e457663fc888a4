"""Links to GitHub repositories: which one a link names, and what GitHub's API says of it.

One GraphQL query asks about up to 50 of them, where their pages would be as many requests.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Self
from urllib.parse import unquote, urlsplit

from bot.model import Look

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST = 50
"""Repositories in one query."""

# More than half missing from a batch of some size is a token that sees nothing, not that many
# deletions; then each page is asked instead.
_MISSING_SHARE, _FEW = 0.5, 5

_OWNER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,99}")
_NAME = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}")
_REF = re.compile(r"(?!.*\.\.)[A-Za-z0-9_][A-Za-z0-9._-]{0,199}")
_PATH = re.compile(r"[^\x00-\x1f\x7f\ufffd]{0,1000}")
_WHOLE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,99}/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}")

# First parts of addresses that are GitHub's own, where a second part may follow.
_RESERVED = frozenset(
    {"about", "account", "advisories", "api", "apps", "auth", "blog", "business", "changelog",
     "codespaces", "collections", "contact", "copilot", "customer-stories", "dashboard", "discussions",
     "docs", "edu", "education", "enterprise", "events", "explore", "features", "gist", "gists",
     "github-copilot", "help", "home", "issues", "join", "languages", "learn", "login", "logout",
     "marketplace", "mobile", "models", "new", "newsroom", "nonprofit", "notifications", "oauth",
     "open-source", "organizations", "orgs", "pages", "partners", "premium-support", "press",
     "pricing", "projects", "pulls", "raw", "readme", "repos", "resources", "search", "security",
     "sessions", "settings", "showcases", "signup", "site", "solutions", "sponsors", "stars",
     "status", "stories", "support", "team", "teams", "topics", "trending", "trust-center",
     "user-attachments", "users", "watching", "why-github", "wiki"}
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """What a link names; `str()` of it is its id, and `parse` reads that."""

    owner: str
    name: str
    expression: str | None = None
    """A file or folder in it, as in `main:docs/setup.md`; None for the repository itself."""

    def __str__(self) -> str:
        whole = f"{self.owner}/{self.name}"
        return whole if self.expression is None else f"{whole}:{self.expression}"

    @classmethod
    def parse(cls, id_: str) -> Self:
        """The repository with this id.

        >>> Repository.parse("ada/fedprompt:main:docs").expression
        'main:docs'
        """
        whole, colon, expression = id_.partition(":")
        owner, _, name = whole.partition("/")
        return cls(owner=owner, name=name, expression=expression if colon else None)


def named(path: str) -> Repository | None:
    """The repository, or what is in it, at this path of github.com; None for every other page.

    Files and folders count where the branch has a simple name: with a slash in it, nobody can tell
    where it ends. What stands behind a repository's name otherwise (issues, releases, the wiki)
    has pages of its own, which may be missing.

    >>> str(named("/ada/fedprompt.git"))
    'ada/fedprompt'
    >>> str(named("/ada/fedprompt/blob/main/docs/set%20up.md"))
    'ada/fedprompt:main:docs/set up.md'
    >>> named("/features/actions")
    """
    owner, _, rest = path.removeprefix("/").removesuffix("/").partition("/")
    name, _, inside = rest.partition("/")
    bare = name.removesuffix(".git")
    if owner.lower() in _RESERVED or not (_OWNER.fullmatch(owner) and _NAME.fullmatch(bare)):
        return None
    if not inside:
        return Repository(owner=owner, name=bare)
    expression = _expression(inside)
    return Repository(owner=owner, name=bare, expression=expression) if expression else None


def _expression(inside: str) -> str | None:
    view, _, rest = inside.partition("/")
    ref, _, path = rest.partition("/")
    path = unquote(path)
    parts = path.split("/") if path else []
    is_odd = not _PATH.fullmatch(path) or any(part in {"", ".", ".."} for part in parts)
    if view not in {"tree", "blob"} or not _REF.fullmatch(ref) or is_odd:
        return None
    return f"{ref}:{path}" if path or view == "tree" else None


# The API ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What GitHub says of one repository."""

    whole_name: str | None
    """`owner/name` as it is today; None when GitHub knows no such repository."""
    is_archived: bool = False


def query(repositories: Sequence[Repository]) -> tuple[str, Mapping[str, str]]:
    """A GraphQL query about these repositories, and its variables.

    Names go into the variables alone, so none can change the query. GitHub follows renames by
    itself and gives the new name.

    Source: https://docs.github.com/en/graphql/reference/queries#repository
    """
    if len(repositories) > MOST:
        raise ValueError(f"{len(repositories)} repositories in one query, and {MOST} are the most")
    variables: dict[str, str] = {}
    parts = []
    for at, repository in enumerate(repositories):
        variables |= {f"o{at}": repository.owner, f"n{at}": repository.name}
        inside = ""
        if repository.expression is not None:
            variables[f"e{at}"] = repository.expression
            inside = f" object(expression:$e{at}){{__typename}}"
        parts.append(f"r{at}:repository(owner:$o{at},name:$n{at}){{...about{inside}}}")
    declared = ",".join(f"${name}:String!" for name in variables)
    fragment = "fragment about on Repository{nameWithOwner isArchived isDisabled}"
    return f"query({declared}){{{' '.join(parts)}}} {fragment}", MappingProxyType(variables)


def read(answer: object, repositories: Sequence[Repository]) -> Mapping[Repository, Standing]:
    """What an answer to `query` says; a repository of which it says nothing sure is left out.

    Left out are those with another error than that they are not there, those that are switched
    off, and those in which the file or folder is missing: their pages tell more.
    """
    data, errors = _parts(answer)
    missing, troubled = _faults(errors)
    found: dict[Repository, Standing] = {}
    for at, repository in enumerate(repositories):
        alias = f"r{at}"
        node = data.get(alias)
        if alias in missing and alias in data and node is None:
            found[repository] = Standing(whole_name=None)
        elif alias not in troubled and (standing := _standing(node, repository)):
            found[repository] = standing
    gone = [repository for repository, it in found.items() if it.whole_name is None]
    if len(repositories) >= _FEW and len(gone) > _MISSING_SHARE * len(repositories):
        return {repository: it for repository, it in found.items() if it.whole_name is not None}
    return found


def _parts(answer: object) -> tuple[Mapping[str, object], Sequence[object]]:
    whole = answer if isinstance(answer, dict) else {}
    data, errors = whole.get("data"), whole.get("errors")
    return (data if isinstance(data, dict) else {}), (errors if isinstance(errors, list) else [])


def _faults(errors: Sequence[object]) -> tuple[frozenset[str], frozenset[str]]:
    """The aliases of repositories that are not there, and those with any other error."""
    missing: set[str] = set()
    troubled: set[str] = set()
    for error in errors:
        path = error.get("path") if isinstance(error, dict) else None
        if not (isinstance(error, dict) and isinstance(path, list) and path):
            continue
        is_missing = error.get("type") == "NOT_FOUND" and len(path) == 1
        (missing if is_missing else troubled).add(str(path[0]))
    return frozenset(missing - troubled), frozenset(troubled)


def _standing(node: object, repository: Repository) -> Standing | None:
    match node:
        case {"isDisabled": True}:
            return None
        case {"nameWithOwner": str(whole_name), "isArchived": bool(is_archived), **more}:
            is_here = repository.expression is None or _is_object(more.get("object"))
            if is_here and _WHOLE_NAME.fullmatch(whole_name):
                return Standing(whole_name=whole_name, is_archived=is_archived)
    return None


def _is_object(node: object) -> bool:
    return isinstance(node, dict) and isinstance(node.get("__typename"), str)


def look(url: str, repository: Repository, standing: Standing) -> Look:
    """What GitHub's word means for a link to the repository, or into it."""
    if standing.whole_name is None:
        reason = "GitHub knows no such repository"
        return Look(url=url, verdict="gone", reason=reason, failure="404")
    note = "archived by its owner" if standing.is_archived else ""
    if standing.whole_name.lower() != f"{repository.owner}/{repository.name}".lower():
        there = _there(url, standing.whole_name)
        reason = "the repository has another name or owner now"
        return Look(url=url, verdict="moved", reason=reason, final_url=there, note=note)
    return Look(url=url, verdict="ok", reason="GitHub has it", note=note)


def _there(url: str, whole_name: str) -> str:
    """The link with another repository in it."""
    parts = urlsplit(url)
    _, _, _, *rest = parts.path.split("/")
    path = "/".join(["", whole_name, *filter(None, rest)])
    return parts._replace(scheme="https", netloc="github.com", path=path).geturl()
