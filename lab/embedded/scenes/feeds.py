"""The audit logs of content trust: what can be wrong with them, and what is only unusual."""

import copy
import hashlib
from datetime import timedelta
from typing import Any

from lab.embedded import expected_trust, faults
from lab.embedded.expectations import Expectations
from lab.embedded.reply import text
from lab.embedded.scenes.scene import Collection, Play
from lab.embedded.scenes.tokens import given
from lab.embedded.state import Cluster, Fault
from lab.embedded.trust import Change, Trust

GLOBAL_FEED = "/v2/_trust/changefeed"
ALPINE, LEDGER = "library.alpine", "finance.ledger"

collection = Collection()
scene = collection.scene


# --- one replica's answer (FEED-1) ------------------------------------------------------------------------------------


def _global_feed(fault: Fault, cause: str = "notary-misbehaves", offers: str = "repair-first") -> Play:
    def play(cluster: Cluster, expect: Expectations) -> None:
        cluster.bad.faults[GLOBAL_FEED] = given(fault)
        expect.fail("FEED-1", f"global:{cluster.bad.id}")
        expect.unknown("FEED-9", *expect.pairs(cluster.bad))
        expect.cause(cause, f"notary:{cluster.bad.id}", offers=offers)

    return play


def _one_more(body: dict[str, Any]) -> None:
    body["count"] += 1


def _number_as_text(body: dict[str, Any]) -> None:
    body["records"][0]["Version"] = "1"


_ANSWERS: tuple[tuple[str, str, Fault], ...] = (
    ("feed-count-wrong", "One replica's audit log says one record more than it has.", faults.edited(_one_more)),
    ("feed-version-as-text", "One replica's audit log has a version as text.", faults.edited(_number_as_text)),
    ("feed-is-html", "One replica answers with a web page instead of its audit log.", faults.html(200, "MSR")),
    ("feed-is-null", "One replica's audit log is the JSON word null.", faults.instead(text(200, "null"))),
    ("feed-nonsense", "One replica's audit log is 5 MB of nonsense.", faults.nonsense()),
    ("feed-deeply-nested", "One replica's audit log is 100,000 lists in one another.", faults.deep()),
)

for _name, _title, _fault in _ANSWERS:
    scene(_name, _title)(_global_feed(_fault))

scene("feed-unanswered", "One replica takes the question for its audit log and never answers.")(
    _global_feed(faults.held, "notary-hung", "restart-container")
)


@scene("notary-server-out-of-reach", "One replica's nginx has lost the way to its notary-server, which is up: 502.")
def notary_server_out_of_reach(cluster: Cluster, expect: Expectations) -> None:
    cluster.bad.notary_up = False
    expected_trust.feeds_fail_at(expect, [cluster.bad])
    expect.cause("notary-down", f"notary:{cluster.bad.id}")


@scene("notary-servers-frozen", "The notary-server of every replica takes requests and never answers.")
def notary_servers_frozen(cluster: Cluster, expect: Expectations) -> None:
    for replica in cluster.replicas:
        replica.notary_frozen = True
    expected_trust.feeds_fail_at(expect, cluster.replicas)
    expected_trust.nothing_told_of(expect, *expect.feeds)
    expect.unknown("FEED-8", *expected_trust.cells(expect, *expected_trust.ACCOUNTS, "anonymous"))
    expect.cause("notary-hung", *(f"notary:{replica}" for replica in expect.everywhere))


@scene("notary-mistrusts-tokens", "One replica's notary-server has another key than the token service: invalid_token.")
def notary_mistrusts_tokens(cluster: Cluster, expect: Expectations) -> None:
    cluster.bad.trusts_tokens = False
    expected_trust.feeds_fail_at(expect, [cluster.bad])
    expect.cause("token-key-or-clock", f"notary:{cluster.bad.id}")


@scene("feed-record-malformed", "A record of the audit log is of a category that there is not.")
def feed_record_malformed(cluster: Cluster, expect: Expectations) -> None:
    """It stands in the database, so that every replica tells it, in both feeds that it belongs to."""
    cluster.trust.of("library/alpine")[1].category = "upsert"
    expect.fail("FEED-1", *(f"{feed}:{replica}" for feed in ("global", ALPINE) for replica in expect.everywhere))
    expect.unknown("FEED-9", *expect.pairs())
    expected_trust.nothing_told_of(expect, "global", ALPINE)
    expect.unknown("FEED-5", LEDGER)
    expect.cause("feed-damaged", "feed:global", f"feed:{ALPINE}")


# --- what the log holds (FEED-2 to FEED-7) ----------------------------------------------------------------------------


