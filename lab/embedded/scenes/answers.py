"""cluster_status that is no answer: refused, broken, endless, or given to anyone. STATUS-1 owns all of it."""

from typing import Any

from lab.embedded import faults
from lab.embedded.api import status_check_failed
from lab.embedded.expectations import Expectations
from lab.embedded.scenes.scene import Collection, Play
from lab.embedded.state import Cluster, Edit, Fault

STATUS = "/api/v0/meta/cluster_status"

collection = Collection()
scene = collection.scene


def _broken(fault: Fault, cause: str, offers: str = "repair-first") -> Play:
    def play(cluster: Cluster, expect: Expectations) -> None:
        cluster.bad.faults[STATUS] = fault
        expect.no_status(cluster.bad)
        expect.cause(cause, f"replica:{cluster.bad.id}", offers=offers)

    return play


def _with(key: str, value: Any) -> Edit:
    def edit(document: dict[str, Any]) -> None:
        document[key] = value

    return edit


def _no_rows(document: dict[str, Any]) -> None:
    document["rethink_system_tables"]["server_status"] = None


_NO_ANSWERS: tuple[tuple[str, str, Fault], ...] = (
    (
        "status-check-failed",
        "One replica cannot read a system table: 503 STATUS_CHECK_FAILED.",
        faults.instead(status_check_failed("stats", "rethinkdb: Timed out. Unable to retrieve stats.")),
    ),
    ("status-truncated", "One replica's cluster status ends in the middle.", faults.truncated),
    ("status-unanswered", "One replica accepts the question for its cluster status and never answers.", faults.held),
    ("status-reset", "One replica resets the connection when asked for its cluster status.", faults.reset),
    ("status-dripping", "One replica sends its cluster status a byte every second.", faults.dripping),
    ("status-redirects", "One replica sends whoever asks for its cluster status back to where they are, for ever.",
     faults.redirect_loop(STATUS)),
)  # fmt: skip

_ODD_ANSWERS: tuple[tuple[str, str, Fault], ...] = (
    ("status-empty", "One replica's cluster status is empty under status 200.", faults.json_text("")),
    ("status-is-html", "One replica answers with a web page instead of its cluster status.", faults.html(200, "MSR")),
    ("status-is-a-list", "One replica's cluster status is a list instead of an object.", faults.json_text("[]")),
    ("status-is-null", "One replica's cluster status is the JSON word null.", faults.json_text("null")),
    ("status-nonsense", "One replica's cluster status is 5 MB of nonsense.", faults.nonsense()),
    ("status-deeply-nested", "One replica's cluster status is 100,000 lists in one another.", faults.deep()),
    ("status-with-null-health", "One replica's cluster status has null where the health of each replica belongs.",
     faults.edited(_with("replica_health", None))),
    ("status-with-null-rows", "One replica's cluster status has null where the database servers belong.",
     faults.edited(_no_rows)),
    ("status-without-tables", "One replica's cluster status lacks the database's tables.",
     faults.edited(faults.without("rethink_system_tables"))),
)  # fmt: skip

for _name, _title, _fault in _NO_ANSWERS:
    # What breaks off, or answers with a status, did answer: nothing says that the container hangs.
    _answers = ("status-truncated", "status-reset", "status-check-failed", "status-redirects")
    _offers = "repair-first" if _name in _answers else "restart-container"
    scene(_name, _title)(_broken(_fault, "api-down", _offers))
for _name, _title, _fault in _ODD_ANSWERS:
    scene(_name, _title)(_broken(_fault, "api-misbehaves"))


@scene("status-open-to-anyone", "The cluster status is told to anyone who asks, without a log-in.")
def status_open_to_anyone(cluster: Cluster, expect: Expectations) -> None:
    cluster.status_open_to_anyone = True
    expect.fail("STATUS-2", "anonymous", "reader:ci")
    expect.cause("api-too-open", "cluster")


def _no_answer_anywhere(path: str) -> Fault:
    body = (
        f'{{"errors":[{{"code":"INTERNAL_ERROR","message":"An internal server error occurred.","detail":"{path}"}}]}}'
    )
    return faults.json_text(body, status=500)


@scene("crons-and-scans-unreadable", "No replica can tell its crons and the state of scanning.")
def crons_and_scans_unreadable(cluster: Cluster, expect: Expectations) -> None:
    for path, condition in (("/api/v0/crons", "CRON-1"), ("/api/v0/imagescan/status", "SCAN-1")):
        cluster.faults[path] = _no_answer_anywhere(path)
        expect.unknown(condition, "cluster")
    expect.cause("api-lists-unreadable", *(f"replica:{replica}" for replica in expect.everywhere))


@scene("alerts-and-jobs-unreadable", "No replica can tell its alerts, workers and jobs.")
def alerts_and_jobs_unreadable(cluster: Cluster, expect: Expectations) -> None:
    for path in ("/api/v0/meta/alerts", "/api/v0/workers", "/api/v0/jobs"):
        cluster.faults[path] = _no_answer_anywhere(path)
    expect.unknown("ALERT-1", "cluster")
    expect.unknown("JOB-1", *expect.everywhere)
    for condition in ("JOB-2", "JOB-3", "JOB-4", "CRON-1"):
        expect.unknown(condition, "cluster")
    expect.cause("api-lists-unreadable", *(f"replica:{replica}" for replica in expect.everywhere))
