"""What must have been shown before a rung of recovery: one pure predicate for each precondition of remedies.yaml.

Each is asked for one thing (a container, a replica or a node) and answers from verdicts alone. What a run did not see
is not shown, so that less evidence never opens a rung.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from reports.diagnosis import others, replacing, votes
from reports.diagnosis.beneath import beneath
from reports.diagnosis.case import Case, fails, replicas_in, type_of, wrong
from reports.diagnosis.cause import COLLISION, Cause
from reports.diagnosis.follows import DATABASE, needs_database
from reports.diagnosis.question import Question
from reports.diagnosis.reach import responded
from reports.diagnosis.standing import Standing, either, every, holds, judged, shown
from reports.diagnosis.targets import COMPONENTS, STOPPED, component_of, node_of, replica_of
from reports.records import Result, VerdictWord

_HELPERS_WITHOUT_HARM = ("ctr.test-helper", "ctr.probe-container")
# Without one of these no container is replaced or moved.
_NOT_RUNNING = ("ctr.restarting", "ctr.paused")
# Nothing was heard of it: that may be the way, or the address.
_UNHEARD = (
    "refused",
    "no-connection",
    "no-route",
    "unresolved",
    "local-error",
    "no-proxy",
    "not-tls",
    "untrusted",
    "tls-alert",
)
# It answers, though in an undocumented form or not this account: it is neither unhealthy nor hung.
_ANSWERS = ("undocumented", "unexpected", "not-json", "not-http", "too-large", "forbidden")
# It accepted the connection, and then did not answer.
_HANGS = ("timeout", "no-handshake")
# A replica writes these of itself, whoever reads them.
_OWN_REPORTS = ("STATUS-4", "STATUS-5", "STATUS-8", "JOB-1")


Predicate = Callable[[Question], Standing]


def _nothing_beneath(ask: Question) -> Standing:
    return shown(not beneath(ask.case, ask.causes, ask.cause, ask.thing))


def _names_are_unique(ask: Question) -> Standing:
    return shown(all(each.id != COLLISION for each in ask.causes))


def _node_ready(ask: Question) -> Standing:
    return holds(ask.case, "NODE-1", ask.node)


def _disk_has_space(ask: Question) -> Standing:
    """A disk that is filling up, which only warns, has space yet."""
    full = any(fails(r) for r in ask.case.of("NODE-2") if ask.node in r.subject.split(":"))
    return holds(ask.case, "NODE-2", ask.node, () if full else ("node.disk-short", "node.inodes-short"))


def _network_attaches(ask: Question) -> Standing:
    return holds(ask.case, "NET-1", ask.node)


def _container_stopped(ask: Question) -> Standing:
    state = ask.case.verdict("CTR-2", ask.container)
    if state is not None and state.reason == "ctr.paused":
        return Standing.MET
    found = ask.case.verdict("CTR-1", ask.container)
    if found is None or found.verdict not in (VerdictWord.PASS, VerdictWord.FAIL):
        return Standing.NOT_SHOWN
    return shown(found.reason in STOPPED)


def _container_runs(ask: Question) -> Standing:
    """And the database that it keeps its data in: without that it is not well, however often it is restarted."""
    runs, state = (ask.case.verdict(condition, ask.container) for condition in ("CTR-1", "CTR-2"))
    if runs is None or state is None or not (wrong(state) or state.verdict is VerdictWord.PASS):
        return Standing.NOT_SHOWN
    database = ask.case.verdict("CTR-1", f"{ask.replica}:{DATABASE}") if needs_database(ask.thing) else runs
    return every([judged([runs]), judged([database] if database else []), shown(state.reason not in _NOT_RUNNING)])


def _containers_exist(ask: Question) -> Standing:
    """What is stopped beside the database is started with the rest."""
    found = [r for r in ask.case.of("CTR-1") if ask.replica in r.subject.split(":")]
    database = ask.case.verdict("CTR-1", f"{ask.replica}:rethinkdb")
    return every(
        [
            holds(ask.case, "CTR-1", ask.replica, STOPPED),
            shown(len(found) >= len(COMPONENTS) or None),
            judged([database] if database else []),
        ]
    )


def _fault_on_one_node(ask: Question) -> Standing:
    return shown({node_of(ask.case, thing) for thing in ask.cause.things} == {ask.node or None})


def _node_serves_nobody(ask: Question) -> Standing:
    """Its containers may go on while the engine hangs. What a node without a replica serves is not known."""
    carried = ask.case.replicas_on(ask.node) if ask.node else ()
    return every(map(partial(_reaches_nobody, ask.case), carried)) if carried else Standing.NOT_SHOWN


def _reaches_nobody(case: Case, replica: str) -> Standing:
    """Silent for this machine, and for users as well: the balancer does not reach it, or reaches none."""
    here = case.verdict("PING-1", replica)
    if here is None or not (wrong(here) or here.verdict is VerdictWord.PASS):
        return Standing.NOT_SHOWN
    if not fails(here) or responded(here):
        return Standing.UNMET
    listed = [each.seen for each in case.of("PING-2") if isinstance(each.seen, Mapping) and not responded(each)]
    nobody = any(fails(each) and not responded(each) for each in case.of("PING-2"))
    return shown(nobody or (all(replica not in each for each in listed) if listed else None))


def _volumes_there(ask: Question) -> Standing:
    return holds(ask.case, "CTR-5", ask.replica)


def _fault_is_its_own(ask: Question) -> Standing:
    """Seen at the thing itself, while another replica has no such fault: what all show alike is the fault of none."""
    own = [r for r in ask.cause.shown_by if _is_about(ask, r)]
    if not any(_is_its_own(ask, r) for r in own):
        return shown(False if own and all(r.measured == "directly" for r in own) else None)
    rest = [each for each in ask.case.replicas if each != ask.replica]
    if not rest:
        return Standing.MET
    needed = [either(*(_has_no_such_fault(ask, each, {r.condition for r in own}) for each in rest))]
    if component_of(ask.case, ask.thing) == "rethinkdb" and not any(r.condition == "CTR-2" for r in own):
        # A database that only this machine cannot ask is no reason to restart it.
        missed = any(fails(r) for r in ask.case.of("STATUS-8") if ask.replica in r.subject.split(":"))
        needed.append(shown(missed or None))
    return every(needed)


def _is_its_own(ask: Question, result: Result) -> bool:
    tail = (result.reason or "").partition(".")[2]
    if result.verdict is VerdictWord.UNKNOWN:
        return tail in _HANGS
    if result.measured == "directly":
        return fails(result) and tail not in (*_UNHEARD, *_ANSWERS)
    return fails(result) and result.condition in _OWN_REPORTS and replicas_in(ask.case, result) == {ask.replica}


def _has_no_such_fault(ask: Question, other: str, conditions: set[str]) -> Standing:
    """Whether these conditions pass at another replica, or fail there for what is asked about alone."""
    found = [r for r in ask.case.of(*conditions) if other in r.subject.split(":")]
    rest = [r for r in found if not (wrong(r) and replicas_in(ask.case, r) == {ask.replica})]
    return judged(rest) if rest else shown(True if found else None)


def _is_about(ask: Question, result: Result) -> bool:
    return any(replica_of(ask.case, thing) == ask.replica for thing in result.about if type_of(thing) != "node")


def _no_setup_on_node(ask: Question) -> Standing:
    return _no_setup(ask.case, [ask.node])


def _no_setup_elsewhere(ask: Question) -> Standing:
    return _no_setup(ask.case, [node for node in others.nodes(ask.case) if node != ask.node])


def _no_setup_anywhere(ask: Question) -> Standing:
    return _no_setup(ask.case, others.nodes(ask.case))


def _no_setup(case: Case, nodes: Sequence[str]) -> Standing:
    """A join that runs is no fault, so that CTR-7 passes; it lists what it found."""
    if not nodes:
        return Standing.NOT_SHOWN
    idle = [shown(not each.seen) for each in case.of("CTR-7", word=VerdictWord.PASS) if each.subject in nodes]
    return every([*(holds(case, "CTR-7", node, _HELPERS_WITHOUT_HARM) for node in nodes), *idle])


def _majority_without_it(ask: Question) -> Standing:
    if component_of(ask.case, ask.thing) not in (None, "rethinkdb"):
        # Only its database votes.
        return Standing.MET
    gone = ask.case.replicas_on(ask.node) if type_of(ask.thing) == "node" else (ask.replica,)
    alone = len(ask.case.replicas) == 1
    return either(votes.lives_without(ask.case, gone), votes.takes_no_writes(ask.case), shown(alone))


def _others_not_restarting(ask: Question) -> Standing:
    return every(others.steady(ask.case, each) for each in ask.case.replicas if each != ask.replica)


def _other_nodes_ready(ask: Question) -> Standing:
    return every(holds(ask.case, "NODE-1", each) for each in ask.case.header.nodes if each != ask.node)


def _swarm_stands_without_it(ask: Question) -> Standing:
    return others.swarm_stands(ask.case, without=ask.node)


def _others_serve(ask: Question) -> Standing:
    return every(others.serves(ask.case, each, {ask.replica}) for each in ask.case.replicas if each != ask.replica)


PRECONDITIONS: Mapping[str, Predicate] = {
    "nothing-beneath": _nothing_beneath,
    "names-are-unique": _names_are_unique,
    "node-ready": _node_ready,
    "disk-has-space": _disk_has_space,
    "network-attaches": _network_attaches,
    "container-stopped": _container_stopped,
    "container-runs": _container_runs,
    "containers-exist": _containers_exist,
    "volumes-there": _volumes_there,
    "fault-is-its-own": _fault_is_its_own,
    "no-setup-on-node": _no_setup_on_node,
    "no-setup-elsewhere": _no_setup_elsewhere,
    "no-setup-anywhere": _no_setup_anywhere,
    "fault-on-one-node": _fault_on_one_node,
    "node-serves-nobody": _node_serves_nobody,
    "majority-without-it": _majority_without_it,
    "tables-live-without-it": replacing.tables_live_without_it,
    "others-not-restarting": _others_not_restarting,
    "other-nodes-ready": _other_nodes_ready,
    "swarm-stands-without-it": _swarm_stands_without_it,
    "others-serve": _others_serve,
    "some-containers-missing": replacing.some_containers_missing,
    "others-whole": replacing.others_whole,
    "versions-agree": replacing.versions_agree,
    "swarm-and-mke-well": replacing.swarm_and_mke_well,
    "mke-well": replacing.mke_well,
    "node-declared-lost": replacing.node_declared_lost,
    "database-gone": replacing.database_gone,
    "identity-certain": replacing.identity_certain,
    "majority-measured-lost": replacing.majority_measured_lost,
    "lost-declared": replacing.lost_declared,
    "survivor-known": replacing.survivor_known,
    "no-database-left": replacing.no_database_left,
}
"""By id, as remedies.yaml names them."""


def standing(name: str, case: Case, causes: Sequence[Cause], cause: Cause, thing: str) -> Standing:
    """Whether a precondition is met for one thing, unmet, or not shown."""
    return PRECONDITIONS[name](Question(case, causes, cause, thing))
