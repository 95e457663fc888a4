"""YAML without surprises: every scalar is text, and nothing is tagged, repeated, shared or deep.

`CBaseLoader` alone keeps every scalar as text at C speed, but lets tags and repeated keys
pass and overflows the C stack on deep nesting. Its events are therefore walked here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import yaml
from yaml import MappingEndEvent, ScalarEvent, SequenceEndEvent

from bot.model import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

Plain: TypeAlias = "str | list[Plain] | dict[str, Plain]"

MOST_BYTES = 256 * 1024
_MOST_DEPTH = 20
_TAG = "tag:yaml.org,2002:"
_STR, _SEQ, _MAP = (f"{_TAG}{name}" for name in ("str", "seq", "map"))
_PLAIN_TAGS = frozenset({None, "!", _STR, _SEQ, _MAP})


def load(text: str, *, file: str) -> dict[str, Plain] | tuple[Problem, ...]:
    r"""The mapping that a YAML file holds, or every problem with it.

    >>> load("year: 2023\nids: {arxiv: 2310.10040}", file="a.yaml")
    {'year': '2023', 'ids': {'arxiv': '2310.10040'}}
    """
    if len(text) > MOST_BYTES:
        what = f"the file is larger than {MOST_BYTES // 1024} KiB"
        fix = "Keep the fields short; an abstract belongs into `abstract` once."
        return (Problem(file=file, field="", what=what, fix=fix),)
    try:
        walk = _Walk(text, file)
        found = walk.document()
    except (yaml.YAMLError, UnicodeEncodeError) as error:
        return (Problem(file=file, field="", what=_told(error), fix=_SYNTAX),)
    # A thousand aliases are told once.
    return tuple(dict.fromkeys(walk.problems)) or found


_SYNTAX = (
    "Mend the YAML there; text with ': ' or '#' goes in single quotes, such as 'FedX: A Study'."
)
_MAPPING = "Write one `field: value` a line, such as `year: 2024`."


class _TooDeepError(yaml.YAMLError):
    """Going on would take as much of the stack as a stranger likes."""


class _Walk:
    """One walk over the events of a file, which collects what is wrong on the way."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self._next = yaml.CBaseLoader(text).get_event

    def document(self) -> dict[str, Plain]:
        self._next()
        if isinstance(self._next(), yaml.StreamEndEvent):
            self._tell("", "the file is empty", _MAPPING)
            return {}
        found = self._plain(self._next(), "", 0)
        self._next()
        if not isinstance(self._next(), yaml.StreamEndEvent):
            self._tell("", "it holds another document after the first", "Take the line `---` out.")
        if isinstance(found, dict):
            return found
        self._tell("", "the file does not hold a mapping", _MAPPING)
        return {}

    def _mapping(self, at: str, depth: int) -> dict[str, Plain]:
        found: dict[str, Plain] = {}
        path = f"{at}." if at else ""
        follow = self._next
        while not isinstance(event := follow(), MappingEndEvent):
            if isinstance(event, ScalarEvent) and event.tag in _PLAIN_TAGS:
                key: str = event.value
                if key in found:
                    self._tell(path + key, f"{key!r} stands twice", "Keep one of the two lines.")
                value = follow()
                # Most values are plain text: a list of 10,000 entries has 300,000 of them.
                if isinstance(value, ScalarEvent) and value.tag in _PLAIN_TAGS:
                    found[key] = value.value
                else:
                    found[key] = self._plain(value, path + key, depth)
            else:
                self._tell(at, "a key is not plain text", "Write keys as words, such as `venue:`.")
                self._plain(event, at, depth)
                self._plain(self._next(), at, depth)
        return found

    def _plain(self, event: yaml.Event | None, at: str, depth: int) -> Plain:
        if isinstance(event, ScalarEvent):
            self._judge(event.tag, at)
            text: str = event.value
            return text
        if not isinstance(event, yaml.CollectionStartEvent):
            self._tell(at, "an alias repeats another part", "Write the value out in full.")
            return ""
        self._judge(event.tag, at)
        if depth == _MOST_DEPTH:
            raise _TooDeepError("the values are nested too deeply")
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(at, depth + 1)
        parts: list[Plain] = []
        follow = self._next
        while not isinstance(part := follow(), SequenceEndEvent):
            if isinstance(part, ScalarEvent) and part.tag in _PLAIN_TAGS:
                parts.append(part.value)
            else:
                parts.append(self._plain(part, at, depth + 1))
        return parts

    def _judge(self, tag: str | None, at: str) -> None:
        if tag not in _PLAIN_TAGS:
            what = f"the tag {str(tag).removeprefix(_TAG)!r} is not allowed"
            self._tell(at, what, "Take the tag (the word with `!`) out.")

    def _tell(self, field: str, what: str, fix: str) -> None:
        self.problems.append(Problem(file=self.file, field=field, what=what, fix=fix))


def _told(error: Exception) -> str:
    if isinstance(error, _TooDeepError):
        return str(error)
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        mark = error.problem_mark
        why = error.problem or "it cannot be read"
        return f"line {mark.line + 1}, column {mark.column + 1}: {why}"
    return "the file holds characters that YAML does not allow"


class _Dumper(yaml.CSafeDumper):
    """Field after field in the given order, lists of short words on one line."""


class Inline(list[str]):
    """A list that is written on one line: `[a, b]`."""


class InlineMap(dict[str, str]):
    """A mapping that is written on one line: `{arxiv: '2208.12268'}`."""


_Dumper.add_representer(
    Inline, lambda dumper, parts: dumper.represent_sequence(_SEQ, parts, flow_style=True)
)
_Dumper.add_representer(
    InlineMap,
    lambda dumper, parts: dumper.represent_mapping(_MAP, parts.items(), flow_style=True),
)


Written: TypeAlias = "str | int | date | list[str] | Inline | InlineMap"


def dump(fields: Mapping[str, Written]) -> str:
    r"""YAML that `load` reads back; the same fields give the same bytes.

    >>> dump({"title": "FedX: a study", "ids": InlineMap(arxiv="2310.10040")})
    "title: 'FedX: a study'\nids: {arxiv: '2310.10040'}\n"
    """
    written: str = yaml.dump(
        dict(fields),
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=1_000_000,
        default_flow_style=False,
    )
    return written
