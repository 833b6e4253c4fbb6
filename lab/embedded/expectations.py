"""What a scene must trip: said before anything is looked at, so that a check cannot confirm itself.

Keys are (condition id, subject). A FAIL of a condition that only warns is declared as WARN.
"""

import itertools
from collections.abc import Iterable

from lab.embedded import expected_trust
from lab.embedded.state import Cluster, Replica, Table

UNREADABLE = ("finance/ledger",)
"""What the inventory says that its reader cannot read."""

Verdicts = dict[tuple[str, str], str]

ASKED_ANYWAY = ("PING-1", "PING-3", "IDENT-1", "NGINX-1", "NGINX-2", "NGINX-3", "REG-1")
TOLD_OF_A_REPLICA = ("STATUS-5", "STATUS-9", "STATUS-13", "STATUS-15", "JOB-1")
TOLD_OF_THE_CLUSTER = (
    "STATUS-6",
    "STATUS-10",
    "STATUS-11",
    "STATUS-12",
    "STATUS-14",
    "STATUS-16",
    "STORE-1",
    "ALERT-1",
    "JOB-2",
)


class Expectations:
    """Collects what must not pass. Saying two different things of one subject is a mistake in the scene."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self.verdicts: Verdicts = {}

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

    # -- what belongs together

    def status_unknown(self, *replicas: Replica) -> None:
        """Their cluster_status cannot be judged further."""
        for replica in replicas:
            self.unknown("STATUS-3", replica.id)
            self.unknown("STATUS-4", *self.about_all(replica))
        self.unknown("STATUS-7", *self.pairs(*replicas))
        # There is nothing to compare with; a database server that is silent itself is said to be so elsewhere.
        self.unknown("RDB-4", *(replica.id for replica in replicas))

    def no_status(self, *replicas: Replica) -> None:
        """Their cluster_status is not the documented object."""
        self.fail("STATUS-1", *(replica.id for replica in replicas))
        self.status_unknown(*replicas)

    def nothing_told(self) -> None:
        """No replica told its cluster_status, or no administrator could ask."""
        for condition in TOLD_OF_A_REPLICA:
            self.unknown(condition, *self.everywhere)
        self.unknown("STATUS-8", *self.pairs())
        for condition in TOLD_OF_THE_CLUSTER:
            self.unknown(condition, "cluster")

    def not_asked(self, *replicas: Replica) -> None:
        """Nothing that is asked at these replicas can be judged; PING-1 is said where nothing else was.

        Their containers still tell which version runs.
        """
        ids = [replica.id for replica in replicas]
        for condition in ASKED_ANYWAY:
            self.unknown(condition, *(i for i in ids if (condition, i) not in self.verdicts))
        self.unknown("STATUS-1", *ids)
        self.status_unknown(*replicas)
        expected_trust.not_asked(self, replicas)

    def silent(self, *replicas: Replica, handshake: bool) -> None:
        """Their HTTP does not answer; what others tell of them is still judged."""
        for replica in replicas:
            self.fail("PING-1", replica.id)
            if not handshake:
                self.unknown("TLS-1", replica.id)
                self.unknown("TLS-2", replica.id)
        self.not_asked(*replicas)

    def no_admin(self) -> None:
        """The administrator cannot log in: all that needs it is unknown."""
        self.fail("TOKEN-0", "admin")
        self.unknown("STATUS-1", *self.everywhere)
        self.status_unknown(*self._cluster.replicas)
        self.nothing_told()
        expected_trust.no_admin(self)

    def database_silent(self, *replicas: Replica) -> None:
        """Their database servers do not answer queries."""
        ids = [replica.id for replica in replicas]
        self.fail("RDB-1", *ids)
        self.unknown("RDB-2", *ids)
        self.unknown("RDB-4", *ids)

    def database_unseen(self, *replicas: Replica) -> None:
        """Nobody could look at their database servers, and it is not known that these are at fault."""
        ids = [replica.id for replica in replicas]
        for condition in ("RDB-1", "RDB-2", "RDB-4"):
            self.unknown(condition, *ids)
        if len(ids) == len(self._cluster.replicas):
            self.unknown("RDB-3", "cluster")

    def database_gone(self, *dead: Replica, workers_told: bool = True) -> None:
        """What the others' answers show when these replicas' database servers are gone."""
        ids = [replica.id for replica in dead]
        self.fail("STATUS-3", *(f"{asked}:table_availability" for asked in self.others(*dead)))
        self.fail("RDB-1", *(f"{asked}:table_availability" for asked in self.others(*dead)))
        self.database_silent(*dead)
        self.fail("STATUS-5", *ids)
        self.fail("STATUS-8", *self.pairs(*dead))
        self.unknown("STATUS-9", *ids)
        self.unknown("STATUS-15", *ids)
        self.fail("STATUS-11", *(table.full_name for table in self.tables()))
        self.warn("STATUS-14", "cluster")
        if workers_told:
            self.fail("JOB-1", *ids)
