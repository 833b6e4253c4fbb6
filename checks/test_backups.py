"""What an upgrade can be undone with. Asked by `--before-upgrade`: an upgrade of MSR is undone by a restore alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from checks.condition import CRITICAL, condition
from checks.rules.wording import many
from checks.verdict import Verdict, failed, passed, unknown
from fixtures.core.evidence import thing
from fixtures.core.question import BEFORE_UPGRADE
from fixtures.core.store import PerSubject, Unavailable
from fixtures.inventory import Inventory
from fixtures.inventory.backup import Backup, BackupFile
from fixtures.probes.administration import Version
from fixtures.probes.backups import BackupSeen, BackupsSeen

NAMES = {"msr": "MSR", "mke": "MKE", "swarm": "the swarm"}
DAY = timedelta(days=1)
SPOILED = {
    "missing": ("pre.backup-missing", "does not exist on this machine"),
    "empty": ("pre.backup-damaged", "is empty"),
    "damaged": ("pre.backup-damaged", "is an archive that is damaged or cut off"),
}
UNSEEN = {
    "form": (
        "pre.backup-form",
        "is neither a tar archive nor one packed with gzip; an encrypted one is to be looked at by hand",
    ),
    "unreadable": ("pre.backup-unread", "cannot be read"),
    "unlisted": ("pre.backup-unread", "cannot be listed to its end"),
}


@condition(
    "PRE-3",
    severity=CRITICAL,
    documented="Beyond the guide: upgrades",
    remedy="pre-backup",
    reasons={
        "pre.no-backup": "the inventory names no backup",
        "pre.backup-missing": "the file of a backup does not exist",
        "pre.backup-damaged": "the archive of a backup is empty, damaged or cut off",
        "pre.backup-old": "a backup is older than backup: max_age",
        "pre.backup-version": "the backup is of another version than the one that runs",
        "pre.backup-form": "the archive of a backup is of a form that cannot be listed",
        "pre.backup-unread": "a backup cannot be read, or not listed to its end",
        "pre.backup-other": "the archive does not hold what such a backup holds",
        "pre.backup-no-version": "the backup does not show its version",
        "pre.backup-untested": "no restore test is named",
    },
    question=BEFORE_UPGRADE,
)
def test_backups_can_be_restored(
    backup_files: BackupsSeen, every_version: PerSubject[Version], inventory: Inventory
) -> list[Verdict]:
    """Backups of MSR, MKE and the swarm are there, listed to their end, young, of what runs, and once restored."""
    seen = {each.of: each for each in backup_files.backups}
    judged = []
    for of, named in inventory.backup.files.items():
        try:
            judged.append(_judged(of, named, seen.get(of), every_version, inventory.backup, backup_files.now))
        except Unavailable as cause:
            judged.append(unknown(cause, subject=of))
    return judged


def _judged(
    of: str,
    named: BackupFile | None,
    seen: BackupSeen | None,
    versions: PerSubject[Version],
    stated: Backup,
    now: datetime,
) -> Verdict:
    about, what = [thing("inventory", f"backup.{of}")], NAMES[of]
    if named is None or seen is None:
        message = f"no backup of {what} is named: add backup: {{{of}: {{file: …, tested: …}}}}"
        raise Unavailable("pre.no-backup", message, about=about)
    it = f"the backup of {what}, {seen.path},"
    if seen.problem in SPOILED:
        reason, says = SPOILED[seen.problem]
        return failed(reason, f"{it} {says}", subject=of, about=about)
    if seen.problem:
        reason, says = UNSEEN[seen.problem]
        raise Unavailable(reason, f"{it} {says}{f': {seen.detail}' if seen.detail else ''}", about=about)
    old = _too_old(it, of, seen, stated.max_age, now, about)
    if old:
        return old
    running = {each.version for each in versions.values()}
    if of == "msr" and seen.version and not running:
        raise next(iter(versions.causes.values()))
    if of == "msr" and seen.version and seen.version not in running:
        message = f"{it} is of {seen.version}, and {', '.join(sorted(running))} runs: it is restored by its own version"
        return failed(
            "pre.backup-version", message, seen=seen.version, expected=sorted(running), subject=of, about=about
        )
    _shown(it, of, named, seen, now, about)
    message = f"{it} lists {many(seen.members, 'member')}; a restore was tested on {named.tested}"
    return passed(message, seen=seen.made and f"{seen.made:%Y-%m-%d %H:%M} UTC", subject=of, about=about)


def _too_old(
    it: str, of: str, seen: BackupSeen, limit: timedelta, now: datetime, about: Sequence[str]
) -> Verdict | None:
    if seen.made is None or now - seen.made <= limit:
        return None
    message = f"{it} is {(now - seen.made) / DAY:.1f} days old (limit {limit / DAY:g} d)"
    made = f"{seen.made:%Y-%m-%d %H:%M} UTC"
    return failed("pre.backup-old", message, seen=made, expected=f"{limit / DAY:g} d", subject=of, about=about)


def _shown(it: str, of: str, named: BackupFile, seen: BackupSeen, now: datetime, about: Sequence[str]) -> None:
    """Raises what is not shown: an age alone is no backup."""
    if seen.marked is False:
        message = f"{it} can be listed, and holds nothing that is of such a backup"
        raise Unavailable("pre.backup-other", message, about=about)
    if of == "msr" and not seen.version:
        message = f"{it} does not show its version: have it in the file's name"
        raise Unavailable("pre.backup-no-version", message, about=about)
    if named.tested is None or named.tested > now.date():
        message = f"{it} can be listed, and no restore test is named: add tested: with the day of the last one"
        raise Unavailable("pre.backup-untested", message, about=about)


@condition(
    "PRE-12",
    severity=CRITICAL,
    documented="Beyond the guide: upgrades",
    remedy="pre-way-back",
    reasons={"pre.no-way-back": "the inventory names no way back"},
    question=BEFORE_UPGRADE,
)
def test_way_back_is_named(inventory: Inventory) -> Verdict:
    """The inventory says where it is written how to go back from the upgrade."""
    if inventory.backup.way_back is None:
        message = "no way back is named: add backup: {way_back: …}, where it is written how to go back"
        return failed("pre.no-way-back", message, about=[thing("inventory", "backup.way_back")])
    return passed(f"the way back is written in {inventory.backup.way_back}")
