"""Workflow files, run for an event as GitHub runs them: by act, on this machine, without docker.

Which workflows an event starts, with which token, and which of several runs give way to a newer
one, act does not know: that is read from the files here.
"""

from __future__ import annotations

import fnmatch
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from tests.e2e.box import Delivery, Repository

Json = Any

ROOT = Path(__file__).parents[2]
WORKFLOWS = ROOT / ".github" / "workflows"
_ACT = ROOT / ".venv" / "bin" / "act"
_OURS = (".venv", "Makefile", "bot", "pyproject.toml", "requirements.txt", "requirements-dev.txt")
"""What a checkout has besides the list, and what the cache brings: linked, never installed anew."""
_PATIENCE_S = 120.0
_DEFAULT_TYPES = {"pull_request": ["opened", "synchronize", "reopened"]}
"""Where a workflow names no types, these; of other events, all."""
_STUB = """\
name: Stub
description: Does nothing, and tells what the workflows read of the real one.
outputs:
  python-version:
    value: '3.11'
  cache-hit:
    value: 'false'
runs:
  using: composite
  steps:
  - if: false
    run: 'true'
    shell: bash
"""

_BASH = """\
#!/bin/sh
# act throws the summary away when a job ends: keep it beside, after each step.
'{bash}' "$@"
code=$?
if [ -f "$GITHUB_STEP_SUMMARY" ]; then cp "$GITHUB_STEP_SUMMARY" '{summary}'; fi
exit $code
"""


_SKIP = re.compile(
    r"\[(?:skip ci|ci skip|no ci|skip actions|actions skip)\]|^skip-checks: *true$", re.MULTILINE
)
"""Words in a pushed commit with which GitHub starts no workflow.

Source: https://docs.github.com/en/actions/how-tos/manage-workflow-runs/skip-workflow-runs
"""

_ARTIFACTS = {
    "upload-artifact": """\
name: Upload
description: Keeps the files that the paths name, by the name of the artifact.
inputs:
  name: {{required: true}}
  path: {{required: true}}
  retention-days: {{required: false}}
runs:
  using: composite
  steps:
  - shell: bash
    env:
      NAME: ${{{{ inputs.name }}}}
      FILES: ${{{{ inputs.path }}}}
    run: |
      mkdir -p '{kept}'/"$NAME"
      for file in $FILES; do if [ -e "$file" ]; then cp -r "$file" '{kept}'/"$NAME"; fi; done
""",
    "download-artifact": """\
name: Download
description: Brings one artifact, or the files of all whose names fit a pattern.
inputs:
  name: {{required: false}}
  pattern: {{required: false}}
  path: {{required: true}}
  merge-multiple: {{required: false}}
runs:
  using: composite
  steps:
  - shell: bash
    env:
      NAMES: ${{{{ inputs.name || inputs.pattern }}}}
      INTO: ${{{{ inputs.path }}}}
    run: |
      mkdir -p "$INTO"
      for name in '{kept}'/$NAMES; do if [ -d "$name" ]; then cp -r "$name"/. "$INTO"; fi; done
""",
}
"""What stands in for the actions that carry files from job to job."""


class WorkflowError(Exception):
    """A workflow file says what this harness does not know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job that an event starts, before its `if:` is asked."""

    workflow: str
    """The name of its file."""
    name: str
    permissions: Mapping[str, str]
    group: str
    """Its concurrency group; empty where it has none."""
    gives_way: bool
    """Whether a newer run of the group ends one that runs already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What became of one job."""

    job: Job
    conclusion: str
    """'success', 'failure' or 'skipped'."""
    log: str
    """What its steps printed."""
    summary: str
    """What it wrote to the run's summary."""
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What an event started; nothing is a result, too."""

    runs: tuple[Run, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing failed."""
        return all(run.conclusion != "failure" for run in self.runs)

    @property
    def log(self) -> str:
        """What all steps printed."""
        return "".join(run.log for run in self.runs)

    @property
    def names(self) -> tuple[str, ...]:
        """The workflow files of the jobs that were not skipped."""
        return tuple(run.job.workflow for run in self.runs if run.conclusion != "skipped")


def run_workflow(  # noqa: PLR0913 - what a run of GitHub's is made of
    repository: Repository,
    event_name: str,
    payload: Mapping[str, Json],
    *,
    proxy_url: str,
    token: str | None = None,
    extra_env: Mapping[str, str] | None = None,
    secrets: Mapping[str, str] | None = None,
    without: Collection[str] = ("ci.yml",),
    folder: Path = WORKFLOWS,
) -> Result:
    """Run every job that the event starts, one after the other, on the files of `main`.

    Each gets a token with exactly the permissions of its job, unless one is given.
    """
    found = [job for job in jobs(event_name, payload, folder=folder) if job.workflow not in without]
    runs = []
    for job in found:
        with tempfile.TemporaryDirectory(prefix="act-") as name:
            desk = _Desk(Path(name), repository, folder)
            environment = {"GITHUB_API_URL": proxy_url, **(extra_env or {})}
            hidden = {"GITHUB_TOKEN": token or repository.token(job.permissions), **(secrets or {})}
            runs.append(desk.run(job, event_name, payload, environment=environment, hidden=hidden))
    return Result(runs=tuple(runs))


