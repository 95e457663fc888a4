"""Whatever HTTP/1.1 allows in an answer, read by h11.

It is imported with the first answer that is not as plain as can be, since that takes a while.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import h11

from bot.edge.exchange import HEADER_BYTES, ClosedError, HugeHeadersError, NotHttpError

if TYPE_CHECKING:
    from bot.edge.exchange import Answer, Request

_SWITCHING = 101


class Machine:
    """Reads the answer to one request."""

    def __init__(self, request: Request) -> None:
        """The request was sent already."""
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEADER_BYTES)
        headers = list(request.headers)
        self._http.send(h11.Request(method=request.method, target=request.target, headers=headers))
        self._http.send(h11.EndOfMessage())

    def read(self, data: bytes, answer: Answer) -> None:
        """Give the answer what came, b"" for the end."""
        try:
            self._http.receive_data(data)
            answer.came(len(data))
            while not answer.future.done():
                event = self._http.next_event()
                if event is h11.NEED_DATA:
                    answer.rest()
                    break
                tell(answer, event)
        except h11.RemoteProtocolError as error:
            answer.fail(_meaning(error, is_silent=not answer.bytes, is_end=not data))

    def is_done(self) -> bool:
        """Whether the answer is over, and the connection may be used for another."""
        if self._http.their_state is not h11.DONE:
            return False
        try:
            self._http.start_next_cycle()
        except h11.LocalProtocolError:
            return False
        # A body after a HEAD would be taken for the next answer.
        return not self._http.trailing_data[0]


def _meaning(error: h11.RemoteProtocolError, *, is_silent: bool, is_end: bool) -> Exception:
    if error.error_status_hint == 431:  # noqa: PLR2004 - how h11 marks long headers
        return HugeHeadersError()
    return ClosedError(is_silent=is_silent) if is_end else NotHttpError()


def tell(answer: Answer, event: object) -> None:
    """Let an answer go on with the next thing that h11 found."""
    match event:
        case h11.Data():
            answer.take_body(event.data)
        case h11.EndOfMessage():
            answer.finish()
        case h11.Response():
            answer.take_head(event.status_code, list(event.headers))
        case h11.InformationalResponse():
            if event.status_code == _SWITCHING:
                answer.take_head(event.status_code, list(event.headers))
                answer.finish()
        case _:
            # Paused or closed: nothing more will be read.
            answer.fail(ClosedError(is_silent=not answer.bytes))
