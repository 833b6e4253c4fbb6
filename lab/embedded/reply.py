"""What is asked and what is answered, apart from the sockets that carry them."""

import json
from dataclasses import dataclass
from enum import Enum
from typing import Any


class Manner(Enum):
    """How an answer is put on the wire."""

    WHOLE = "whole"
    TRUNCATED = "half of the body that Content-Length promises, then the end"
    DRIPPING = "a byte every second, headers too"
    HELD = "accepted, never answered"
    RESET = "the connection is reset"


@dataclass(frozen=True)
class Reply:
    """An HTTP answer. `delay` is in seconds, before the first byte."""

    status: int
    body: bytes = b""
    content_type: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    manner: Manner = Manner.WHOLE
    delay: float = 0.0


@dataclass(frozen=True)
class Asked:
    """A request as the API sees it."""

    method: str
    path: str
    query: str = ""
    authorization: str | None = None
    range: str | None = None


@dataclass(frozen=True)
class Request:
    """A request as the record keeps it.

    time: seconds since the epoch. path: as sent, query included. where: a replica's id, `balancer` or `mke`.
    account: the user name that the credentials gave, right or wrong; None without credentials.
    status: what was answered; 0 when nothing was.
    answered: seconds since the epoch, before the answer's first byte; None while it is awaited.
    """

    time: float
    method: str
    path: str
    where: str
    account: str | None
    status: int
    answered: float | None = None


def text(status: int, body: str, content_type: str = "text/plain; charset=utf-8") -> Reply:
    return Reply(status, body.encode(), content_type)


def html(status: int, title: str) -> Reply:
    """nginx's own error page, or what a proxy puts in its place."""
    page = f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n"
    return text(status, page + "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n", "text/html")


def as_json(status: int, value: Any, indent: int | None = 1, content_type: str = "application/json") -> Reply:
    """go-restful indents by one space; /_ping does not indent, /api/v0/admin by two."""
    separators = (",", ":") if indent is None else (",", ": ")
    body = json.dumps(value, indent=indent, separators=separators, ensure_ascii=False)
    return Reply(status, body.encode(), content_type)
