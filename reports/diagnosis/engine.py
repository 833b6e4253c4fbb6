"""Weighs the rules of all families on the verdicts of a run: what explains others is found first, and takes them.

Grouping only orders what is shown: it never changes a verdict or the exit code.
"""

from __future__ import annotations

from collections.abc import Sequence

from reports.diagnosis.case import Case, unknown
from reports.diagnosis.cause import COLLISION, Cause
from reports.diagnosis.families import (
    access,
    addresses,
    api,
    background,
    changes,
    cluster,
    containers,
    database,
    helpers,
    housekeeping,
    inventory,
    logs,
    machines,
    majority,
    members,
    notary,
    overlay,
    packets,
    product,
    registry,
    resources,
    rest,
    services,
    storage,
    swarm,
    tables,
    this_machine,
    tokens,
    trust,
    ways_in,
)
from reports.diagnosis.finding import Finding, Kind
from reports.diagnosis.logged import logged_by
from reports.records import Header, Result, VerdictWord

# From the deepest: a machine explains its containers, a database what the services of all replicas lack.
FAMILIES = (
    this_machine,
    product,
    resources,
    machines,
    swarm,
    addresses,
    overlay,
    packets,
    inventory,
    ways_in,
    majority,
    helpers,
    members,
    containers,
    database,
    cluster,
    tables,
    access,
    services,
    api,
    storage,
    registry,
    tokens,
    notary,
    trust,
    housekeeping,
    background,
    logs,
    changes,
    rest,
)
KINDS: tuple[Kind, ...] = tuple(kind for module in FAMILIES for kind in module.family.kinds)
_REPAIR_FIRST = ("repair-first",)
RECOVERED = "recovered"
"""The remedy of what came right by itself, of whatever kind it is."""
# While one of them lasts, nothing that is repaired above it stays repaired.
_BENEATH = tuple(
    kind for module in (machines, resources, swarm, addresses, overlay, packets) for kind in module.family.kinds
)


def find_causes(header: Header, results: Sequence[Result]) -> tuple[Cause, ...]:
    """The causes behind all problems of a run, in the order in which to handle them. Every problem is in one."""
    return causes_of(Case(header, results))


def causes_of(case: Case) -> tuple[Cause, ...]:
    """The causes of a case of which nothing was claimed yet."""
    found = [cause for kind in KINDS for cause in _found(case, kind)]
    return tuple(sorted(found, key=_order))


def _found(case: Case, kind: Kind) -> list[Cause]:
    causes: list[Cause] = []
    for finding in kind.rule(case):
        own = case.take(finding.shown_by)
        if not own:
            # A deeper cause explains it.
            continue
        # What came right by itself needs no repair.
        over = all(each.recovered_at for each in own)
        causes.append(
            Cause(
                kind=kind,
                things=case.in_order(finding.things),
                shown_by=own,
                against=finding.contradicted_by,
                explains=_explained(case, kind, finding, own),
                harms=kind.harms if finding.harms is None else finding.harms,
                ladder=_REPAIR_FIRST if over else kind.ladder if finding.ladder is None else finding.ladder,
                detail=finding.detail,
                own_title=finding.title,
                own_remedy=RECOVERED if over else finding.remedy,
            )
        )
    return causes


def _explained(case: Case, kind: Kind, finding: Finding, own: Sequence[Result]) -> tuple[Result, ...]:
    """What follows from a finding: what it predicts, what it leaves in logs, and what was not seen because of that."""
    logged = logged_by(case, kind.logs, finding.things)
    explained = list(case.take_where(lambda each: finding.predicts(each) or _unseen(finding, each) or logged(each)))
    blind = _Failures([*own, *explained])
    while blind:
        more = case.take([each for each in case.left if unknown(each) and blind.left_unseen(each)])
        explained += more
        blind = _Failures(more)
    return tuple(explained)


class _Failures:
    """Verdicts by condition and by each part of their subjects, to find which of them left another one unseen.

    A condition may judge parts of what it looks at: TOKEN-1 at admin:f2277ad178f7 has a verdict for each scope.
    """

    def __init__(self, results: Sequence[Result]) -> None:
        self._subjects: dict[tuple[str, str], list[set[str]]] = {}
        for each in results:
            parts = set(each.subject.split(":"))
            for part in parts:
                self._subjects.setdefault((each.condition, part), []).append(parts)

    def __bool__(self) -> bool:
        return bool(self._subjects)

    def left_unseen(self, result: Result) -> bool:
        """Whether a verdict names one of these as the reason why it was not seen."""
        because = result.because
        if because is None or because.condition is None:
            return False
        parts = set(because.subject.split(":"))
        found = [self._subjects.get((because.condition, part), []) for part in parts]
        return any(parts <= each for each in min(found, key=len))


def _unseen(finding: Finding, result: Result) -> bool:
    return unknown(result) and bool(result.about) and set(result.about) <= finding.affects


def _order(cause: Cause) -> tuple[int, bool, int, int]:
    """What holds all else back; then what fails before what is not known and what warns; of these what lies beneath all
    else, then the gravest.
    """
    critical = any(each.verdict is VerdictWord.FAIL and each.critical for each in cause.shown_by)
    unseen = cause.worst is VerdictWord.UNKNOWN
    blocking = unseen and any(each.critical for each in cause.shown_by)
    if cause.id == COLLISION:
        return (-1, False, 0, 0)
    tier = 0 if critical else 1 if blocking else 3 if unseen else 2
    above = cause.kind not in _BENEATH
    return (tier, above, min(cause.harms, default=99), KINDS.index(cause.kind))