def jobs(
    event_name: str, payload: Mapping[str, Json], *, folder: Path = WORKFLOWS
) -> tuple[Job, ...]:
    """The jobs that an event starts, by the `on:` of the workflow files."""
    return tuple(
        job for path in sorted(folder.glob("*.yml")) for job in _jobs_of(path, event_name, payload)
    )


def surviving(deliveries: Iterable[Delivery], *, folder: Path = WORKFLOWS) -> tuple[Delivery, ...]:
    """The deliveries whose runs are not replaced when all of them come at once.

    A group has one run that runs and one that waits; a newer one takes the place of the one that
    waits. So the first and the last of each group are left.

    Source: https://docs.github.com/en/actions/concepts/workflows-and-actions/concurrency
    """
    every = tuple(deliveries)
    kept: set[int] = set()
    groups: dict[str, list[int]] = {}
    for index, one in enumerate(every):
        for job in jobs(one.name, one.payload, folder=folder):
            groups.setdefault(job.group or f"{index} {job.workflow}", []).append(index)
    for members in groups.values():
        kept |= {members[0], members[-1]}
    return tuple(one for index, one in enumerate(every) if index in kept)


def _jobs_of(path: Path, event_name: str, payload: Mapping[str, Json]) -> Iterator[Job]:
    workflow = yaml.safe_load(path.read_text("utf-8"))
    # YAML 1.1 reads the key `on` as true.
    wanted = _events(workflow.get("on", workflow.get(True)))
    if event_name == "push" and _SKIP.search((payload.get("head_commit") or {}).get("message", "")):
        return
    if event_name not in wanted or not _fits(event_name, wanted[event_name] or {}, payload):
        return
    concurrency = workflow.get("concurrency") or {}
    if isinstance(concurrency, str):
        concurrency = {"group": concurrency}
    needs = {name: _needed(job) for name, job in workflow["jobs"].items()}
    for name in workflow["jobs"]:
        if any(name in needed for needed in needs.values()):
            # It runs with the job that needs it.
            continue
        rights = [
            _permissions(workflow["jobs"][one].get("permissions", workflow.get("permissions")))
            for one in (name, *needs[name])
        ]
        yield Job(
            workflow=path.name,
            name=name,
            permissions=_together(rights),
            group=_filled(concurrency.get("group", ""), payload),
            gives_way=concurrency.get("cancel-in-progress", False) is True,
        )


def _events(on: Json) -> Mapping[str, Json]:
    if isinstance(on, str):
        return {on: None}
    return dict.fromkeys(on) if isinstance(on, list) else dict(on)


def _fits(event_name: str, wanted: Json, payload: Mapping[str, Json]) -> bool:
    """Whether the event's action, branch and minute are among the wanted ones."""
    if event_name == "schedule":
        return payload.get("schedule") in {one["cron"] for one in wanted}
    types = wanted.get("types", _DEFAULT_TYPES.get(event_name))
    if types and payload.get("action") not in types:
        return False
    branches = wanted.get("branches")
    if not branches:
        return True
    if event_name == "push":
        branch = str(payload["ref"]).removeprefix("refs/heads/")
    else:
        branch = payload["pull_request"]["base"]["ref"]
    return any(fnmatch.fnmatchcase(branch, pattern) for pattern in branches)


def _permissions(given: Json) -> Mapping[str, str]:
    if given is None:
        # The default of new repositories.
        return {"contents": "read", "packages": "read"}
    if isinstance(given, str):
        raise WorkflowError(f"permissions: {given}: name them one by one")
    return {str(name): str(level) for name, level in given.items() if level != "none"}


def _needed(job: Mapping[str, Json]) -> list[str]:
    needs = job.get("needs", [])
    return [needs] if isinstance(needs, str) else list(needs)


def _together(rights: Iterable[Mapping[str, str]]) -> Mapping[str, str]:
    """What any of the jobs may do: act gives one token to all that it runs together."""
    union: dict[str, str] = {}
    for one in rights:
        for name, level in one.items():
            union[name] = level if union.get(name) != "write" else "write"
    return union


def _filled(text: str, payload: Mapping[str, Json]) -> str:
    """A text with its expressions filled in: paths into the event, and `||` between them."""
    return re.sub(
        r"\$\{\{\s*(.*?)\s*\}\}", lambda found: _value(found.group(1), payload), str(text)
    )


def _value(expression: str, payload: Mapping[str, Json]) -> str:
    context = {
        "github": {"event": payload, "sha": payload.get("after", ""), "ref": payload.get("ref", "")}
    }
    for path in expression.split("||"):
        value: Json = context
        for step in path.strip().split("."):
            value = value.get(step) if isinstance(value, dict) else None
        if value:
            return str(value)
    return ""


