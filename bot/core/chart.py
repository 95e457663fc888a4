"""A repository's chart: what GitHub said about its settings, as plain values.

`edge.clinic` writes it, `core.checkup` reads it. What a token may not read is `Hidden` in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bot.config import Config
    from bot.model import Problem

Switch: TypeAlias = Literal["on", "off"]


@dataclass(frozen=True, slots=True)
class Hidden:
    """Something that GitHub did not tell this token."""

    why: str
    """GitHub's own words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """Who asks."""

    login: str
    kind: Literal["workflow", "app", "person"]


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The repository itself."""

    full_name: str
    default_branch: str
    is_organisations: bool
    has_issues: bool
    is_archived: bool
    has_pages: bool
    role: str
    """What the asker is here, as in 'admin' or 'write'; '' where GitHub does not tell."""
    merges: frozenset[str] | None
    """The allowed ways to merge; None where GitHub does not tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The maintainers' own App, as it is installed here."""

    login: str
    rights: Mapping[str, str]
    """Permission to level, as in 'contents' to 'write'."""
    is_suspended: bool = False


@dataclass(frozen=True, slots=True)
class Broken:
    """An App that was configured, and does not work."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The last run that a schedule started."""

    started: datetime
    conclusion: str
    """As GitHub names it, such as 'success'; '' while it runs."""
    page: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A workflow on the default branch."""

    text: str
    state: str | Hidden = "active"
    """As GitHub names it, such as 'disabled_inactivity'; '' for a file that Actions do not know."""
    last: Run | Hidden | None = None
    """Asked for only where a schedule starts it; None where it has started no run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actions:
    """Whether workflows run here at all."""

    is_enabled: bool
    allowed: str
    """Whose actions they may use: 'all', 'local_only' or 'selected'."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule for a branch, of a ruleset or of the branch's protection."""

    kind: str
    """As rulesets name it, such as 'pull_request'."""
    reviews: int = 0
    checks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """The calls of this hour."""

    left: int
    limit: int
    reset: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Everything that GitHub said about a repository."""

    asked: str
    """The repository's name as it was given to us."""
    server: str = "https://github.com"
    voice: Voice
    house: House
    config: Config | tuple[Problem, ...] | Hidden | None
    """`list.yaml` on the default branch, or its problems; None where there is no such file."""
    files: frozenset[str] | Hidden
    """Every file on the default branch."""
    stale: frozenset[str] = frozenset()
    """Forms on the default branch that are not what `list.yaml` there makes of them."""
    labels: frozenset[str] | Hidden
    """In small letters."""
    actions: Actions | Hidden
    flows: Mapping[str, Flow] = field(default_factory=dict)
    """File to workflow, of all on the default branch."""
    may_propose: Switch | Hidden
    """Whether Actions may open pull requests."""
    organisation_may_propose: Switch | Hidden | None
    """The same of the organisation; None where a person owns the repository."""
    protection: tuple[Rule, ...] | Hidden
    """What the default branch's protection asks for."""
    checks: tuple[str, ...] = ()
    """The checks that it asks for, where they can be seen without the rest."""
    rules: tuple[Rule, ...] | Hidden
    """What rulesets ask for on the default branch."""
    own_rules: tuple[Rule, ...] | Hidden
    """What rulesets ask for on the bot's own branches."""
    app: App | Broken | Hidden | None
    """None where none is configured."""
    calls: Calls | Hidden
    site: str | Hidden = "none"
    """How the site is built, such as “workflow” or “legacy”; “none” where there is none."""

    @property
    def web(self) -> str:
        """The repository's page."""
        return f"{self.server}/{self.house.full_name}"

    @property
    def has_app(self) -> bool:
        """Whether an App speaks for the bot: what it pushes starts workflows."""
        return isinstance(self.app, App) and not self.app.is_suspended
