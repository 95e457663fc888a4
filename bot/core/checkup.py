"""What a repository's settings mean for the bot: from GitHub's answers to findings with cures.

What a token may not read is never found wrong: the finding tells where a person can look instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeAlias, assert_never

from bot.config import Config
from bot.core import template, workflow
from bot.core.chart import Actions, App, Broken, Hidden, Rule, Run
from bot.core.labels import LABELS
from bot.core.text import counted, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime

    from bot.core.chart import Chart, Flow, House, Switch

Answer: TypeAlias = Literal["in order", "could not be checked", "wrong"]

STATUS = "list bot"
"""The only check that is sure to come for the bot's own pull requests: it posts that one itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One answer about one thing."""

    subject: str
    answer: Answer
    what: str
    """What was found, in one sentence; text from outside stands in “curly quotes”, cleaned."""
    fix: str = ""
    """The cure, or where to look, in words of ours; '' for what is in order."""
    page: str = ""
    """The page on GitHub for it; '' where there is none."""


# What the bot needs.


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """What a workflow is there for."""

    job: str
    """The job of the bot that it runs."""
    without: str
    """What does not happen without it."""
    needs: tuple[str, ...]
    """What its token has to be allowed to write."""


_WRITES = ("contents", "issues", "pull-requests", "statuses")
_FLOWS = ".github/workflows"

DUTIES: Mapping[str, Duty] = MappingProxyType(
    {
        f"{_FLOWS}/submit.yml": Duty(
            job="submit", without="submissions get no answer", needs=_WRITES
        ),
        f"{_FLOWS}/command.yml": Duty(
            job="command", without="commands in comments are not carried out", needs=_WRITES
        ),
        f"{_FLOWS}/reconcile.yml": Duty(
            job="reconcile", without="open pull requests fall behind the list", needs=_WRITES
        ),
        f"{_FLOWS}/links.yml": Duty(
            job="links report", without="dead links are not found", needs=_WRITES
        ),
        f"{_FLOWS}/ci.yml": Duty(
            job="check", without="people's pull requests are not checked", needs=()
        ),
    }
)
"""The workflows that the bot lives in."""

_SITE = f"{_FLOWS}/pages.yml"
_LISTENED = "main"
"""The branch whose pushes start workflows."""


def missing_labels(chart: Chart) -> tuple[str, ...]:
    """Our labels that the repository is known to lack."""
    if isinstance(chart.labels, Hidden):
        return ()
    return tuple(name for name in LABELS if name not in chart.labels)


def shut_out(status: int, message: str, repository: str) -> Finding:
    """What it means that GitHub refused the very first question."""
    if status == 401:  # noqa: PLR2004 - unauthorised
        what = f"GitHub does not take GITHUB_TOKEN: {quoted(message)}"
        fix = "Set it to a new one, such as `gh auth token` prints"
        return _wrong("Token", what, fix)
    what = f"GitHub does not show {quoted(repository)} to this token: {quoted(message)}"
    fix = "Set GITHUB_REPOSITORY to owner/name, and take a token that may read it"
    return _wrong("Repository", what, fix)


def findings(chart: Chart, *, now: datetime, reserve: int) -> tuple[Finding, ...]:
    """What each check found, one or more for each, in the order of the documents.

    `reserve` is the number of calls below which the jobs stop.
    """
    found = (finding for check in _CHECKS for finding in check(chart))
    return (*found, *_schedules(chart, now), _calls(chart, reserve))


# The checks, each in one function.


def _voice(chart: Chart) -> Iterator[Finding]:
    login, role = quoted(chart.voice.login), chart.house.role
    match chart.voice.kind:
        case "workflow":
            what = f"it is a workflow's, and speaks as {login}"
        case "app":
            what = f"GITHUB_TOKEN is not set, so the App speaks, as {login}"
        case "person":
            may = f", whose role here is {quoted(role)}" if role else ""
            what = f"it is a person's, and speaks as {login}{may}"
        case never:
            assert_never(never)
    yield _fine("Token", what)


def _house(chart: Chart) -> Iterator[Finding]:
    house, subject = chart.house, "Repository"
    if house.is_archived:
        fix, page = "Unarchive it, at the end of its settings", f"{chart.web}/settings"
        yield _wrong(subject, "it is archived, so nothing in it can be changed", fix, page)
    elif house.full_name.lower() != chart.asked.lower():
        what = f"{quoted(chart.asked)} is called {quoted(house.full_name)} now"
        yield _wrong(subject, what, "Set GITHUB_REPOSITORY to its present name")
    else:
        yield _fine(subject, f"{quoted(house.full_name)} can be read, and is not archived")


