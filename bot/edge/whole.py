"""An answer that came whole and is plain, as most are to a HEAD: read without h11.

h11 knows all of HTTP/1.1, and takes ten times as long. Whatever is unusual in an answer is left to
it, and a test holds what is read here against what h11 reads.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_HEAD = re.compile(
    rb"HTTP/1\.1 (?P<status>[2-5][0-9]{2}) [\t -~]*\r\n"
    rb"(?P<rows>(?:[0-9A-Za-z-]+:[\t -~]*\r\n)+)\r\n"
)
_LENGTH = re.compile(rb"[0-9]{1,9}")
_WITHOUT_BODY = frozenset({204, 304})


class Whole(NamedTuple):
    """All of an answer, after which the connection is as good as new."""

    status: int
    headers: list[tuple[bytes, bytes]]
    """Names in lower case."""
    body: bytes


def read(data: bytes, *, is_to_head: bool) -> Whole | None:
    r"""The answer that these bytes are; None where they are not exactly one, or it is unusual.

    >>> read(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", is_to_head=False).body
    b'hi'
    """
    head = _HEAD.match(data)
    if head is None or (status := int(head["status"])) in _WITHOUT_BODY:
        return None
    length: int | None = None
    headers = []
    for row in head["rows"].split(b"\r\n")[:-1]:
        name, _, written = row.partition(b":")
        name, value = name.lower(), written.strip(b" \t")
        if name == b"content-length":
            if length is not None or not _LENGTH.fullmatch(value):
                return None
            length = int(value)
        elif name in {b"transfer-encoding", b"upgrade"} or _may_close(name, value):
            return None
        headers.append((name, value))
    body = data[head.end() :]
    is_whole = not body if is_to_head else len(body) == length
    return Whole(status, headers, body) if is_whole else None


def _may_close(name: bytes, value: bytes) -> bool:
    return name == b"connection" and value.lower() != b"keep-alive"
