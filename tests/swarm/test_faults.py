"""Every fault of the lab: the suite finds what it must, accuses nothing else, and is green again after healing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lab.swarm.faults import Fault, faults
from tests.suite import Outcome, Suite
from tests.swarm.conftest import Labs


@pytest.mark.parametrize("fault", faults().values(), ids=list(faults()))
def test_fault_is_found_and_nothing_else(
    labs: Labs, suite: Suite, record_property: Callable[[str, object], None], fault: Fault
) -> None:
    if fault.needs and not Path(fault.needs).exists():
        pytest.skip(f"needs {fault.needs}")
    lab = labs.of(fault.plan)
    sound = False
    try:
        fault.put_in(lab)
        outcome = suite.run(f"--inventory={lab.inventory}")
        record_property("fault", fault.name)
        record_property("seconds", f"{outcome.seconds:.1f}")
        record_property("not tripped", list(outcome.verdicts.values()).count("PASS"))
        record_property("tripped", found(outcome))
        if fault.heal is not None:
            fault.take_out(lab)
            healed = suite.run(f"--inventory={lab.inventory}")
            sound = healed.tripped == lab.expected
    finally:
        if not sound:
            labs.discard()
    assert outcome.tripped == lab.expected | fault.expected(), outcome.output
    assert fault.heal is None or sound, healed.output


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
