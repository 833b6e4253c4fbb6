"""PRE-3 and PRE-12: what an upgrade can be undone with."""

from __future__ import annotations

from typing import Any

from fixtures.core.evidence import thing
from fixtures.inventory import Inventory
from fixtures.probes.backups import BackupSeen, BackupsSeen
from tests.checks.case import SILENT, Cases, Looks, fails, passes, unknown
from tests.checks.cases.upgrading import running_version, to
from tests.checks.facts import A, B, C, ago, inventory, times

TESTED = "2026-01-01"
GOOD: dict[str, dict[str, Any]] = {
    "msr": {"path": "/b/msr.tar", "made": ago(days=1), "members": 3, "version": "2.9.29", "marked": True},
    "mke": {"path": "/b/mke.tar", "made": ago(days=1), "members": 1},
    "swarm": {"path": "/b/swarm.tgz", "made": ago(days=1), "members": 9, "marked": True},
}


def backups(**changes: dict[str, Any]) -> BackupsSeen:
    """All three, of which some are otherwise."""
    seen = [BackupSeen(of=of, **(usual | changes.get(of, {}))) for of, usual in GOOD.items()]
    return BackupsSeen(**times(), backups=seen)


def named(**changes: Any) -> Inventory:
    """An inventory that names all three."""
    usual = {of: {"file": f"{of}.tar", "tested": TESTED} for of in GOOD}
    return inventory(backup=usual | {"way_back": "the wiki"} | changes)


def look(**changes: dict[str, Any]) -> Looks:
    return {**running_version(), ("backup_files", "cluster"): backups(**changes)}


pre_3 = Cases("PRE-3")
GOES = {"inventory": named(), **to("2.10.4")}
OTHERS = (passes("mke"), passes("swarm"))
pre_3("all are there", look(), passes("msr", "lists 3 members; a restore was tested on 2026-01-01"), *OTHERS, **GOES)
pre_3(
    "none is named",
    {**running_version(), ("backup_files", "cluster"): BackupsSeen(**times(), backups=[])},
    unknown(
        "msr",
        "add backup: {msr: {file: …, tested: …}}",
        reason="pre.no-backup",
        about=(thing("inventory", "backup.msr"),),
    ),
    unknown("mke", reason="pre.no-backup"),
    unknown("swarm", reason="pre.no-backup"),
    **to("2.10.4"),
)
for name, changes, verdict in (
    ("not there", {"problem": "missing"}, fails("msr", "does not exist", reason="pre.backup-missing")),
    ("empty", {"problem": "empty"}, fails("msr", "is empty", reason="pre.backup-damaged")),
    ("cut off", {"problem": "damaged"}, fails("msr", "cut off", reason="pre.backup-damaged")),
    (
        "too old",
        {"made": ago(days=8)},
        fails("msr", "is 8.0 days old (limit 7 d)", reason="pre.backup-old", expected="7 d"),
    ),
    ("as old as may be", {"made": ago(days=7)}, passes("msr")),
    (
        "another version",
        {"version": "2.8.2"},
        fails("msr", "is of 2.8.2, and 2.9.29 runs", reason="pre.backup-version", seen="2.8.2"),
    ),
    ("no version", {"version": ""}, unknown("msr", "have it in the file's name", reason="pre.backup-no-version")),
    ("encrypted", {"problem": "form"}, unknown("msr", "looked at by hand", reason="pre.backup-form")),
    (
        "not readable",
        {"problem": "unreadable", "detail": "Permission denied"},
        unknown("msr", "cannot be read: Permission denied", reason="pre.backup-unread"),
    ),
    ("too large", {"problem": "unlisted"}, unknown("msr", "to its end", reason="pre.backup-unread")),
    ("another archive", {"marked": False}, unknown("msr", "holds nothing", reason="pre.backup-other")),
):
    pre_3(name, look(msr=changes), verdict, *OTHERS, **GOES)
for name, tested in (("never restored", {}), ("restored tomorrow", {"tested": "2999-01-01"})):
    pre_3(
        name,
        look(),
        unknown("msr", "no restore test is named", reason="pre.backup-untested"),
        *OTHERS,
        inventory=named(msr={"file": "msr.tar", **tested}),
        **to("2.10.4"),
    )
pre_3(
    "an older one is allowed",
    look(msr={"made": ago(days=8)}),
    passes("msr"),
    *OTHERS,
    inventory=named(max_age="9d"),
    **to("2.10.4"),
)
pre_3(
    "no replica says its version",
    {**look(msr={"version": "2.8.2"}), **{("version", each): SILENT for each in (A, B, C)}},
    unknown("msr", "503"),
    *OTHERS,
    **GOES,
)

pre_12 = Cases("PRE-12")
pre_12("it is named", {}, passes("cluster", "written in the wiki"), **GOES)
pre_12(
    "it is not named",
    {},
    fails("cluster", "add backup: {way_back: …}", reason="pre.no-way-back"),
    **to("2.10.4"),
)

CASES = (pre_3, pre_12)
