"""What people read of a decision: the comment, the pull request and its title, the commit message."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from bot.core import escape, memo, merge, render, text
from bot.core.entry import Listed
from bot.core.pages import page
from bot.model import Markdown
from bot.plan import Propose

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.config import Config
    from bot.core.commands import Command
    from bot.core.entry import Entry
    from bot.core.review import Decision
    from bot.plan import Commit, Issue, Pull

MOST_BODY = 60_000
"""Characters of a body that we write; GitHub refuses more than 65,536."""
MOST_TITLE = 200
_MOST_VALUE = 300


_LOGIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})(?:\[bot\])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The issue that a pull request comes from, and what the bot notes down about it."""

    issue: Issue
    made: Mapping[str, str]
    """Digests of what the bot wrote into the entry, see `memo.made`."""
    base: Mapping[str, str]
    """Entry file to blob, of entries that the list has already."""
    asked: Mapping[str, str] = field(default_factory=dict)
    """Contradicted fields, see `keep.Kept`."""

    @property
    def number(self) -> int:
        """The issue's number."""
        return self.issue.number

    @property
    def credit(self) -> Markdown:
        """The submitter's name as a link, which calls nobody."""
        login = self.issue.author
        if not _LOGIN.fullmatch(login):
            return escape.gfm(login)
        return Markdown(f"[{escape.gfm(login)}](https://github.com/{login.removesuffix('[bot]')})")

    @property
    def trailer(self) -> str:
        """The submitter as co-author of the commit; '' for an account that is gone."""
        return co_author(self.issue.author, self.issue.author_id)

    @property
    def memo(self) -> Markdown:
        """What the pull request remembers."""
        values = {"issue": self.number, "text": memo.digest(self.issue.body)}
        told = {"made": self.made, "base": self.base, "asked": self.asked}
        return memo.write(memo.PULL, {**values, **{k: v for k, v in told.items() if v}})


def co_author(login: str, number: int) -> str:
    """A commit's trailer that credits an account; '' where there is none.

    Source: https://docs.github.com/en/account-and-profile/reference/email-addresses-reference
    """
    if not number or not _LOGIN.fullmatch(login):
        return ""
    return f"Co-authored-by: {login} <{number}+{login}@users.noreply.github.com>"


def comment(decision: Decision, config: Config, *, pull: str = "") -> Markdown:
    """What the submitter reads; `pull` is a sentence about the pull request, in Markdown."""
    return _body("comment.md.j2", decision, config, pull=Markdown(pull), origin=None)


def answer(decision: Decision, config: Config, *, issue: Issue, pull: str = "") -> Markdown:
    """The one comment that the bot keeps under a submission."""
    values: dict[str, object] = {
        "text": memo.digest(issue.body),
        "outcome": "parked" if decision.parked else decision.outcome,
        "subject": decision.subject,
    }
    if decision.waits_for:
        values["waits"] = decision.waits_for
    return Markdown(f"{memo.write(memo.ANSWER, values)}\n{comment(decision, config, pull=pull)}")


def note(
    kind: str, values: Mapping[str, object], *, issue: Issue | None = None, marker: str = ""
) -> Markdown:
    """A note of a kind that `note.md.j2` knows; as the answer to a submission, if one is given."""
    told = {"kind": kind, "reason": "", "pull": "", "twin": None, "problems": (), **values}
    first = marker
    if issue:
        known = {"text": memo.digest(issue.body), "outcome": kind}
        first = memo.write(memo.ANSWER, known)
    return Markdown(f"{first}\n{page('note.md.j2', **told).strip()}\n")


def reply(comment: int, replies: Sequence[Markdown]) -> Markdown:
    """The answer to a comment with commands, one paragraph or more for each."""
    text = page("reply.md.j2", replies=replies).strip()
    return Markdown(f"{reply_marker(comment)}\n{_cut(text)}\n")


def reply_marker(comment: int) -> str:
    """How the answer to a comment starts."""
    return f"{memo.REPLY} {comment} -->"


_REPLIED = re.compile(rf"{re.escape(memo.REPLY)} ([0-9]{{1,20}}) -->")


def replied_to(body: str) -> int:
    """The comment that a reply of ours answers; 0 for any other text."""
    found = _REPLIED.match(body)
    return int(found[1]) if found else 0


def commands(shown: Sequence[Command], *, unknown: str = "", near: str = "") -> Markdown:
    """The commands that somebody may use, as a table."""
    return page("help.md.j2", commands=shown, unknown=unknown, near=near)


def opened(pull: Pull | None) -> str:
    """The sentence that leads to a pull request; a run that changes nothing has none yet."""
    return f"The pull request is #{pull.number}." if pull else "A pull request would be opened."


def unsound(pull: Pull | None) -> str:
    """The sentence for a branch that a maintainer has to mend before the text can follow."""
    where = f"#{pull.number}" if pull else "its branch"
    return f"The pull request does not follow yet: a maintainer has to mend {where} first."


def unopened(proposal: Propose, *, repository: str, server: str, base: str, why: str) -> str:
    """The sentence that lets a person open the pull request which the bot may not open."""
    query = urlencode({"quick_pull": "1", "title": proposal.title})
    url = f"{server}/{repository}/compare/{quote(base)}...{quote(proposal.branch)}?{query}"
    return (
        f"The branch is ready, but the bot may not open pull requests here: {escape.code(why)}. "
        f"A maintainer can [open it]({escape.destination(url)}), and `bot doctor` tells how to "
        "let the bot do it."
    )


