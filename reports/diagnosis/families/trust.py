"""Faults of what the notary-servers hold: the audit logs, who may read them, and the trust data behind them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reports.diagnosis.case import Case, things_of
from reports.diagnosis.families.notary import told_alike
from reports.diagnosis.finding import Family, Finding, Harm
from reports.records import Result, VerdictWord

family = Family()

_SUPPORT = ("call-support",)
_OF_RECORDS = ("FEED-2", "FEED-4", "FEED-5", "FEED-6")


def _faulty(case: Case) -> list[Result]:
    """Verdicts on records that are wrong, but for what could not be read."""
    return [each for each in case.found("feed.") if each.condition in _OF_RECORDS]


@family.cause(
    "feed-damaged", "{things} {has} faults", remedy="odd-records", others=("records-lost",), harms=(Harm.TRUST_LOG,)
)
def feed_damaged(case: Case) -> Iterator[Finding]:
    """Records of an audit log are wrong, and all replicas return them alike: the fault is in the database.

    Needs: the same faulty records from every replica: their order, IDs, versions, ages, a foreign one, or the paging.
    Predicts: what is compared with them cannot be judged.
    Contradicted by: a replica that returns the log without the fault.
    """
    malformed = told_alike(case, "feed.malformed")
    records = [each for each in _faulty(case) if things_of([each], "feed")]
    # One replica is asked to page: whether others page alike is not known.
    paging = [each for each in case.found("feed.") if each.condition == "FEED-3"]
    own = [*records, *paging, *malformed]
    if own:
        logs = [f"feed:{each.subject.partition(':')[0]}" for each in own]
        lost = all(each.reason == "feed.versions-lost" for each in own)
        yield Finding(tuple(logs), tuple(own), remedy="records-lost" if lost else None)


@family.cause(
    "feed-differs",
    "{things} return{s} other records than the others",
    remedy="log-of-one-differs",
    harms=(Harm.TRUST_LOG,),
)
def feed_differs(case: Case) -> Iterator[Finding]:
    """One replica returns an audit log that differs from that of the others.

    Needs: it differs from another replica's, or has faulty records that others return without fault.
    Predicts: nothing else.
    Contradicted by: all replicas return the same.
    """
    faulty = [each for each in _faulty(case) if things_of([each], "notary")]
    pairs = case.found("feed.differs")
    things = [*things_of(faulty, "notary"), *(f"notary:{name}" for name in _odd(case, pairs))]
    if things:
        yield Finding(tuple(things), (*pairs, *faulty))


def _odd(case: Case, pairs: Sequence[Result]) -> tuple[str, ...]:
    """The replicas that differ from the most that agree; all that differ where no side has more."""
    apart = {name for each in pairs for name in each.subject.split(":")}
    equal = [set(each.subject.split(":")) for each in case.of("FEED-9", word=VerdictWord.PASS)]
    sides = [{name, *(other for pair in equal if name in pair for other in pair)} for name in case.replicas]
    largest = max(map(len, sides), default=0)
    most = {frozenset(side) for side in sides if len(side) == largest}
    return tuple(apart - set(next(iter(most)))) if len(most) == 1 else tuple(apart)


@family.cause("feeds-open", "Anyone can read {things}", remedy="security-incident", harms=(Harm.EXPOSED,))
def feeds_open(case: Case) -> Iterator[Finding]:
    """An audit log is readable without an account: it names who signed what, and when.

    Needs: an anonymous client reads it, with a token or without one.
    Predicts: readers that may not read it do.
    Contradicted by: an anonymous client is refused.
    """
    if own := case.found("feed.open", "feed.reads-too-much"):
        yield Finding(things_of(own), tuple(own))


@family.cause(
    "reader-refused", "{things} {is} refused an audit log that it may read", remedy="access-rules",
    harms=(Harm.AUDIT_LOG,),
)  # fmt: skip
def reader_refused(case: Case) -> Iterator[Finding]:
    """An account that may read an audit log, as the inventory says, is refused.

    Needs: it logs in, and the audit log is refused to it.
    Predicts: pulls that are refused to it.
    Contradicted by: nothing that a run sees.
    """
    own = case.found("feed.reader-refused", "feed.refused-otherwise")
    if own:
        accounts = tuple(f"account:{each.subject.rpartition(':')[0]}" for each in own)
        yield Finding(
            accounts,
            tuple(own),
            predicts=lambda each: each.reason == "reg.pull-denied" and set(each.about) <= set(accounts),
        )


@family.cause(
    "feed-event-lost", "The newest event is missing in {things}", remedy="trust-data", harms=(Harm.TRUST_LOG,)
)
def feed_event_lost(case: Case) -> Iterator[Finding]:
    """A newer version of a repository's trust data exists than its audit log tells of.

    Needs: that version, written minutes ago, while the log ends with an older one.
    Predicts: nothing else.
    Contradicted by: nothing that a run sees.
    """
    if own := case.found("feed.newest-event-missing"):
        yield Finding(things_of(own, "feed"), tuple(own))


def _of_repositories(case: Case, *reasons: str, unseen: bool = False) -> Iterator[Finding]:
    if own := case.found(*reasons, unknown=unseen):
        yield Finding(tuple(f"repository:{each.subject}" for each in own), tuple(own))


@family.cause(
    "trust-data-lost",
    "The newest trust data of {things} {is} lost",
    remedy="trust-data",
    harms=(Harm.PULL_SIGNED, Harm.SIGN),
    ladder=_SUPPORT,
)
def trust_data_lost(case: Case) -> Iterator[Finding]:
    """The newest timestamp that the audit log names does not exist, and the log tells of no deletion.

    Needs: 404 for it, while the one before it exists or it has been missing for longer than a deletion takes to show.
    Predicts: nothing else.
    Contradicted by: a deletion in the audit log.
    """
    yield from _of_repositories(case, "feed.timestamp-lost")


@family.cause(
    "trust-differs",
    "The newest trust data of {things} {does} not match the audit log",
    remedy="trust-data",
    harms=(Harm.PULL_SIGNED, Harm.SIGN),
    ladder=_SUPPORT,
)
def trust_differs(case: Case) -> Iterator[Finding]:
    """The newest timestamp has another SHA256 or version than its record in the audit log.

    Needs: the timestamp, and the record that names it.
    Predicts: nothing else.
    Contradicted by: nothing that a run sees.
    """
    yield from _of_repositories(case, "feed.timestamp-differs", "feed.timestamp-version")


@family.cause(
    "trust-unreadable",
    "The trust data of {things} cannot be read",
    remedy="trust-data",
    harms=(Harm.PULL_SIGNED, Harm.SIGN),
)
def trust_unreadable(case: Case) -> Iterator[Finding]:
    """A notary-server returns the audit log of a repository, and an error for its timestamp.

    Needs: both from the same replica.
    Predicts: nothing else.
    Contradicted by: its audit log is unreadable as well: then the notary-server or its database is at fault.
    """
    yield from _of_repositories(case, "feed.timestamp-unreadable")


@family.cause(
    "trust-under-another-name",
    "{things} {is} signed under another name of the registry",
    remedy="trust-data",
    harms=(Harm.PULL_SIGNED,),
)
def trust_under_another_name(case: Case) -> Iterator[Finding]:
    """A repository is signed under another name of the registry: clients that use the right one find no signature.

    Needs: records of it under another name, only or as well.
    Predicts: nothing else.
    Contradicted by: nothing that a run sees.
    """
    yield from _of_repositories(case, "feed.another-name")


@family.cause(
    "trust-just-deleted",
    "The trust data of {things} {does} not exist, and may just have been deleted",
    remedy="just-deleted",
)
def trust_just_deleted(case: Case) -> Iterator[Finding]:
    """The newest timestamp does not exist, and its deletion would not be in the audit log yet.

    Needs: 404 for it, and no other run or moment in which it was missing.
    Predicts: nothing else.
    Contradicted by: nothing that a run sees. Run again after two minutes.
    """
    yield from _of_repositories(case, "feed.timestamp-not-there", unseen=True)
