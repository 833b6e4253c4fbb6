"""What is odd about containers and does no harm yet: versions, restarts, flapping links, helpers left over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reports.diagnosis.case import Case, name_of, things_of
from reports.diagnosis.finding import Family, Finding, Harm
from reports.records import Result

family = Family()


def _nodes(own: Sequence[Result]) -> tuple[str, ...]:
    return tuple(f"node:{each.subject}" for each in own)


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


@family.cause("log-not-read-back", "The log of {things} is too long to be read back", remedy="flapping-links")
def log_not_read_back(case: Case) -> Iterator[Finding]:
    """A database logs so much that its log was not read back as far as the check promises.

    Needs: CTR-6 is UNKNOWN for that.
    Predicts: nothing.
    Contradicted by: nothing that a run sees.
    """
    if own := case.found("ctr.log-not-read-back", unknown=True):
        yield Finding(tuple(f"database:{each.subject}" for each in own), tuple(own))


@family.cause("helper-left-over", "A helper container is left over on {things}", remedy="helper-containers")
def helper_left_over(case: Case) -> Iterator[Finding]:
    """A container of an overlay test, or of a join or an upgrade that did its work, is left over.

    Needs: CTR-7 shows it.
    Predicts: nothing.
    Contradicted by: signs of a join that stopped half-way: then that is the cause.
    """
    if own := case.found("ctr.test-helper", "ctr.join-helper"):
        yield Finding(_nodes(own), tuple(own))


@family.cause(
    "probe-left-over", "A probe container of these checks is left over on {things}", remedy="probe-containers"
)
def probe_left_over(case: Case) -> Iterator[Finding]:
    """A probe container of a killed run of these checks is left over.

    Needs: CTR-7 shows it.
    Predicts: nothing.
    Contradicted by: nothing that a run sees.
    """
    if own := case.found("ctr.probe-container"):
        yield Finding(_nodes(own), tuple(own))
