"""What a scene must trip, several conditions at once: a silent replica, a dead database, an account without log-in."""

from lab.embedded import expected_trust
from lab.embedded.expecting import Expecting
from lab.embedded.state import Replica

ASKED_ANYWAY = ("PING-1", "PING-3", "IDENT-1", "NGINX-1", "NGINX-2", "NGINX-3", "REG-1")
TOLD_OF_A_REPLICA = ("STATUS-5", "STATUS-6", "STATUS-9", "STATUS-13", "STATUS-15", "JOB-1")
BACKGROUND = ("JOB-2", "JOB-3", "JOB-4", "CRON-1", "SCAN-1")
TOLD_OF_THE_CLUSTER = (
    "STATUS-10",
    "STATUS-11",
    "STATUS-12",
    "STATUS-14",
    "STATUS-16",
    "STORE-1",
    "ALERT-1",
    *BACKGROUND,
)


class Expectations(Expecting):
    """Collects what must not pass, several conditions at once."""

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
        # Whether a pull would send a webhook is not known, so that nothing is pulled.
        self.unknown("REG-2", *self.pulls())

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
        self._no_handshake(ids)

    def _no_handshake(self, ids: list[str]) -> None:
        """Their certificates are seen by the driver alone."""
        if self._cluster.rethink.via == "driver" and self._cluster.rethink.in_inventory:
            self.unknown("TLS-3", *ids)

    def database_unseen(self, *replicas: Replica, dated: bool = True) -> None:
        """Nobody could look at their database servers, and it is not known that these are at fault.

        dated: no date of their certificates is known either.
        """
        ids = [replica.id for replica in replicas]
        if dated:
            self._no_handshake(ids)
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
