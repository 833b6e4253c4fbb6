"""What is wrong with an answer of `/_ping`, and with what: a replica repeats what it sees of its whole cluster."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from fixtures.core.evidence import Measured, Thing, thing
from fixtures.inventory import Inventory
from fixtures.inventory.msr import COMPONENTS
from fixtures.probes.endpoints import PingAnswer

REASONS: Mapping[str, str] = {
    "ping.unhealthy": "the replica reports itself unhealthy",
    "ping.container-unreachable": "a container of a replica refuses the health check's connection",
    "ping.other-database": "the replica reports the database of another replica",
    "ping.database-issues": "the replica reports RethinkDB's issues, which name no other replica",
    "ping.contradiction": "Healthy: true is returned with another status than 200",
    "ping.undocumented": "the response with status 200 is not the documented one",
    "ping.server-error": "a server error without the documented response",
    "ping.other-status": "another status without the documented response",
}

_CONTAINER = re.compile(rf"Failed to connect to container at dtr-({'|'.join(COMPONENTS)})\b")


@dataclass(frozen=True)
class PingFault:
    """Why an answer is not good: a code of `REASONS`, what is at fault, and who reported it of another replica.

    about: empty where the answer names no replica, and nothing says which one gave it.
    """

    reason: str
    about: tuple[Thing, ...]
    witnesses: tuple[Thing, ...] = ()

    @property
    def measured(self) -> Measured:
        """What a replica says of another one is reported."""
        return "reported" if self.witnesses else "directly"


def ping_fault(answer: PingAnswer, replica: str | None, inventory: Inventory) -> PingFault:
    """What is wrong with an answer that is not good. replica: who gave it, None where nothing says so."""
    own = (thing("replica", replica),) if replica else ()
    if answer.healthy is None:
        return PingFault(_undocumented(answer.status), own)
    if answer.healthy:
        return PingFault("ping.contradiction", own)
    others = [each for each in replicas_named(answer.error, inventory) if each != replica]
    container = _CONTAINER.match(answer.error)
    owner = others[0] if others else replica
    witnesses = own if others else ()
    if container and owner:
        return PingFault("ping.container-unreachable", _container(container[1], owner), witnesses)
    if others:
        return PingFault("ping.other-database", tuple(thing("database", each) for each in others), witnesses)
    of_the_database = answer.error.startswith("Rethinkdb has issues")
    return PingFault("ping.database-issues" if of_the_database else "ping.unhealthy", own)


def _undocumented(status: int) -> str:
    if status == 200:
        return "ping.undocumented"
    return "ping.server-error" if status >= 500 else "ping.other-status"


def _container(component: str, replica: str) -> tuple[Thing, ...]:
    container = thing("container", f"{component}-{replica}")
    return (container, thing("database", replica)) if component == "rethinkdb" else (container,)


def replicas_named(text: str, inventory: Inventory) -> list[str]:
    """The replicas that a text names; of RethinkDB's issues, those whose servers it calls not reachable."""
    unreachable = " ".join(re.findall(r'not reachable: ([^"\[{(]*)', text))
    ids = [replica.id for replica in inventory.replicas]
    return [each for each in ids if re.search(rf"(?<![0-9A-Za-z]){re.escape(each)}", unreachable or text)]
