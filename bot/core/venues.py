"""Where an identifier itself says a paper was published."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.model import Identity

# The Anthology's collections: `2023.acl-long.1`, `2023.findings-emnlp.2`, and by letter until 2019.
# Source: https://aclanthology.org/info/ids/
_COLLECTION = re.compile(r"[0-9]{4}\.(?P<findings>findings-)?(?P<name>[a-z0-9]+)")
_LETTERS = {
    "P": "ACL", "D": "EMNLP", "N": "NAACL", "E": "EACL", "C": "COLING", "Q": "TACL", "J": "CL",
}  # fmt: skip


def told_by(paper: Identity) -> str | None:
    """The venue that the identifier tells, or None; Findings are not the main conference.

    >>> from bot.model import Identity
    >>> told_by(Identity(kind="acl", id="2023.findings-acl.632"))
    'ACL Findings'
    """
    match paper.kind:
        case "neurips":
            return "NeurIPS"
        case "pmlr":
            return "PMLR"
        case "acl" if found := _COLLECTION.match(paper.id):
            return found["name"].upper() + (" Findings" if found["findings"] else "")
        case "acl":
            return _LETTERS.get(paper.id[:1])
        case _:
            return None
