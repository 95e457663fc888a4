"""The list as it is on GitHub's default branch: from the checkout where both agree, else fetched.

A checkout may be older than the branch, or changed. Every file goes by its blob, the name that
git gives to a content, so what is read here is what the branch has.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Literal

from bot.config import Config
from bot.core import form, listfile, render, template
from bot.core.match import Index
from bot.edge import catalog, disk
from bot.model import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from bot.core.entry import Listed
    from bot.core.form import Form
    from bot.edge.hub import Hub
    from bot.plan import Base

Subject = Literal["paper", "correction"]


@dataclass(frozen=True, kw_only=True)
class Mirror:
    """The list on the default branch."""

    base: Base
    config: Config
    listed: tuple[Listed, ...]
    problems: tuple[Problem, ...]
    """What is wrong with entries that cannot be read: nothing can be made from such a list."""
    forms: Mapping[Subject, Form]
    overflow: frozenset[str]
    """The pages beside the README that were made."""

    @cached_property
    def index(self) -> Index:
        """The entries, ready to be compared with."""
        return Index(self.listed)

    @cached_property
    def pages(self) -> Mapping[str, str | None]:
        """The generated files as they have to be; None for pages that are stale."""
        return self.with_pages(self.listed)

    def with_pages(self, listed: Iterable[Listed]) -> Mapping[str, str | None]:
        """The generated files of these entries; None for pages that are stale."""
        made = render.pages(listed, self.config)
        return {**dict.fromkeys(self.overflow - made.keys()), **made}

    @cached_property
    def drift(self) -> Mapping[str, str | None]:
        """The generated files that are not as they have to be."""
        return {
            name: text
            for name, text in self.pages.items()
            if self.base.files.get(name) != (None if text is None else blob(text.encode()))
        }


def blob(data: bytes) -> str:
    """Git's name for a file's content.

    >>> blob(b"")
    'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391'
    """
    # Git's names are SHA-1; nothing here relies on it against an attacker.
    return hashlib.sha1(b"blob %d\0%b" % (len(data), data), usedforsecurity=False).hexdigest()


def read(hub: Hub, root: Path, branch: str) -> Mirror:
    """The list on `branch`; raises HubError.

    A configuration that is missing or broken is among the problems, so that submitters hear of it.
    """
    base = hub.base(branch)

    def text(name: str) -> str:
        local = root / name
        if (
            local.is_file()
            and not local.is_symlink()
            and blob(local.read_bytes()) == base.files[name]
        ):
            return disk.text(local, name=name)
        return hub.text(base.files[name])

    broken: tuple[Problem, ...] = ()
    config = listfile.load(text(disk.LIST)) if disk.LIST in base.files else (_no_list(branch),)
    if isinstance(config, tuple):
        broken, config = config, _NAMELESS
    entries = [
        name
        for name in base.files
        if name.startswith(f"{disk.ENTRIES}/") and name.endswith((".yaml", ".yml"))
    ]
    listed, problems = catalog.loaded((name, partial(text, name)) for name in sorted(entries))
    pages = [name for name in base.files if name.startswith(f"{render.OVERFLOW}/")]
    return Mirror(
        base=base,
        config=config,
        listed=listed,
        problems=(*broken, *problems),
        forms={
            "paper": _form(base, template.PAPER, partial(template.render, config), text),
            "correction": _form(
                base, template.CORRECTION, partial(template.correction, config), text
            ),
        },
        overflow=frozenset(
            name for name in pages if name.endswith(".md") and text(name).startswith(render.MADE)
        ),
    )


_NAMELESS = Config(title="The list", short_title="List", introduction="")


def _form(base: Base, path: str, otherwise: Callable[[], str], text: Callable[[str], str]) -> Form:
    """The form that people filled in: the branch's, or the list's own where that is no form."""
    if path in base.files:
        with suppress(form.FormError):
            return form.load(text(path))
    return form.load(otherwise())


def _no_list(branch: str) -> Problem:
    fix = "Put the list's configuration there, see docs/how-to/start-your-own-list.md."
    return Problem(file=disk.LIST, field="", what=f"the branch {branch} has none", fix=fix)
