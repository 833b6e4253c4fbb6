"""The parts of the swarm lab that need no root: its plan, its name server's answers, and what its faults declare."""

from __future__ import annotations

import struct

import pytest

from lab.swarm import Plan
from lab.swarm.faults import faults
from lab.swarm.plan import NETWORK
from lab.swarm.resolver import answer

QUESTION = b"\x08registry\x07example\x00\x00\x01\x00\x01"


FEEDS = ("global", "library.alpine", "finance.ledger")
IMAGE = "library.alpine_3.20"


def test_managers_and_replicas_stand_on_the_first_nodes() -> None:
    machines = Plan(nodes=4, managers=1, replicas=3).machines
    assert [machine.name for machine in machines] == ["node-1", "node-2", "node-3", "node-4"]
    assert [machine.manager for machine in machines] == [True, False, False, False]
    assert [bool(machine.replica) for machine in machines] == [True, True, True, False]
    assert len({machine.address for machine in machines}) == 4


@pytest.mark.parametrize("numbers", [(0, 1, 3), (21, 1, 3), (4, 0, 3), (4, 5, 3), (4, 1, 0), (4, 1, 5)])
def test_plans_that_do_not_fit_are_refused(numbers: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="not "):
        Plan(*numbers)


def test_no_name_is_known() -> None:
    query = struct.pack("!HHHHHH", 4711, 0x0100, 1, 0, 0, 1) + QUESTION + b"additional"
    reply = answer(query)
    assert reply is not None
    number, flags, questions, answers, *_ = struct.unpack_from("!HHHHHH", reply)
    assert (number, flags & 0xF, questions, answers) == (4711, 3, 1, 0)
    assert reply[12:] == QUESTION


@pytest.mark.parametrize("query", [b"", b"short", struct.pack("!HHHHHH", 1, 0, 0, 0, 0, 0), b"\x00" * 12 + b"\xff"])
def test_odd_queries_do_not_end_the_name_server(query: bytes) -> None:
    reply = answer(query)
    assert reply is None or len(reply) >= 12


@pytest.mark.parametrize("name", list(faults()))
def test_what_a_fault_must_trip_names_what_its_lab_has(name: str) -> None:
    fault = faults()[name]
    machines = fault.plan.machines
    known = {machine.name for machine in machines} | {machine.replica for machine in machines}
    known |= {"cluster", "swarm", "swarm-ca", "admin", "reader", "anonymous", *FEEDS, IMAGE, NETWORK}
    for _, subject in fault.expected():
        assert subject.split(":")[0] in known
    assert fault.title.endswith(".")


def test_faults_that_need_a_new_lab_come_last() -> None:
    healed = [fault.heal is not None for fault in faults().values()]
    assert healed == sorted(healed, reverse=True)
