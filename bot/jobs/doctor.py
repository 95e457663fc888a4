"""`bot doctor`: what in a repository's settings would stop the bot, each with its cure."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core import checkup, pages
from bot.core.chart import App
from bot.edge import catalog, clinic, disk, runner, wire
from bot.edge.hub import Hub
from bot.edge.wire import HubError, RefusedError
from bot.jobs.desk import RESERVE
from bot.model import Problem

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from bot.core.chart import Broken, Chart, Hidden
    from bot.core.checkup import Answer, Finding
    from bot.settings import Settings

_NAME = re.compile(r"[\w-]+/(?!\.{1,2}$)[\w.-]+", re.ASCII)
_ANSWERS: tuple[tuple[Answer, str, str], ...] = (
    ("in order", "In order", "notice"),
    ("could not be checked", "Could not be checked", "notice"),
    ("wrong", "Wrong", "error"),
)
"""Each answer, its heading, and the level of its annotations: what matters most comes last."""


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Tell of every check; gives 1 where something is wrong, whatever could not be checked.

    Raises disk.Unusable, and HubError where GitHub does not answer.
    """
    settings = replace(settings, repository=_repository(args, settings))
    app = clinic.app(settings)
    if not settings.token and not isinstance(app, App):
        fix = "Set it to a token, such as `gh auth token` prints."
        raise disk.Unusable((_unset("GITHUB_TOKEN", "nobody can be asked without one", fix),))
    try:
        hub, chart = _examined(settings, app)
    except RefusedError as no:
        found: Sequence[Finding] = (
            checkup.shut_out(no.status, no.message, str(settings.repository)),
        )
    else:
        if args.fix:
            chart = _mended(hub, chart, dry_run=args.dry_run)
        found = checkup.findings(chart, now=settings.now, reserve=RESERVE)
    _tell(found, settings)
    return 1 if any(one.answer == "wrong" for one in found) else 0


def _repository(args: argparse.Namespace, settings: Settings) -> str:
    """The repository that is meant: the environment's, else the one in list.yaml."""
    name = settings.repository or _listed(args.root)
    if name and _NAME.fullmatch(name):
        return name
    what = f"it is {name!r}, which is no repository" if name else "it is not known which is meant"
    raise disk.Unusable((_unset("GITHUB_REPOSITORY", what, "Set it to owner/name."),))


def _listed(root: str | None) -> str | None:
    try:
        return catalog.config(disk.root(root)).repository
    except disk.Problems:
        return None


def _unset(name: str, what: str, fix: str) -> Problem:
    return Problem(file=name, field="", what=what, fix=fix)


def _examined(settings: Settings, app: App | Broken | Hidden | None) -> tuple[Hub, Chart]:
    # The token is looked at where there is one: the jobs can do with it alone.
    is_app = not settings.token
    asking = settings if is_app else replace(settings, app_id=None, app_key=None)
    line, us = wire.connect(asking)
    hub = Hub(line, str(settings.repository), us=us, settings=settings)
    voice = clinic.voice(us, is_app=is_app)
    return hub, clinic.examine(hub, settings, voice=voice, app=app)


def _mended(hub: Hub, chart: Chart, *, dry_run: bool) -> Chart:
    """The chart after what can be mended was; a dry run only tells."""
    missing = checkup.missing_labels(chart)
    if dry_run:
        for name in missing:
            runner.tell(f"would make the label {name}")
        return chart
    if not missing:
        return chart
    try:
        made = hub.make_labels(missing)
    except HubError as error:
        runner.log(f"the labels could not be made: {error}")
        made = ()
    for name in made:
        runner.tell(f"made the label {name}")
    return replace(chart, labels=hub.label_names)


def _tell(found: Sequence[Finding], settings: Settings) -> None:
    groups = [
        (heading, level, tuple(one for one in found if one.answer == answer))
        for answer, heading, level in _ANSWERS
    ]
    for heading, level, rows in groups:
        if not rows:
            continue
        runner.tell(f"{heading}:")
        if heading == _ANSWERS[0][1]:
            for one in rows:
                runner.tell(f"{one.subject}: {one.what}")
        else:
            runner.tell_problems(map(_problem, rows), settings, level=level)
        runner.tell()
    runner.tell(", ".join(f"{len(rows)} {heading.lower()}" for heading, _, rows in groups))
    shown = [(heading, rows) for heading, _, rows in reversed(groups) if rows]
    runner.summarize(pages.page("doctor.md.j2", groups=shown), settings)


def _problem(one: Finding) -> Problem:
    fix = f"{one.fix}: {one.page}" if one.page else f"{one.fix}."
    return Problem(field=one.subject, what=one.what, fix=fix)
