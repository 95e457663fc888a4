"""Nights over a list of 200 links on loopback, and what an emulated GitHub shows of them."""

from __future__ import annotations

from collections import defaultdict
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from bot.core import entry, linkreport, listfile, render
from bot.standins.server import Reply, StandIn
from tests.making import LIST, listed, rendered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.entry import Listed
    from bot.standins.server import Request
    from tests.e2e.stage import Ran, Stage

HOSTS, LINKS = 20, 10
_FINE = Reply(headers={"Content-Type": "text/html"}, body=b"<title>A page</title>")
FIELDS = ("code", "slides", "video", "page")


class Web:
    """Hosts of links that are there or not, each on a loopback address of its own."""

    def __init__(self) -> None:
        self.broken: dict[str, int] = {}
        """Path to the status of what does not work."""
        self.down: set[int] = set()
        """Hosts of which every page fails with 503."""
        self.passing: dict[str, int] = defaultdict(int)
        """Path to how many more requests fail with 500."""
        self._ports: dict[int, int] = {}

    def open(self) -> ExitStack:
        """Let all hosts run; where nobody does, nothing can be reached."""
        stack = ExitStack()
        for host in range(HOSTS):
            running = stack.enter_context(_Host(self, host, port=self._ports.get(host, 0)))
            self._ports[host] = int(running.url.rpartition(":")[2])
        return stack

    def url(self, host: int, number: int) -> str:
        return f"http://127.0.9.{host + 1}:{self._ports[host]}/{host}/{number}"

    def answer(self, request: Request) -> Reply:
        host = int(request.path.split("/")[1])
        if self.passing[request.path]:
            self.passing[request.path] -= 1
            return Reply(status=500)
        if host in self.down:
            return Reply(status=503)
        status = self.broken.get(request.path)
        return Reply(status=status) if status else _FINE


class _Host(StandIn):
    def __init__(self, web: Web, host: int, *, port: int) -> None:
        super().__init__(web.answer, host=f"127.0.9.{host + 1}", port=port)


def papers(web: Web) -> list[Listed]:
    """Entries with all the links, four each."""
    urls = [web.url(host, number) for host in range(HOSTS) for number in range(LINKS)]
    return [
        listed(
            f"entries/2024/holt2024paper{at}.yaml",
            title=f"Paper {at}",
            ids={"arxiv": f"2405.{10000 + at}"},
            links=dict(zip(FIELDS, urls[4 * at : 4 * at + 4], strict=True)),
        )
        for at in range(len(urls) // 4)
    ]


class Nights:
    """The nightly run on a stage."""

    def __init__(self, stage: Stage, web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
        self.stage = stage
        self.web = web
        self._patch = monkeypatch
        self._state = stage.root.parent / "night.jsonl"
        monkeypatch.setenv("BOT_LINKS_ALLOW_PRIVATE", "1")
        # The papers are not what this is about: with arXiv silent, they are blocked.
        monkeypatch.setenv("BOT_ARXIV_URL", "http://127.0.0.1:9")
        monkeypatch.setenv("BOT_WAYBACK_URL", "http://127.0.0.1:9")
        files: dict[str, str | None] = {}
        with web.open():
            made = papers(web)
        files |= {one.path: entry.dump(one.entry) for one in made}
        config = listfile.load(LIST)
        assert not isinstance(config, tuple)
        files["entries/2023/obi2023voting.yaml"] = None
        files |= render.pages(made, config)
        stage.repository.person("mira").commit("main", files, "Fill it")

    def night(self, day: int, *, has_network: bool = True) -> tuple[int, Ran]:
        """Plan, look, report, as the workflow does; gives the look's code and the report's run."""
        self._patch.setenv("BOT_NOW", f"2026-12-{day:02}T04:37:00Z")
        assert self.stage.run("links", "--state", str(self._state), "plan").code == 0
        with self.web.open() if has_network else ExitStack():
            code = self.stage.run("links", "--state", str(self._state)).code
        return code, self.stage.run("links", "report", str(self._state))

    def told(self) -> set[str]:
        """The paths that the open report names as failing."""
        [issue] = self.issues()
        if issue["state"] == "closed":
            return set()
        failing = issue["body"].partition("<details>")[0]
        return {
            f"/{host}/{number}"
            for host in range(HOSTS)
            for number in range(LINKS)
            if f"{self.web.url(host, number)}`" in failing
        }

    def issues(self) -> list[Mapping[str, Any]]:
        rows = self.stage.repository.issues()
        return [row for row in rows if row["body"].startswith(linkreport.MARKER)]


@pytest.mark.untraced
def test_one_issue_opens_changes_and_closes_at_the_right_nights(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    web = Web()
    nights = Nights(stage, web, monkeypatch)

    # The first night: two pages are gone, two have passing trouble, and nobody hears of it.
    web.broken |= {"/3/3": 404, "/4/4": 404}
    web.passing |= {"/1/1": 9, "/2/2": 9}
    assert nights.night(1)[0] == 0
    assert nights.issues() == []

    # The second: what was gone twice is told; a whole host is down.
    web.passing.clear()
    web.down = {7}
    assert nights.night(2)[0] == 0
    assert nights.told() == {"/3/3", "/4/4"}

    # A night without a network tells nothing, remembers nothing, and changes nothing.
    code, ran = nights.night(3, has_network=False)
    assert (code, ran.code, ran.writes) == (3, 0, 0)

    # A night is skipped. Then one page is back, and another gone for good; a second host is down.
    web.broken |= {"/4/4": 410}
    del web.broken["/3/3"]
    web.down = {7, 8}
    nights.night(5)
    assert nights.told() == {"/3/3", "/4/4"}

    # The page was good a second time; the first host is up again.
    web.down = {8}
    nights.night(6)
    assert nights.told() == {"/4/4"}
    page = rendered(nights.issues()[0]["body"])
    assert "127.0.9.5" in page.text
    assert "input" in page.elements

    # All is well: two good nights later the one issue closes itself.
    web.down, web.broken = set(), {}
    nights.night(7)
    assert nights.told() == {"/4/4"}
    nights.night(8)
    [issue] = nights.issues()
    assert (issue["state"], issue["state_reason"]) == ("closed", "completed")

    # A quiet night costs no write to it.
    before = nights.issues()
    nights.night(9)
    assert nights.issues() == before
