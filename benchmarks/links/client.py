"""The bot's looks at links, with limits and a trust that its command line has no words for.

`python -m benchmarks.links.client [--authority FILE] [--in-flight N] [--at-once N] --json FILE -`
looks at the links on its standard input.
"""

from __future__ import annotations

import argparse
import json
import os
import ssl
import sys
from dataclasses import replace
from pathlib import Path

from bot import settings
from bot.edge import web
from bot.edge.web import Limits, World
from bot.model import Question


def main() -> None:
    """Look at the links and write what was found, like `bot links`."""
    args = _arguments()
    limits = Limits()
    if args.in_flight:
        limits = replace(limits, in_flight=args.in_flight)
    if args.at_once:
        limits = replace(limits, at_once=args.at_once)
    if args.total_s:
        limits = replace(limits, total_s=args.total_s)
    found = web.ask(
        [Question(url=url) for url in sys.stdin.read().split()],
        settings=settings.read(os.environ),
        limits=limits,
        world=_world(args.authority),
    )
    looks = [{**look._asdict(), "report": look.verdict == "gone"} for look in found.looks.values()]
    args.json.write_text(json.dumps({"links": looks}), "utf-8")


def _world(authority: Path | None) -> World:
    """The usual world, which trusts this authority in place of the usual ones, if it is given."""
    if authority is None:
        return World()
    context = ssl.create_default_context(cafile=authority)
    context.set_alpn_protocols(["http/1.1"])
    return World(tls=lambda _: context)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.links.client")
    parser.add_argument("--authority", type=Path)
    parser.add_argument("--in-flight", type=int)
    parser.add_argument("--at-once", type=int)
    parser.add_argument("--total-s", type=float)
    parser.add_argument("--json", type=Path, required=True)
    parser.add_argument("links", choices=["-"])
    return parser.parse_args()


if __name__ == "__main__":
    main()
