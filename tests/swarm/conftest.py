"""One lab at a time, in a network of its own, made when a test first needs it; and the table of the faults."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace

import pytest

from lab import swarm
from lab.swarm import Lab, Plan, roots
from lab.swarm.engines import ENGINES, OWN, Engine
from lab.swarm.faults import WORKERS


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--engine", choices=ENGINES, default=OWN.name, help="which Docker the nodes of the labs run")


class Labs:
    """Brings up the lab that is asked for, and keeps it until another one is.

    hardened: the one whose nodes run one more sshd for each of `lab.swarm.hardened.SSHDS`. with_accounts: the one whose
    nodes have the accounts of that module.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lab: Lab | None = None
        self.hardened: Lab | None = None
        self.with_accounts: Lab | None = None

    def of(self, plan: Plan) -> Lab:
        plan = replace(plan, engine=self._engine)
        if self._lab is None or self._lab.plan != plan:
            self.discard()
            self._lab = Lab(plan)
        return self._lab

    def discard(self) -> None:
        """Take it down: it is broken, or no longer needed."""
        lab, self._lab = self._lab, None
        if lab is not None:
            lab.close()


@pytest.fixture(scope="package")
def engine(pytestconfig: pytest.Config) -> Engine:
    """The engine of all labs."""
    return ENGINES[pytestconfig.getoption("--engine", OWN.name)]


@pytest.fixture(scope="package")
def machine(engine: Engine) -> None:
    """A machine on which a lab may run, with the root that its nodes need."""
    if lacking := swarm.missing(engine):
        pytest.skip(lacking)
    roots.of(engine)


@pytest.fixture(scope="package")
def labs(machine: None, engine: Engine) -> Iterator[Labs]:  # noqa: ARG001 - skips where no lab may run
    """The labs, and this process beside them in a network that is theirs alone."""
    with swarm.isolated():
        labs = Labs(engine)
        try:
            yield labs
        finally:
            labs.discard()


@pytest.fixture
def lab(labs: Labs) -> Lab:
    """The lab as it is by default: three replicas, one manager, and a node without a replica."""
    return labs.of(WORKERS)


@pytest.hookimpl(wrapper=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Generator[None]:
    """The fault table: how long a run took, how many verdicts it left alone, and what the suite found."""
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, [])]
    rows = [dict(report.user_properties) for report in reports if report.when == "call"]
    table = [row for row in rows if "fault" in row]
    if table:
        terminalreporter.section("faults of the swarm: seconds, verdicts not tripped, tripped")
    for row in table:
        terminalreporter.write_line(f"{row['fault']:28} {row['seconds']:>6} {row['not tripped']:>5}  {row['tripped']}")
        if "tried again" in row:
            terminalreporter.write_line(f"{'':28} tried again, since at first {row['tried again']}")
    return (yield)