@scene("feed-out-of-order", "Two records of the global audit log stand the wrong way round.")
def feed_out_of_order(cluster: Cluster, expect: Expectations) -> None:
    """They are of two repositories, so that each of these has its own in order."""
    changes = cluster.trust.changes
    place = next(n for n in range(len(changes)) if changes[n].repository == "tools/ci")
    changes[place], changes[place - 1] = changes[place - 1], changes[place]
    expect.fail("FEED-2", "global")
    expect.cause("feed-damaged", "feed:global")


@scene("feed-id-twice", "Two records of one repository have the same ID.")
def feed_id_twice(cluster: Cluster, expect: Expectations) -> None:
    first, second = cluster.trust.of("library/nginx")[:2]
    second.id = first.id
    expect.fail("FEED-2", "global")
    expect.cause("feed-damaged", "feed:global")


@scene("feed-page-repeats-a-record", "A page brings the record again that it begins after, so that pages overlap.")
def feed_page_repeats_a_record(cluster: Cluster, expect: Expectations) -> None:
    cluster.trust.inclusive = True
    expect.fail("FEED-3", *expect.feeds)
    expect.cause("feed-damaged", *(f"feed:{feed}" for feed in expect.feeds))


@scene("feed-loses-a-record-forwards", "A record comes when paging backwards, and not when paging forwards.")
def feed_loses_a_record_forwards(cluster: Cluster, expect: Expectations) -> None:
    cluster.trust.lost_forwards.add(cluster.trust.of("library/nginx")[-1].id)
    expect.fail("FEED-3", "global")
    expect.cause("feed-damaged", "feed:global")


@scene("feed-too-young", "The audit log tells a record that is 5 seconds old.")
def feed_too_young(cluster: Cluster, expect: Expectations) -> None:
    cluster.trust.delay = timedelta()
    cluster.trust.sign("finance/ledger", cluster.started - timedelta(seconds=5))
    expect.fail("FEED-4", "global", LEDGER)
    expect.cause("feed-damaged", "feed:global", f"feed:{LEDGER}")


@scene("feed-of-repository-holds-another", "The audit log of a repository holds a record of another one.")
def feed_of_repository_holds_another(cluster: Cluster, expect: Expectations) -> None:
    cluster.trust.foreign[f"{cluster.host}/library/alpine"] = cluster.trust.of("library/nginx")[:1]
    expect.fail("FEED-5", ALPINE)
    expect.cause("feed-damaged", f"feed:{ALPINE}")


@scene("feed-version-repeated", "A repository's audit log has the same version twice.")
def feed_version_repeated(cluster: Cluster, expect: Expectations) -> None:
    second = cluster.trust.of("library/alpine")[2]
    again = copy.copy(second)
    again.id, again.at = "5e1f0ddc-2f4f-4f0e-9a42-7b6f5b0f3f10", second.at + timedelta(seconds=1)
    cluster.trust.changes.insert(cluster.trust.changes.index(second) + 1, again)
    expect.fail("FEED-6", ALPINE)
    expect.cause("feed-damaged", f"feed:{ALPINE}")


@scene("feed-version-lost", "A version is missing between two of a repository's audit log.")
def feed_version_lost(cluster: Cluster, expect: Expectations) -> None:
    cluster.trust.changes.remove(cluster.trust.of("library/alpine")[2])
    expect.warn("FEED-6", ALPINE)
    expect.cause("feed-damaged", f"feed:{ALPINE}")


@scene("feed-version-falls-elsewhere", "A version falls in a repository that the inventory does not name.")
def feed_version_falls_elsewhere(cluster: Cluster, expect: Expectations) -> None:
    cluster.trust.of("library/nginx")[1].version = 1
    expect.fail("FEED-6", "library.nginx")
    expect.cause("feed-damaged", "feed:library.nginx")


@scene("deletion-with-a-version", "A deletion in the audit log has a version.")
def deletion_with_a_version(cluster: Cluster, expect: Expectations) -> None:
    deletion = cluster.trust.delete("finance/ledger", cluster.started - timedelta(hours=3))
    deletion.version = 4
    expect.fail("FEED-6", LEDGER)
    expect.cause("feed-damaged", f"feed:{LEDGER}")


@scene("timestamp-changed", "What stands behind the newest record of a repository is another body.")
def timestamp_changed(cluster: Cluster, expect: Expectations) -> None:
    newest = cluster.trust.of("library/alpine")[-1]
    cluster.trust.bodies["library/alpine", newest.sha256] += b" "
    expect.fail("FEED-7", ALPINE)
    expect.cause("trust-differs", f"repository:{ALPINE}", offers="call-support")


@scene("timestamp-of-another-version", "The newest record of a repository names the timestamp of the version before.")
def timestamp_of_another_version(cluster: Cluster, expect: Expectations) -> None:
    before, newest = cluster.trust.of("library/alpine")[-2:]
    newest.sha256 = before.sha256
    expect.fail("FEED-7", ALPINE)
    expect.cause("trust-differs", f"repository:{ALPINE}", offers="call-support")


