"""The desk of a job: connected to GitHub with what the environment tells."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from bot.edge import disk, runner, wire
from bot.edge.hub import Hub
from bot.jobs.desk import Desk
from bot.model import Problem

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping
    from typing import Any

    from bot.settings import Settings

_BRANCH = "main"


@contextmanager
def desk(args: argparse.Namespace, settings: Settings, event: Mapping[str, Any]) -> Iterator[Desk]:
    """The desk over the list's repository; raises disk.Unusable, and HubError."""
    with hub(args, settings) as opened:
        yield Desk(opened, disk.root(args.root), settings, branch=default_branch(event))


@contextmanager
def hub(args: argparse.Namespace, settings: Settings) -> Iterator[Hub]:
    """The list's repository on GitHub."""
    if not settings.repository:
        fix = "Set it to owner/name, as Actions does."
        what = "it is not set, so it is not known which repository is meant"
        raise disk.Unusable((Problem(file="GITHUB_REPOSITORY", field="", what=what, fix=fix),))
    line, us = wire.connect(settings)
    plan = runner.tell if args.dry_run else None
    try:
        yield Hub(line, settings.repository, us=us, settings=settings, plan=plan)
    finally:
        line.close()


def default_branch(event: Mapping[str, Any]) -> str:
    """The branch that the list is read from, as the event tells it."""
    return str((event.get("repository") or {}).get("default_branch") or _BRANCH)