def _branch(chart: Chart) -> Iterator[Finding]:
    subject, branch = "Default branch", chart.house.default_branch
    if branch == _LISTENED:
        yield _fine(subject, f"it is “{branch}”")
        return
    what = f"it is {quoted(branch)}, and the workflows listen to pushes on “{_LISTENED}”"
    yield _wrong(subject, what, f"Rename it to “{_LISTENED}”", f"{chart.web}/branches")


def _issues(chart: Chart) -> Iterator[Finding]:
    if chart.house.has_issues:
        yield _fine("Issues", "they are switched on")
        return
    what = "they are switched off, as in every new fork, so nobody can submit a paper"
    yield _wrong("Issues", what, "Tick “Issues” under “Features”", f"{chart.web}/settings")


def _list(chart: Chart) -> Iterator[Finding]:
    subject, config = "list.yaml", chart.config
    match config:
        case Hidden():
            yield _hidden(subject, config, "Look whether it is there", chart.web)
        case None:
            what = "it is not on the default branch"
            yield _wrong(subject, what, "Write one: docs/how-to/start-your-own-list.md shows how")
        case tuple():
            for problem in config:
                what = f"{problem.field}: {problem.what}" if problem.field else problem.what
                yield _wrong(subject, what, problem.fix.removesuffix("."))
        case Config() if _is_elsewhere(config, chart.house):
            what = f"it names the repository “{config.repository}”, where the README's links lead"
            fix = "Change its line `repository`, or take it out; then run `bot check --fix`"
            yield _wrong(subject, what, fix)
        case Config():
            yield _fine(subject, "it is on the default branch, and can be read")
        case never:
            assert_never(never)


def _is_elsewhere(config: Config, house: House) -> bool:
    return (config.repository or house.full_name).lower() != house.full_name.lower()


def _forms(chart: Chart) -> Iterator[Finding]:
    subject, fix = "Forms", "Run `bot check --fix`, and push what it changes"
    if isinstance(chart.files, Hidden):
        page = f"{chart.web}/issues/new/choose"
        yield _hidden(subject, chart.files, "Look what is offered there", page)
        return
    if not isinstance(chart.config, Config):
        what = "they are made from list.yaml, which cannot be read"
        yield _unknown(subject, what, "See to list.yaml first")
        return
    missing = [name for name in template.ALL if name not in chart.files]
    stale = sorted(chart.stale)
    if missing:
        yield _wrong(subject, f"not on the default branch: {_named(missing)}", fix)
    if stale:
        yield _wrong(subject, f"not as list.yaml makes them: {_named(stale)}", fix)
    if not missing and not stale:
        yield _fine(subject, "they are on the default branch, as list.yaml makes them")


def _labels(chart: Chart) -> Iterator[Finding]:
    subject, page = "Labels", f"{chart.web}/labels"
    if isinstance(chart.labels, Hidden):
        yield _hidden(subject, chart.labels, f"Look for these: {', '.join(LABELS)}", page)
    elif missing := missing_labels(chart):
        what = f"missing, or called otherwise now: {_named(missing)}"
        fix = "Run `bot doctor --fix`, which makes them, or rename one back by hand"
        yield _wrong(subject, what, fix, page)
    else:
        yield _fine(subject, f"all {len(LABELS)} are there")


def _actions(chart: Chart) -> Iterator[Finding]:
    subject, page = "Actions", f"{chart.web}/settings/actions"
    match chart.actions:
        case _ if chart.voice.kind == "workflow":
            yield _fine(subject, "they run: this is a workflow's token")
        case Hidden() as hidden:
            fix = "Look that actions are allowed, at least those created by GitHub"
            yield _hidden(subject, hidden, fix, page)
        case Actions(is_enabled=False):
            what = "they are switched off, so the bot never starts"
            yield _wrong(subject, what, "Choose “Allow all actions and reusable workflows”", page)
        case Actions(allowed="local_only"):
            what = "only the owner's own actions may run, and the workflows use some of GitHub's"
            yield _wrong(subject, what, "Tick “Allow actions created by GitHub”", page)
        case Actions(allowed="selected"):
            what = "only selected actions may run, and this does not show which"
            fix = "Look that “Allow actions created by GitHub” is ticked"
            yield _unknown(subject, what, fix, page)
        case Actions():
            yield _fine(subject, "they are switched on")


