"""What users do not notice yet: versions, restarts, links that flap, locks, storage, too few replicas."""

from __future__ import annotations

from collections.abc import Iterator

from reports.diagnosis.case import Case, name_of, things_of, wrong
from reports.diagnosis.finding import Family, Finding, Harm
from reports.records import VerdictWord

family = Family()

_VERSION = ("version.other", "version.undecided", "version.containers-differ")


@family.cause("upgrade-running", "An upgrade runs: {things} {has} another version", remedy="upgrade-half-done")
def upgrade_running(case: Case) -> Iterator[Finding]:
    """Replicas run different versions, and an upgrade is at work.

    Needs: VERSION-1 finds versions that differ, and CTR-7 sees a container of an upgrade at work.
    Predicts: the job worker of a replica with another version, whose containers are replaced.
    Contradicted by: no such container.
    """
    runs = any(t.startswith("container:") for each in case.of("CTR-7", word=VerdictWord.PASS) for t in each.about)
    if runs and (own := case.found(*_VERSION)):
        replicas = things_of(own, "replica")
        yield Finding(
            replicas, tuple(own),
            predicts=lambda each: each.condition == "JOB-1" and wrong(each) and f"replica:{each.subject}" in replicas,
        )  # fmt: skip


@family.cause(
    "upgrade-interrupted",
    "An upgrade stopped half-way: {things} {has} another version",
    remedy="upgrade-half-done",
    harms=(Harm.NEXT_FAILURE,),
)
def upgrade_interrupted(case: Case) -> Iterator[Finding]:
    """Replicas run different versions, and no upgrade is at work.

    Needs: VERSION-1 finds versions that differ between replicas, or within one.
    Predicts: nothing.
    Contradicted by: the same version at all replicas: then the one that was expected is another.
    """
    same = case.of("VERSION-1", word=VerdictWord.PASS)
    own = case.found("version.undecided", "version.containers-differ") + (case.found("version.other") if same else [])
    if own:
        yield Finding(things_of(own, "replica"), tuple(own))


@family.cause("version-unexpected", "{things} {does} not run the expected version", remedy="upgrade-half-done")
def version_unexpected(case: Case) -> Iterator[Finding]:
    """All replicas run another version than the one that was given as expected.

    Needs: VERSION-1 fails, and passes nowhere.
    Predicts: nothing.
    Contradicted by: a replica with the expected version: then an upgrade stopped half-way.
    """
    if own := case.found("version.other"):
        yield Finding(things_of(own, "replica"), tuple(own))


@family.cause("few-replicas", "The cluster tolerates fewer failures than it could", remedy="restore-redundancy",
              harms=(Harm.NEXT_FAILURE,))  # fmt: skip
def few_replicas(case: Case) -> Iterator[Finding]:
    """The cluster has too few replicas, or an even number, and all of them are there.

    Needs: STATUS-14 warns, and nothing that is lost explains it.
    Predicts: nothing.
    Contradicted by: a database or a link that is lost.
    """
    if own := case.found("status.even-number", "status.tolerates-too-few", "status.majority-lost"):
        even = all(each.reason == "status.even-number" for each in own)
        yield Finding(("cluster",), tuple(own), remedy="even-number" if even else None)


@family.cause("gc-lock", "The garbage collection's lock is not released", remedy="gc-lock", harms=(Harm.SOME_JOBS,))
def gc_lock(case: Case) -> Iterator[Finding]:
    """The lock of the garbage collection is held by nobody who is known, or for too long.

    Needs: STATUS-16 warns.
    Predicts: nothing.
    Contradicted by: a garbage collection that runs.
    """
    if own := case.found("status.gc-lock-of-nobody", "status.gc-lock-held-long"):
        yield Finding(("cluster",), tuple(own))


family.by_reason(
    "pull-list",
    "An image under pull: in the inventory is not there, or not for its account: {things}",
    "An image under `pull:` does not exist, or its account may not pull it: nothing else is known to be wrong.",
    "reg.tag-unknown",
    "reg.pull-denied",
    remedy="pull-list",
    harms=(),
)


@family.cause("container-version", "The containers of {things} run different versions", remedy="upgrade-half-done")
def container_version(case: Case) -> Iterator[Finding]:
    """Containers of one replica run different versions.

    Needs: CTR-3 fails.
    Predicts: nothing.
    Contradicted by: nothing that a run sees.
    """
    if own := case.found("ctr.mixed-versions"):
        yield Finding(tuple(f"replica:{each.subject}" for each in own), tuple(own))


@family.cause("container-restarted", "{things} restarted recently", remedy="sick-container")
def container_restarted(case: Case) -> Iterator[Finding]:
    """A container restarted recently, and runs.

    Needs: CTR-2 warns.
    Predicts: nothing.
    Contradicted by: nothing that a run sees.
    """
    if own := case.found("ctr.restarted"):
        yield Finding(things_of(own, "container"), tuple(own))


@family.cause(
    "flapping", "The link between {things} fails and returns", remedy="flapping-links", harms=(Harm.NEXT_FAILURE,)
)
def flapping(case: Case) -> Iterator[Finding]:
    """Two database servers lose each other again and again.

    Needs: CTR-6 finds it in a database's log.
    Predicts: nothing.
    Contradicted by: nothing that a run sees.
    """
    if own := case.found("ctr.links-flap"):
        ends = {end for link in things_of(own, "link") for end in name_of(link).split(">")}
        yield Finding(tuple(f"database:{end}" for end in ends), tuple(own))


@family.cause("log-not-read-back", "The log of {things} is too long to be read back", remedy="log-floods")
def log_not_read_back(case: Case) -> Iterator[Finding]:
    """A database logs so much that its log was not read back as far as the check promises.

    Needs: CTR-6 is UNKNOWN for that.
    Predicts: nothing.
    Contradicted by: nothing that a run sees.
    """
    if own := case.found("ctr.log-not-read-back", unknown=True):
        yield Finding(tuple(f"database:{each.subject}" for each in own), tuple(own))
