"""`bot preview`: everything that `submit` would do, on files and without GitHub."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from bot.core import entry, escape, export, intake, render, review, talk
from bot.core.branch import changed
from bot.core.match import Index
from bot.core.review import Decision
from bot.core.submission import submission
from bot.core.text import line
from bot.edge import catalog, disk, gather, runner
from bot.jobs import parse
from bot.model import Problem, Submission

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence
    from datetime import date

    from bot.config import Config
    from bot.core.entry import Listed
    from bot.core.form import Form, Reading
    from bot.plan import Propose
    from bot.settings import Settings

Asked: TypeAlias = "Submission | tuple[Problem, ...] | Decision"
"""What a file asks for, everything that is wrong with it, or what was decided without reading."""

EXIT = {"accepted": 0, "rejected": 1, "duplicate": 1, "deferred": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What would become of one file's submission."""

    file: str
    decision: Decision
    comment: str
    proposal: Propose | None
    """None unless accepted."""
    item: str | None
    """The README item, when accepted."""


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print what would become of each file; a single one also gives the exit code."""
    root = disk.root(args.root)
    target = disk.folder(args.out) if args.out else None
    config = catalog.config(root)
    grammar = parse.read_form(args.form, root=args.root)
    folder = Path(args.entries) if args.entries else root / disk.ENTRIES
    if args.entries and not folder.is_dir():
        fix = "Name the folder that holds the entries, such as entries."
        what = "there is no such folder"
        raise disk.Unusable((Problem(file=args.entries, field="--entries", what=what, fix=fix),))
    listed = catalog.entries(folder)
    submissions = [_read(file, grammar, config, settings) for file in args.files]
    accepted: list[Listed] = []
    code = 0
    told: list[str] = []
    for preview in previews(submissions, listed, config=config, settings=settings):
        (_print_json if args.json else _print)(preview)
        told.append(f"{escape.code(line(preview.file))}: {preview.decision.outcome}")
        told += [runner.bullet(problem) for problem in preview.decision.problems]
        code = EXIT[preview.decision.outcome]
        if preview.decision.listed:
            accepted.append(preview.decision.listed)
    if target:
        resulting = changed(listed, {one.path: one.entry for one in accepted})
        _export(target, dict(export.files(resulting, config)), dry_run=args.dry_run)
    runner.summarize(runner.bullets(told), settings)
    return code if len(args.files) == 1 else 0


def _export(target: Path, files: dict[str, str | None], *, dry_run: bool) -> None:
    """Write the exports, or tell which would be: in the log, for the result may be JSON."""
    if not dry_run:
        disk.write(target, files)
        return
    for name in disk.changes(target, files):
        runner.log(f"would write {target / name}")


def previews(
    submissions: Sequence[tuple[str, Asked]],
    listed: Sequence[Listed],
    *,
    config: Config,
    settings: Settings,
) -> Iterator[Preview]:
    """Decide on each submission, in order; an accepted one counts for those after it."""
    index = Index(listed)
    sound = [one for _, one in submissions if isinstance(one, Submission)]
    asked = [one for one in sound if not review.duplicate(one, index)]
    gathered = dict(zip(map(id, asked), gather.gather(asked, settings), strict=True))
    for file, one in submissions:
        known = gathered.get(id(one), review.Gathered())
        try:
            decision = _decided(one, known, index=index, config=config, today=settings.today)
            preview = _preview(file, decision, listed, config)
        except Exception as error:  # noqa: BLE001 - whatever one file does, the others are told
            decision = _defect(file, error)
            preview = _preview(file, decision, listed, config)
        yield preview
        if decision.listed:
            index.add(decision.listed)


def _defect(file: str, error: Exception) -> Decision:
    """What becomes of a file that the bot stumbles over: nobody is blamed, and the log tells."""
    why = "A defect of the bot stood in the way; please report it."
    runner.log(f"{file}: {why} {type(error).__name__}: {str(error)!r:.300}")
    return Decision(outcome="deferred", why=why)


def _decided(
    one: Asked,
    known: review.Gathered,
    *,
    index: Index,
    config: Config,
    today: date,
) -> Decision:
    match one:
        case Submission():
            return review.decide(one, known, index=index, config=config, today=today)
        case Decision():
            return one
        case problems:
            return Decision(outcome="rejected", problems=problems)


def _read(file: str, grammar: Form, config: Config, settings: Settings) -> tuple[str, Asked]:
    """What a file asks for, or everything that is wrong with it."""
    try:
        return file, asked(parse.read_body(grammar, file), file, config=config, settings=settings)
    except Exception as error:  # noqa: BLE001 - as above
        return file, _defect(file, error)


def asked(
    reading: Reading, origin: str, *, config: Config, settings: Settings
) -> Submission | tuple[Problem, ...]:
    """What a form asks for, or everything that is wrong with it: with its text, and its values."""
    read = submission(
        reading.fields,
        config=config,
        origin=origin,
        allows_private=settings.allows_private,
        today=settings.today,
        offered=reading.offered,
    )
    found = intake.asked(reading, read)
    if not isinstance(found, tuple):
        return found
    places = {field: at for at, field in enumerate(reading.fields)}
    return tuple(sorted(found, key=lambda one: places.get(one.field, -1)))


def _preview(file: str, decision: Decision, listed: Sequence[Listed], config: Config) -> Preview:
    files: dict[str, str] = {}
    if new := decision.listed:
        files = {
            new.path: entry.dump(new.entry),
            **render.pages(changed(listed, {new.path: new.entry}), config),
        }
    return Preview(
        file=file,
        decision=decision,
        comment=talk.comment(decision, config),
        proposal=talk.proposal(decision, branch=None, files=files, config=config),
        item=render.item(new.entry, config) if new else None,
    )


def _print_json(preview: Preview) -> None:
    decision, proposal = preview.decision, preview.proposal
    path = decision.listed.path if decision.listed else None
    runner.tell_json(
        {
            "file": preview.file,
            "outcome": decision.outcome,
            "problems": [
                {"field": one.field, "what": one.what, "fix": one.fix} for one in decision.problems
            ],
            "entry_path": path,
            "entry_yaml": proposal and proposal.files[path or ""],
            "readme": proposal and proposal.files[render.README],
            "readme_line": preview.item,
            "branch": proposal and proposal.branch,
            "commit_message": proposal and proposal.message,
            "pr_title": proposal and proposal.title,
            "pr_body": proposal and proposal.body,
            "comment": preview.comment,
            "labels": list(decision.labels),
            "links": [
                {"url": one.url, "verdict": one.verdict, "status": one.status, "reason": one.reason}
                for one in decision.looks
            ],
        }
    )


def _print(preview: Preview) -> None:
    runner.tell(f"{preview.file}: {preview.decision.outcome}\n\n{preview.comment}")
    if proposal := preview.proposal:
        runner.tell(f"branch {proposal.branch}, pull request: {proposal.title}")
        for path in proposal.files:
            runner.tell(f"  would write {path}")
        runner.tell()
