"""`bot links`: a look at every link that is due, and what is remembered of it."""

from __future__ import annotations

import json
import re
import signal
import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.core import escape, ledger, linkrun, nights, sources
from bot.core.text import counted, line
from bot.edge import disk, runner
from bot.edge.survey import Survey, Surveyed, Wanted
from bot.edge.web import Limits
from bot.model import Memory
from bot.settings import is_loopback

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from bot.config import HostRule
    from bot.core.listlinks import Placed
    from bot.edge.wire import Wire
    from bot.model import Look, Manners, Question
    from bot.settings import Settings

PER_SHARD = 2_000
"""Links that one machine looks at; where more are due, there are more machines."""
MOST_SHARDS = 20
_SAVE_EVERY_S = 2.0


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Look at what is due; gives 3 where our own network seems to be at fault."""
    match args.words:
        case ["report", *parts]:
            from bot.jobs import link_report  # noqa: PLC0415 - it alone needs GitHub

            args.parts = parts
            return link_report.run(args, settings)
        case ["plan"]:
            return _plan(args, settings)
    with _ended_in_order():
        return _Links(args, settings).run()


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """Let a run that is told to stop keep what it found: Actions sends this signal first."""

    def stop(*_: object) -> None:
        # A loop ends in order when it is interrupted from the keyboard, and only then.
        signal.raise_signal(signal.SIGINT)

    # Shells let a script's background jobs ignore the keyboard, and then no loop hears of it.
    keyboard = signal.signal(signal.SIGINT, signal.default_int_handler)
    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
        signal.signal(signal.SIGINT, keyboard)


class _Links:
    """One run over the links of the list, or over those that were given."""

    def __init__(
        self, args: argparse.Namespace, settings: Settings, state: bytes | None = None
    ) -> None:
        """With `state`, this is remembered in place of what the file of `--state` holds."""
        self._args = args
        self._settings = settings
        self._state = _target(args.state, option="--state")
        self._json = None if args.json == "-" else _target(args.json, option="--json")
        self._was = state
        if state is None and self._state and self._state.is_file():
            self._was = self._state.read_bytes()
        self._memory = _read(self._was, settings, name=args.state)
        self._folding = nights.Folding(self._memory, now=settings.now)
        self._placed: Mapping[str, Placed] = {}
        self._is_whole_list = False
        self._has_github = _knows_repositories(settings)
        self._rules: Sequence[HostRule] = ()
        self._found: dict[str, Look] = {}
        self._written: dict[str, str] = {}
        """Rows of the JSON document, as far as no other look can change them."""
        self._saved_at = time.monotonic()
        self._save_every_s = _SAVE_EVERY_S

    def due(self) -> int:
        """How many links there are to look at."""
        return len(self._due(self._urls()))

    def run(self) -> int:
        """Look, remember, tell."""
        args = self._args
        urls = self._urls()
        due = self._due(urls)
        if args.dry_run:
            for question in due:
                runner.tell(f"would look at {question.url}")
            return 0
        with runner.progress("links", len(due)) as self._progress:
            try:
                done = self._look(due)
            except KeyboardInterrupt:
                self._save_some()
                kept = f"; what was found so far is in {args.state}" if args.state else ""
                runner.log(f"stopped{kept}")
                raise
        return self._finish(urls, done)

    # What is asked

    def _urls(self) -> tuple[str, ...]:
        """The links of this run: those that were given, else the list's, each once."""
        given = [word for word in self._args.words if word != "-"]
        if "-" in self._args.words:
            given += sys.stdin.read().removeprefix("\ufeff").splitlines()
        if self._args.words:
            self._rules = _rules(self._args.root)
            return tuple(dict.fromkeys(filter(None, map(str.strip, given))))
        self._read_list()
        return tuple(self._placed)

    def _read_list(self) -> None:
        """Read the list's links, and its rules for hosts."""
        from bot.core import listlinks  # noqa: PLC0415 - slow, and links that are given do without
        from bot.edge import catalog  # noqa: PLC0415 - as above

        root = disk.root(self._args.root)
        self._rules = catalog.config(root).links.hosts
        listed, problems = catalog.read(root / disk.ENTRIES)
        for problem in problems:
            runner.log(f"left out: {problem.where}: {problem.what}")
        changed = _changed(self._args, self._settings)
        self._is_whole_list = changed is None
        self._placed = {
            one.url: one
            for one in listlinks.found(listed)
            if changed is None or any(place.path in changed for place in one.places)
        }

    def _due(self, urls: Sequence[str]) -> Sequence[Question]:
        """The links of this shard that are due."""
        named = frozenset(self._args.words)
        always = named if self._args.state else frozenset(urls)
        due = nights.due(self._memory, urls, now=self._settings.now, always=always)
        if not self._args.shard:
            return due
        number, count = self._args.shard
        return tuple(one for one in due if _shard(self._assigned(one), count) == number)

    def _assigned(self, question: Question) -> Wanted:
        placed = self._placed.get(question.url)
        assigned = sources.assign(
            question.url,
            rules=self._rules,
            today=self._settings.today,
            services=self._settings.services,
            doi=placed.doi if placed else None,
            has_github=self._has_github,
        )
        return Wanted(question=question, assigned=assigned)

    def _look(self, due: Sequence[Question]) -> Surveyed:
        survey = Survey(
            self._settings,
            limits=Limits(in_flight=self._args.in_flight),
            manners=self._manners,
            wire=partial(_wire, self._settings),
            on_look=self._heard,
            on_rest=self._save_some,
        )
        return survey.look(map(self._assigned, due))

    def _manners(self, host: str) -> Manners:
        return sources.manners(host, rules=self._rules, today=self._settings.today)

    # What is remembered

    def _heard(self, look: Look) -> None:
        """Keep a look, and save what is known now and then: a run may be killed."""
        self._found[look.url] = look
        self._folding.add(look)
        self._written.pop(look.url, None)
        if self._args.json and (state := self._folding.final(look.url)):
            # While others are awaited: at the end, all of a long list take their time.
            self._written[look.url] = linkrun.json_row(look, state, now=self._settings.now)
        self._progress(len(self._found))
        if self._state and time.monotonic() - self._saved_at > self._save_every_s:
            start = time.monotonic()
            self._save_some()
            # However long the list, saving takes little of the time.
            self._saved_at = time.monotonic()
            self._save_every_s = max(_SAVE_EVERY_S, 20 * (self._saved_at - start))

    def _save_some(self) -> None:
        """Write the state with what was found so far.

        Failures that may be our own network's wait for the end, where a void night shows itself.
        """
        looks = [one for one in self._found.values() if one.verdict != "suspect"]
        if self._state and looks:
            memory = nights.fold(self._memory, looks, now=self._settings.now)
            self._save(self._kept(memory))

    def _save(self, memory: Memory) -> None:
        if self._state:
            disk.put(self._state, ledger.dump(memory).encode())

    def _forget(self) -> None:
        """Let the state be what it was before this run."""
        if self._state and self._was is not None:
            disk.put(self._state, self._was)
        elif self._state and self._state.is_file():
            self._state.unlink()

    def _kept(self, memory: Memory) -> Memory:
        return nights.kept(memory, self._placed) if self._is_whole_list else memory

    # What is told

    def _finish(self, urls: Sequence[str], done: Surveyed) -> int:
        for url, look in done.looks.items():
            if self._found.get(url) is not look:
                self._folding.add(look)
        self._found = dict(done.looks)
        is_void = nights.is_void(done.looks.values(), self._memory)
        requests = done.requests
        if is_void:
            self._forget()
        else:
            self._memory = self._kept(self._folding.memory())
            self._save(self._memory)
            # The archive takes its time: whoever stops us meanwhile loses its word only.
            requests += self._ask_archive()
        came = linkrun.Run(
            urls=urls,
            looks=done.looks,
            memory=self._memory,
            requests=requests,
            unasked=len(done.unasked),
            is_void=is_void,
            now=self._settings.now,
            written={} if is_void else self._written,
        )
        self._tell(came)
        return 3 if is_void else 0

    def _ask_archive(self) -> int:
        """Remember the archived copies of what is gone; gives how often the archive was asked."""
        lost = linkrun.without_copy(self._memory, self._found, now=self._settings.now)
        if not lost:
            return 0
        from bot.edge import services  # noqa: PLC0415 - rarely wanted

        said = services.archived(lost, self._settings)
        today, links = self._settings.today, self._memory.links
        found = {
            url: replace(links[url], archived=copy, archive_asked=today)
            for url, copy in said.copies.items()
        }
        self._memory = replace(self._memory, links={**links, **found})
        self._save(self._memory)
        return said.requests

    def _tell(self, came: linkrun.Run) -> None:
        rows = tuple(came.rows())
        is_document = self._args.json == "-"
        if is_document:
            runner.tell_document(came.document())
        else:
            for row in rows:
                runner.tell(row)
        if self._json:
            disk.put(self._json, came.document().encode())
        if self._settings.in_actions and not is_document:
            runner.annotate(came.problems(self._placed), self._settings, level="warning")
        told = runner.bullets(escape.code(line(row)) for row in rows)
        total = came.total()
        runner.summarize(f"## Links\n\n{told}\n\n{escape.sentence(total)}\n", self._settings)
        runner.log(total)


