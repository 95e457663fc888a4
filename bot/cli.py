"""The command line: the table of jobs, their arguments, the one `except`, the exit codes.

A job's module is imported when that job runs and not before: that keeps every start short.
"""

from __future__ import annotations

import argparse
import atexit
import gc
import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from bot import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

DONE, FOUND_PROBLEMS, WRONG_USAGE, FAILED = 0, 1, 2, 3


class Job(NamedTuple):
    """One row of the table."""

    name: str
    module: str
    help: str
    arguments: Callable[[argparse.ArgumentParser], object]


def _no_arguments(_: argparse.ArgumentParser) -> None:
    """Most jobs that look at the whole list need to be told nothing."""


def _form(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--form", metavar="FORM.yml", help="the issue form; without it the list's own"
    )


def _files(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help="an issue's text; - is standard input"
    )


def _dry_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--dry-run", action="store_true", help="say what would be written; write nothing"
    )


def _parse(parser: argparse.ArgumentParser) -> None:
    _form(parser)
    _files(parser)


def _resolve(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "text",
        nargs="*",
        metavar="TEXT",
        help="what was pasted; without it, lines of standard input",
    )
    parser.add_argument("--fetch", action="store_true", help="add the metadata that arXiv has")


def _preview(parser: argparse.ArgumentParser) -> None:
    _form(parser)
    _files(parser)
    parser.add_argument(
        "--entries", metavar="DIR", help="the entries to compare with; without it the list's own"
    )
    parser.add_argument(
        "--out", metavar="DIR", help="write the exports of the resulting list there"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON line a file")
    _dry_run(parser)


def _check(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--fix", action="store_true", help="make the form and the README anew first"
    )
    parser.add_argument(
        "--online", action="store_true", help="compare ids and titles with arXiv, too"
    )
    _dry_run(parser)


def _build(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out",
        metavar="DIR",
        help="write README and exports there; without it only the README, in place",
    )
    _dry_run(parser)


def _import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="the Markdown list; - is standard input")
    parser.add_argument("--out", metavar="DIR", required=True, help="where `entries/` goes")
    _dry_run(parser)


def _submit(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--issue",
        type=_number,
        metavar="N",
        help="the issue; without it the one of the workflow's event",
    )
    _dry_run(parser)


def _doctor(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--fix", action="store_true", help="make the labels that are missing")
    _dry_run(parser)


def _links(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "words",
        nargs="*",
        metavar="URL",
        help="a link, or - for lines of standard input; without it the list's links. "
        "“report [FILE...]” merges the states of shards and tells GitHub, “plan” prepares shards",
    )
    parser.add_argument("--state", metavar="FILE", help="what is remembered from night to night")
    parser.add_argument("--json", metavar="FILE", help="write all that was found there")
    parser.add_argument(
        "--shard", type=_part, metavar="I/N", help="only this part of the links' hosts, such as 1/4"
    )
    parser.add_argument(
        "--in-flight",
        type=_count,
        default=128,
        metavar="N",
        help="links that are asked at a time, of all hosts together; 128 if not given",
    )
    _dry_run(parser)


def _part(text: str) -> tuple[int, int]:
    number, slash, count = text.partition("/")
    is_written = slash and number.isdecimal() and count.isdecimal() and text.isascii()
    if not is_written or not 1 <= int(number[:9]) <= int(count[:9]):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no part: write its number and how many there are, such as 1/4"
        )
    return int(number), int(count)


def _count(text: str) -> int:
    if not text.isdecimal() or not text.isascii() or not 1 <= int(text[:9]) <= _MOST_IN_FLIGHT:
        raise argparse.ArgumentTypeError(f"{text!r}: write a number from 1 to {_MOST_IN_FLIGHT}")
    return int(text)


_MOST_IN_FLIGHT = 1_000


def _number(text: str) -> int:
    if not text.isdecimal() or not text.isascii() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no issue: write its number, such as 12")
    return int(text)


