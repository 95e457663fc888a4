"""What people read of a decision: the comment, the pull request and its title, the commit message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core import escape, merge, render, text
from bot.core.pages import page
from bot.model import Markdown, Propose

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.config import Config
    from bot.core.entry import Listed
    from bot.core.review import Decision

MOST_BODY = 60_000
"""Characters of a body that we write; GitHub refuses more than 65,536."""
MOST_TITLE = 200
_MOST_VALUE = 300


def comment(decision: Decision, config: Config) -> Markdown:
    """What the submitter reads."""
    return _body("comment.md.j2", decision, config)


def proposal(
    decision: Decision, *, branch: str | None, files: Mapping[str, str], config: Config
) -> Propose | None:
    """The pull request that an accepted submission becomes, else None.

    Without a branch of its own it goes by the citation key.
    """
    listed = decision.listed
    if listed is None:
        return None
    verb = "Update" if decision.is_upgrade else "Add"
    return Propose(
        branch=branch or f"paper/{listed.key}",
        files=files,
        message=f"{verb} {listed.key}",
        title=escape.subject(text.clipped(f"{verb} “{listed.entry.title}”", MOST_TITLE)),
        body=_body("pull_request.md.j2", decision, config),
        labels=decision.labels,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    field: str
    value: str
    source: str


def _body(template: str, decision: Decision, config: Config) -> Markdown:
    listed, match = decision.listed, decision.match
    body = page(
        template,
        decision=decision,
        item=render.item(listed.entry, config) if listed else "",
        rows=_rows(listed) if listed else (),
        twin=match and match.listed,
        twin_url=_file_url(match.listed, config) if match else "",
    ).strip()
    if len(body) > MOST_BODY:
        return Markdown(body[:MOST_BODY].rpartition("\n")[0] + "\n\n(Cut: the rest is too long.)\n")
    return Markdown(body + "\n")


def _rows(listed: Listed) -> tuple[_Row, ...]:
    """Each field of the entry, its value, and where that came from."""
    entry = listed.entry
    return tuple(
        _Row(
            field=name,
            value=text.clipped(shown, _MOST_VALUE),
            source=entry.sources.get(name, ""),
        )
        for name, value in entry.fields().items()
        if name not in {"sources", "added"} and (shown := merge.shown(value))
    )


def _file_url(listed: Listed, config: Config) -> str:
    """The entry's file, from an issue or a pull request of the list's own repository."""
    start = f"https://github.com/{config.repository}" if config.repository else ".."
    return f"{start}/blob/HEAD/{listed.path}"