# One run's surroundings


_HAS_RULES = re.compile(r"^links:", re.MULTILINE)


def _rules(given: str | None) -> Sequence[HostRule]:
    """The rules for hosts of the list that this folder belongs to; links do without one."""
    try:
        root = disk.root(given)
    except disk.Unusable:
        if given:
            raise
        return ()
    try:
        # Reading a whole configuration takes as long as a few hundred links.
        if not _HAS_RULES.search(disk.text(root / disk.LIST, name=disk.LIST)):
            return ()
        from bot.edge import catalog  # noqa: PLC0415 - as above

        return catalog.config(root).links.hosts
    except disk.Problems as broken:
        first = broken.problems[0]
        runner.log(f"without the list's rules for hosts: {first.where}: {first.what}")
        return ()


def _target(given: str | None, *, option: str) -> Path | None:
    return None if given is None else disk.target(given, option=option)


def _read(state: bytes | None, settings: Settings, *, name: str) -> Memory:
    """What is remembered; a state that cannot be used is made anew, without an alarm."""
    found = ledger.load((state or b"").decode("utf-8", "replace"), now=settings.now)
    if isinstance(found, Memory):
        return found
    runner.log(f"{name} starts anew: {found}")
    return Memory()


def _knows_repositories(settings: Settings) -> bool:
    """Whether GitHub's API can be asked: a server of its own knows no repositories of github.com."""
    host = urlsplit(settings.api_url).hostname or ""
    return bool(settings.token or settings.app_id) and (
        host == "api.github.com" or is_loopback(host)
    )


