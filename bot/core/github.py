"""What GitHub makes of our Markdown and links."""

from __future__ import annotations

import re

_DROPPED = re.compile(r"[^\w\- ]")


class Slugs:
    """The anchors of a page's headings, in their order.

    GitHub lowers the heading's text, drops punctuation, turns each space into a hyphen, and
    numbers repetitions. Source: https://github.com/gjtorikian/html-pipeline (toc filter)

    >>> slugs = Slugs()
    >>> [slugs.anchor(heading) for heading in ("Published Papers, 2024", "2023", "2023")]
    ['published-papers-2024', '2023', '2023-1']
    """

    def __init__(self) -> None:
        self._uses: dict[str, int] = {}

    def anchor(self, heading: str) -> str:
        """The anchor that this heading gets, being the page's next one."""
        slug = _DROPPED.sub("", heading.lower()).replace(" ", "-")
        uses = self._uses.get(slug, 0)
        self._uses[slug] = uses + 1
        return f"{slug}-{uses}" if uses else slug
