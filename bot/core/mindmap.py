"""The list at a glance: topics and how many papers have them, as Mermaid text that GitHub draws."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from bot.model import Markdown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.config import Config
    from bot.core.entry import Entry


def draw(entries: Iterable[Entry], config: Config) -> Markdown:
    """A mindmap of the topics that have papers, below their groups; the list's name is its root.

    It sets no colours: GitHub draws it to fit the reader's light or dark theme.
    Source: https://mermaid.js.org/syntax/mindmap.html
    """
    papers = Counter(key for entry in entries for key in entry.topics)
    branches: dict[str, list[str]] = {}
    for topic in config.topics:
        if count := papers[topic.key]:
            branches.setdefault(topic.group, []).append(f"{topic.title} ({count})")
    return Markdown("\n".join(_lines(config.short_title, branches)))


def _lines(root: str, branches: Mapping[str, Iterable[str]]) -> Iterable[str]:
    yield "mindmap"
    yield f'  root(("{_quoted(root)}"))'
    for at, (branch, leaves) in enumerate(branches.items()):
        yield f'    b{at}["{_quoted(branch)}"]'
        for number, leaf in enumerate(leaves):
            yield f'      b{at}l{number}("{_quoted(leaf)}")'


def _quoted(text: str) -> str:
    """Text inside the double quotes of a node, with Mermaid's own entities for what is special."""
    return "".join(f"#{ord(char)};" if char in '"#;<>&`\\' else char for char in text)