def _workflows(chart: Chart) -> Iterator[Finding]:
    if isinstance(chart.files, Hidden):
        fix = f"Look for these: {', '.join(map(_short, DUTIES))}"
        yield _hidden("Workflows", chart.files, fix, f"{chart.web}/actions")
        return
    for path, duty in DUTIES.items():
        subject, flow = f"Workflow {_short(path)}", chart.flows.get(path)
        if flow is None:
            what = f"it is not on the default branch, so {duty.without}"
            yield _wrong(subject, what, f"Bring {path} back")
            continue
        told = [*_state(chart, path, flow, duty), *_rights(path, flow, duty)]
        yield from told or [_fine(subject, "it is on the default branch, and switched on")]


def _state(chart: Chart, path: str, flow: Flow, duty: Duty) -> Iterator[Finding]:
    subject, page = f"Workflow {_short(path)}", f"{chart.web}/actions/workflows/{_short(path)}"
    fix = "Press “Enable workflow”"
    match flow.state:
        case "active":
            return
        case Hidden() as hidden:
            yield _hidden(subject, hidden, "Look that it is not disabled", page)
            return
        case "":
            why = "Actions do not know it yet, as in a new fork"
            fix, page = "Press the button that enables workflows", f"{chart.web}/actions"
        case "disabled_inactivity":
            why = "GitHub switched it off, after 60 days in which nothing happened"
        case state:
            why = f"it is switched off ({quoted(state)})"
    yield _wrong(subject, f"{why}, so {duty.without}", fix, page)


def _rights(path: str, flow: Flow, duty: Duty) -> Iterator[Finding]:
    """What its token may not write, by the workflow's own text."""
    if not duty.needs:
        return
    subject = f"Workflow {_short(path)}"
    given = workflow.rights(flow.text, job=duty.job)
    if given is None:
        what = f"no job was found in it that runs “bot {duty.job}”"
        fix = f"Look that {path} runs it, with the right to write {', '.join(duty.needs)}"
        yield _unknown(subject, what, fix)
        return
    lacking = [name for name in duty.needs if given.get(name, given.get("*")) != "write"]
    if lacking:
        rows = ", ".join(f"`{name}: write`" for name in lacking)
        what = f"its token may not write {', '.join(lacking)}"
        yield _wrong(subject, what, f"In {path}, put under the job's `permissions:` {rows}")


def _proposing(chart: Chart) -> Iterator[Finding]:
    page = f"{chart.web}/settings/actions"
    yield _may_propose(chart, "Pull requests", chart.may_propose, page)
    if chart.organisation_may_propose is not None:
        owner = chart.house.full_name.partition("/")[0]
        page = f"{chart.server}/organizations/{owner}/settings/actions"
        subject = "Pull requests, organisation"
        yield _may_propose(chart, subject, chart.organisation_may_propose, page)


_SWITCH = "“Allow GitHub Actions to create and approve pull requests”"


def _may_propose(chart: Chart, subject: str, told: Switch | Hidden, page: str) -> Finding:
    if chart.has_app:
        return _fine(subject, "the App opens them, whatever Actions may do")
    match told:
        case Hidden():
            return _hidden(subject, told, f"Look that this is ticked: {_SWITCH}", page)
        case "on":
            return _fine(subject, "Actions may open them")
        case "off":
            what = "Actions may not open them, so the bot only gives links with which people do"
            return _wrong(subject, what, f"Tick {_SWITCH}", page)
        case never:
            assert_never(never)


def _merging(chart: Chart) -> Iterator[Finding]:
    subject, page, ways = "Merging", f"{chart.web}/settings", chart.house.merges
    if ways is None:
        what = "GitHub tells the allowed ways only to those who may push"
        yield _unknown(subject, what, "Look that one way to merge is ticked", page)
    elif ways:
        yield _fine(subject, f"allowed ways: {', '.join(sorted(ways))}")
    else:
        what = "no way to merge a pull request is allowed, so “/merge” is refused"
        yield _wrong(subject, what, "Tick “Allow squash merging”", page)


_LOOK = f"Look that no reviews are asked for, and no check but “{STATUS}”"


