"""Faults of a replica's API: it does not answer, answers in another form, or answers anybody."""

from __future__ import annotations

from collections.abc import Iterator

from reports.diagnosis.case import Case, replicas_in, things_of, unknown
from reports.diagnosis.finding import Family, Finding, Harm
from reports.records import Result

family = Family()

_MENDING = ("save-first", "restart-container")


@family.cause(
    "api-refuses-log-ins",
    "The API of {things} refuses a right password",
    remedy="read-the-logs",
    harms=(Harm.WEB,),
)
def api_refuses_log_ins(case: Case) -> Iterator[Finding]:
    """A replica's API refuses an account that its token service accepted.

    Needs: STATUS-1 is refused (401, 403) while the account logged in elsewhere in this run.
    Predicts: what the API was to report.
    Contradicted by: an account that logs in nowhere.
    """
    yield from _api(case, "status.forbidden")


@family.cause(
    "api-misbehaves",
    "The API of {things} returns undocumented answers",
    remedy="read-the-logs",
    harms=(Harm.WEB,),
)
def api_misbehaves(case: Case) -> Iterator[Finding]:
    """A replica's API responds in another form than the documented one.

    Needs: STATUS-1 fails for the form of the response.
    Predicts: what the API was to report.
    Contradicted by: nothing that a run sees.
    """
    yield from _api(case, "status.unexpected", "status.not-json", "status.too-large")


@family.cause(
    "api-down",
    "The API of {things} does not respond as it should",
    remedy="read-the-logs",
    others=("api-answers-an-error",),
    harms=(Harm.WEB,),
    ladder=_MENDING,
)
def api_down(case: Case) -> Iterator[Finding]:
    """A replica's API responds with an error, or not at all, while the replica reports itself healthy.

    Needs: STATUS-1 fails.
    Predicts: what the API was to report.
    Contradicted by: a database of that replica that is down (then the API only lacks it).
    """
    # With a status it does respond, and says what it lacks: another status than the documented one is no hang.
    yield from _api(case, "status.error-status", ladder=("repair-first",), remedy="api-answers-an-error")
    yield from _api(case, "status.")


def _api(
    case: Case, *reasons: str, ladder: tuple[str, ...] | None = None, remedy: str | None = None
) -> Iterator[Finding]:
    own = [each for each in case.found(*reasons) if each.condition == "STATUS-1"]
    if own:
        names = {each.subject for each in own}
        whole = names == set(case.replicas)

        def follows(result: Result) -> bool:
            at_fault = replicas_in(case, result)
            told = result.area in (
                "STATUS",
                "RDB",
                "ALERT",
                "JOB",
                "CRON",
                "SCAN",
                "STORE",
                "VERSION",
            ) or _is_of_a_list(result)
            return unknown(result) and told and ((bool(at_fault) and at_fault <= names) or whole)

        yield Finding(
            tuple(f"replica:{name}" for name in names), tuple(own), predicts=follows, ladder=ladder, remedy=remedy
        )


@family.cause(
    "api-too-open",
    "The cluster status is open to people without administrator rights",
    remedy="restrict-status",
    harms=(Harm.EXPOSED,),
)
def api_too_open(case: Case) -> Iterator[Finding]:
    """The cluster status is served to people without administrator rights.

    Needs: STATUS-2 fails for an anonymous client or a reader; each asks one replica, so that others are as open.
    Predicts: nothing else.
    Contradicted by: a client that is refused.
    """
    if own := case.found("status.exposed", "status.refused-otherwise"):
        yield Finding(("cluster",), tuple(own))


_LISTS = ("ALERT-1", "JOB-1", "JOB-2", "JOB-3", "JOB-4", "CRON-1", "SCAN-1")


def _is_of_a_list(result: Result) -> bool:
    """Whether it is judged on a list of the API: what a pull would send is looked up before an image is pulled."""
    by_probe = result.because is not None and result.because.probe == "webhooks"
    return by_probe or result.condition in _LISTS


@family.cause(
    "api-lists-unreadable",
    "The API of {things} does not list alerts, jobs, workers, crons or webhooks",
    remedy="read-the-logs",
    harms=(Harm.WEB,),
)
def api_lists_unreadable(case: Case) -> Iterator[Finding]:
    """Alerts, jobs, workers, crons, scans or webhooks cannot be read from any replica: each that logs in is tried.

    Needs: they are UNKNOWN for the response of the API, while its cluster status is as documented.
    Predicts: nothing.
    Contradicted by: a refused log-in.
    """
    own = [
        each for each in case.left if unknown(each) and _is_of_a_list(each) and (each.reason or "").startswith("http.")
    ]
    if own:
        answered = {each.subject for each in case.of("STATUS-1") if not unknown(each)}
        tried = tuple(f"replica:{name}" for name in case.replicas if name in answered)
        yield Finding(tried or things_of(own), tuple(own))
