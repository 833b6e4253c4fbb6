"""The cluster as it really is: what a scene changes, and what every answer is made from.

A healthy cluster comes from `healthy_cluster(n)`; a scene sets attributes of it. The API (`api`) only reads.
"""

import secrets
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from lab.embedded.certificates import Certificate
from lab.embedded.database import Reql, Rethink
from lab.embedded.door import Door
from lab.embedded.images import ObjectStorage, StoredImage
from lab.embedded.nodes.state import Node
from lab.embedded.nodes.swarm import Swarm
from lab.embedded.product import VERSION
from lab.embedded.reply import Reply
from lab.embedded.trust import Change, Trust

Fault = Callable[[Reply], Reply]
"""What becomes of the right answer of a path."""

Edit = Callable[[dict[str, Any]], None]
"""A last change, in place, to the cluster_status document."""


@dataclass(eq=False)
class Replica:
    """One replica. `version` is MSR's; what its database server says of itself is in `network` and `process`."""

    id: str
    node: str
    uuid: str
    port: int = 0
    address: str = "127.0.0.1"
    version: str = VERSION
    ping_error: str = ""
    health: str = "OK"
    last_report: timedelta | None = None
    """How long ago it wrote its last health report; None: it writes one every minute."""
    read_only: bool = False
    renamed: str = ""
    """The name that somebody gave its database server, in place of the one that MSR gives."""
    database_up: bool = True
    database_container_runs: bool = False
    """Even though its database server is gone to all others."""
    worker: str | None = "running"
    worker_heartbeat: timedelta = timedelta(seconds=60)
    island: int = 0
    """Replicas of different islands know nothing of one another."""
    network: dict[str, Any] = field(default_factory=dict)
    process: dict[str, Any] = field(default_factory=dict)
    database_uptime: timedelta = timedelta(days=6)
    clock_ahead: timedelta = timedelta()
    registry_up: bool = True
    notary_up: bool = True
    """Whether its nginx reaches its notary-server."""
    notary_frozen: bool = False
    """Whether its notary-server takes requests and never answers."""
    notary_reads: bool = True
    """Whether its notary-server reaches its database."""
    trusts_tokens: bool = True
    """Whether its notary-server knows the key of the token service."""
    registry_trusts_tokens: bool = True
    """Whether its registry does."""
    api_knows_passwords: bool = True
    """Whether its API accepts a right password; where not, it takes everybody for nobody: 401."""
    own_changes: list[Change] = field(default_factory=list)
    """Changes of trust data that its notary-server alone tells."""
    active_connections: int = 1
    drops_connections: bool = False
    tells_its_id: bool = True
    listed_port: int | None = None
    """The port that the inventory gives, where it is wrong."""
    listed_address: str = ""
    """The address that the inventory gives, where it is wrong; its database keeps the right one."""
    door: Door = Door.OPEN
    filtered: bool = False
    """Whether a firewall drops what this machine sends to its web port; the balancer reaches it by another way."""
    inner_port: int = 0
    """Where the balancer reaches it in that case."""
    certificate: Certificate = Certificate.GOOD
    faults: dict[str, Fault] = field(default_factory=dict)
    edits: list[Edit] = field(default_factory=list)
    reql: Reql = field(default_factory=Reql)
    """Its database server's port for queries."""
    slow_by: float = 0.0
    """Seconds added to each of its answers."""
    lost_manifests: set[str] = field(default_factory=set)
    """References (tags or digests) of manifests that its registry does not find."""
    lost_blobs: set[str] = field(default_factory=set)
    """Digests of blobs that its registry does not find."""
    cut_blobs: dict[str, int] = field(default_factory=dict)
    """How many bytes of a blob its registry has, where that is not all."""
    storage_error: bool = False
    """Whether its registry gets errors from its storage: it reads no blob then."""
    storage_hangs: bool = False
    """Whether its registry waits for its storage, as for an NFS server that is gone."""
    storage_mounted: bool = True
    """Whether what its registry has at /storage is the storage, and not an empty directory."""

    @property
    def server(self) -> str:
        """The name of its RethinkDB server."""
        return self.renamed or f"dtr_rethinkdb_{self.id}"

    def lose_database(self, ago: timedelta, *, container_runs: bool = False) -> None:
        """Its database server stopped: it can write no report and no heartbeat any more."""
        self.database_up, self.database_container_runs = False, container_runs
        self.last_report = ago
        self.worker = "dead"
        self.worker_heartbeat = -ago


@dataclass
class Table:
    """A table; replicas are named by id. `flags` and `states` stand where they differ from what the servers imply."""

    db: str
    name: str
    id: str
    issue_id: str
    primary: str | None
    lacks: set[str] = field(default_factory=set)
    flags: dict[str, bool] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)

    @property
    def full_name(self) -> str:
        return f"{self.db}.{self.name}"


@dataclass
class Job:
    """age: since when it is scheduled, less than none where that is in the future. timed: without a time, Go writes its
    zero time.
    """

    action: str
    status: str = "done"
    age: timedelta = timedelta(hours=1)
    timed: bool = True
    worker: str = ""
    """The replica that runs it, where it is not the first."""


@dataclass
class Cron:
    """What creates a job again and again: six fields, the first of them seconds. due: until its next run."""

    action: str
    schedule: str
    due: timedelta


@dataclass
class VulnerabilityDatabase:
    """What images are scanned with. age: since its last update that succeeded."""

    age: timedelta = timedelta(hours=11)
    update_failed: bool = False
    overrides_failed: bool = False


