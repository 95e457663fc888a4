"""The loopback web as a process, and link checkers let loose on it, each on a core of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

from benchmarks import children
from benchmarks.children import REPOSITORY, ChildError
from benchmarks.links import lists

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from benchmarks.children import Cost
    from benchmarks.links.lists import Link

_LYCHEE = Path(sysconfig.get_path("scripts")) / "lychee"
LINKS = ("bot", "links")
"""How the job starts."""

_FOUND_SOMETHING = 2
"""How lychee ends when not every link is fine."""
_PINS = hasattr(os, "sched_setaffinity")


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """What the web saw of one run."""

    most_open: int
    """Requests that waited for their answer at the same time."""
    hosts: Mapping[str, Mapping[str, Any]]
    """By address, as `web.Host.summary` tells."""

    @property
    def requests(self) -> int:
        """At all hosts together."""
        return self.total("requests")

    @property
    def connections(self) -> int:
        """To all hosts together."""
        return self.total("connections")

    def total(self, counted: str) -> int:
        """One of the counts, of all hosts together."""
        return sum(int(host[counted]) for host in self.hosts.values())

    def most(self, counted: str) -> float:
        """One of the figures, of the host with the most."""
        return max((float(host[counted]) for host in self.hosts.values()), default=0)

    def asked_for_s(self, *, but: str) -> float:
        """From the first request to the last, without those of one host."""
        others = [host for name, host in self.hosts.items() if name != but]
        first, last = min(host["first"] for host in others), max(host["last"] for host in others)
        return float(last - first)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of a checker."""

    cost: Cost
    traffic: Traffic
    reported: frozenset[str]
    """The links that people hear of."""
    verdicts: Mapping[str, str]
    """By link; lychee gives none."""


class LoopbackWeb:
    """The web in a process of its own, running while the `with` block does."""

    def __init__(
        self, folder: Path, *, environment: Mapping[str, str], is_secure: bool = False
    ) -> None:
        """Over TLS if it is secure; `folder` is for the files of whoever checks it."""
        self.folder = folder
        self.environment = environment
        """What the checkers see, beside what they need."""
        self.authority = folder / "authority.pem" if is_secure else None
        self.scheme = "https" if is_secure else "http"
        self._arguments = [str(lists.HOSTS)]
        if self.authority:
            self._arguments += ["--tls", str(self.authority)]
        if _PINS:
            self._arguments += ["--core", str(_core_of_web())]
        self.port = 0

    def __enter__(self) -> Self:
        self._child = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.links.web", *self._arguments],
            cwd=REPOSITORY,
            env=children.surroundings({"PYTHONPATH": str(REPOSITORY)}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.port = int(self._said())
        return self

    def __exit__(self, *_: object) -> None:
        self._child.communicate()

    def taken(self) -> Traffic:
        """What was asked since the last time."""
        stdin = self._child.stdin
        if stdin:
            stdin.write("\n")
            stdin.flush()
        found = json.loads(self._said())
        return Traffic(most_open=found["most_open"], hosts=found["hosts"])

    def _said(self) -> str:
        line = self._child.stdout.readline() if self._child.stdout else ""
        if not line:
            raise ChildError("the loopback web ended")
        return line


def _core_of_web() -> int:
    return min(_CORES)


_CORES: Collection[int] = os.sched_getaffinity(0) if _PINS else ()


@contextmanager
def pinned() -> Iterator[None]:
    """We and whom we start on another core than the web, where there are two and the system lets us."""
    if not _PINS:
        yield
        return
    os.sched_setaffinity(0, {max(_CORES)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, _CORES)


def lychee(links: Sequence[Link], web: LoopbackWeb) -> Run:
    """Let lychee check links, with its defaults."""
    listed, out = web.folder / "lychee.txt", web.folder / "lychee.json"
    listed.write_text(lists.text(links), "ascii")
    trusted = {"SSL_CERT_FILE": str(web.authority)} if web.authority else {}
    web.taken()
    cost = children.watch(
        [_LYCHEE, "--no-progress", "--format", "json", "--output", out, listed],
        environment={**web.environment, **trusted},
        folder=web.folder,
        fine=(0, _FOUND_SOMETHING),
    )
    said = json.loads(out.read_bytes())
    _all_told("lychee", said["unique"], links)
    maps = (said["error_map"], said["timeout_map"])
    bad = {found["url"] for each in maps for found in each.get(str(listed), ())}
    return Run(cost=cost, traffic=web.taken(), reported=frozenset(bad), verdicts={})


def bot(
    links: Sequence[Link],
    web: LoopbackWeb,
    *arguments: str | Path,
    environment: Mapping[str, str] = MappingProxyType({}),
) -> Run:
    """Let `bot links` check links; `environment` comes on top of the web's."""
    return _bot([*LINKS, *arguments], links, web, environment=environment)


def probe(links: Sequence[Link], web: LoopbackWeb, *arguments: str | Path) -> Run:
    """Let the bot's probe check links, with what the command line has no words for, see `client`."""
    trusted = ("--authority", web.authority) if web.authority else ()
    return _bot(["benchmarks.links.client", *trusted, *arguments], links, web)


def _bot(
    start: Sequence[str | Path],
    links: Sequence[Link],
    web: LoopbackWeb,
    *,
    environment: Mapping[str, str] = MappingProxyType({}),
) -> Run:
    web.taken()
    cost, said = told(
        start, links, folder=web.folder, environment={**web.environment, **environment}
    )
    return Run(
        cost=cost,
        traffic=web.taken(),
        reported=frozenset(link["url"] for link in said if link["report"]),
        verdicts={link["url"]: link["verdict"] for link in said},
    )


def told(
    start: Sequence[str | Path],
    links: Sequence[Link],
    *,
    folder: Path,
    environment: Mapping[str, str],
) -> tuple[Cost, Sequence[Mapping[str, Any]]]:
    """What the bot takes and says of links, in a module that is started so."""
    listed, out = folder / "bot.txt", folder / "bot.json"
    listed.write_text(lists.text(links), "ascii")
    cost = children.watch(
        [sys.executable, "-m", *start, "--json", out, "-"],
        environment={
            "BOT_LINKS_ALLOW_PRIVATE": "1",
            "PYTHONPATH": str(REPOSITORY),
            **environment,
        },
        folder=folder,
        given=listed,
    )
    said = json.loads(out.read_bytes())["links"]
    _all_told("the bot", len(said), links)
    return cost, said


def _all_told(who: str, count: int, links: Sequence[Link]) -> None:
    if count != len(links):
        raise ChildError(f"{who} told of {count:,} of {len(links):,} links")
