"""Every fault of the lab: the suite finds what it must, accuses nothing else, and is green again where it heals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from lab.swarm.commands import LabError
from lab.swarm.engines import Engine
from lab.swarm.faults import Fault, faults
from tests.proof import records
from tests.suite import Outcome, Suite, causes
from tests.swarm.conftest import Labs


@pytest.mark.parametrize("fault", faults().values(), ids=list(faults()))
def test_fault_is_found_and_nothing_else(
    labs: Labs, suite: Suite, record_property: Callable[[str, object], None], engine: Engine, fault: Fault
) -> None:
    """A lab that went through other faults may not have settled. What is wrong in a new one as well is no accident.

    The table tells what was tried again, and why.
    """
    if fault.needs and not Path(fault.needs).exists():
        pytest.skip(f"needs {fault.needs}")
    fault = replace(fault, plan=replace(fault.plan, engine=engine))
    wrong = put_to_the_test(labs, suite, record_property, fault)
    if wrong:
        record_property("tried again", wrong.splitlines()[0])
        wrong = put_to_the_test(labs, suite, record_property, fault)
    assert not wrong, wrong


def put_to_the_test(labs: Labs, suite: Suite, record_property: Callable[[str, object], None], fault: Fault) -> str:
    """What is wrong about the fault, or about the lab when it is healed; empty where nothing is."""
    wrong = "it was interrupted"
    try:
        lab = labs.of(fault.plan)
        fault.put_in(lab)
        outcome = suite.run(f"--inventory={lab.inventory}")
        expected, declared = lab.expected | fault.expected(), fault.expected_causes()
        records.keep(records.SWARM, fault.name, fault.title, outcome, expected, declared)
        record_property("fault", fault.name)
        record_property("seconds", f"{outcome.seconds:.1f}")
        record_property("not tripped", list(outcome.verdicts.values()).count("PASS"))
        record_property("tripped", found(outcome))
        wrong = difference("found", expected, outcome) or _named(fault, outcome)
        if fault.heal is not None and not wrong:
            fault.take_out(lab)
            wrong = difference("healed", lab.expected, suite.run(f"--inventory={lab.inventory}"))
    except LabError as error:
        wrong = f"the lab: {error}"
    finally:
        if wrong or fault.heal is None:
            labs.discard()
    return wrong


def _named(fault: Fault, outcome: Outcome) -> str:
    """What the run names as wrong, where that is not what the fault declares."""
    declared = [(each.id, list(each.things), each.offers) for each in fault.expected_causes()]
    named = causes(outcome)
    return "" if named == declared else f"named {named}, declared {declared}\n{outcome.output}"


def difference(what: str, expected: dict[tuple[str, str], str], outcome: Outcome) -> str:
    """In the first line what a run told otherwise than expected, then its output; empty where all is as expected."""
    more = sorted(outcome.tripped.items() - expected.items())
    less = sorted(expected.items() - outcome.tripped.items())
    if "Traceback" in outcome.output:
        return f"{what}: a traceback\n{outcome.output}"
    return f"{what}: unexpected {more}, missing {less}\n{outcome.output}" if more or less else ""


def found(outcome: Outcome) -> str:
    """What was found, by condition and verdict, with the one subject or their number."""
    subjects: dict[tuple[str, str], list[str]] = {}
    for (condition, subject), verdict in sorted(outcome.tripped.items()):
        subjects.setdefault((condition, verdict), []).append(subject)
    told = [
        f"{condition} {verdict} {where[0] if len(where) == 1 else f'on {len(where)}'}"
        for (condition, verdict), where in subjects.items()
    ]
    return ", ".join(told) or "nothing"
