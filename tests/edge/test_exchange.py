"""One connection on loopback: what is read of an answer, and where reading ends."""

from __future__ import annotations

import asyncio
import gzip
import socket
import struct
import zlib
from typing import TYPE_CHECKING, Literal

import pytest

from bot.core.walk import START_BYTES
from bot.edge import dial
from bot.edge.exchange import (
    HEADER_BYTES,
    Bounds,
    ClosedError,
    Connection,
    HugeHeadersError,
    NotHttpError,
    Reply,
    Request,
    SilenceError,
    UnsendableError,
)

if TYPE_CHECKING:
    from bot.edge.exchange import Wanted

    Then = Literal["stays", "closes", "pours", "drips", "resets"]

BOUNDS = Bounds(body_s=0.4, rest_s=0.3)
PAGE = b"<html><head><title>A page</title></head><body>text</body></html>"


class Seen:
    """What the server saw of one connection."""

    sent = 0


def exchange(  # noqa: PLR0913 - what comes, and who reads it how
    answer: bytes,
    *,
    then: Then = "stays",
    method: str = "GET",
    wanted: Wanted = "page",
    seen: Seen | None = None,
    later: bytes = b"",
) -> tuple[Reply, bool]:
    """The answer to one request, and whether the connection can be used again.

    `later` comes a moment after the rest.
    """
    seen = seen or Seen()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        try:
            if later:
                await writer.drain()
                await asyncio.sleep(0.02)
                writer.write(later)
            while then in {"pours", "drips"}:
                writer.write(bytes(100_000) if then == "pours" else b"x")
                await writer.drain()
                seen.sent += 1
                await asyncio.sleep(0 if then == "pours" else 0.01)
            if then == "stays":
                await reader.read()
        except OSError:
            pass
        finally:
            if then == "resets":
                # A linger of zero seconds makes close() send a reset instead of a farewell.
                linger = struct.pack("ii", 1, 0)
                writer.get_extra_info("socket").setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, linger
                )
            writer.close()

    async def run() -> tuple[Reply, bool]:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        connection = Connection(bytearray(65_536), tls=None)
        await dial.connect(lambda: connection, "127.0.0.1", server.sockets[0].getsockname()[1])
        request = Request(method.encode(), b"/", [(b"Host", b"site.example")])
        until = asyncio.get_running_loop().time() + 0.6
        try:
            reply = await connection.ask(request, wanted, until=until, bounds=BOUNDS)
            return reply, connection.is_open
        finally:
            connection.close()
            server.close()
            await asyncio.sleep(0.02)

    return asyncio.run(run())


def answering(*headers: str, body: bytes = b"", status: str = "200 OK") -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, "", ""]).encode() + body


def page(body: bytes, *headers: str, kind: str = "text/html; charset=utf-8") -> bytes:
    return answering(f"Content-Type: {kind}", f"Content-Length: {len(body)}", *headers, body=body)


@pytest.mark.parametrize(
    "answer",
    [
        page(PAGE),
        page(PAGE, kind="Application/XHTML+XML"),
        answering(f"Content-Length: {len(PAGE)}", body=PAGE),
        page(gzip.compress(PAGE), "Content-Encoding: gzip"),
        page(gzip.compress(PAGE), "Content-Encoding: X-GZip"),
        page(zlib.compress(PAGE), "Content-Encoding: deflate"),
        page(zlib.compress(PAGE)[2:-4], "Content-Encoding: deflate"),
        page(PAGE, "Content-Encoding: identity"),
        answering("Transfer-Encoding: chunked", body=b"%x\r\n%s\r\n0\r\n\r\n" % (len(PAGE), PAGE)),
    ],
    ids=["html", "xhtml", "no type", "gzip", "x-gzip", "zlib", "bare deflate", "identity", "chunks"],
)  # fmt: skip
def test_a_page_is_read_and_its_connection_used_again(answer: bytes) -> None:
    reply, is_open = exchange(answer)

    assert (reply.status, reply.start, is_open) == (200, PAGE, True)


@pytest.mark.parametrize(
    "answer",
    [
        page(PAGE, kind="application/pdf"),
        page(PAGE, "Content-Encoding: br"),
        page(PAGE, "Content-Encoding: zstd"),
        page(PAGE, "Content-Encoding: gzip"),
        page(PAGE).replace(b"200 OK", b"404 Not Found"),
        answering(status="204 No Content"),
    ],
    ids=["pdf", "br", "zstd", "no gzip", "404", "204"],
)
def test_of_other_answers_nothing_is_read_and_their_connections_are_used_again(
    answer: bytes,
) -> None:
    reply, is_open = exchange(answer)

    assert (reply.start, is_open) == (b"", True)


@pytest.mark.parametrize("at", [5, 40, page(PAGE).index(PAGE), page(PAGE).index(PAGE) + 9])
def test_an_answer_may_come_in_parts(at: int) -> None:
    whole = page(PAGE)
    reply, is_open = exchange(whole[:at], later=whole[at:])

    assert (reply.start, is_open) == (PAGE, True)


