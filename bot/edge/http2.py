"""HTTP/2 for a link whose host did not answer in HTTP/1.1: one request over one connection.

Few hosts speak nothing else, so this is imported when one of them may have been met, and offered
in the second look alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import h11
from h2 import events
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.exceptions import DenialOfServiceError, ProtocolError

from bot.edge.exchange import Answer, ClosedError, Connection, HugeHeadersError, NotHttpError
from bot.edge.machine import tell

if TYPE_CHECKING:
    from bot.edge.exchange import Bounds, Reply, Request, Wanted

NAME = "h2"
"""What the protocol is called in a TLS handshake."""


class Http2Connection(Connection):
    """A connection over which either protocol is spoken, as the handshake found."""

    _http2: H2Connection | None = None

    async def ask(self, request: Request, wanted: Wanted, *, until: float, bounds: Bounds) -> Reply:
        """The answer to one request; after HTTP/2 the connection is given up."""
        if self.protocol != NAME:
            return await super().ask(request, wanted, until=until, bounds=bounds)
        if not self.is_open:
            raise ClosedError(is_silent=True)
        request.check()
        config = H2Configuration(client_side=True, header_encoding=None)
        self._http2 = H2Connection(config=config)
        self._answer = answer = Answer(wanted, bounds=bounds, until=until)
        self._http2.initiate_connection()
        self._http2.send_headers(1, _headers(request), end_stream=True)
        self._write(self._http2.data_to_send())
        try:
            return await answer.future
        finally:
            answer.stop()
            self._answer = None
            self.close()

    def _take(self, data: bytes) -> None:
        if self._http2 is None:
            super()._take(data)
        elif self._answer is not None:
            try:
                self._take_frames(self._http2, self._answer, data)
            except DenialOfServiceError:
                self._answer.fail(HugeHeadersError())
            except (ProtocolError, h11.LocalProtocolError):
                self._answer.fail(NotHttpError())

    def _take_frames(self, http2: H2Connection, answer: Answer, data: bytes) -> None:
        if not data:
            answer.fail(ClosedError(is_silent=not answer.bytes))
            return
        answer.came(len(data))
        for event in http2.receive_data(data):
            if answer.future.done():
                return
            _tell(answer, event)
        answer.rest()
        self._write(http2.data_to_send())


def _headers(request: Request) -> list[tuple[bytes, bytes]]:
    """The request's head as HTTP/2 has it."""
    given = {name.lower(): value for name, value in request.headers}
    return [
        (b":method", request.method),
        (b":scheme", b"https"),
        (b":authority", given.pop(b"host")),
        (b":path", request.target),
        *given.items(),
    ]


def _tell(answer: Answer, event: events.Event) -> None:
    """Say in HTTP/1.1's terms what happened."""
    if isinstance(event, events.ResponseReceived):
        named = dict(event.headers or ())
        status = int(named.get(b":status", b"0"))
        headers = [(name, value) for name, value in named.items() if not name.startswith(b":")]
        tell(answer, h11.Response(status_code=status, headers=headers))
    elif isinstance(event, events.DataReceived):
        tell(answer, h11.Data(event.data or b""))
    elif isinstance(event, events.StreamEnded):
        tell(answer, h11.EndOfMessage())
    elif isinstance(event, events.StreamReset | events.ConnectionTerminated):
        answer.fail(ClosedError(is_silent=False))
