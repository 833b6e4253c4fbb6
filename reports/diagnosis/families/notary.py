"""Faults of the notary-servers, each for itself: what the audit logs hold is judged in `trust`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reports.diagnosis.case import Case, things_of, unknown
from reports.diagnosis.families.tokens import all_alike, ladder_of
from reports.diagnosis.finding import Family, Finding, Harm
from reports.diagnosis.reach import lost_by_nginx
from reports.records import Result, VerdictWord

family = Family()

_NO_TRUST = (Harm.PULL_SIGNED, Harm.SIGN, Harm.AUDIT_LOG)
_READ = "newest_records"


def _replica(result: Result) -> str:
    """The replica of a verdict of FEED-1."""
    return result.subject.rpartition(":")[2]


def told_alike(case: Case, reason: str) -> list[Result]:
    """The failures of FEED-1 for a reason that every replica gives alike, of two or more that were judged on a feed."""
    found = [each for each in case.of("FEED-1", word=VerdictWord.FAIL) if each.reason == reason]
    alike = []
    for each in found:
        feed = each.subject.rpartition(":")[0]
        judged = [r for r in case.of("FEED-1") if r.subject.rpartition(":")[0] == feed and _judged(r)]
        if len(judged) > 1 and all(r.reason == reason for r in judged):
            alike.append(each)
    return alike


def _judged(result: Result) -> bool:
    return result.verdict in (VerdictWord.PASS, VerdictWord.FAIL, VerdictWord.WARN)


def failing_notary(
    case: Case, own: Sequence[Result], ladder: tuple[str, ...] | None = None, remedy: str | None = None
) -> Iterator[Finding]:
    """The notary-servers of these verdicts of FEED-1. What is not seen of their audit logs follows."""
    if own:
        replicas = {_replica(each) for each in own}
        things = tuple(dict.fromkeys(f"notary:{_replica(each)}" for each in own))
        yield Finding(
            things,
            tuple(own),
            predicts=lambda each: unknown(each) and _not_read(each) in replicas,
            affects=frozenset(things),
            ladder=ladder or ladder_of(case, things),
            remedy=all_alike(case, things) or remedy,
        )


def _not_read(result: Result) -> str | None:
    """The replica whose audit log could not be read, where that is why a verdict is UNKNOWN."""
    because = result.because
    return because.subject.rpartition(":")[2] if because and because.probe == _READ else None


def at_feeds(case: Case, *reasons: str) -> list[Result]:
    """The failures of FEED-1 left that have one of these reasons."""
    return [each for each in case.found(*reasons) if each.condition == "FEED-1"]


@family.cause(
    "notary-hung",
    "{things} accept{s} requests, and {does} not respond",
    remedy="notary-server",
    harms=_NO_TRUST,
    ladder=("save-first", "restart-container"),
)
def notary_hung(case: Case) -> Iterator[Finding]:
    """A notary-server accepts connections and does not respond in time: nobody signs or verifies through that replica.

    Needs: requests to it time out, with a token or without.
    Predicts: its audit logs cannot be read.
    Contradicted by: an audit log of it.
    """
    own = at_feeds(case, "feed.timeout", "feed.not-asked-again")
    if own:
        yield from failing_notary(case, own)
    else:
        # Where no token service works, only its response to a request without a token is known.
        unseen = [e for e in case.found("http.timeout", "http.not-asked-again", unknown=True) if _of_notary(e)]
        if unseen:
            things = things_of(unseen, "notary")
            yield Finding(
                things,
                tuple(unseen),
                affects=frozenset(things),
                ladder=ladder_of(case, things),
                remedy=all_alike(case, things),
            )


def _of_notary(result: Result) -> bool:
    return bool(result.about) and all(each.startswith("notary:") for each in result.about)


@family.cause(
    "notary-down",
    "{things} {does} not run, or nginx does not reach it",
    remedy="notary-server",
    others=(
        "nginx-lost-the-way",
        "all-alike",
    ),
    harms=_NO_TRUST,
    ladder=("save-first", "restart-container"),
)
def notary_down(case: Case) -> Iterator[Finding]:
    """nginx gets no response from a notary-server: nobody signs or verifies through that replica.

    Needs: 502, 503 or 504 for its audit logs.
    Predicts: its audit logs cannot be read.
    Contradicted by: an audit log of it.
    """
    own = at_feeds(case, "feed.no-notary-server", "feed.no-upstream", "feed.reset")
    lost = lost_by_nginx(case, own, {f"{_replica(each)}:notary-server" for each in own})
    yield from failing_notary(
        case, own, ladder=("repair-first",) if lost else None, remedy="nginx-lost-the-way" if lost else None
    )


@family.cause(
    "administrator-without-rights",
    "{things} may not read the audit log of all repositories",
    remedy="access-rules",
    harms=(Harm.AUDIT_LOG,),
)
def administrator_without_rights(case: Case) -> Iterator[Finding]:
    """The administrator of the inventory lacks the right to the catalog, so that it is refused the global audit log.

    Needs: every replica refuses it with insufficient_scope.
    Predicts: the same refusal as a client of the audit logs.
    Contradicted by: another replica lets it read the same audit log.
    """
    alike = told_alike(case, "feed.no-right")
    alone = [each for each in at_feeds(case, "feed.no-right") if len(case.replicas) == 1]
    if own := alike or alone:
        yield Finding(
            ("account:admin",),
            tuple(own),
            predicts=lambda each: each.reason == "feed.reader-refused" and each.subject.startswith("admin:"),
        )


@family.cause(
    "notary-misbehaves",
    "{things} {does} not respond as documented",
    remedy="notary-server",
    harms=(Harm.AUDIT_LOG,),
)
def notary_misbehaves(case: Case) -> Iterator[Finding]:
    """A notary-server responds with something else than the documented audit log: a page, a wrong count, nonsense.

    Needs: such a response of it.
    Predicts: what needs its audit log.
    Contradicted by: all replicas return the same faulty records: then the audit log itself is damaged.
    """
    alike = {id(each) for each in told_alike(case, "feed.malformed")}
    own = at_feeds(
        case,
        "feed.malformed",
        "feed.not-json",
        "feed.not-http",
        "feed.too-large",
        "feed.unexpected",
        "feed.other-status",
        "feed.no-right",
        "feed.window-refused",
        "feed.error",
    )
    yield from failing_notary(case, [each for each in own if id(each) not in alike], ladder=("repair-first",))
