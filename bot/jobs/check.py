"""`bot check`: every problem of entries, configuration, form and README, all at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core import audit, escape, intake, template
from bot.core.text import counted
from bot.edge import catalog, disk, runner
from bot.model import Problem

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from bot.config import Config
    from bot.core.entry import Listed
    from bot.model import Unreachable
    from bot.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Tell every problem; gives 1 when there is one, and 3 when a service could not be asked."""
    root = disk.root(args.root)
    listed, problems = catalog.read(root / disk.ENTRIES)
    try:
        config = catalog.config(root)
    except disk.Problems as found:
        raise disk.Problems((*found.problems, *problems)) from None
    problems += audit.problems(
        listed, config, allows_private=settings.allows_private, today=settings.today
    )
    if not problems:
        # What is made from unsound entries would not be what it has to be.
        made = {**template.files(config), **catalog.pages(root, listed, config)}
        if args.fix:
            _mend(root, made, dry_run=args.dry_run)
        else:
            drift = _drift(root, made)
            if drift and _is_left_to_the_bot(drift, args, settings):
                runner.tell_problems(drift, settings, level="notice")
            else:
                problems += drift
    unchecked: Sequence[Unreachable] = ()
    if args.online:
        wrong, unchecked = _online(listed, config, settings)
        problems += wrong
    runner.tell_problems(problems, settings)
    return _verdict(len(listed), problems, unchecked, settings)


def _mend(root: Path, made: Mapping[str, str | None], *, dry_run: bool) -> None:
    for name in disk.changes(root, made) if dry_run else disk.write(root, made):
        runner.tell(f"would mend {name}" if dry_run else f"mended {name}")


def _drift(root: Path, made: Mapping[str, str | None]) -> tuple[Problem, ...]:
    """The generated files that are not what list.yaml and the entries make of them."""
    what = "it is not what list.yaml and entries/ make of it"
    fix = "Run `bot check --fix`, and commit what it changes."
    return tuple(
        Problem(file=name, field="", what=what, fix=fix) for name in disk.changes(root, made)
    )


def _is_left_to_the_bot(
    drift: Sequence[Problem], args: argparse.Namespace, settings: Settings
) -> bool:
    """Whether the README may be behind: in a person's pull request that only touches entries.

    The bot makes the README anew after the merge. What a pull request touches is asked of GitHub;
    where it does not say, nobody is blamed on doubt.
    """
    if settings.event_name != "pull_request" or any(one.file in _FORMS for one in drift):
        return False
    pull = runner.event(settings).get("pull_request") or {}
    head, base = pull.get("head") or {}, pull.get("base") or {}
    is_ours = head.get("repo") == base.get("repo") and intake.is_ours(str(head.get("ref")))
    if is_ours or not isinstance(pull.get("number"), int):
        return False
    from bot.edge.wire import HubError  # noqa: PLC0415 - slow to import, and rarely wanted
    from bot.jobs import opening  # noqa: PLC0415 - as above

    try:
        with opening.hub(args, settings) as hub:
            paths = hub.pull_files(pull["number"])
    except HubError as failure:
        runner.log(f"which files the pull request changes could not be asked: {failure}")
        return True
    return all(path.startswith(f"{disk.ENTRIES}/") for path in paths)


_FORMS = frozenset({template.PAPER, template.CORRECTION, *template.PLAIN})


def _online(
    listed: Sequence[Listed], config: Config, settings: Settings
) -> tuple[tuple[Problem, ...], Sequence[Unreachable]]:
    """What arXiv says against the entries, and what it could not be asked."""
    from bot.edge import papers  # noqa: PLC0415 - its imports cost a quarter of a second

    wanted = [one.entry.ids["arxiv"] for one in listed if "arxiv" in one.entry.ids]
    with papers.Client(settings) as client:
        answers = client.arxiv(wanted)
    return audit.against(listed, answers, same_paper=config.thresholds.same_paper)


def _verdict(
    total: int, problems: Sequence[Problem], unchecked: Sequence[Unreachable], settings: Settings
) -> int:
    found = counted(len(problems), "problem", "problems") if problems else "no problems"
    told = [f"could not be checked: {what}" for what in dict.fromkeys(it.what for it in unchecked)]
    told.append(f"{counted(total, 'entry', 'entries')}, {found}")
    for row in told:
        runner.tell(row)
        runner.summarize(f"\n{escape.sentence(row)}", settings)
    if problems:
        return 1
    return 3 if unchecked else 0