class _Desk:
    """A folder for one run: the checkout, the event, act's own things."""

    def __init__(self, root: Path, repository: Repository, folder: Path) -> None:
        self._root = root
        self._repository = repository
        self._checkout = root / "checkout"
        self._stub = root / "stub"
        for name, text in repository.files().items():
            self._write(f"checkout/{name}", text)
        for path in folder.glob("*.yml"):
            self._write(f"checkout/.github/workflows/{path.name}", path.read_text("utf-8"))
        for name in _OURS:
            if not (self._checkout / name).exists():
                (self._checkout / name).symlink_to(ROOT / name)
        self._write("stub/action.yml", _STUB)
        for name, text in _ARTIFACTS.items():
            self._write(f"{name}/action.yml", text.format(kept=root / "artifacts"))
        bash = shutil.which("bash") or "/bin/bash"
        shell = self._write("bin/bash", _BASH.format(bash=bash, summary=root / "summary"))
        shell.chmod(0o755)

    def run(
        self,
        job: Job,
        event_name: str,
        payload: Mapping[str, Json],
        *,
        environment: Mapping[str, str],
        hidden: Mapping[str, str],
    ) -> Run:
        """Run one job to its end."""
        event = self._write("event.json", json.dumps(payload))
        given = {**self._context(payload), **environment}
        command = [
            str(_ACT), event_name, "--directory", str(self._checkout), "--use-gitignore=false",
            "--workflows", f".github/workflows/{job.workflow}", "--job", job.name,
            "--eventpath", str(event), "--json", "--no-cache-server",
            "--platform", "ubuntu-latest=-self-hosted",
            "--action-cache-path", str(self._root / "cache"),
            "--actor", str(payload.get("sender", {}).get("login", "ghost")),
            *(part for name in hidden for part in ("--secret", name)),
            *(part for name, text in given.items() for part in ("--env", f"{name}={text}")),
            *(part for used in self._used() for part in ("--local-repository", f"{used}={self._stand_in(used)}")),
        ]  # fmt: skip
        started = time.monotonic()
        code, output = _finish(command, self._environment(hidden))
        rows = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
        ran = any("step" in row for row in rows)
        conclusion = "failure" if code else "success" if ran else "skipped"
        log = "".join(row["msg"] for row in rows if row.get("raw_output"))
        return Run(
            job=job,
            conclusion=conclusion,
            log=log if conclusion != "failure" else log + _complaints(output, rows),
            summary=self._summary(),
            seconds=time.monotonic() - started,
        )

    def _context(self, payload: Mapping[str, Json]) -> dict[str, str]:
        owner, _, _ = self._repository.full_name.partition("/")
        sha = self._repository.refs()["refs/heads/main"]
        return {
            "GITHUB_REPOSITORY": self._repository.full_name,
            "GITHUB_REPOSITORY_OWNER": owner,
            "GITHUB_REF": str(payload.get("ref", "refs/heads/main")),
            "GITHUB_RUN_ID": "1",
            "SHA_REF": sha,
        }

    def _environment(self, hidden: Mapping[str, str]) -> dict[str, str]:
        """What act inherits: nothing of this process but where programs are."""
        path = f"{self._root / 'bin'}:{os.environ.get('PATH', os.defpath)}"
        return {"PATH": path, "HOME": str(self._root), "LANG": "C.UTF-8", **hidden}

    def _used(self) -> set[str]:
        """The actions that the workflows use, with what they are pinned to."""
        texts = [path.read_text("utf-8") for path in self._checkout.glob(".github/workflows/*.yml")]
        used = {one for text in texts for one in re.findall(r"uses:\s*([\w./-]+@\S+)", text)}
        # act copies the working folder for this one; the folder is the checkout already.
        return {one for one in used if not one.startswith("actions/checkout@")}

    def _stand_in(self, used: str) -> Path:
        name = used.partition("@")[0].rpartition("/")[2]
        return self._root / name if name in _ARTIFACTS else self._stub

    def _summary(self) -> str:
        kept = self._root / "summary"
        return kept.read_text("utf-8") if kept.exists() else ""

    def _write(self, name: str, text: str) -> Path:
        path = self._root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path


def _finish(command: list[str], environment: Mapping[str, str]) -> tuple[int, str]:
    """The exit code and the output of a program, which is ended where it takes too long."""
    with subprocess.Popen(
        command,
        env=dict(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as process:
        try:
            output, _ = process.communicate(timeout=_PATIENCE_S)
        except subprocess.TimeoutExpired:
            # act's steps are its children: the whole group, which is ours, ends.
            os.killpg(process.pid, signal.SIGKILL)
            raise
    return process.returncode, output.decode("utf-8", "replace")


def _complaints(output: str, rows: Iterable[Mapping[str, Json]]) -> str:
    """What act itself said of a failure."""
    said = [str(row["msg"]) for row in rows if row.get("level") == "error"]
    plain = [line for line in output.splitlines() if not line.startswith("{")]
    return "\n".join([*said, *plain])
