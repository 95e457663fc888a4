"""What a comment on the report of links asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core import commands, escape, linkreport, nights, talk
from bot.core.commands import ON_REPORT
from bot.core.text import counted, quoted
from bot.edge import runner
from bot.edge.hub import MovedError
from bot.jobs.board import Board

if TYPE_CHECKING:
    from bot.core.commands import Command, Said
    from bot.jobs.board import Shown
    from bot.jobs.desk import Desk
    from bot.model import Markdown, Memory
    from bot.settings import Settings

_TRIES = 3


class ReportHearing:
    """One comment's commands, carried out together: the report is made anew once."""

    def __init__(self, desk: Desk, author: str, settings: Settings) -> None:
        """Listen to `author`, who wrote the comment."""
        self._desk = desk
        self._author = author
        self._now = settings.now
        self._may_write: bool | None = None

    def replies(self, said: tuple[Said, ...]) -> list[Markdown]:
        """What is answered to each."""
        wanted = [one for one in said if one.name == "ignore" and not self._why_not(one)]
        shown = self._carried_out(wanted) if wanted else None
        return [self._reply(one, shown) for one in said]

    def _carried_out(self, wanted: list[Said]) -> Shown | None:
        """The board after it; None where the list cannot be read, and the state is kept all the same."""
        for attempt in range(_TRIES):
            board = Board(self._desk)
            memory, state = board.read()
            try:
                if self._desk.mirror.problems:
                    board.keep(self._heard(memory, wanted), state)
                    return None
                return board.show(memory, state, heard=lambda known: self._heard(known, wanted))
            except MovedError as moved:
                if attempt == _TRIES - 1:
                    raise
                runner.log(f"{moved}: once more")
                self._desk.refresh()
        raise AssertionError("unreachable")

    def _heard(self, memory: Memory, wanted: list[Said]) -> Memory:
        for one in wanted:
            url = linkreport.meant(memory, one.value)
            if url:
                memory = nights.ignore(memory, url, linkreport.until(_days(one), now=self._now))
        return memory

    def _reply(self, said: Said, shown: Shown | None) -> Markdown:
        if said.command is None:
            return talk.commands(self._offered(), unknown=said.name, near=said.near)
        if why := self._why_not(said):
            return escape.sentence(why)
        if said.name == "help":
            return talk.commands(self._offered())
        return escape.sentence(self._ignored(said, shown))

    def _why_not(self, said: Said) -> str:
        """Why a command is not carried out; '' where it is."""
        command = said.command
        if command is None or command not in ON_REPORT:
            return f"“/{said.name}” is for submissions, and this is the report of the list's links."
        if said.is_malformed:
            return commands.how(command)
        if not self._may(command):
            return f"“/{said.name}” is for maintainers of this list."
        if _days(said) > linkreport.MOST_DAYS:
            return f"A link can be left alone for at most {linkreport.MOST_DAYS} days."
        return ""

    def _ignored(self, said: Said, shown: Shown | None) -> str:
        if shown is None:
            return (
                "It is remembered. The list itself needs mending first, then this report follows."
            )
        url = linkreport.meant(shown.sight.memory, said.value)
        if url is None:
            near = [quoted(one, most=300) for one in linkreport.near(shown.sight, said.value)]
            rest = f" Did you mean {' or '.join(near)}?" if near else ""
            return f"{quoted(said.value, most=300)} is no link that the bot looks at.{rest}"
        last = shown.sight.memory.links[url].ignored
        if last is None:
            return f"{quoted(url, most=300)} is told again while it fails."
        days = counted(_days(said), "day", "days")
        return f"{quoted(url, most=300)} is left alone for {days}, up to {last}."

    def _offered(self) -> list[Command]:
        """The commands that this person may say."""
        return [command for command in ON_REPORT if self._may(command)]

    def _may(self, command: Command) -> bool:
        if command.who == "anyone":
            return True
        if self._may_write is None:
            self._may_write = self._desk.hub.may_write(self._author)
        return self._may_write


def _days(said: Said) -> int:
    return int(said.days) if said.days else linkreport.DAYS
