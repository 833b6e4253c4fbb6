"""What became of the packets from one node to another: whether they came back, how many, and of which size."""

from __future__ import annotations

from collections.abc import Callable

from checks.rules.overlay_view import OverlayView
from checks.rules.wording import many
from fixtures.core.evidence import Because
from fixtures.core.overlay_subjects import NodePair
from fixtures.core.store import Unavailable
from fixtures.probes.overlay.facts import Pinged

NO_PACKET_BACK = {"net.no-packet-back": "no reply is received, so nothing else is known of the two nodes"}


def answered(view: OverlayView, pair: NodePair) -> Pinged:
    """What was seen of a pair whose packets come back at all."""
    pinged = view.pinged(pair)
    if not pinged.address.answered and not view.answers_alone(pair):
        because = Because(pair.subject, condition="NET-2")
        raise Unavailable("net.no-packet-back", "no reply is received, see NET-2", because=because)
    return pinged


def is_lossy(view: OverlayView, pair: NodePair, pinged: Pinged) -> bool:
    """Whether packets were lost while all nodes pinged, and again when it was pinged alone."""
    quiet = view.quiet(pair)
    return bool((pinged.lost or pinged.tries > 1) and quiet and quiet.echo.lost)


def lossy(view: OverlayView) -> Callable[[NodePair, Pinged], bool]:
    """The test of a pair for lost packets, as `bad_between` takes it."""
    return lambda pair, pinged: is_lossy(view, pair, pinged)


def stuck(_pair: NodePair, pinged: Pinged) -> bool:
    """Whether packets of full size do not cross, and small ones do."""
    return pinged.full is not None and not pinged.full.answered and pinged.address.answered


def count(pinged: Pinged, way: str) -> str:
    """How many packets came back by that way, `name` or `address`, or what ping printed instead."""
    echo = pinged.name if way == "name" else pinged.address
    return echo.detail or f"{echo.received} of {echo.sent}"


def came_back(received: int, sent: int, average_ms: float | None) -> str:
    """How many packets came back, and how soon, in words."""
    return f"{received} of {many(sent, 'packet')} came back" + (
        f", {average_ms:g} ms" if average_ms is not None else ""
    )
