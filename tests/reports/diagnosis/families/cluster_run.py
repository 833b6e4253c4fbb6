"""Made-up runs of a cluster of three replicas, for the rules of the diagnosis: all is well but what a test says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reports.diagnosis.cause import Cause
from reports.diagnosis.engine import find_causes
from reports.records import Because, Result, VerdictWord
from tests.reports.samples import IDS, header

A, B, C = IDS[:3]
COMPONENTS = (
    "api",
    "garant",
    "jobrunner",
    "nginx",
    "notary-server",
    "notary-signer",
    "registry",
    "rethinkdb",
    "scanningstore",
)


def said(
    condition: str,
    subject: str,
    word: str,
    reason: str | None,
    about: Sequence[str],
    *,
    witnesses: Sequence[str] = (),
    seen: object = None,
    since: str | None = None,
    because: Because | None = None,
) -> Result:
    """One verdict."""
    return Result(
        cluster="prod-eu",
        condition=condition,
        subject=subject,
        verdict=VerdictWord(word),
        severity="critical",
        message="",
        reason=reason,
        about=tuple(about),
        witnesses=tuple(witnesses),
        seen=seen,
        since=since,
        because=because,
        started="2026-11-23T02:58:05Z",
        seconds=0.1,
        test="",
        documented="",
        remedy="",
    )


def fail(condition: str, subject: str, reason: str, *about: str, **fields: object) -> Result:
    """A condition that fails."""
    return said(condition, subject, "FAIL", reason, about, **fields)  # type: ignore[arg-type]


def warn(condition: str, subject: str, reason: str, *about: str, **fields: object) -> Result:
    """A condition that warns."""
    return said(condition, subject, "WARN", reason, about, **fields)  # type: ignore[arg-type]


def unseen(condition: str, subject: str, reason: str, *about: str, **fields: object) -> Result:
    """A condition that could not be judged."""
    return said(condition, subject, "UNKNOWN", reason, about, **fields)  # type: ignore[arg-type]


def well(condition: str, subject: str, *about: str) -> Result:
    """A condition that holds."""
    return said(condition, subject, "PASS", None, about)


def container(component: str, replica: str, reason: str = "ctr.exited", **fields: object) -> Result:
    """A container that does not run, or not as it should."""
    condition = "CTR-2" if reason in ("ctr.restarting", "ctr.paused", "ctr.unhealthy", "ctr.restarted") else "CTR-1"
    return fail(condition, f"{replica}:{component}", reason, f"container:{component}-{replica}", **fields)


def apart(first: str, second: str, witness: str = "") -> Result:
    """Two database servers that are not connected."""
    by = f"replica:{witness or first}"
    link = f"link:{first}>{second}"
    return fail("STATUS-8", f"{first}:{second}", "status.servers-apart", link, witnesses=(by,))


def availability(condition: str, asked: str, *lost: str, critical: bool) -> Result:
    """RethinkDB's issue that tables miss servers."""
    area, kind = ("rdb", "database") if condition == "RDB-1" else ("status", "replica")
    reason, about = f"{area}.table-availability", [f"database:{each}" for each in lost]
    seen = {"critical": critical, "tables": ["dtr2.tags"], "servers": []}
    return fail(condition, f"{asked}:table_availability", reason, *about, witnesses=(f"{kind}:{asked}",), seen=seen)


def _healthy() -> list[Result]:
    found = [well(condition, each) for condition in ("PING-1", "STATUS-1", "STATUS-3", "RDB-1", "JOB-1", "VERSION-1")
             for each in (A, B, C)]  # fmt: skip
    found += [well("STATUS-8", f"{one}:{two}") for one, two in ((A, B), (A, C), (B, C))]
    found += [well("STATUS-7", f"{one}:{two}") for one, two in ((A, B), (A, C), (B, C))]
    found += [well("STATUS-11", "dtr2.tags"), well("STATUS-11", "jobrunner.jobs"), well("STATUS-14", "cluster")]
    return found + [well("CTR-1", f"{each}:{name}") for each in (A, B, C) for name in COMPONENTS]


def diagnose(*wrong: Result) -> tuple[Cause, ...]:
    """The causes of a run in which all is well but this: a verdict on a part of a subject stands for the whole."""
    keys = {(each.condition, each.subject) for each in wrong}
    keys |= {(each.condition, each.subject.partition(":")[0]) for each in wrong if each.condition == "STATUS-3"}
    keys |= {(e.condition, e.subject.partition(":")[0]) for e in wrong if e.condition == "RDB-1" and ":" in e.subject}
    blind = {each.condition for each in wrong if each.subject == "cluster" and each.verdict is VerdictWord.UNKNOWN}
    rest = [e for e in _healthy() if (e.condition, e.subject) not in keys and e.condition not in blind]
    return find_causes(header(), [*rest, *wrong])


def found(*wrong: Result) -> list[tuple[str, tuple[str, ...]]]:
    """The causes of such a run and what they are about, in their order."""
    return [(each.id, each.things) for each in diagnose(*wrong)]


def kinds(causes: Iterable[Cause]) -> list[str]:
    """The ids of causes."""
    return [each.id for each in causes]