@dataclass
class Account:
    """A user as MKE knows it. `password` is what works, `listed` what the inventory holds."""

    name: str
    admin: bool = False
    reads: tuple[str, ...] = ()
    also_reads: tuple[str, ...] = ()
    """What it may read though the inventory does not say so."""
    only_listed: tuple[str, ...] = ()
    """What the inventory says that it reads, though it may not."""
    sees_the_catalog: bool = True
    """Whether an administrator gets the scope of the global audit log."""
    password: str = field(default_factory=lambda: secrets.token_urlsafe(18))
    token: str = field(default_factory=lambda: str(uuid.uuid4()))
    listed: str | None = None
    locked: bool = False

    @property
    def listed_reads(self) -> tuple[str, ...]:
        """What the inventory says that it can read."""
        return (*self.reads, *self.only_listed)


@dataclass
class Balancer:
    """Passes TCP on and ends no TLS, unless it has an answer or a certificate of its own."""

    port: int = 0
    door: Door = Door.OPEN
    checks_health: bool = True
    answers: Reply | None = None
    certificate: Certificate | None = None

    @property
    def ends_tls(self) -> bool:
        return self.answers is not None or self.certificate is not None


@dataclass
class Mke:
    port: int = 0
    door: Door = Door.OPEN
    ping_status: int = 200
    logs_in: bool = True
    listed_version: str = ""
    """The version that the inventory states."""
    takes_any_password: bool = False
    has_bundle: bool = False
    """A client bundle leads through it to all nodes' engines."""
    takes_bundle: bool = True
    """It accepts the certificate of the client bundle."""
    admins_deploy: bool = True
    """It lets administrators deploy on managers and on nodes with MSR."""
    known_to_msr: str = ""
    """Host and port at which MSR has it, where that is another address than that of the inventory."""
    registries: list[str] | None = None
    """The addresses of its registries; None: the address of users."""
    other_port: int = 0
    """Of another registry, on this machine, and its door."""
    other_door: Door = Door.CLOSED


@dataclass
class Cluster:
    """All of it, and what its inventory says beyond it (`inventory`: keys that replace or add to the usual ones)."""

    replicas: list[Replica]
    tables: list[Table]
    databases: list[dict[str, Any]]
    accounts: list[Account]
    swarm: "Swarm"
    balancer: Balancer = field(default_factory=Balancer)
    mke: Mke = field(default_factory=Mke)
    rethink: Rethink = field(default_factory=Rethink)
    ghosts: list[str] = field(default_factory=list)
    """Ids that stand in the configuration though no such replica exists."""
    broken_links: set[frozenset[str]] = field(default_factory=set)
    hung_for: float = 0.0
    """Seconds from the first look during which a hung database server holds up cluster_status."""
    alerts: list[dict[str, Any]] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    crons: list[Cron] = field(default_factory=list)
    scanning: bool = True
    """Whether images are scanned."""
    vulnerabilities: VulnerabilityDatabase = field(default_factory=VulnerabilityDatabase)
    gc_lock_holder: str = ""
    pings_tell_issues: bool = True
    """As measured for older versions, any issue makes every live /_ping 503; else only the sick replica says so."""
    first_look: float | None = None
    licensed: bool = True
    status_open_to_anyone: bool = False
    internal_error: bool = False
    """Everything that needs the database or a log-in answers "internal server error"."""
    storage: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    realm_host: str | None = None
    known_as: str | None = None
    """Host and port of what stands before its balancer, if anything does."""
    trust: Trust = field(default_factory=Trust)
    images: list[StoredImage] = field(default_factory=list)
    backups: set[str] = field(default_factory=set)
    """What the inventory names a backup of, which is beside it: msr, mke, swarm."""
    backup_cut: bool = False
    """The file of MSR's backup ends early, as where a disk was full."""
    sample: int = 0
    """How many blobs the inventory says to look for in the storage."""
    collected: set[str] = field(default_factory=set)
    """Digests of blobs whose files garbage collection has taken; it takes their rows a while after the first look."""
    blobs_listed_at: float | None = None
    webhooks: list[dict[str, Any]] = field(default_factory=list)
    object_storage: ObjectStorage = field(default_factory=ObjectStorage)
    public: set[str] = field(default_factory=set)
    """Repositories that anyone may pull."""
    edits: list[Edit] = field(default_factory=list)
    faults: dict[str, Fault] = field(default_factory=dict)
    """Faults of every replica, by path."""
    is_harbor: bool = False
    """It is MSR 4: Harbor answers at every address of the inventory."""
    inventory: dict[str, Any] = field(default_factory=dict)
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    """Ages count from here, so that what is frozen stays so while it is looked at."""
    storage_secret: str = field(default_factory=lambda: secrets.token_urlsafe(30))
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def public_name(self) -> str:
        """Host and port of the address of users."""
        return self.known_as or f"localhost:{self.balancer.port}"

    @property
    def host(self) -> str:
        """The registry's name in scopes, challenges and GUNs: without the usual port."""
        return self.public_name.removesuffix(":443")

    def replica(self, replica_id: str) -> Replica:
        return next(replica for replica in self.replicas if replica.id == replica_id)

    def node(self, replica: Replica) -> "Node":
        """The machine that a replica runs on."""
        return self.swarm.node(replica.node)

    def table(self, full_name: str) -> Table:
        return next(table for table in self.tables if table.full_name == full_name)

    def account(self, name: str) -> Account:
        return next(account for account in self.accounts if account.name == name)

    @property
    def bad(self) -> Replica:
        """The one that a scene breaks: the last, as in the recordings."""
        return self.replicas[-1]

    def now(self, replica: Replica) -> datetime:
        """The time by the clock of that replica."""
        return datetime.now(UTC) + replica.clock_ahead
