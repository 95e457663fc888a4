"""The board where link health is shown: the state's branch, the one issue, the one pull request.

`links report`, `command` and `reconcile` bring it up to date for other reasons, so it stands here
once. The state is kept before anything is shown: whatever breaks off, the next run goes on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

from bot.core import branch as branches
from bot.core import entry, intake, ledger, linkfix, linkreport, listlinks, nights, talk
from bot.core.linkreport import Sight
from bot.edge import catalog, mirror, runner
from bot.edge.hub import MovedError
from bot.edge.wire import HubError, MissingError
from bot.model import Memory
from bot.plan import Post, Propose, Retire

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bot.core.linkfix import Fix
    from bot.core.linkreport import Report
    from bot.core.listlinks import Placed
    from bot.edge.hub import Hub, State
    from bot.jobs.desk import Desk
    from bot.plan import Commit, Issue, Pull
    from bot.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What a run made of the board."""

    sight: Sight
    report: Report


@dataclass(frozen=True, kw_only=True)
class _Standing:
    """What came of a proposal."""

    pull: Pull | None = None
    """The open pull request; there is none where it may not be opened."""
    fixes: Sequence[Fix] = ()
    """Those that the branch really has."""


class Board:
    """What people see of link health, on one desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._settings = desk.settings

    @property
    def _hub(self) -> Hub:
        return self._desk.hub

    @cached_property
    def placed(self) -> tuple[Placed, ...]:
        """The links of the list on the default branch."""
        return listlinks.found(self._desk.mirror.listed)

    def read(self) -> tuple[Memory, State]:
        """What is remembered, and the state of the branch that holds it."""
        state = self._hub.state()
        return remembered(state.text, self._settings, name="the branch bot-state"), state

    def keep(self, memory: Memory, state: State) -> State:
        """Remember it; raises MovedError where somebody else did since `state` was read."""
        return self._hub.keep_state(ledger.dump(memory), parent=state)

    def show(
        self,
        memory: Memory,
        state: State,
        *,
        shown: Memory | None = None,
        heard: Callable[[Memory], Memory] = lambda memory: memory,
    ) -> Shown:
        """Keep the memory, then bring issue and pull request up to date with it.

        `shown` is what the issue shows so far, where that is another memory. `heard` is what
        somebody asked for besides the boxes. Raises MovedError where somebody else kept the
        state since it was read, or wrote into the issue.
        """
        now = self._settings.now
        issue = self._issue(memory)
        memory = nights.kept(memory, [link.url for link in self.placed])
        memory = replace(memory, issue=issue.number if issue else None)
        if issue:
            memory = linkreport.ticked(memory, issue.body, shown=shown or memory, now=now)
        memory = heard(memory)
        pulls = self._hub.pulls(intake.LINKS_BRANCH)
        allows = self._settings.allows_private
        us = self._hub.us
        memory = linkfix.settled(memory, pulls, us=us, now=now, allows_private=allows)
        state = self.keep(memory, state)
        fixes = self._fixes(memory)
        failure: HubError | None = None
        try:
            standing = self._proposed(fixes, pulls)
        except HubError as error:
            # A rule about branches must not keep people from what is told in the issue.
            failure, standing = error, _Standing()
        sight = self._sight(memory, standing)
        report = linkreport.drawn(sight)
        posted = self._posted(report, issue)
        if posted and posted.number != memory.issue:
            memory = replace(memory, issue=posted.number)
            self.keep(memory, state)
        if failure:
            raise failure
        return Shown(sight=sight, report=report)

    def mend(self, pull: Pull) -> str:
        """The pull request made anew on the default branch as it is now; what was done, for people."""
        memory, _ = self.read()
        if not memory.links:
            # What nobody remembers is for the next night to say.
            return ""
        present = self._proposed(self._fixes(memory), (pull,)).pull
        if present is None:
            return f"#{pull.number}: closed, there is nothing to mend"
        return "" if present.head == pull.head else f"#{pull.number}: links"

    def _fixes(self, memory: Memory) -> tuple[Fix, ...]:
        there = self._desk.mirror
        return linkfix.fixes(
            memory,
            self.placed,
            there.listed,
            there.config,
            now=self._settings.now,
            allows_private=self._settings.allows_private,
        )

    def _sight(self, memory: Memory, standing: _Standing) -> Sight:
        return Sight(
            memory=memory,
            placed=self.placed,
            listed=self._desk.mirror.listed,
            now=self._settings.now,
            fixes=standing.fixes,
            pull=standing.pull.number if standing.pull else None,
            server=self._settings.server_url,
            repository=self._hub.repository,
        )

    # The issue

    def _issue(self, memory: Memory) -> Issue | None:
        """The report, by its number; else the one of ours that looks so."""
        if memory.issue:
            try:
                issue = self._hub.issue(memory.issue)
            except MissingError:
                runner.log(f"the report #{memory.issue} is not here any more")
            else:
                # A copy of the repository has the state, and other issues.
                if linkreport.is_ours(issue, self._hub.us) and not issue.is_locked:
                    return issue
        return self._hub.kept_issue(linkreport.LABEL, linkreport.MARKER)

    def _posted(self, report: Report, issue: Issue | None) -> Issue | None:
        if issue is None and not report.is_open:
            return None
        self._hub.make_labels((linkreport.LABEL,))
        if issue and (issue.title, _said(issue.body)) != (linkreport.TITLE, _said(report.body)):
            self._look_again(issue)
        return self._hub.post(
            Post(
                label=linkreport.LABEL,
                marker=linkreport.MARKER,
                title=linkreport.TITLE,
                body=report.body,
                is_open=report.is_open,
                present=issue,
            )
        )

    def _look_again(self, issue: Issue) -> None:
        """Raise MovedError where somebody wrote into it meanwhile: a box that is ticked counts."""
        try:
            present = self._hub.issue(issue.number)
        except MissingError as gone:
            raise MovedError(f"#{issue.number} went away while the report was made") from gone
        if present.body != issue.body:
            raise MovedError(f"#{issue.number} was edited while the report was made")

    # The pull request

    def _proposed(self, fixes: Sequence[Fix], pulls: Sequence[Pull]) -> _Standing:
        """The one pull request with these fixes, if there is something to propose."""
        pull = _open(pulls)
        comparison = self._desk.compare(pull.head) if pull else None
        commits = comparison.commits if comparison else ()
        if comparison and not all(map(self._hub.is_own, commits)):
            runner.log(f"#{pull.number if pull else 0} is left alone: somebody committed to it")
            return _Standing(pull=pull, fixes=self._held(fixes, comparison.files))
        if not fixes:
            self._retire(pull, pulls)
            return _Standing()
        proposal = self._proposal(fixes, pull, commits)
        if pull and comparison and self._is_current(proposal, comparison.files, pull):
            return _Standing(pull=pull, fixes=fixes)
        self._hub.make_labels((linkreport.LABEL,))
        proposed = self._hub.propose(proposal, self._desk.mirror.base)
        if proposed.why_not:
            runner.log(f"the branch {intake.LINKS_BRANCH} has no pull request: {proposed.why_not}")
        return _Standing(pull=proposed.pull, fixes=fixes)

    def _proposal(
        self, fixes: Sequence[Fix], pull: Pull | None, commits: Sequence[Commit]
    ) -> Propose:
        there = self._desk.mirror
        changed = linkfix.applied(fixes, there.listed)
        files: dict[str, str | None] = {path: entry.dump(one) for path, one in changed.items()}
        files |= there.with_pages(branches.changed(there.listed, changed))
        return Propose(
            branch=intake.LINKS_BRANCH,
            files=self._differing(files),
            message=linkfix.title(fixes),
            title=linkfix.title(fixes),
            body=linkfix.body(fixes),
            labels=(linkreport.LABEL,),
            tip=commits[-1] if commits else None,
            pull=pull,
            status_text=talk.SOUND,
        )

    def _held(self, fixes: Sequence[Fix], files: Mapping[str, str | None]) -> tuple[Fix, ...]:
        """Those of the fixes that stand in the files that a branch changes."""
        wanted = {fix.place.path for fix in fixes}
        texts = [
            (path, partial(self._hub.text, blob))
            for path, blob in files.items()
            if blob and path in wanted
        ]
        present, _ = catalog.loaded(texts)
        links = {
            (place.path, place.field, link.url)
            for link in listlinks.found(present)
            for place in link.places
        }
        return tuple(fix for fix in fixes if (fix.place.path, fix.place.field, fix.new) in links)

    def _retire(self, pull: Pull | None, pulls: Sequence[Pull]) -> None:
        is_left = not pull and pulls and self._hub.branches(intake.LINKS_BRANCH)
        if pull or is_left:
            gone = Retire(branch=intake.LINKS_BRANCH, pull=pull, body=linkfix.emptied())
            self._hub.apply((gone,))

    def _differing(self, files: Mapping[str, str | None]) -> dict[str, str | None]:
        """The files that are not so on the default branch already."""
        present = self._desk.mirror.base.files
        return {path: text for path, text in files.items() if present.get(path) != _blob(text)}

    def _is_current(self, wanted: Propose, files: Mapping[str, str | None], pull: Pull) -> bool:
        """Whether the pull request is one commit on the default branch with just this in it."""
        is_on_top = wanted.tip and wanted.tip.parents == (self._desk.mirror.base.commit,)
        is_same = files == {path: _blob(text) for path, text in wanted.files.items()}
        said = _said(pull.body) == _said(wanted.body)
        is_labelled = linkreport.LABEL in pull.labels
        return bool(is_on_top and is_same and said and pull.title == wanted.title and is_labelled)


def _open(pulls: Sequence[Pull]) -> Pull | None:
    """The open one of a branch's pull requests, which comes first."""
    return pulls[0] if pulls and pulls[0].is_open else None


def _said(body: str) -> str:
    """A text as it was written, whatever line ends GitHub keeps."""
    return body.replace("\r\n", "\n").strip()


def _blob(text: str | None) -> str | None:
    return None if text is None else mirror.blob(text.encode())


def remembered(text: str | None, settings: Settings, *, name: str) -> Memory:
    """What a state's text holds; what cannot be used starts anew, and the log tells why."""
    if text is None:
        return Memory()
    memory = ledger.load(text, now=settings.now)
    if isinstance(memory, Memory):
        return memory
    runner.log(f"{name} starts anew: {memory}")
    return Memory()
