"""One HTTP/1.1 connection, plain or secure: requests out, heads of answers and starts of pages in.

The connection is ours, since for 10,000 strange hosts a client of many layers costs too much
(measured on loopback, per link: httpcore 1.2 ms, this 0.3 ms) and because here everything has a
bound: headers in bytes, each answer in time, a body in both, packed and unpacked. Answers that are
not as plain as can be are read by h11, see `machine`. TLS runs over memory buffers: asyncio's own
takes 256 kB a connection.
"""

from __future__ import annotations

import asyncio
import re
import ssl
import zlib
from typing import TYPE_CHECKING, Literal, NamedTuple

from bot.core.walk import START_BYTES
from bot.edge import whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.edge.machine import Machine
    from bot.edge.whole import Whole

HEADER_BYTES = 100_000
"""The longest head of an answer."""
HANDSHAKE_BYTES = 250_000
"""The longest TLS handshake, with all its certificates."""

Wanted = Literal["nothing", "page", "everything"]
"""What is read of a body: nothing, a page's title, or the start of whatever it is."""

_READ_BYTES = 65_536
_PAGES = (b"text/html", b"application/xhtml+xml")
_PACKED = frozenset({b"gzip", b"x-gzip", b"deflate"})
_ANY_HEADER, _BARE_DEFLATE = 47, -15
"""zlib's window bits: the first find out whether a gzip or a zlib header comes."""
_HEAD_ENDS = re.compile(rb"</(?:title|head)", re.IGNORECASE)
_BEGINS = b"HTTP/"
_PLAIN_CODINGS = frozenset({b"", b"identity"})


class NotHttpError(Exception):
    """What came is no answer."""


class HugeHeadersError(Exception):
    """The head of an answer does not end."""


class ClosedError(Exception):
    """The connection ended before the head of an answer did."""

    def __init__(self, *, is_silent: bool) -> None:
        super().__init__()
        self.is_silent = is_silent
        """Whether nothing at all had come."""


class SilenceError(Exception):
    """The time was up before the head of an answer was there."""


class UnsendableError(Exception):
    """A request has something in it that is not allowed there, such as the end of a line."""


class Request(NamedTuple):
    """What is sent; it has no body."""

    method: bytes
    target: bytes
    headers: Sequence[tuple[bytes, bytes]]
    """Whatever stands in their values; the names are ours."""

    def check(self) -> None:
        """Raise UnsendableError if it is none that can be sent."""
        values = (value for _, value in self.headers)
        if not (_TARGET.fullmatch(self.target) and all(map(_VALUE.fullmatch, values))):
            raise UnsendableError

    def written(self) -> bytes:
        """The bytes that are sent; raises UnsendableError."""
        self.check()
        rows = b"".join(b"%s: %s\r\n" % row for row in self.headers)
        return b"%s %s HTTP/1.1\r\n%s\r\n" % (self.method, self.target, rows)


# What h11 (0.16.0) allows there.
_TARGET = re.compile(rb"[!-~]+")
_VALUE = re.compile(rb"(?:[!-~\x80-\xff](?:[\t -~\x80-\xff]*[!-~\x80-\xff])?)?")


class Reply(NamedTuple):
    """One answer."""

    status: int
    headers: Iterable[tuple[bytes, bytes]]
    """Names in lower case."""
    start: bytes = b""
    """The start of the body, unpacked, as far as it was wanted and came in time."""


class Bounds(NamedTuple):
    """How long the parts of a body are waited for."""

    body_s: float
    """For the start of a page."""
    rest_s: float
    """For the rest that nobody wants, so that the connection can be used again."""


