"""Whether a paper's authors took it back: arXiv's API has no other sign of it than a comment."""

from __future__ import annotations

import re

from bot.core import text

_MOST_CHARS = 2_000

_PAPER = r"(?:paper|article|manuscript|submission|work|preprint|note|report|thesis)"
_THIS_PAPER = rf"(?:(?:this|the|our|my)\s+)?(?:present\s+|current\s+)?{_PAPER}"
_IS = r"(?:(?:has|had)\s+(?:\w+\s+)?been|is|was)"
# What may follow, so that neither "withdrawn version" nor "withdrawn by mistake" counts.
_END = r"\s*(?:$|[.,;:!()\[\]-])"
_WHY = (
    r"\s+(?:by(?!\s+(?:mistake|accident)\b)|due|because|after|since|for|owing|on|until|pending"
    r"|as\s+(?:it|we|there|the|its|some)|in\s+order|at|from\s+(?:the\s+)?arxiv)\b"
)
_SENTENCES = re.compile(
    r"(?:^|[.;:!(\[]\s*)(?:"
    rf"(?:{_THIS_PAPER}\s+(?:{_IS}\s+)?(?:temporarily\s+)?)?withdrawn(?={_END}|{_WHY})"
    rf"|(?:the\s+)?(?:authors?|we|i)\s+(?:has\s+|have\s+)?withdr(?:aw|ew|awn)\s+(?:this|the|our)\s+{_PAPER}\b"
    rf"|withdrawal(?=\s*$|\s+(?:by|due)\b)"
    r")",
    re.IGNORECASE | re.ASCII,
)
_OTHERWISE = re.compile(
    # From where else than arXiv, as in "withdrawn by the authors from the proceedings".
    rf"\bwithdr(?:awn|ew|aw)\b(?:\s+(?:by|this|the|our|my|its|authors?|{_PAPER}))*"
    r"\s+from\s+(?!(?:the\s+)?arxiv\b)"
    r"|\b(?:not|no\s+longer|never)\s+(?:been\s+)?withdrawn\b",
    re.IGNORECASE | re.ASCII,
)


def is_announced(comment: str) -> bool:
    """Whether an arXiv comment says that the paper itself is withdrawn.

    A paper that was withdrawn from a conference, or one that replaces or is about something
    withdrawn, is still there: a sentence has to begin with it. Only the comment of the last
    version counts, which is the one that arXiv's API gives: papers come back.

    >>> is_announced("5 pages. This paper has been withdrawn by the author due to an error")
    True
    >>> is_announced("This version replaces the withdrawn arXiv:2404.90005")
    False
    """
    clean = text.line(comment[:_MOST_CHARS])
    return _SENTENCES.search(clean) is not None and _OTHERWISE.search(clean) is None
