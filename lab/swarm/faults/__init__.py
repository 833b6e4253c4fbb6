"""The faults that can be put into a lab, as objects: what an operator meets, and what the suite must make of it.

What the lab cannot do, since all nodes share one kernel, one memory and one clock: swap, a clock that runs away from
inside the engine, less memory. Those are faults of the embedded cluster only. So is a left-over container of more than
an hour's age.
"""

from lab.swarm.faults import addresses, containers, engines, logins, membership, network, replicas, stacks
from lab.swarm.faults.fault import MANAGERS, WORKERS, Fault

__all__ = ["MANAGERS", "WORKERS", "Fault", "faults"]


def faults() -> dict[str, Fault]:
    """All of them by name; those that a new lab must follow come last."""
    families = (network, addresses, containers, replicas, stacks, logins, engines, membership)
    found = [fault for family in families for fault in family.FAULTS]
    return {fault.name: fault for fault in sorted(found, key=lambda fault: fault.heal is None)}
