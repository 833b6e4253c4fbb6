"""Faults of a replica as a whole: its version, its volumes, its database's log and name, what was left beside it."""

from lab.embedded.product import OLDER
from lab.swarm import replica
from lab.swarm.faults.containers import NODE, name, replaces
from lab.swarm.faults.expect import Expect
from lab.swarm.faults.fault import Fault
from lab.swarm.faults.looks import ping
from lab.swarm.lab import Lab
from lab.swarm.plan import IMAGE, NETWORK

LEFT_OVER = "dtr-phase2"
# As a database server writes when the network between it and another one comes and goes.
FLAPPING = [
    "sh",
    "-c",
    "for each in 1 2 3 4; do echo 'Connected to server \"dtr_rethinkdb_f2277ad178f7\" 2b1a9f53'; "
    "echo 'Disconnected from server \"dtr_rethinkdb_f2277ad178f7\" 2b1a9f53'; done; exec /usr/bin/rethinkdb",
]


def _without_volume(lab: Lab) -> None:
    node = lab.node(NODE)
    node.docker.remove_container(name(lab, "scanningstore"), force=True)
    node.docker.remove_volume(f"dtr-postgres-{node.replica}")
    replica.create(node, "scanningstore", volumes={})


def _has_volume(lab: Lab) -> bool:
    volumes = lab.node(NODE).docker.volumes()["Volumes"] or []
    return f"dtr-postgres-{lab.node(NODE).replica}" in {volume["Name"] for volume in volumes}


def _leave_over(lab: Lab) -> None:
    lab.node(NODE).docker.create_container(IMAGE, entrypoint=["sleep", "3600"], name=LEFT_OVER)
    lab.node(NODE).docker.start(LEFT_OVER)


def _is_left_over(lab: Lab) -> bool:
    return bool(lab.node(NODE).docker.containers(filters={"name": LEFT_OVER}))


def _second_of_its_name(lab: Lab) -> None:
    """On another node, where nothing stops it from taking the name of node 1's database."""
    node, taken = lab.node(4), replica.name_of("rethinkdb", lab.node(1).replica)
    node.docker.create_container(
        IMAGE, entrypoint=["sleep", "3600"], name=taken, networking_config={"EndpointsConfig": {NETWORK: {}}}
    )
    replica.start_container(node, taken)


def _remove_second(lab: Lab) -> None:
    lab.node(4).docker.remove_container(replica.name_of("rethinkdb", lab.node(1).replica), force=True)


def _two_addresses(lab: Lab) -> bool:
    seen = {ping(lab, 2, 1).partition("(")[2].partition(")")[0] for _ in range(8)}
    return len(seen - {""}) > 1


def _older(expect: Expect) -> None:
    expect.fail("CTR-3", expect.replica(NODE))
    expect.cause("container-version", f"replica:{expect.replica(NODE)}")


def _lacks_a_volume(expect: Expect) -> None:
    expect.fail("CTR-5", expect.replica(NODE))
    expect.cause("volume-missing", f"volume:dtr-postgres-{expect.replica(NODE)}")


def _flaps(expect: Expect) -> None:
    expect.warn("CTR-6", expect.replica(NODE))
    expect.cause("flapping", f"database:{expect.replica(1)}", f"database:{expect.replica(NODE)}")


def _has_two_addresses(expect: Expect) -> None:
    expect.fail("NET-4", *(f"{machine.name}:{expect.replica(1)}" for machine in expect.machines))
    expect.cause("stale-name", f"database:{expect.replica(1)}")


FAULTS = (
    Fault(
        name="older-version",
        title="One container of a replica is of an older version than the others.",
        inject=replaces("garant", version=OLDER),
        heal=replaces("garant"),
        shows=lambda lab: (
            lab.node(NODE).docker.inspect_container(name(lab, "garant"))["Config"]["Labels"]["com.docker.dtr.version"]
            == OLDER
        ),
        trips=_older,
    ),
    Fault(
        name="missing-volume",
        title="A volume of a replica is gone: its container was made anew without it.",
        inject=_without_volume,
        heal=replaces("scanningstore"),
        shows=lambda lab: not _has_volume(lab),
        trips=_lacks_a_volume,
    ),
    Fault(
        name="database-links-flap",
        title="The log of one replica's database tells of another server that comes and goes.",
        inject=replaces("rethinkdb", entrypoint=FLAPPING),
        heal=replaces("rethinkdb"),
        shows=lambda lab: b"Disconnected" in lab.node(NODE).docker.logs(name(lab, "rethinkdb")),
        trips=_flaps,
    ),
    Fault(
        name="young-left-over",
        title="A container that joins and upgrades use is there, a few seconds old: one is at work.",
        inject=_leave_over,
        heal=lambda lab: lab.node(NODE).docker.remove_container(LEFT_OVER, force=True),
        shows=_is_left_over,
        trips=lambda _expect: None,
    ),
    Fault(
        name="name-on-two-nodes",
        title="A container on another node took the name of a replica's database.",
        inject=_second_of_its_name,
        heal=_remove_second,
        shows=_two_addresses,
        within=20,
        trips=_has_two_addresses,
    ),
)