def _protection(chart: Chart) -> Iterator[Finding]:
    subject, page = "Protection of the default branch", f"{chart.web}/settings/branches"
    rules = _known(chart.protection)
    if isinstance(chart.protection, Hidden) and chart.checks:
        # More people may see these than the rest.
        rules = (Rule(kind="required_status_checks", checks=chart.checks),)
    yield from _judged(subject, chart.protection, _on_default(chart, rules), page, _LOOK)


def _rulesets(chart: Chart) -> Iterator[Finding]:
    page = f"{chart.web}/rules"
    wrong = _on_default(chart, _known(chart.rules))
    yield from _judged("Rulesets, default branch", chart.rules, wrong, page, _LOOK)
    wrong = _on_own(_known(chart.own_rules))
    look = "Look that none is about `paper/*` or `bot/*`"
    yield from _judged("Rulesets, the bot's branches", chart.own_rules, wrong, page, look)


def _known(rules: tuple[Rule, ...] | Hidden) -> tuple[Rule, ...]:
    return () if isinstance(rules, Hidden) else rules


def _judged(
    subject: str,
    asked: tuple[Rule, ...] | Hidden,
    wrong: Iterable[tuple[str, str]],
    page: str,
    look: str,
) -> Iterator[Finding]:
    found = [_wrong(subject, what, fix, page) for what, fix in wrong]
    yield from found
    if isinstance(asked, Hidden):
        yield _hidden(subject, asked, look, page)
    elif not found:
        yield _fine(subject, "nothing in it stops the bot" if asked else "there is none")


_BY_HAND = "or merge on the pull request's page, where you may"
_AWAITED: Mapping[str, str] = MappingProxyType(
    {
        "required_status_checks": "",
        "workflows": "workflows that have to pass",
        "code_scanning": "code scanning",
        "code_quality": "code quality",
        "required_deployments": "deployments",
    }
)


def _on_default(chart: Chart, rules: Iterable[Rule]) -> Iterator[tuple[str, str]]:
    """What stops `/merge`, each with its cure."""
    for rule in rules:
        match rule.kind:
            case "pull_request" if rule.reviews:
                what = f"it asks for {counted(rule.reviews, 'review', 'reviews')} before a merge"
                fix = f"Approve on the pull request's page before “/merge”, {_BY_HAND}"
                yield f"{what}, so “/merge” alone is refused", fix
            case kind if kind in _AWAITED and not chart.has_app:
                yield from _never_comes(rule)
            case "update":
                what = "only some may change it, and the bot is not among them"
                yield f"{what}, so “/merge” is refused", f"Take this rule off, {_BY_HAND}"
            case "merge_queue":
                what = "merges go through a queue, which the bot does not use"
                yield f"{what}, so “/merge” is refused", f"Switch the queue off, {_BY_HAND}"
            case _:
                pass


def _never_comes(rule: Rule) -> Iterator[tuple[str, str]]:
    """What no pull request of the bot ever gets: a workflow's token starts no workflow."""
    other = [check for check in rule.checks if check != STATUS]
    awaited = _AWAITED[rule.kind] or _named(other)
    if awaited:
        what = f"it waits for {awaited}, which the bot's own pull requests never get"
        why = "what a workflow's token pushes starts no workflow"
        fix = f"Ask for the check “{STATUS}” alone, or let an App speak for the bot"
        yield f"{what}: {why}", fix


_OWN: Mapping[str, str] = MappingProxyType(
    {
        "creation": "made",
        "update": "changed",
        "deletion": "deleted",
        "non_fast_forward": "moved by force",
        "pull_request": "changed without a pull request",
        "required_status_checks": "changed before a check has passed",
        "merge_queue": "changed without a queue",
    }
)


def _on_own(rules: Iterable[Rule]) -> Iterator[tuple[str, str]]:
    """What stops the bot on the branches of its pull requests, with the cure."""
    kinds = dict.fromkeys(rule.kind for rule in rules)
    if stopped := [_OWN[kind] for kind in kinds if kind in _OWN]:
        what = f"branches such as “paper/issue-1” may not be {', or '.join(stopped)}"
        yield what, "Aim the ruleset at the default branch, or leave out `paper/*` and `bot/*`"


def _app(chart: Chart) -> Iterator[Finding]:
    page = f"{chart.web}/settings/secrets/actions"
    match chart.app:
        case None:
            what = "none was given to this run, and none is needed"
            yield _fine("App", f"{what}; with one, the bot's pull requests start workflows")
        case Broken(why):
            yield _wrong("App", why, "Mend the two secrets, or delete both", page)
        case Hidden() as hidden:
            yield _hidden("App", hidden, "Run `bot doctor` again later")
        case App(is_suspended=True):
            fix = "Lift that where the App is installed"
            yield _wrong("App", "its installation is suspended", fix)
        case App() as app:
            yield _app_rights(app)
        case never:
            assert_never(never)


