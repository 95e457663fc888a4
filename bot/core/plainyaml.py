"""YAML without surprises: every scalar is text, and nothing is tagged, repeated, shared or deep.

`CBaseLoader` alone keeps every scalar as text at C speed, but lets tags and repeated keys
pass and overflows the C stack on deep nesting. The nodes are therefore walked here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

import yaml

from bot.model import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

Plain: TypeAlias = "str | list[Plain] | dict[str, Plain]"

MOST_BYTES = 256 * 1024
_MOST_DEPTH = 20
_DEEP_LINE = re.compile(r"^[ \t?:-]{60}", re.MULTILINE)
_TAG = "tag:yaml.org,2002:"
_STR, _SEQ, _MAP = (f"{_TAG}{name}" for name in ("str", "seq", "map"))
_PLAIN_TAGS = frozenset({_STR, _SEQ, _MAP})


def load(text: str, *, file: str) -> dict[str, Plain] | tuple[Problem, ...]:
    r"""The mapping that a YAML file holds, or every problem with it.

    >>> load("year: 2023\nids: {arxiv: 2310.10040}", file="a.yaml")
    {'year': '2023', 'ids': {'arxiv': '2310.10040'}}
    """
    if problem := _unreadable(text):
        return (Problem(file=file, field="", what=problem[0], fix=problem[1]),)
    try:
        node = yaml.compose(text, Loader=_Loader)
    except (yaml.YAMLError, UnicodeEncodeError) as error:
        return (Problem(file=file, field="", what=_told(error), fix=_SYNTAX),)
    if not isinstance(node, yaml.MappingNode):
        what = "the file is empty" if node is None else "the file does not hold a mapping"
        return (Problem(file=file, field="", what=what, fix=_MAPPING),)
    walk = _Walk(file)
    found = walk.mapping(node, "")
    return tuple(walk.problems) or found


_SYNTAX = (
    "Mend the YAML there; text with ': ' or '#' goes in single quotes, such as 'FedX: A Study'."
)
_MAPPING = "Write one `field: value` a line, such as `year: 2024`."


class _Loader(yaml.CBaseLoader):
    """Gives every node without a tag of its own the plain one; there is nothing to look up."""

    def resolve(self, kind: type[yaml.Node], value: object, implicit: object) -> str:
        """The plain tag of this kind of node; an explicit tag is never asked for here."""
        del value, implicit
        return _TAGS[kind]

    def descend_resolver(self, *_: object) -> None:
        """Do nothing: no tag depends on its place."""

    def ascend_resolver(self) -> None:
        """Do nothing, as above."""


_TAGS = {yaml.ScalarNode: _STR, yaml.SequenceNode: _SEQ, yaml.MappingNode: _MAP}


class _Walk:
    """One walk over the nodes of a file, which collects what is wrong on the way."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self._seen: set[int] = set()

    def mapping(self, node: yaml.MappingNode, at: str) -> dict[str, Plain]:
        found: dict[str, Plain] = {}
        for key_node, value_node in node.value:
            if type(key_node) is not yaml.ScalarNode or key_node.tag not in _PLAIN_TAGS:
                self._tell(at, "a key is not plain text", "Write keys as words, such as `venue:`.")
                continue
            key = key_node.value
            path = f"{at}.{key}" if at else key
            if key in found:
                self._tell(path, f"{key!r} stands twice", "Keep one of the two lines.")
            found[key] = self._plain(value_node, path)
        return found

    def _plain(self, node: yaml.Node, at: str) -> Plain:
        if node.tag not in _PLAIN_TAGS:
            what = f"the tag {node.tag.removeprefix(_TAG)!r} is not allowed"
            self._tell(at, what, "Take the tag (the word with `!`) out.")
            return ""
        if type(node) is yaml.ScalarNode:
            text: str = node.value
            return text
        if id(node) in self._seen:
            self._tell(at, "an alias repeats another part", "Write the value out in full.")
            return ""
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, at)
        return [self._plain(part, at) for part in node.value]

    def _tell(self, field: str, what: str, fix: str) -> None:
        self.problems.append(Problem(file=self.file, field=field, what=what, fix=fix))


def _unreadable(text: str) -> tuple[str, str] | None:
    """Why the text is not even given to the parser: its size or its depth."""
    if len(text) > MOST_BYTES:
        what = f"the file is larger than {MOST_BYTES // 1024} KiB"
        return what, "Keep the fields short; an abstract belongs into `abstract` once."
    could_be_deep = text.count("[") + text.count("{") > _MOST_DEPTH or _DEEP_LINE.search(text)
    if could_be_deep and _is_deep(text):
        return "the values are nested too deeply", "Write plain values and lists of them."
    return None


def _is_deep(text: str) -> bool:
    depth = 0
    try:
        for event in yaml.parse(text, Loader=yaml.CBaseLoader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > _MOST_DEPTH:
                return True
    except (yaml.YAMLError, UnicodeEncodeError):
        """The loader meets the same error and tells it."""
    return False


def _told(error: Exception) -> str:
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
