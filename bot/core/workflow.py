"""The text of a workflow: what its token may do, and when it starts by itself."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.core import plainyaml

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.plainyaml import Plain


def rights(text: str, *, job: str) -> Mapping[str, str] | None:
    """What the token may do in the job that runs `bot <job>`; None where no job does.

    The permission `*` stands for all that are not named.

    Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#permissions

    >>> rights("jobs: {a: {permissions: {issues: write}, steps: [run: bot submit]}}", job="submit")
    {'issues': 'write'}
    """
    workflow = _read(text)
    for one in map(_mapping, _mapping(workflow.get("jobs")).values()):
        if any(re.search(rf"\bbot {job}\b", run) for run in _runs(one)):
            return _levels(one.get("permissions", workflow.get("permissions", "")))
    return None


def crons(text: str) -> tuple[str, ...]:
    """The times at which the workflow starts by itself, as cron writes them.

    >>> crons("on: {schedule: [cron: 23 3 * * *]}")
    ('23 3 * * *',)
    """
    rows = _mapping(_read(text).get("on")).get("schedule")
    found = (_mapping(row).get("cron") for row in rows) if isinstance(rows, list) else ()
    return tuple(cron for cron in found if isinstance(cron, str))


def patience(cron: str) -> timedelta:
    """How long a schedule may be silent before something is wrong: it may skip a time or be late.

    >>> patience("23 3 * * *").days, patience("23 3 * * 1").days, patience("23 3 1 * *").days
    (2, 8, 32)
    """
    day, weekday = (*cron.split(), *"*****")[2:5:2]
    if day != "*":
        return timedelta(days=32)
    return timedelta(days=2 if weekday == "*" else 8)


def _levels(given: Plain) -> Mapping[str, str]:
    if isinstance(given, str):
        return {"*": given.removesuffix("-all")}
    return {name: str(level) for name, level in _mapping(given).items()}


def _runs(job: Mapping[str, Plain]) -> list[str]:
    steps = job.get("steps")
    found = [_mapping(step).get("run") for step in steps] if isinstance(steps, list) else []
    return [run for run in found if isinstance(run, str)]


def _read(text: str) -> Mapping[str, Plain]:
    """The workflow, or nothing where it is no YAML that we read."""
    found = plainyaml.load(text, file="")
    return {} if isinstance(found, tuple) else found


def _mapping(found: Plain | None) -> Mapping[str, Plain]:
    return found if isinstance(found, dict) else {}
