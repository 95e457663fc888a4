"""What the bot keeps for itself in its own comments and pull requests, unseen by readers."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, TypeAlias

from bot.core.text import lines
from bot.model import Markdown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.entry import Entry

Memo: TypeAlias = "dict[str, str | int | dict[str, str]]"

ANSWER = "<!-- list-bot:answer"
"""How the one answer to a submission starts."""
PULL = "<!-- list-bot:pull"
REPLY = "<!-- list-bot:reply"
"""How the answer to a command starts; the command's comment follows."""


def write(kind: str, values: Mapping[str, object]) -> Markdown:
    r"""The memo as a comment of HTML, which shows nothing.

    >>> write(ANSWER, {"text": "a>b"})
    '<!-- list-bot:answer {"text": "a\\u003eb"} -->'
    """
    told = json.dumps(dict(values), sort_keys=True)
    return Markdown(f"{kind} {told.translate(_SAFE)} -->")


# Nothing inside may end the comment, whatever it says.
_SAFE = {ord(char): f"\\u{ord(char):04x}" for char in "<>-"}
_FOUND = re.compile(r"[^{]{0,80}(\{.*\}) -->")


def read(kind: str, text: str) -> Memo:
    """The memo that a text of ours starts with; empty where there is none, or a person broke it."""
    return _within(kind, text.partition("\n")[0])


def found(kind: str, text: str) -> Memo:
    r"""The first memo in a text of ours, also where a person wrote something before it.

    For texts that only the bot and maintainers can have written: in any other, a line that
    looks so may be anybody's.

    >>> found(PULL, 'No thanks.\n<!-- list-bot:pull {"text": "a"} -->\nA paper')
    {'text': 'a'}
    """
    return next((memo for line in text.split("\n") if (memo := _within(kind, line))), {})


def _within(kind: str, line: str) -> Memo:
    line = line.rstrip()
    told = _FOUND.fullmatch(line) if line.startswith(kind) else None
    if told is None:
        return {}
    try:
        values = json.loads(told[1])
    except ValueError:
        return {}
    if not isinstance(values, dict):
        return {}
    return {name: value for name, value in values.items() if isinstance(value, str | int | dict)}


def words(memo: Memo, name: str) -> dict[str, str]:
    """One of the memo's mappings; empty where it is none."""
    found = memo.get(name)
    if not isinstance(found, dict):
        return {}
    return {str(key): str(value) for key, value in found.items()}


def digest(text: str) -> str:
    """A short name for a text, equal for equal texts whatever their line ends."""
    return hashlib.sha256(lines(text).strip().encode("utf-8", "replace")).hexdigest()[:16]


_UNTOLD = frozenset({"sources", "added", "promoted", "locked"})
"""Fields that nobody types in: what the bot notes down, and what maintainers lock."""


def made(entry: Entry) -> dict[str, str]:
    """Field to digest of what the bot wrote, to tell later what people changed."""
    return {
        name: digest(_told(value))
        for name, value in entry.fields().items()
        if name not in _UNTOLD and value
    }


def _told(value: object) -> str:
    return json.dumps(value, default=_plain, sort_keys=True)


def _plain(value: object) -> object:
    # Mappings of the model are read-only, and days are no JSON.
    return dict(value) if hasattr(value, "keys") else str(value)  # type: ignore[call-overload]  # what has keys is a mapping
