"""What a precondition is asked for: one thing that a rung would act on, and what the run has shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.diagnosis.case import Case
from reports.diagnosis.cause import Cause
from reports.diagnosis.targets import component_of, node_of, replica_of


@dataclass(frozen=True)
class Question:
    """One thing that a rung would act on, and what the run has shown."""

    case: Case
    causes: Sequence[Cause]
    cause: Cause
    thing: str

    @property
    def replica(self) -> str:
        """The id of its replica; empty where it has none."""
        return replica_of(self.case, self.thing) or ""

    @property
    def node(self) -> str:
        """Its node; empty where the inventory does not say."""
        return node_of(self.case, self.thing) or ""

    @property
    def container(self) -> str:
        """Its container as the subject of a verdict, as `f2277ad178f7:registry`."""
        return f"{self.replica}:{component_of(self.case, self.thing)}"

    @property
    def lost(self) -> frozenset[str]:
        """The replicas that the cause is about: they are replaced together."""
        named = (replica_of(self.case, thing) for thing in self.cause.things)
        return frozenset(name for name in named if name)
