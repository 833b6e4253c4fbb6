"""What the suite must find on a faulty lab, said before it looks.

What the API tells comes from the embedded cluster, which is sound; so these are faults of nodes, containers and
networks, and of what cannot be looked at through them.
"""

from lab.embedded.expectations import Expectations
from lab.embedded.healthy import healthy_cluster
from lab.swarm.plan import NETWORK, Plan

ASKED_OF_A_PAIR = ("NET-2", "NET-3", "NET-5")
ASKED_OF_CONTAINERS = ("CTR-1", "CTR-2", "CTR-3", "CTR-4", "CTR-5", "CTR-6", "LOG-1")
ASKED_OF_A_MACHINE = ("NODE-2", "NODE-3", "NODE-4", "NODE-5", "TLS-3", "LOG-2")
PARTS_OF_ADDRESSES = ("addresses", "subnet", "free", "nodes")
SWARM = "cluster"


class Expect(Expectations):
    """Collects what must not pass; nodes are named by their number."""

    def __init__(self, plan: Plan) -> None:
        cluster = healthy_cluster(plan.replicas)
        super().__init__(cluster)
        self.machines = plan.machines
        self.engine = plan.engine
        self._replicas = cluster.replicas

    def node(self, number: int) -> str:
        return self.machines[number - 1].name

    def replica(self, number: int) -> str:
        """The id of the replica on a node; ValueError if it carries none."""
        found = self.machines[number - 1].replica
        if found is None:
            raise ValueError(f"{self.node(number)} carries no replica")
        return found

    def component(self, number: int, name: str) -> str:
        """A component of the replica on a node, as a subject."""
        return f"{self.replica(number)}:{name}"

    def both_ways(self, first: int, second: int) -> list[str]:
        """The two ordered pairs of two nodes."""
        return [f"{self.node(first)}:{self.node(second)}", f"{self.node(second)}:{self.node(first)}"]

    def towards(self, first: int, second: int) -> list[str]:
        """One node and the replica of another, whose containers it reaches or not; none where that carries none."""
        replica = self.machines[second - 1].replica
        return [f"{self.node(first)}:{replica}"] if replica else []

    # -- things that causes are about

    def node_thing(self, number: int) -> str:
        return f"node:{self.node(number)}"

    def container(self, number: int, name: str) -> str:
        """A component of the replica on a node."""
        return f"container:{name}-{self.replica(number)}"

    def link(self, first: int, second: int) -> str:
        """From one node to another."""
        return f"link:{self.node(first)}>{self.node(second)}"

    def links(self, first: int, second: int) -> list[str]:
        """Both directions between two nodes."""
        return [self.link(first, second), self.link(second, first)]

    def others_than(self, number: int) -> list[int]:
        return [machine.number for machine in self.machines if machine.number != number]

    # -- what belongs together

    def cut(self, first: int, second: int) -> None:
        """Nothing comes back between two nodes: whether packets are lost, or too large, cannot be told."""
        pairs = self.both_ways(first, second)
        self.fail("NET-2", *pairs)
        self.unknown("NET-3", *pairs)
        self.unknown("NET-5", *pairs)
        self.unknown("NET-6", *self.towards(first, second), *self.towards(second, first))

    def addresses(self, *parts: str) -> list[str]:
        """What is judged of the network's addresses: the parts that are given, or all."""
        return [f"{NETWORK}:{part}" for part in parts or PARTS_OF_ADDRESSES]

    def web_silent(self, number: int) -> None:
        """The replica's web ports do not answer."""
        replica = next(each for each in self._replicas if each.id == self.replica(number))
        self.silent(replica, handshake=False)

    def lost_in_gossip(self, number: int) -> None:
        """The engines of all others say that they lost this one without a farewell."""
        self.warn("LOG-2", *(self.node(other) for other in self.others_than(number)))

    def no_probe(self, number: int) -> None:
        """No container can be made there, so nothing is known of its pairs, nor of names as it sees them."""
        for other in self.others_than(number):
            for condition in ASKED_OF_A_PAIR:
                self.unknown(condition, *self.both_ways(number, other))
        for condition in ("NET-4", "NET-6"):
            self.unknown(condition, *(f"{self.node(number)}:{replica}" for replica in self.everywhere))

    def engine_unknown(self, number: int) -> None:
        """Its engine cannot be asked: nothing there of containers, of ports for them, of the overlay network."""
        self.no_probe(number)
        for condition in ("NET-1", "CTR-7", "NODE-5"):
            self.unknown(condition, self.node(number))
        self.unknown("NET-7", *self.addresses())
        if self.machines[number - 1].replica:
            for condition in ASKED_OF_CONTAINERS:
                self.unknown(condition, self.replica(number))
            # Whether its database runs, and has the address that others see, only its engine could tell.
            others = [self.node(other) for other in self.others_than(number)]
            for condition in ("NET-4", "NET-6"):
                self.unknown(condition, *(f"{other}:{self.replica(number)}" for other in others))

    def login_gone(self, number: int) -> None:
        """Nobody can log in to it, and with that its engine is out of reach as well; what it serves goes on."""
        self.fail("NODE-1", self.node(number))
        self.not_looked_at(number)

    def not_looked_at(self, number: int) -> None:
        """Nothing of what is looked at by ssh can be judged."""
        self.engine_unknown(number)
        for condition in ASKED_OF_A_MACHINE:
            self.unknown(condition, self.node(number))