def test_a_service_is_read_whatever_it_answers() -> None:
    answer = page(b'{"a": 1}', kind="application/json").replace(b"200 OK", b"404 Not Found")

    assert exchange(answer, wanted="everything")[0].start == b'{"a": 1}'


def test_after_a_head_the_connection_is_used_again_however_long_the_page_is() -> None:
    reply, is_open = exchange(answering("Content-Length: 9000000"), method="HEAD", wanted="nothing")

    assert (reply.status, is_open) == (200, True)


@pytest.mark.parametrize("length", ["Content-Length: 90000000", "Connection: close"])
def test_a_long_page_is_read_up_to_its_title(length: str) -> None:
    seen = Seen()
    answer = answering("Content-Type: text/html", length, body=PAGE)
    reply, is_open = exchange(answer, then="pours", seen=seen)

    assert reply.start.startswith(PAGE)
    assert not is_open
    assert seen.sent < 200


def test_a_page_without_a_title_is_read_up_to_the_bound() -> None:
    answer = answering("Content-Type: text/html", "Content-Length: 90000000")
    reply, is_open = exchange(answer, then="pours")

    assert (len(reply.start), is_open) == (START_BYTES, False)


def test_what_is_packed_small_is_not_unpacked_large() -> None:
    bomb = gzip.compress(bytes(10_000_000))
    reply, _ = exchange(page(bomb, "Content-Encoding: gzip"))

    assert len(reply.start) == START_BYTES


@pytest.mark.parametrize("then", ["stays", "closes", "drips", "resets"])
def test_a_page_that_does_not_end_gives_what_came(then: Then) -> None:
    answer = answering("Content-Type: text/html", "Content-Length: 60000", body=b"<title>A")
    reply, is_open = exchange(answer, then=then)

    assert (reply.status, reply.start.rstrip(b"x"), is_open) == (200, b"<title>A", False)


@pytest.mark.parametrize("then", ["stays", "drips"])
def test_nobody_waits_long_for_the_rest_of_an_answer_that_nobody_reads(then: Then) -> None:
    reply, is_open = exchange(answering("Content-Length: 5000", status="404 No"), then=then)

    assert (reply.status, is_open) == (404, False)


@pytest.mark.parametrize(
    ("answer", "then", "error"),
    [
        (b"", "stays", SilenceError),
        (b"HTTP/1.1 200 OK\r\nX: ", "drips", SilenceError),
        (b"", "closes", ClosedError),
        (b"HTTP/1.1 200 OK\r\nContent-", "closes", ClosedError),
        (b"", "resets", ConnectionResetError),
        (b"\x00\xff garbage\r\n\r\n", "closes", NotHttpError),
        (b"220 mail.example ESMTP\r\n", "stays", NotHttpError),
        (answering("Content-Length: x"), "stays", NotHttpError),
        (b"HTTP/1.1 200 OK\r\nX: ", "pours", HugeHeadersError),
        (answering("X: " + "x" * 4_000_000), "stays", HugeHeadersError),
        (answering(*[f"X-{n}: {'x' * 1000}" for n in range(200)]), "stays", HugeHeadersError),
    ],
)
def test_an_answer_without_a_head_is_told_by_its_error(
    answer: bytes, then: Then, error: type[Exception]
) -> None:
    with pytest.raises(error):
        exchange(answer, then=then)


def test_headers_up_to_the_bound_are_taken() -> None:
    answer = answering("X: " + "x" * (HEADER_BYTES - 1_000), "Content-Length: 0")

    assert exchange(answer)[0].status == 200


def test_what_comes_after_an_answer_closes_the_connection() -> None:
    answer = answering("Content-Length: 0", body=b"HTTP/1.1 500 Not asked for\r\n\r\n")

    assert exchange(answer) == (Reply(200, [(b"content-length", b"0")]), False)


@pytest.mark.parametrize("value", [b"a\r\nX: b", b"a\n", b"a\x00", b" a", b"a "])
def test_a_header_that_would_break_the_request_is_never_sent(value: bytes) -> None:
    with pytest.raises(UnsendableError):
        Request(b"GET", b"/", [(b"Host", b"site.example"), (b"Cookie", value)]).written()


@pytest.mark.parametrize("target", [b"", b"/a b", b"/\r\n", b"/\xe9"])
def test_a_target_that_would_break_the_request_is_never_sent(target: bytes) -> None:
    with pytest.raises(UnsendableError):
        Request(b"GET", target, [(b"Host", b"site.example")]).written()


def test_a_request_is_written_as_it_was_given() -> None:
    headers = [(b"Host", b"site.example"), (b"Cookie", b"a=\xe9; b=c")]

    assert Request(b"GET", b"/a?b", headers).written() == (
        b"GET /a?b HTTP/1.1\r\nHost: site.example\r\nCookie: a=\xe9; b=c\r\n\r\n"
    )