JOBS = (
    Job(name="demo", module="demo", help="turn one submission into a pull request, offline, step by step", arguments=_no_arguments),
    Job(name="parse", module="parse", help="read form bodies; print their values as JSON lines", arguments=_parse),
    Job(name="resolve", module="resolve", help="tell which paper a link or identifier names, as JSON lines", arguments=_resolve),
    Job(name="preview", module="preview", help="show what would become of submissions, without GitHub", arguments=_preview),
    Job(name="submit", module="submit", help="answer a submission's issue; make or update its pull request", arguments=_submit),
    Job(name="command", module="command", help="carry out the commands of a comment, and answer it", arguments=_dry_run),
    Job(name="reconcile", module="reconcile", help="make everything that is open fit the list as it is now", arguments=_dry_run),
    Job(name="check", module="check", help="find every problem of entries, configuration, form and README", arguments=_check),
    Job(name="build", module="build", help="make the README and the exports from the entries", arguments=_build),
    Job(name="import", module="import_list", help="turn a Markdown list into entries, with a loss report", arguments=_import),
    Job(name="links", module="links", help="look at the links, and remember what was found", arguments=_links),
    Job(name="doctor", module="doctor", help="find what in the repository's settings would stop the bot", arguments=_doctor),
)  # fmt: skip


def main(  # noqa: PLR0911 - one answer for each way in which a run can end
    given: Sequence[str] | None = None,
) -> int:
    """Run one job and give its exit code: 0 done, 1 problems found, 2 wrong usage, 3 failed."""
    # Looking for cycles among 10,000 entries again and again takes as long as reading them; at the
    # end of the process, which frees everything anyway, it takes a tenth of a second.
    gc.set_threshold(100_000, 50, 100)
    atexit.register(gc.freeze)
    words = sys.argv[1:] if given is None else given
    args = _parser(_named(words)).parse_args(words)
    from bot import settings  # noqa: PLC0415 - a quick --help does without
    from bot.edge import disk, runner  # noqa: PLC0415 - as above

    told = settings.Settings()
    try:
        told = settings.read(os.environ)
        code: int = import_module(f"bot.jobs.{args.module}").run(args, told)
    except settings.SettingError as error:
        runner.log(str(error))
        return WRONG_USAGE
    except disk.Unusable as wrong:
        for problem in wrong.problems:
            runner.log(f"{problem.where}: {problem.what}. {problem.fix}")
        return WRONG_USAGE
    except disk.Problems as found:
        runner.tell_problems(found.problems, told)
        return FOUND_PROBLEMS
    except BrokenPipeError:
        # The reader of our output went away, as `head` does; nothing more can be said to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        return FAILED
    except _hub_errors() as error:
        runner.log(str(error))
        return FAILED
    except OSError as error:
        runner.log(f"{error.strerror or error}: {error.filename or ''}")
        return FAILED
    except Exception as error:  # noqa: BLE001 - the one place where a defect ends, as a line for a report
        runner.log(f"a defect of the bot, please report it: {_told(error)}")
        return FAILED
    return code


def _hub_errors() -> tuple[type[Exception], ...]:
    """GitHub's troubles, where this run imported what raises them."""
    wire = sys.modules.get("bot.edge.wire")
    return (wire.HubError,) if wire else ()


def _told(error: Exception) -> str:
    """A defect in one line: what, and where in the code."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "nowhere"
    return f"{type(error).__name__}: {str(error)!r:.300} at {where}"


class _Help(argparse.HelpFormatter):
    """Help with room for the longest job: argparse forgets that jobs stand further in."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog)
        self._action_max_length = 4 + max(len(job.name) for job in JOBS)


def _named(words: Sequence[str]) -> Sequence[Job]:
    """The job that a run begins with, to prepare no other; all of them where it is none."""
    return [job for job in JOBS if job.name in words[:1]] or JOBS


def _parser(offered: Sequence[Job] = JOBS) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bot", description="Keeps a curated list of research papers.", formatter_class=_Help
    )
    parser.add_argument("--version", action="version", version=__version__)
    _root(parser, default=None)
    # Without `prog` argparse writes the usage to find it out, and asks the terminal for its width.
    jobs = parser.add_subparsers(title="jobs", metavar="JOB", required=True, prog=parser.prog)
    for job in offered:
        one = jobs.add_parser(
            job.name, help=job.help, description=job.help[:1].upper() + job.help[1:] + "."
        )
        one.set_defaults(module=job.module)
        # Both `bot --root DIR check` and `bot check --root DIR` are natural to write.
        _root(one, default=argparse.SUPPRESS)
        job.arguments(one)
    return parser


def _root(parser: argparse.ArgumentParser, *, default: str | None) -> None:
    parser.add_argument(
        "--root",
        metavar="DIR",
        default=default,
        help="the list's folder; without it the nearest upward with list.yaml",
    )
