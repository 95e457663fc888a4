"""The labels of the bot: what each means, and which of them it puts on and takes off."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LABELS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "paper": ("1d76db", "A paper for the list"),
        "correction": ("5319e7", "An entry of the list is to be corrected or removed"),
        "links": ("006b75", "Links of the list that fail, and what mends them"),
        "needs-changes": (
            "d93f0b",
            "The submitter has something to mend; the bot's answer says what",
        ),
        "needs-decision": ("fbca04", "A maintainer has to decide something"),
        "duplicate": ("cfd3d7", "The list has it already, or another submission is about it"),
        "deferred": ("bfd4f2", "A service could not be asked; the bot tries again by itself"),
        "on-hold": ("c2e0c6", "Its pull request was closed by hand; /reopen brings it back"),
        "parked": ("c5def5", "Waits until earlier submissions of the same person are done"),
    }
)
"""Name to colour and meaning."""

MANAGED = frozenset(
    {"needs-changes", "needs-decision", "duplicate", "deferred", "on-hold", "parked"}
)
"""What the bot also takes off again, when it is not so any more."""
