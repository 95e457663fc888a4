"""`bot submit`: one issue to one answer and, where it can be listed, one pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.edge import disk, runner
from bot.edge.wire import MissingError
from bot.jobs import opening
from bot.model import Problem

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping
    from typing import Any

    from bot.settings import Settings


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Answer the issue of this run's event, or `args.issue`; what is done already stays as it is."""
    event = runner.event(settings)
    number = args.issue or _number(event)
    with opening.desk(args, settings, event) as desk:
        try:
            issue = desk.issue(number)
        except MissingError:
            runner.log(f"#{number} is not here any more: nothing to do")
            return 0
        came = desk.answer(issue)
        runner.log(f"#{number}: {came}; {desk.hub.wire.calls} calls to GitHub")
        runner.summarize(f"Issue #{number}: **{came}**", settings)
    return 0


def _number(event: Mapping[str, Any]) -> int:
    number = (event.get("issue") or {}).get("number")
    if not isinstance(number, int):
        fix = "Name the issue with --issue, such as: bot submit --issue 12"
        what = "this run was started by no issue"
        raise disk.Unusable((Problem(file="", field="--issue", what=what, fix=fix),))
    return number