@scene("timestamp-lost", "The newest timestamp of a repository is gone, those before are there.")
def timestamp_lost(cluster: Cluster, expect: Expectations) -> None:
    newest = cluster.trust.of("library/alpine")[-1]
    del cluster.trust.bodies["library/alpine", newest.sha256]
    expect.fail("FEED-7", ALPINE)
    expect.cause("trust-data-lost", f"repository:{ALPINE}", offers="call-support")


@scene("repository-just-deleted", "A repository's trust data was deleted a moment ago, and the log does not tell yet.")
def repository_just_deleted(cluster: Cluster, expect: Expectations) -> None:
    cluster.trust.delete("library/alpine", cluster.started)
    expect.unknown("FEED-7", ALPINE)
    expect.cause("trust-just-deleted", f"repository:{ALPINE}")


@scene("newest-event-lost", "The newest signed push of a repository is in no audit log.")
def newest_event_lost(cluster: Cluster, expect: Expectations) -> None:
    cluster.trust.lose(cluster.trust.of("library/alpine")[-1])
    expect.warn("FEED-7", ALPINE)
    expect.cause("feed-event-lost", f"feed:{ALPINE}")


@scene("newest-event-a-day-ahead", "The newest signed push of a repository is dated a day ahead, and told tomorrow.")
def newest_event_a_day_ahead(cluster: Cluster, expect: Expectations) -> None:
    cluster.trust.sign("library/alpine", cluster.started + timedelta(days=1))
    expect.warn("FEED-7", ALPINE)
    expect.cause("feed-event-lost", f"feed:{ALPINE}")


@scene("signed-under-two-names", "A repository was signed under another name of the registry as well, an hour ago.")
def signed_under_two_names(cluster: Cluster, expect: Expectations) -> None:
    cluster.trust.sign("library/alpine", cluster.started - timedelta(hours=1), host="registry.other.example")
    expect.warn("FEED-7", ALPINE)
    expect.cause("trust-under-another-name", f"repository:{ALPINE}")


@scene("timestamps-unreadable", "No timestamp of a repository can be read: 500, while its audit log is whole.")
def timestamps_unreadable(cluster: Cluster, expect: Expectations) -> None:
    newest = cluster.trust.of("library/alpine")[-1]
    path = f"/v2/{cluster.host}/library/alpine/_trust/tuf/timestamp.{newest.sha256}.json"
    cluster.faults[path] = faults.json_text(
        '{"errors":[{"code":"UNKNOWN","message":"unknown error","detail":{}}]}', 500
    )
    expect.fail("FEED-7", ALPINE)
    expect.cause("trust-unreadable", f"repository:{ALPINE}")


@scene("trust-only-under-another-name", "Repositories were signed only when the registry had another name.")
def trust_only_under_another_name(cluster: Cluster, expect: Expectations) -> None:
    for change in cluster.trust.changes:
        change.host = "registry.old.example"
    expect.warn("FEED-7", ALPINE, LEDGER)
    expect.cause("trust-under-another-name", f"repository:{ALPINE}", f"repository:{LEDGER}")


# --- who may read it (FEED-8), and whether all tell the same (FEED-9) ------------------------------------------------


@scene("feeds-open-to-any-token", "Any token opens any audit log.")
def feeds_open_to_any_token(cluster: Cluster, expect: Expectations) -> None:
    cluster.trust.scopes_do_not_matter = True
    expect.fail("FEED-8", "reader:ci:global", f"reader:ci:{LEDGER}", *expected_trust.cells(expect, "anonymous"))
    expect.cause("feeds-open", *(f"feed:{feed}" for feed in expect.feeds))


@scene("administrator-without-the-catalog", "The administrator gets no right to the global audit log.")
def administrator_without_the_catalog(cluster: Cluster, expect: Expectations) -> None:
    cluster.account("admin").sees_the_catalog = False
    expect.fail("FEED-1", *(f"global:{replica}" for replica in expect.everywhere))
    expect.fail("FEED-8", "admin:global")
    expect.unknown("FEED-9", *expect.pairs())
    expected_trust.nothing_told_of(expect, "global")
    expect.unknown("FEED-5", ALPINE, LEDGER)
    expect.cause("administrator-without-rights", "account:admin")


@scene("reader-is-refused", "A reader is refused the audit log of a repository that he can read.")
def reader_is_refused(cluster: Cluster, expect: Expectations) -> None:
    account = cluster.account("ci")
    account.reads, account.only_listed = (), account.reads
    expect.fail("FEED-8", f"reader:ci:{ALPINE}")
    expect.fail("REG-2", *expect.pulls())
    expect.cause("reader-refused", "account:reader:ci")


