"""What must have been shown before a replica is replaced or given up, or its containers are created again."""

from __future__ import annotations

from reports.diagnosis import others, votes
from reports.diagnosis.case import Case, fails, name_of, wrong
from reports.diagnosis.question import Question
from reports.diagnosis.standing import Standing, either, every, holds, judged, shown
from reports.diagnosis.targets import COMPONENTS
from reports.records import VerdictWord


def tables_live_without_it(ask: Question) -> Standing:
    """Without all that are lost together."""
    return votes.lives_without(ask.case, ask.lost)


def some_containers_missing(ask: Question) -> Standing:
    """One to eight of its nine containers."""
    found = [r for r in ask.case.of("CTR-1") if ask.replica in r.subject.split(":")]
    if len(found) < len(COMPONENTS) or any(r.verdict not in (VerdictWord.PASS, VerdictWord.FAIL) for r in found):
        return Standing.NOT_SHOWN
    return shown(0 < sum(r.reason == "ctr.missing" for r in found) < len(COMPONENTS))


def others_whole(ask: Question) -> Standing:
    """Those that are lost in the same way are replaced with it, and are not asked."""
    rest = [each for each in ask.case.replicas if each not in ask.lost]
    return every(others.whole(ask.case, each, ask.lost) for each in rest) if rest else Standing.UNMET


def versions_agree(ask: Question) -> Standing:
    """Those that are declared lost are not asked."""
    gone = {name for name in ask.lost if ask.case.node_of(name) in ask.case.lost}
    asked = [each for each in ask.case.replicas if each not in gone]
    return every(holds(ask.case, condition, each) for each in asked for condition in ("VERSION-1", "CTR-3"))


def mke_well(ask: Question) -> Standing:
    """MKE responds."""
    return judged(ask.case.of("MKE-1"))


def swarm_and_mke_well(ask: Question) -> Standing:
    """The product's command line works through both."""
    return every([others.swarm_stands(ask.case), mke_well(ask)])


def node_declared_lost(ask: Question) -> Standing:
    """Only people know that it is gone for good."""
    return others.declared_lost(ask.case, ask.replica)


def lost_declared(ask: Question) -> Standing:
    """All that are to be given up."""
    return every(others.declared_lost(ask.case, each) for each in ask.lost) if ask.lost else Standing.NOT_SHOWN


def database_gone(ask: Question) -> Standing:
    """Those that are there say so; what a lost one would say is not asked."""
    rest = set(ask.case.replicas) - ask.lost
    pairs = [
        r
        for r in ask.case.of("STATUS-8")
        if ask.replica in (ends := set(r.subject.split(":"))) and ends - {ask.replica} <= rest
    ]
    if not pairs or any(not wrong(r) and r.verdict is not VerdictWord.PASS for r in pairs):
        return Standing.NOT_SHOWN
    return shown(all(fails(r) and r.measured == "reported" for r in pairs))


def identity_certain(ask: Question) -> Standing:
    """The others are those that the inventory names; of this one the others know the id, and nobody else answers."""
    own = either(others.labelled(ask.case, ask.replica), holds(ask.case, "STATUS-6", ask.replica))
    rest = [others.identified(ask.case, each) for each in ask.case.replicas if each not in ask.lost]
    return every([own, others.silent_or_identified(ask.case, ask.replica), *rest])


def majority_measured_lost(ask: Question) -> Standing:
    """As RethinkDB reports it."""
    return votes.lost_majority(ask.case)


def survivor_known(ask: Question) -> Standing:
    """A database that answers, with its volumes."""
    return Standing.MET if others.survivor(ask.case, ask.lost) else Standing.NOT_SHOWN


def no_database_left(ask: Question) -> Standing:
    """Every volume is missing, or on a node that is declared lost."""
    missing = {name_of(thing) for r in ask.case.of("CTR-5") if fails(r) for thing in r.about}
    seen = [
        either(others.declared_lost(ask.case, each), _volume_missing(ask.case, each, missing))
        for each in ask.case.replicas
    ]
    return every(seen)


def _volume_missing(case: Case, replica: str, missing: set[str]) -> Standing:
    found = case.verdict("CTR-5", replica)
    if found is None or found.verdict not in (VerdictWord.PASS, VerdictWord.FAIL):
        return Standing.NOT_SHOWN
    return shown(f"dtr-rethink-{replica}" in missing)
