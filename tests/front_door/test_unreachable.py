"""A replica that cannot be reached costs one time-out for the whole run; one that hangs ends nothing but itself."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from lab.embedded import Embedded
from tests.front_door.conftest import Watched
from tests.front_door.holder import Holder
from tests.front_door.looks import Looks
from tests.front_door.staging import asked_at, inventory_with, scene, state_of
from tests.patience import patient
from tests.suite import Outcome, Suite

ANSWER_SECONDS = 10.0
CONNECT_SECONDS = 3.0
PING_SECONDS = 20.0
# What all other looks of a sound cluster may take on a busy machine.
SPARE_SECONDS = 6.0
# What is asked of a replica before it is known whether it answers.
OWN_LOOKS = {"ping", "web_certificate"}
# What is asked about it elsewhere, whatever became of its web port: at its node's engine and at its database.
LOOKS_ELSEWHERE = {"replica_volumes", "registry_storage", "database_log", "database_view"}


def with_port(cluster: Embedded, replica: str, port: int) -> Path:
    """The inventory with another port for one replica."""
    replicas = yaml.safe_load(cluster.inventory.read_text(encoding="utf-8"))["replicas"]
    return inventory_with(cluster, replicas=[r | {"port": port} if r["id"] == replica else r for r in replicas])


def assert_only_it_is_at_fault(outcome: Outcome, bad: str) -> None:
    """It failed, all others are judged and sound, and it itself was not asked by more than two probes."""
    assert outcome.code == 1, outcome.output
    assert outcome.verdicts["PING-1", bad] == "FAIL"
    assert {key for key in outcome.tripped if bad not in key[1]} == set()
    assert Looks.of(outcome).at(bad, inherited=False) == OWN_LOOKS | LOOKS_ELSEWHERE


def test_a_replica_that_accepts_and_holds_costs_one_time_out(suite: Suite, tmp_path: Path) -> None:
    with scene("healthy", tmp_path) as cluster, Holder() as holder:
        bad = state_of(cluster).bad.id
        outcome = suite.run(f"--inventory={with_port(cluster, bad, holder.port)}")
        assert holder.connections == len(OWN_LOOKS)
    assert_only_it_is_at_fault(outcome, bad)
    looks = Looks.of(outcome)
    assert looks.seconds < patient(CONNECT_SECONDS + SPARE_SECONDS)
    assert "no TLS handshake within 3 s" in outcome.of("PING-1", bad)["message"]
    # It had time enough, and what the others said is not in doubt: there is nothing to look at again.
    assert looks.again == set()


def test_a_replica_that_refuses_costs_two_looks(watched: Watched, tmp_path: Path) -> None:
    with scene("one-replica-gone", tmp_path) as cluster:
        bad = state_of(cluster).bad
        outcome = watched.run(f"--inventory={cluster.inventory}")
    assert outcome.tripped == cluster.expected
    assert Looks.of(outcome).at(bad.id, inherited=False) == OWN_LOOKS | LOOKS_ELSEWHERE
    assert watched.connections(bad.address, bad.port) == 2 * len(OWN_LOOKS)
    assert "connection refused" in outcome.of("PING-1", bad.id)["message"]


def test_a_replica_that_hangs_never_hangs_the_run(suite: Suite, tmp_path: Path) -> None:
    with scene("ping-unanswered", tmp_path) as cluster:
        bad = state_of(cluster).bad.id
        outcome = suite.run(f"--inventory={cluster.inventory}")
        assert outcome.tripped == cluster.expected
        assert asked_at(cluster, bad) == asked_at(cluster, bad, "/_ping") == 1
    assert_only_it_is_at_fault(outcome, bad)
    assert Looks.of(outcome).seconds < patient(PING_SECONDS + SPARE_SECONDS)


def test_nothing_that_answers_at_all_costs_one_time_out_and_is_told_as_one_cause(suite: Suite, tmp_path: Path) -> None:
    with scene("healthy", tmp_path) as cluster, Holder() as holder:
        replicas = yaml.safe_load(cluster.inventory.read_text(encoding="utf-8"))["replicas"]
        # Other addresses of loopback, since two replicas at one address are a mistake in the inventory.
        gone = [r | {"address": f"127.0.0.{n}", "port": holder.port} for n, r in enumerate(replicas, 1)]
        for replica in gone:
            replica["rethinkdb"] |= {"address": replica["address"], "port": holder.port}
        nodes = [{"name": r["node"], "docker": f"tcp://{r['address']}:{holder.port}"} for r in gone]
        changes = {"replicas": gone, "nodes": nodes, "url": f"https://localhost:{holder.port}", "mke": None}
        outcome = suite.run(f"--inventory={inventory_with(cluster, **changes)}")
    assert outcome.code == 1, outcome.output
    # The engines cost 10 s, and then the databases: in whose container one may be asked, the managers' engines say.
    assert Looks.of(outcome).seconds < patient(CONNECT_SECONDS + 2 * ANSWER_SECONDS + SPARE_SECONDS)
    assert "1. No address in the inventory responds to this machine" in outcome.output


@pytest.mark.parametrize("frozen", ["notary-servers-frozen", "token-services-frozen", "token-and-notary-frozen"])
def test_what_hangs_at_every_replica_is_waited_for_once(suite: Suite, tmp_path: Path, frozen: str) -> None:
    """One time limit of 10 s for each thing that hangs, at all replicas at the same time; 139, 90 and 162 s before."""
    with scene(frozen, tmp_path) as cluster:
        outcome = suite.run(f"--inventory={cluster.inventory}")
        unanswered = Counter((each.where, server_of(each.path)) for each in cluster.requests if each.status == 0)
        assert outcome.tripped == cluster.expected
    # Of a notary-server that never answers one is held up, of a token service the two that may be there at once.
    for (_, server), times in unanswered.items():
        assert times <= (1 if server == "notary" else 2), unanswered
    kinds = {server for _, server in unanswered}
    assert outcome.seconds < patient(30 + 30 * len(kinds))


def server_of(path: str) -> str:
    return "notary" if "/_trust/" in path else path.partition("?")[0]


def test_wrong_addresses_of_replicas_that_users_reach_are_no_lost_majority(suite: Suite, tmp_path: Path) -> None:
    """As in a draft of an inventory whose addresses nobody has checked: nothing is to be restarted for it."""
    with scene("healthy", tmp_path) as cluster:
        replicas = yaml.safe_load(cluster.inventory.read_text(encoding="utf-8"))["replicas"]
        wrong = [
            {"id": each["id"], "address": f"127.0.1.{number}", "port": 1} for number, each in enumerate(replicas, 1)
        ]
        outcome = suite.run(f"--inventory={inventory_with(cluster, replicas=wrong, nodes=None, rethinkdb=None)}")
    assert outcome.code == 1, outcome.output
    assert outcome.verdicts["PING-2", urlsplit(cluster.url).netloc] == "PASS"
    what, *about = outcome.output.partition("What to do first:\n")[2].partition("\n\n")[0].splitlines()
    assert "1. This machine does not reach " in what
    assert "Next: check the path from this machine to that address, and the address in the inventory" in "\n".join(
        about
    )
    for word in ("majority", "restart", "join"):
        assert word not in "\n".join([what, *about])
