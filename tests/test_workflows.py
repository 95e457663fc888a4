"""The workflow files: what linters and GitHub's schemas say of them, and what we promise."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
FORMS = [
    path
    for path in sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
    if path.name != "config.yml"
]
BIN = Path(sys.executable).parent
NAMES = [path.name for path in WORKFLOWS]


def run(*command: str | Path) -> str:
    """What a program says; it has to find nothing."""
    done = subprocess.run(
        [str(part) for part in command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def workflow(path: Path) -> dict[Any, Any]:
    loaded: dict[Any, Any] = yaml.safe_load(path.read_text("utf-8"))
    return loaded


def test_zizmor_has_nothing_to_say_even_as_a_pedant() -> None:
    assert "No findings" in run(BIN / "zizmor", "--offline", "--persona", "pedantic", ".github")


def test_githubs_schemas_accept_workflows_forms_and_dependabot() -> None:
    check = BIN / "check-jsonschema"

    run(check, "--builtin-schema", "vendor.github-workflows", *WORKFLOWS)
    run(check, "--builtin-schema", "vendor.github-issue-forms", *FORMS)
    run(check, "--builtin-schema", "vendor.github-issue-config", ROOT / ".github/ISSUE_TEMPLATE/config.yml")  # fmt: skip
    run(check, "--builtin-schema", "vendor.dependabot", ROOT / ".github/dependabot.yml")


def test_act_finds_every_workflow_valid() -> None:
    run(BIN / "act", "--validate", "--strict", "--workflows", ".github/workflows")


@pytest.mark.parametrize("path", WORKFLOWS, ids=NAMES)
def test_every_action_is_pinned_by_its_commit(path: Path) -> None:
    used = re.findall(r"uses: (\S+)( # v[0-9.]+)?$", path.read_text("utf-8"), re.MULTILINE)

    assert used
    for action, version in used:
        assert re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}", action), action
        assert version, f"{action} has no comment with its version"


@pytest.mark.parametrize("path", WORKFLOWS, ids=NAMES)
def test_a_workflow_has_no_right_that_its_job_does_not_name(path: Path) -> None:
    told = workflow(path)

    assert told["permissions"] == {}
    for job in told["jobs"].values():
        assert isinstance(job["permissions"], dict)
        assert 0 < job["timeout-minutes"] <= 60


@pytest.mark.parametrize("path", WORKFLOWS, ids=NAMES)
def test_no_expression_stands_in_a_shell_line(path: Path) -> None:
    for job in workflow(path)["jobs"].values():
        for step in job["steps"]:
            assert "${{" not in step.get("run", "")
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False


def _is_for_others(job: dict[str, Any], jobs: dict[str, Any]) -> bool:
    """Whether a pull request does not start this job, or one that it needs."""
    needs = job.get("needs", [])
    needed = [needs] if isinstance(needs, str) else needs
    if job.get("if") == "github.event_name != 'pull_request'":
        return True
    return any(_is_for_others(jobs[name], jobs) for name in needed) and _waits(job)


def _waits(job: dict[str, Any]) -> bool:
    """Whether a job that needs one that was skipped is skipped, too."""
    return "if" not in job or "needs.plan.result == 'success'" in job["if"]


def test_what_runs_for_a_pull_request_may_write_nothing() -> None:
    for path in WORKFLOWS:
        told = workflow(path)
        if "pull_request" in told[True]:
            rights = [
                job["permissions"]
                for job in told["jobs"].values()
                if not _is_for_others(job, told["jobs"])
            ]
            assert rights
            assert all(level == "read" for one in rights for level in one.values())


def test_schedules_stand_at_odd_minutes() -> None:
    times = re.findall(r"cron: '([0-9]+) ", "".join(path.read_text("utf-8") for path in WORKFLOWS))

    assert times
    assert all(int(minute) % 5 for minute in times)