class Connection(asyncio.BufferedProtocol):
    """One connection to an origin; it carries one request after the other."""

    def __init__(self, buffer: bytearray, *, tls: tuple[ssl.SSLContext, str] | None) -> None:
        """`buffer` may be shared by all connections of a loop: each takes out at once what came."""
        self._loop = asyncio.get_running_loop()
        self._buffer = buffer
        self._transport: asyncio.Transport | None = None
        self._request: Request | None = None
        self._machine: Machine | None = None
        """Reads the answer, if it is not as plain as can be."""
        self._secured: asyncio.Future[None] | None = None
        self._tls: ssl.SSLObject | None = None
        if tls is not None:
            context, name = tls
            self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
            self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=name)
            self._secured = self._loop.create_future()
        self._shaken = 0
        """Bytes of the handshake that came."""
        self._answer: Answer | None = None
        self.asked = 0
        """Requests that were sent over it."""
        self.is_open = False

    @property
    def protocol(self) -> str | None:
        """What both sides agreed upon in the handshake, if they spoke of it."""
        return self._tls.selected_alpn_protocol() if self._tls is not None else None

    async def secure(self) -> None:
        """Wait until the TLS handshake is over; raises what it fails with."""
        if self._secured is not None:
            await self._secured

    async def ask(
        self,
        request: Request,
        wanted: Wanted,
        *,
        until: float,
        bounds: Bounds,
    ) -> Reply:
        """The answer to one request; its head must be there when the loop's clock says `until`."""
        if not self.is_open:
            raise ClosedError(is_silent=True)
        self.asked += 1
        written = request.written()
        answer = Answer(wanted, bounds=bounds, until=until)
        self._answer = answer
        self._request, self._machine = request, None
        self._write(written)
        try:
            return await answer.future
        finally:
            answer.stop()
            self._answer = None
            if not (self.is_open and self._is_over(answer)):
                self.close()

    def close(self) -> None:
        """Give the connection up, with whatever is still under way."""
        self.is_open = False
        if self._transport is not None:
            self._transport.abort()

    def _is_over(self, answer: Answer) -> bool:
        """Whether the next answer may follow this one."""
        return answer.is_whole or (self._machine is not None and self._machine.is_done())

    def _write(self, data: bytes) -> None:
        if self._transport is None:
            return
        if self._tls is not None:
            self._tls.write(data)
            data = self._outgoing.read()
        self._transport.write(data)

    # ---- what asyncio calls ----

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin the handshake, if there is one."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - for the types
        self._transport = transport
        self.is_open = True
        if self._tls is not None:
            self._shake_hands()

    def get_buffer(self, sizehint: int) -> bytearray:  # noqa: ARG002 - asyncio's interface
        """Where the next bytes go."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Read what came."""
        came = bytes(memoryview(self._buffer)[:nbytes])
        if self._tls is None:
            self._take(came)
        else:
            self._incoming.write(came)
            if self._secured is not None and not self._secured.done():
                self._shaken += nbytes
                self._shake_hands()
            else:
                self._decrypt()

    def eof_received(self) -> None:
        """Read that nothing more comes; asyncio closes its side then."""
        if self._secured is not None and not self._secured.done():
            self._secured.set_exception(ClosedError(is_silent=True))
        self._take(b"")

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits."""
        self.is_open = False
        error = exc or ClosedError(is_silent=True)
        if self._secured is not None and not self._secured.done():
            self._secured.set_exception(error)
        if self._answer is not None:
            self._answer.fail(error)

    def _shake_hands(self) -> None:
        assert self._tls is not None  # noqa: S101 - for the types
        assert self._secured is not None  # noqa: S101 - as above
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            self._flush()
            if self._shaken > HANDSHAKE_BYTES:
                self._secured.set_exception(ssl.SSLError("the handshake does not end"))
                self.close()
        except ssl.SSLError as error:
            self._flush()
            self._secured.set_exception(error)
        else:
            self._flush()
            self._secured.set_result(None)

    def _flush(self) -> None:
        if self._transport is not None and (data := self._outgoing.read()):
            self._transport.write(data)

    def _decrypt(self) -> None:
        assert self._tls is not None  # noqa: S101 - for the types
        try:
            while self.is_open:
                data = self._tls.read(_READ_BYTES)
                self._take(data)
                if not data:
                    return
        except ssl.SSLWantReadError:
            self._flush()
        except ssl.SSLError as error:
            if self._answer is not None:
                self._answer.fail(error)
            self.close()

    def _take(self, data: bytes) -> None:
        """Give the answer what came, b"" for the end, as it is read."""
        if self._answer is None or self._answer.future.done():
            # Nobody asked: what comes now must not be taken for the next answer.
            self.close()
            return
        if not (self._answer.has_begun or data.startswith(_BEGINS[: len(data)])):
            # Whoever speaks another protocol waits for us, and h11 for the end of the line.
            self._answer.fail(NotHttpError())
            return
        assert self._request is not None  # noqa: S101 - there is one before its answer
        if self._machine is None:
            if found := whole.read(data, is_to_head=self._request.method == b"HEAD"):
                self._answer.take_whole(found)
                return
            from bot.edge.machine import Machine  # noqa: PLC0415 - plain answers do without

            self._machine = Machine(self._request)
        self._machine.read(data, self._answer)


class Answer:
    """An answer on its way."""

    __slots__ = (
        "_body", "_bounds", "_is_long", "_loop", "_reply", "_timer", "_wanted", "bytes", "future", "is_whole",
    )  # fmt: skip

    def __init__(self, wanted: Wanted, *, bounds: Bounds, until: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._wanted = wanted
        self._bounds = bounds
        self._reply: tuple[int, list[tuple[bytes, bytes]]] | None = None
        self._body: _Body | None = None
        self._is_long = False
        self._timer = self._loop.call_at(until, self._time_is_up)
        self.bytes = 0
        """That came so far."""
        self.is_whole = False
        """Whether it came at once, and nothing after it."""
        self.future: asyncio.Future[Reply] = self._loop.create_future()

    @property
    def has_begun(self) -> bool:
        """Whether any of it came."""
        return self.bytes > 0 or self._reply is not None

    def stop(self) -> None:
        """Wait no longer."""
        self._timer.cancel()

    def came(self, count: int) -> None:
        """Count what came."""
        self.bytes += count

    def fail(self, error: Exception) -> None:
        """End it: with an error, unless its head is there, which is what counts."""
        if self._reply is not None:
            self.finish()
        elif not self.future.done():
            self.future.set_exception(error)

    def take_whole(self, found: Whole) -> None:
        """Take all of it at once."""
        self.is_whole = True
        body = _Body.of(self._wanted, found.status, found.headers)
        if body is not None:
            body.take(found.body)
        self._reply, self._body = (found.status, found.headers), body
        self.finish()

    def take_head(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        """Go on with its head; the names of headers are in lower case."""
        if sum(len(name) + len(value) for name, value in headers) > HEADER_BYTES:
            self.fail(HugeHeadersError())
            return
        self._reply = (status, headers)
        self.bytes = 0
        self._body = _Body.of(self._wanted, status, headers)
        self._is_long = _is_long(headers)
        self._wait(self._bounds.rest_s if self._body is None else self._bounds.body_s)

    def rest(self) -> None:
        """All that came is read: end it where nothing that is wanted can follow."""
        is_full = self._body is None or self._body.is_full
        if self._reply is not None and is_full and self._is_long:
            self.finish()

    def take_body(self, data: bytes) -> None:
        """Go on with a part of its body."""
        self.bytes += len(data)
        body = self._body
        if body is not None and not body.is_full and body.take(data):
            self._wait(self._bounds.rest_s)
        if self.bytes > START_BYTES:
            self.finish()

    def _wait(self, wait_s: float) -> None:
        self._timer.cancel()
        self._timer = self._loop.call_later(wait_s, self._time_is_up)

    def _time_is_up(self) -> None:
        self.fail(SilenceError())

    def finish(self) -> None:
        """End it where its head is there."""
        if self._reply is not None and not self.future.done():
            status, headers = self._reply
            start = self._body.start if self._body is not None else b""
            self.future.set_result(Reply(status, headers, bytes(start)))


class _Body:
    """The start of a body, unpacked."""

    __slots__ = ("_is_page", "_unpack", "is_full", "start")

    def __init__(self, *, is_page: bool, unpack: _Unpack | None) -> None:
        self._is_page = is_page
        self._unpack = unpack
        self.start = bytearray()
        self.is_full = False
        """Whether all that is wanted is there."""

    @classmethod
    def of(cls, wanted: Wanted, status: int, headers: list[tuple[bytes, bytes]]) -> _Body | None:
        """What collects the body of this answer; None where nothing of it is wanted."""
        if wanted == "nothing" or (wanted == "page" and status // 100 != 2):  # noqa: PLR2004 - 2xx
            return None
        kind = _value(headers, b"content-type").partition(b";")[0].strip().lower()
        coding = _value(headers, b"content-encoding").strip().lower()
        if wanted == "page" and kind and kind not in _PAGES:
            return None
        if coding in _PLAIN_CODINGS:
            return cls(is_page=wanted == "page", unpack=None)
        return cls(is_page=wanted == "page", unpack=_Unpack()) if coding in _PACKED else None

    def take(self, data: bytes) -> bool:
        """Add what is wanted of the next part; gives whether all that is wanted is there."""
        room = START_BYTES - len(self.start)
        searched = max(0, len(self.start) - len(b"</title"))
        self.start += data[:room] if self._unpack is None else self._unpack.some(data, room)
        self.is_full = len(self.start) >= START_BYTES or (
            self._is_page and _HEAD_ENDS.search(self.start, searched) is not None
        )
        return self.is_full


class _Unpack:
    """gzip, zlib, or deflate without any header, which some servers send in place of zlib."""

    __slots__ = ("_engine", "_is_begun")

    def __init__(self) -> None:
        self._engine = zlib.decompressobj(_ANY_HEADER)
        self._is_begun = False

    def some(self, data: bytes, most: int) -> bytes:
        """What the next part unpacks to, at most so much; nothing once it is broken."""
        try:
            return self._engine.decompress(data, most)
        except zlib.error:
            if self._is_begun:
                return b""
            self._engine = zlib.decompressobj(_BARE_DEFLATE)
        finally:
            self._is_begun = True
        return self.some(data, most)


def _value(headers: list[tuple[bytes, bytes]], name: bytes) -> bytes:
    return next((value for given, value in headers if given == name), b"")


def _is_long(headers: list[tuple[bytes, bytes]]) -> bool:
    """Whether the end of the body is too far away to use the connection again after it."""
    length = _value(headers, b"content-length")
    if length.isdigit():
        return int(length) > START_BYTES
    return not _value(headers, b"transfer-encoding")