@scene("feed-differs-on-one-replica", "One replica tells a record that the others do not have.")
def feed_differs_on_one_replica(cluster: Cluster, expect: Expectations) -> None:
    """It has its timestamp as well, so that there all is well by itself."""
    trust = Trust(changes=cluster.trust.of("library/alpine"))
    extra = trust.sign("library/alpine", cluster.started - timedelta(hours=2))
    extra.id = "c0a1e0fd-52d8-4a37-8d0e-d6f1f5a2c8aa"
    cluster.bad.own_changes.append(extra)
    cluster.trust.bodies |= trust.bodies
    expect.fail("FEED-9", *expect.pairs(cluster.bad))
    expect.cause("feed-differs", f"notary:{cluster.bad.id}")


# --- sound, however unusual -------------------------------------------------------------------------------------------


def _never_used(*, null: bool) -> Play:
    def play(cluster: Cluster, _expect: Expectations) -> None:
        cluster.trust = Trust(empty_is_null=null)

    return play


scene("trust-never-used", "Nobody ever signed an image: the audit logs are empty.", sound=True)(_never_used(null=False))
scene("trust-never-used-null", "Nobody ever signed an image: the audit logs have null for records.", sound=True)(
    _never_used(null=True)
)


@scene(
    "registry-renamed", "The registry was renamed a year ago: the audit log keeps what was signed before.", sound=True
)
def registry_renamed(cluster: Cluster, _expect: Expectations) -> None:
    old = Trust()
    for days in (430, 425, 400):
        for repository in ("library/alpine", "finance/ledger", "library/old"):
            old.sign(repository, cluster.started - timedelta(days=days), host="registry.old.example")
    cluster.trust.changes[:0] = old.changes


def many(cluster: Cluster, count: int) -> None:
    """A long history of a busy registry, before the usual one; timestamps of it are long forgotten."""
    changes = []
    versions: dict[str, int] = {}
    begin = cluster.trust.changes[0].at - timedelta(minutes=7 * count)
    for number in range(count):
        repository = f"team-{number % 37}/app"
        versions[repository] = versions.get(repository, 0) + 1
        sha256 = hashlib.sha256(f"{number}".encode()).hexdigest()
        name = f"{sha256[:8]}-{sha256[8:12]}-4{sha256[13:16]}-8{sha256[17:20]}-{sha256[20:32]}"
        at = begin + timedelta(minutes=7 * number)
        changes.append(Change(name, at, repository, versions[repository], sha256))
    cluster.trust.changes[:0] = changes


@scene("feed-of-5000-records", "The audit log holds 5,000 records.", sound=True)
def feed_of_5000_records(cluster: Cluster, _expect: Expectations) -> None:
    many(cluster, 5000 - len(cluster.trust.changes))


@scene("feed-window-of-2500", "The inventory wants 2,500 of 5,000 records looked at.", sound=True)
def feed_window_of_2500(cluster: Cluster, _expect: Expectations) -> None:
    many(cluster, 5000 - len(cluster.trust.changes))
    cluster.inventory["limits"] = {"feed_records": 2500}


@scene("feed-time-zones-mixed", "Two notary-servers write in different time zones, and drop zeros.", sound=True)
def feed_time_zones_mixed(cluster: Cluster, _expect: Expectations) -> None:
    zones = (timedelta(hours=5, minutes=30), timedelta(), -timedelta(hours=9, minutes=30), timedelta(hours=14))
    for number, change in enumerate(cluster.trust.changes):
        change.zone = zones[number % len(zones)]
        change.at = change.at.replace(microsecond=(0, 480_000, 500_000, 7_000, 123_000)[number % 5])


@scene("feed-of-one-instant", "Records of one instant stand in the order of their random IDs.", sound=True)
def feed_of_one_instant(cluster: Cluster, _expect: Expectations) -> None:
    """As after a script that signed many tags at once; versions of one repository can so stand the wrong way round."""
    ledger = cluster.trust.of("finance/ledger")
    for change in ledger:
        change.at = ledger[-1].at
    cluster.trust.changes.sort(key=lambda change: (change.at, change.id))


@scene("public-repository", "A repository is public: anyone may read its audit log.", sound=True)
def public_repository(cluster: Cluster, _expect: Expectations) -> None:
    cluster.public.add("library/alpine")


@scene("records-of-the-last-minute", "Repositories were signed within the last minute, which nobody is told yet.",
       sound=True)  # fmt: skip
def records_of_the_last_minute(cluster: Cluster, _expect: Expectations) -> None:
    for seconds in (59, 57, 55, 40, 20, 1):
        cluster.trust.sign("library/alpine", cluster.started - timedelta(seconds=seconds))
