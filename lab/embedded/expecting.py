"""What a scene must trip: said before anything is looked at, so that a check cannot confirm itself.

Keys are (condition id, subject). A FAIL of a condition that only warns is declared as WARN.
"""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from lab.embedded.state import Cluster, Replica, Table

UNREADABLE = ("finance/ledger",)
"""What the inventory says that its reader cannot read."""

Verdicts = dict[tuple[str, str], str]


@dataclass(frozen=True)
class ExpectedCause:
    """A cause that a report must name: what is broken, at which things (`type:name`), and the highest rung of the
    ladder of recovery whose command it may show.
    """

    id: str
    things: tuple[str, ...]
    offers: str


class Expecting:
    """Collects what must not pass. Saying two different things of one subject is a mistake in the scene."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self.verdicts: Verdicts = {}
        self.causes: list[ExpectedCause] = []

    def _expect(self, verdict: str, condition: str, subjects: Iterable[str]) -> None:
        for subject in subjects:
            if self.verdicts.setdefault((condition, subject), verdict) != verdict:
                raise ValueError(f"{condition} of {subject} is both {self.verdicts[condition, subject]} and {verdict}")

    def fail(self, condition: str, *subjects: str) -> None:
        self._expect("FAIL", condition, subjects)

    def warn(self, condition: str, *subjects: str) -> None:
        self._expect("WARN", condition, subjects)

    def unknown(self, condition: str, *subjects: str) -> None:
        self._expect("UNKNOWN", condition, subjects)

    def skipped(self, *areas: str) -> None:
        """The inventory leaves these areas out (`RDB`, `NODE`): what was said of them so far is not judged."""
        kept = {key: word for key, word in self.verdicts.items() if key[0].partition("-")[0] not in areas}
        self.verdicts = kept

    def cause(self, name: str, *things: str, offers: str = "repair-first") -> None:
        """Say what is broken, in the order in which an operator is to deal with it; `things` of one kind in any order.

        offers: save-first, repair-first, start, restart-container, restart-replica, restart-engine, reconfigure,
        remove-join, emergency-repair, restore, or call-support.
        """
        self.causes.append(ExpectedCause(name, tuple(sorted(things)), offers))

    # -- subjects

    @property
    def everywhere(self) -> list[str]:
        return [replica.id for replica in self._cluster.replicas]

    @property
    def users(self) -> str:
        """The address of users, as a subject."""
        return self._cluster.public_name

    @property
    def mke(self) -> str:
        return f"localhost:{self._cluster.mke.port}"

    @property
    def feeds(self) -> list[str]:
        """The audit logs of the inventory: the global one, and those of the repositories that it names."""
        return ["global", *self._named(self._cluster.account("ci").listed_reads), *self._named(UNREADABLE)]

    @property
    def readable(self) -> list[str]:
        """What the reader may read of them, as FEED-8 names it."""
        return [f"reader:ci:{feed}" for feed in self._named(self._cluster.account("ci").listed_reads)]

    def pulls(self, *replicas: Replica) -> list[str]:
        """Each image of the inventory at these replicas, or at all, as REG-2 names it."""
        names = [f"{image.repository.replace('/', '.')}_{image.tag}" for image in self._cluster.images]
        where = [replica.id for replica in replicas] or self.everywhere
        return [f"{name}:{replica}" for name in names for replica in where]

    @staticmethod
    def _named(repositories: Iterable[str]) -> list[str]:
        return [name.replace("/", ".") for name in repositories]

    def others(self, *without: Replica) -> list[str]:
        return [replica.id for replica in self._cluster.replicas if replica not in without]

    def about_all(self, asked: Replica | str) -> list[str]:
        asked_id = asked if isinstance(asked, str) else asked.id
        return [f"{asked_id}:{about}" for about in self.everywhere]

    def pairs(self, *with_any_of: Replica) -> list[str]:
        """Unordered pairs in the inventory's order; all of them, or those with one of these replicas."""
        wanted = {replica.id for replica in with_any_of} or set(self.everywhere)
        return [f"{a}:{b}" for a, b in itertools.combinations(self.everywhere, 2) if {a, b} & wanted]

    def tables(self) -> list[Table]:
        return self._cluster.tables
