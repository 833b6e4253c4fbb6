"""What can become of a right answer. A fault takes the right answer of a path and gives the one that is sent.

On a path of the API a refusal (401, 403, 405) stays as it is: whatever breaks there breaks behind the log-in.
"""

import json
from dataclasses import replace
from typing import Any

from lab.embedded import reply
from lab.embedded.reply import Manner, Reply
from lab.embedded.state import Edit, Fault

FIVE_MEGABYTES = 5 * 1024 * 1024
DEEP = 100_000


def instead(answer: Reply) -> Fault:
    """Another answer altogether."""
    return lambda _right: answer


def html(status: int, title: str) -> Fault:
    return instead(reply.html(status, title))


def json_text(body: str, status: int = 200) -> Fault:
    return instead(reply.text(status, body, "application/json"))


def edited(edit: Edit) -> Fault:
    """The right JSON document with a change."""

    def fault(right: Reply) -> Reply:
        document = json.loads(right.body)
        edit(document)
        return replace(right, body=json.dumps(document).encode())

    return fault


def without(key: str) -> Edit:
    def edit(document: dict[str, Any]) -> None:
        del document[key]

    return edit


def late(seconds: float) -> Fault:
    return lambda right: replace(right, delay=right.delay + seconds)


def _sent(manner: Manner) -> Fault:
    return lambda right: replace(right, manner=manner)


truncated = _sent(Manner.TRUNCATED)
dripping = _sent(Manner.DRIPPING)
held = _sent(Manner.HELD)
reset = _sent(Manner.RESET)


def nonsense() -> Fault:
    """5 MB that are no text at all, under the right status and content type."""
    return lambda right: replace(right, body=bytes(range(256)) * (FIVE_MEGABYTES // 256))


def deep() -> Fault:
    """A list in a list in a list: what a careless parser dies of."""
    return json_text("[" * DEEP + "]" * DEEP)


def redirect_loop(path: str) -> Fault:
    return instead(Reply(302, b"", headers=(("Location", path),)))