def _app_rights(app: App) -> Finding:
    wanted = [name.replace("-", "_") for name in _WRITES]
    lacking = [name for name in wanted if app.rights.get(name) != "write"]
    if not lacking:
        return _fine("App", f"{quoted(app.login)} works, and may write what the bot writes")
    what = f"{quoted(app.login)} may not write: {', '.join(lacking)}"
    fix = "Give it these permissions in its settings, and accept them where it is installed"
    return _wrong("App", what, fix)


def _site(chart: Chart) -> Iterator[Finding]:
    """The site, which matters only where a workflow publishes one."""
    if _SITE not in chart.flows:
        return
    page, fix = f"{chart.web}/settings/pages", "Choose “GitHub Actions” as its source"
    match chart.site:
        case "none":
            yield _wrong("Pages", "pages.yml publishes a site, and Pages is off", fix, page)
        case Hidden() as hidden:
            yield _hidden("Pages", hidden, "Look that its source is “GitHub Actions”", page)
        case "workflow":
            yield _fine("Pages", "workflows publish the site")
        case _:
            yield _wrong("Pages", "a branch is published as the site, not pages.yml", fix, page)


def _schedules(chart: Chart, now: datetime) -> Iterator[Finding]:
    for path, flow in sorted(chart.flows.items()):
        crons = workflow.crons(flow.text)
        # What is switched off was told already.
        if not crons or flow.state != "active":
            continue
        subject, page = f"Schedule {_short(path)}", f"{chart.web}/actions/workflows/{_short(path)}"
        match flow.last:
            case None:
                yield _unknown(subject, "it has not started a run yet", "Look again later", page)
            case Hidden() as hidden:
                yield _hidden(subject, hidden, "Look when it ran last", page)
            case Run() as run:
                is_late = now - run.started > min(map(workflow.patience, crons))
                yield _last(subject, run, page, is_late=is_late)
            case never:
                assert_never(never)


def _last(subject: str, run: Run, page: str, *, is_late: bool) -> Finding:
    day = run.started.date().isoformat()
    if is_late:
        fix = "Disable it and enable it again, which wakes its schedule, or press “Run workflow”"
        return _wrong(subject, f"it started no run since {day}", fix, page)
    if run.conclusion in {"failure", "timed_out", "startup_failure"}:
        what = f"the run of {day} ended with {quoted(run.conclusion)}"
        return _wrong(subject, what, "Read its log", run.page)
    return _fine(subject, f"it started its last run on {day}")


def _calls(chart: Chart, reserve: int) -> Finding:
    calls = chart.calls
    if isinstance(calls, Hidden):
        return _hidden("Calls", calls, "There is nothing to do: the jobs count for themselves")
    told = f"{calls.left:,} of {calls.limit:,} are left in this hour"
    # A person's calls are not the bot's.
    if calls.left > reserve or chart.voice.kind == "person":
        return _fine("Calls", told)
    fix = f"Wait until {calls.reset:%H:%M} UTC: the jobs stop cleanly, and the next run goes on"
    return _wrong("Calls", f"only {told}", fix)


_CHECKS: tuple[Callable[[Chart], Iterator[Finding]], ...] = (
    _voice, _house, _branch, _issues, _list, _forms, _labels, _actions, _workflows, _proposing,
    _merging, _protection, _rulesets, _app, _site,
)  # fmt: skip


# Words.


def _fine(subject: str, what: str) -> Finding:
    return Finding(subject=subject, answer="in order", what=what)


def _wrong(subject: str, what: str, fix: str, page: str = "") -> Finding:
    return Finding(subject=subject, answer="wrong", what=what, fix=fix, page=page)


def _unknown(subject: str, what: str, fix: str, page: str = "") -> Finding:
    return Finding(subject=subject, answer="could not be checked", what=what, fix=fix, page=page)


def _hidden(subject: str, hidden: Hidden, fix: str, page: str = "") -> Finding:
    what = f"GitHub does not tell this token: {quoted(hidden.why)}"
    return _unknown(subject, what, fix, page)


def _short(path: str) -> str:
    return path.rpartition("/")[2]


def _named(names: Iterable[str]) -> str:
    return ", ".join(map(quoted, names))
