"""What is wrong with the machine that runs the checks, or with the run itself: the cluster may be healthy."""

from __future__ import annotations

from collections.abc import Iterator

from reports.diagnosis.case import Case, type_of
from reports.diagnosis.finding import Family, Finding
from reports.diagnosis.reach import responded, silent_replicas
from reports.records import Result, VerdictWord

family = Family()

_OWN = (
    "run.exhausted",
    "run.time-limit",
    "run.interrupted",
    "run.too-much",
    "run.ending",
    "run.no-time-left",
    "net.too-early",
    "run.internal-error",
)


@family.cause(
    "this-machine-cut-off",
    "No address in the inventory responds to this machine",
    remedy="check-this-machine",
    harms=(),
)
def this_machine_cut_off(case: Case) -> Iterator[Finding]:
    """Nothing in the inventory responds: this machine is probably cut off.

    Needs: every replica silent, and no condition judged but by what does not respond.
    Predicts: all other problems.
    Contradicted by: anything that responds.
    """
    judged = (VerdictWord.PASS, VerdictWord.WARN, VerdictWord.FAIL)
    # What is judged of the inventory's own files needs no response.
    seen = [each for each in case.results if each.verdict in judged and not _of_the_inventory(each)]
    silent = silent_replicas(case)
    owners = case.header.owners
    if (
        silent
        and set(silent) == set(case.replicas)
        and not any(e.verdict is VerdictWord.PASS or e.condition not in owners or responded(e) for e in seen)
    ):
        yield Finding(("this-machine",), tuple(seen), predicts=lambda _: True, detail="")


def _of_the_inventory(verdict: Result) -> bool:
    return bool(verdict.about) and all(type_of(each) == "inventory" for each in verdict.about)


@family.cause("own-limit", "This run could not check everything", remedy="own-limit")
def own_limit(case: Case) -> Iterator[Finding]:
    """This run, or this machine, reached a limit of its own.

    Needs: UNKNOWN for a reason of the run: its time limit, an interruption, memory, file descriptors.
    Predicts: nothing of the cluster.
    Contradicted by: nothing that a run sees.
    """
    for reason in _OWN:
        if own := case.found(reason, unknown=True):
            yield Finding(("this-machine",), tuple(own))
