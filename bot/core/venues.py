"""Where an identifier itself says a paper was published."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.model import Identity

# The Anthology's collections: `2023.acl-long.1`, `2023.findings-emnlp.2`, and by letter until 2019.
# Source: https://aclanthology.org/info/ids/
_COLLECTION = re.compile(
    r"[0-9]{4}\.(?P<findings>findings-)?(?P<name>[a-z0-9]+)(?:-(?P<volume>[a-z]+))?"
)
_MAIN = frozenset({"long", "short", "main"})
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
            return _collection(found)
        case "acl":
            return _LETTERS.get(paper.id[:1])
        case _:
            return None


def _collection(found: re.Match[str]) -> str:
    """Findings, demonstrations, student workshops are not the main conference, and say so."""
    name, volume = found["name"].upper(), found["volume"]
    if found["findings"]:
        return f"{name} Findings"
    return name if volume is None or volume in _MAIN else f"{name} {_VOLUMES.get(volume, volume)}"


_VOLUMES = {"demo": "Demo", "demos": "Demo", "srw": "Student Workshop", "industry": "Industry"}
