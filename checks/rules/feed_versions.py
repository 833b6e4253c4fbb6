"""What must hold among the records of one repository: versions grow by one, and begin again after a deletion."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping

from checks.rules.feeds import named
from checks.verdict import Outcome, Verdict, failed, passed, warned
from fixtures.probes.feeds.records import DELETION, UPDATE, Record

REASONS: Mapping[str, str] = {
    "feed.deletion-with-a-version": "a deletion names a version or a SHA256",
    "feed.deleted-twice": "a repository is deleted twice, and not signed between",
    "feed.version-twice": "the same version stands twice",
    "feed.version-falls": "a version is lower than the one before",
    "feed.versions-lost": "versions are missing between two records",
}
_WORST = (Outcome.FAIL, Outcome.WARN, Outcome.PASS)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict that says most."""
    return min(verdicts, key=lambda verdict: _WORST.index(verdict.outcome))


def judge_versions(records: Iterable[Record]) -> Verdict:
    """The verdict on the records of one repository, in the order in which they were told."""
    ordered = list(_in_time(records))
    found = list(_found(ordered))
    if found:
        return worst(found)
    updates = [record.version for record in ordered if record.category == UPDATE]
    if not updates:
        return passed("deleted, and not signed anew")
    return passed(f"{len(updates)} updates, the newest is version {updates[-1]}", seen=updates[-1])


def _in_time(records: Iterable[Record]) -> Iterator[Record]:
    """Updates of the same instant stand in the order of their random IDs (measured): that is no order of versions."""
    ordered = sorted(records, key=lambda record: record.created_at)
    for _, instant in itertools.groupby(ordered, key=lambda record: record.created_at):
        together = list(instant)
        only_updates = all(record.category == UPDATE for record in together)
        yield from sorted(together, key=lambda record: record.version) if only_updates else together


def _found(records: Iterable[Record]) -> Iterator[Verdict]:
    """`before` is None where the window begins, and 0 after a deletion."""
    before: int | None = None
    deleted = False
    for record in records:
        if record.category == DELETION:
            if record.version or record.sha256:
                seen = {"Version": record.version, "SHA256": record.sha256}
                message = f"a deletion that names a version or a SHA256: {named(record)}"
                yield failed("feed.deletion-with-a-version", message, seen=seen, expected={"Version": 0, "SHA256": ""})
            if deleted:
                message = f"deleted twice, and not signed between: {named(record)}"
                yield warned("feed.deleted-twice", message, seen=record.id)
            before, deleted = 0, True
            continue
        if before is not None and record.version <= before:
            if record.version == before:
                reason, words = "feed.version-twice", "the same version twice (an event was told twice)"
            else:
                reason = "feed.version-falls"
                words = f"version {record.version} after {before} (clocks of replicas differ, see TOKEN-4)"
            yield failed(reason, f"{words}: {named(record)}", seen=record.version, expected=before + 1)
        elif before is not None and record.version > before + 1:
            message = f"version {record.version} after {before}: events between were lost: {named(record)}"
            yield warned("feed.versions-lost", message, seen=record.version, expected=before + 1)
        before, deleted = record.version, False