# Both stand on lines of their own: what a submitter writes never starts one.
_ENTRY = re.compile(
    r"^<!-- list-bot:entry -->\n.*?^<!-- list-bot:entry-end -->(?:\n|\Z)", re.DOTALL | re.MULTILINE
)


def with_entry(body: str, listed: Listed, config: Config) -> str:
    """A text of ours with the entry in it as it is now; the rest stays as it stands."""
    shown = page("entry.md.j2", item=render.item(listed.entry, config), rows=_rows(listed))
    return with_shown(body, shown)


def with_shown(body: str, shown: str) -> str:
    """A text of ours with what another one shows of the entry."""
    plain = body.replace("\r\n", "\n")
    return _cut(_ENTRY.sub(lambda _: shown, plain, count=1)) if _ENTRY.search(plain) else body


def shown_entry(body: str) -> str:
    """What such a text shows of the entry; '' where it shows none."""
    found = _ENTRY.search(body.replace("\r\n", "\n"))
    return found[0] if found else ""


_TITLE = re.compile("“.*”")


def retitled(title: str, entry: Entry) -> str:
    """A pull request's title with the entry's title as it is now."""
    named = text.clipped(f"“{entry.title}”", MOST_TITLE)
    return _TITLE.sub(lambda _: escape.subject(named), title, count=1)


def rebased(
    body: str,
    entries: Mapping[str, Entry | None],
    *,
    base: Mapping[str, str],
    config: Config,
    decided: str = "",
) -> str:
    """A pull request's text, with its entries and the files it stands on as they are now.

    `base` is the default branch, file to blob; `decided` is a field that a maintainer decided.
    """
    known = memo.read(memo.PULL, body)
    if known:
        made, asked = memo.words(known, "made"), memo.words(known, "asked")
        if decided in asked:
            # From now on the text that was asked about is the old one, and the answer stands.
            made[decided] = asked.pop(decided)
        stands_on = {path: base[path] for path in entries if path in base}
        values = {**known, "base": stands_on, "made": made, "asked": asked}
        first = body.partition("\n")[0]
        told = memo.write(memo.PULL, {name: value for name, value in values.items() if value})
        body = body.replace(first, told, 1)
    shown = [Listed(path=path, entry=one) for path, one in entries.items() if one]
    return with_entry(body, shown[0], config) if len(shown) == 1 else body


def credited(message: str, commits: Sequence[Commit], us: frozenset[str]) -> str:
    """The commit message with everybody who committed on the branch as co-author."""
    trailers = [co_author(one.author, one.author_id) for one in commits if one.author not in us]
    missing = [one for one in dict.fromkeys(trailers) if one and one not in message]
    if not missing:
        return message
    space = "\n" if "Co-authored-by:" in message else "\n\n"
    return message.rstrip() + space + "\n".join(missing)


def proposal(
    decision: Decision,
    *,
    branch: str | None,
    files: Mapping[str, str | None],
    config: Config,
    origin: Origin | None = None,
) -> Propose | None:
    """The pull request that an accepted submission becomes, else None.

    Without a branch of its own it goes by the citation key.
    """
    one = decision.listed or decision.removed
    if one is None:
        return None
    body = _body("pull_request.md.j2", decision, config, pull="", origin=origin)
    return Propose(
        branch=branch or f"paper/{one.key}",
        files=files,
        message=_message(f"{_verb(decision)} {one.key}", origin),
        title=escape.subject(text.clipped(f"{_verb(decision)} “{one.entry.title}”", MOST_TITLE)),
        body=f"{origin.memo}\n{body}" if origin else body,
        labels=decision.labels,
        status="pending" if decision.doubts else "success",
        status_text=UNDECIDED if decision.doubts else SOUND,
    )


SOUND = "Entry and README are as they have to be"
UNDECIDED = "A maintainer has something to decide, see the pull request"
PARKED = "The submission waits until earlier ones of the same person are done"
WAITING = "A service could not be asked; the bot tries again by itself"
UNMENDED = "The submission has something to mend, see its issue"


def _verb(decision: Decision) -> str:
    if decision.removed:
        return "Remove"
    if decision.subject == "correction":
        return "Correct"
    return "Update" if decision.is_upgrade else "Add"


def _message(subject: str, origin: Origin | None) -> str:
    trailer = origin.trailer if origin else ""
    return f"{subject}\n\n{trailer}" if trailer else subject


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    field: str
    value: str
    source: str


def _body(
    template: str, decision: Decision, config: Config, *, pull: str, origin: Origin | None
) -> Markdown:
    listed, match = decision.listed, decision.match
    body = page(
        template,
        decision=decision,
        item=render.item(listed.entry, config) if listed else "",
        rows=_rows(listed) if listed else (),
        twin=match and match.listed,
        twin_url=_file_url(match.listed, config) if match else "",
        pull=pull,
        origin=origin,
    ).strip()
    return Markdown(_cut(body) + "\n")


def _cut(body: str) -> str:
    """The text, within what GitHub takes."""
    if len(body) <= MOST_BODY:
        return body
    return body[:MOST_BODY].rpartition("\n")[0] + "\n\n(Cut: the rest is too long.)"


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