@contextmanager
def _wire(settings: Settings) -> Iterator[Wire | None]:
    """GitHub, where it can be asked; else its links are asked like all others."""
    from bot.edge import wire  # noqa: PLC0415 - slow to import, and not always wanted

    try:
        line, _ = wire.connect(settings)
    except wire.HubError as failure:
        runner.log(f"GitHub cannot be asked about its repositories: {failure}")
        yield None
        return
    try:
        yield line
    finally:
        line.close()


def _changed(args: argparse.Namespace, settings: Settings) -> frozenset[str] | None:
    """The files that the event's pull request changes; None where all of the list is meant."""
    if settings.event_name != "pull_request":
        return None
    number = (runner.event(settings).get("pull_request") or {}).get("number")
    if not isinstance(number, int):
        return None
    from bot.jobs import opening  # noqa: PLC0415 - as above

    with opening.hub(args, settings) as hub:
        return frozenset(hub.pull_files(number))


_SERVICES = {
    "arxiv": "https://arxiv.org/",
    "doi": "https://doi.org/",
    "github": "https://github.com/",
    "openreview": "https://openreview.net/",
    "youtube": "https://www.youtube.com/",
}


def _shard(one: Wanted, count: int) -> int:
    """The shard of a link: whoever is asked about it is asked from one machine only."""
    return nights.shard(_SERVICES.get(one.assigned.source, one.url), count)


def _plan(args: argparse.Namespace, settings: Settings) -> int:
    """Fetch what is remembered, and tell the workflow how many machines it takes."""
    from bot.jobs import opening  # noqa: PLC0415 - as above

    state = b""
    if args.state:
        with opening.hub(args, settings) as hub:
            state = (hub.state().text or "").encode()
        target = disk.target(args.state, option="--state")
        if not args.dry_run:
            disk.put(target, state)
    args.words = []
    due = _Links(args, settings, state).due()
    count = min(MOST_SHARDS, max(1, -(-due // PER_SHARD)))
    runner.tell(f"{counted(due, 'link', 'links')} to look at, {counted(count, 'shard', 'shards')}")
    if not args.dry_run:
        shards = json.dumps(list(range(1, count + 1)))
        runner.output({"count": str(count), "shards": shards}, settings)
    return 0
