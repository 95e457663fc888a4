"""An answer read without h11 is what h11 reads."""

from __future__ import annotations

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.edge import whole
from bot.edge.whole import Whole

PLAIN = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"


def by_h11(data: bytes, *, is_to_head: bool) -> Whole | None:
    """What h11 reads; None where it is not one answer that leaves the connection as good as new."""
    http = h11.Connection(h11.CLIENT)
    method = "HEAD" if is_to_head else "GET"
    http.send(h11.Request(method=method, target="/", headers=[("Host", "site.example")]))
    http.send(h11.EndOfMessage())
    http.receive_data(data)
    body = b""
    head: h11.Response | None = None
    try:
        while (event := http.next_event()) is not h11.NEED_DATA:
            if isinstance(event, h11.Response):
                head = event
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage):
                http.start_next_cycle()
                break
    except h11.ProtocolError:
        return None
    if head is None or http.our_state is not h11.IDLE or http.trailing_data[0]:
        return None
    return Whole(head.status_code, list(head.headers), body)


NAMES = st.sampled_from(
    ["Content-Length", "content-length", "Connection", "Transfer-Encoding", "Upgrade", "Location",
     "Content-Type", "X-A", "Set-Cookie", "Bad Name", "Odd_Name", "", " folded"]
)  # fmt: skip
VALUES = st.sampled_from(
    ["", "0", "2", "02", "2, 2", "+2", "2\t", "close", "keep-alive", "Keep-Alive, x", "chunked",
     "gzip", "a b", "caf\u00e9", "\u00a0x", "a\x00b", "a\x0bb", "x\x7f", "h2c"]
)  # fmt: skip
ROWS = st.tuples(NAMES, st.sampled_from([":", ": ", " : ", ":\t"]), VALUES).map("".join)
STARTS = st.sampled_from(
    ["HTTP/1.1 200 OK", "HTTP/1.1 200", "HTTP/1.1 200 ", "HTTP/1.1 404 Not\tFound", "HTTP/1.0 200 OK",
     "HTTP/1.1 100 Continue", "HTTP/1.1 204 None", "HTTP/1.1 304 Same", "HTTP/1.1 999 No",
     "HTTP/2 200", "HTTP/1.1 20 OK", "HTTP/1.1  200 OK", "http/1.1 200 OK", "HTTP/1.1 503 caf\u00e9"]
)  # fmt: skip
ENDS = st.sampled_from(["\r\n", "\r\n", "\r\n", "\n"])
BODIES = st.sampled_from(["", "hi", "hi!", "2\r\nhi\r\n0\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n"])


@st.composite
def answers(draw: st.DrawFn) -> bytes:
    """Bytes that are an answer, or nearly one."""
    end = draw(ENDS)
    rows = [draw(STARTS), *draw(st.lists(ROWS, max_size=4))]
    return "".join([*(f"{row}{end}" for row in rows), end, draw(BODIES)]).encode("latin-1")


@given(answers(), st.booleans())
def test_what_is_read_here_is_what_h11_reads(data: bytes, is_to_head: bool) -> None:  # noqa: FBT001 - drawn
    read = whole.read(data, is_to_head=is_to_head)

    assert read is None or read == by_h11(data, is_to_head=is_to_head)


@given(
    st.lists(st.sampled_from(["Location: /b", "Server: x", "Connection: keep-alive"]), max_size=3)
)
def test_a_plain_answer_is_read_without_h11(rows: list[str]) -> None:
    head = "".join(f"{row}\r\n" for row in ["HTTP/1.1 200 OK", *rows, "Content-Length: 2", ""])
    data = f"{head}hi".encode()

    assert whole.read(data, is_to_head=False) == by_h11(data, is_to_head=False) is not None


@pytest.mark.parametrize("cut", range(len(PLAIN)))
def test_an_answer_that_is_not_all_there_is_left_to_h11(cut: int) -> None:
    assert whole.read(PLAIN[:cut], is_to_head=False) is None
    assert whole.read(PLAIN[:cut], is_to_head=True) is None


def test_a_body_that_is_not_all_there_is_left_to_h11() -> None:
    assert whole.read(PLAIN, is_to_head=False) is None
    assert whole.read(PLAIN + b"h", is_to_head=False) is None


def test_what_follows_an_answer_makes_it_unusual() -> None:
    assert whole.read(PLAIN + b"hi!", is_to_head=False) is None
    assert whole.read(PLAIN + b"hi", is_to_head=True) is None
