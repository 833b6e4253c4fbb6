"""NET: the overlay networks between the nodes."""

from __future__ import annotations

from fixtures.core.evidence import Because, link, thing
from fixtures.core.store import NoResponse, NotConfigured, Unavailable
from fixtures.probes.overlay.facts import Database, OverlayPings
from fixtures.probes.overlay.name_output import Resolved
from fixtures.probes.overlay.ping_output import Echo
from tests.checks.case import Cases, Inherited, fails, not_applicable, passes, skipped, unknown, warns
from tests.checks.facts import A, B, ago, inventory, times
from tests.checks.overlay import (
    DEAD,
    ID,
    LOSSY,
    NO_ENGINE,
    NO_NAME,
    NODES,
    STALE,
    STUCK,
    UNRESOLVED,
    alone,
    container,
    echo,
    network,
    of_node,
    on_nodes,
    pinged,
    refused,
    seen,
    unlisted,
)

ONE, TWO, THREE = NODES[:3]
NOT_ALLOWED = NotConfigured("--no-containers: the overlay network is only tested from containers")
NO_IMAGE = NotConfigured(
    "node-1 holds no image with sh and ping: run `docker pull registry.mirantis.com/msr/dtr:2.10.4` there"
)
NONE_MADE = dict.fromkeys(NODES[:3], NOT_ALLOWED)
BOTH = (f"{ONE}:{TWO}", f"{TWO}:{ONE}")
ITSELF = (thing("network", "dtr-ol"),)
THERE, BACK = link(ONE, TWO), link(TWO, ONE)
AT_THREE = (thing("node", THREE),)
FROM_THREE = ((THREE, ONE), (THREE, TWO))
TO_THREE = ((ONE, THREE), (TWO, THREE))
NO_PROBE = Because(ONE, probe="overlay_pings")
LINK = {(ONE, TWO): DEAD, (TWO, ONE): DEAD}

net_1 = Cases("NET-1")
net_1("an attachable overlay", seen(), passes(ONE, "dtr-ol", ID[:12], seen=ID), inventory=on_nodes())
net_1(
    "a worker lists it only through the probe container",
    seen(networks={TWO: unlisted(TWO)}),
    passes(TWO, ID[:12]),
    inventory=on_nodes(),
)
net_1(
    "no manager among the nodes",
    seen(networks={node: network(node, manager=False) for node in NODES[:3]}),
    passes(TWO),
    inventory=on_nodes(),
)
net_1("two lost attachments are told", seen(containers={ONE: container(ONE, retried=2)}),
      passes(ONE, "2 attempts"), inventory=on_nodes())  # fmt: skip
net_1(
    "without containers, what the engines list",
    seen(containers=NONE_MADE),
    passes(ONE, ID[:12]),
    inventory=on_nodes(),
)
net_1(
    "without containers, a worker with a replica that lists none",
    seen(containers=NONE_MADE, networks={TWO: unlisted(TWO)}),
    unknown(TWO, "a worker lists the network only", "--no-containers", reason="net.not-listed"),
    inventory=on_nodes(),
)
net_1(
    "without containers, a worker without a replica",
    seen(containers=NONE_MADE, networks={THREE: unlisted(THREE)}),
    passes(THREE, "no container on it, and no replica"),
    inventory=on_nodes(replicas=2),
)
net_1(
    "no manager knows it",
    seen(
        networks={node: unlisted(node, manager=True) for node in NODES[:3]}, containers={n: refused(n) for n in NODES}
    ),
    fails(
        ONE,
        "the swarm's managers do not know the network dtr-ol",
        reason="net.no-network",
        about=ITSELF,
        witnesses=tuple(thing("node", node) for node in NODES[:3]),
        measured="reported",
    ),
    inventory=on_nodes(),
)
net_1(
    "one manager does not know it",
    seen(networks={THREE: unlisted(THREE, manager=True)}),
    fails(THREE, "this manager does not know the network", reason="net.not-known-to-manager", about=AT_THREE),
    inventory=on_nodes(),
)
net_1(
    "a bridge of that name",
    seen(networks={ONE: network(ONE, driver="bridge")}),
    fails(ONE, "is a bridge network", seen="bridge", expected="overlay", reason="net.not-overlay", about=ITSELF),
    inventory=on_nodes(),
)
net_1(
    "not attachable",
    seen(networks={node: network(node, attachable=False) for node in NODES[:3]}),
    fails(TWO, "not attachable", seen=False, reason="net.not-attachable", about=ITSELF),
    inventory=on_nodes(),
)
net_1(
    "the node is in no swarm",
    seen(networks={TWO: unlisted(TWO, swarm="inactive", node_id="")}),
    fails(TWO, "not in a swarm (inactive)", seen="inactive", reason="net.not-in-swarm", measured="directly"),
    inventory=on_nodes(),
)
net_1(
    "no container can be attached",
    seen(containers={TWO: refused(TWO)}),
    fails(TWO, "could not be attached to dtr-ol on node-2", reason="net.not-attached", about=(thing("node", TWO),)),
    inventory=on_nodes(),
)
net_1(
    "of another swarm",
    seen(networks={TWO: network(TWO, id="other")}, containers={TWO: container(TWO, network_id="other")}),
    fails(
        TWO,
        "other here",
        f"{ID[:12]} elsewhere",
        seen="other",
        expected=ID,
        reason="net.other-network",
        about=(thing("node", TWO),),
        measured="derived",
    ),
    inventory=on_nodes(),
)
net_1(
    "the others are not accused of it",
    seen(networks={TWO: network(TWO, id="other")}, containers={TWO: container(TWO, network_id="other")}),
    passes(ONE),
    inventory=on_nodes(),
)
net_1(
    "every node of another swarm",
    seen(
        networks={node: network(node, id=node) for node in NODES[:3]},
        containers={node: container(node, network_id=node) for node in NODES[:3]},
    ),
    fails(ONE, "a different network on every node", reason="net.no-common-network", about=ITSELF),
    inventory=on_nodes(),
)
net_1("the engine is silent", seen(networks={TWO: NO_ENGINE}), unknown(TWO, "refused"), inventory=on_nodes())
net_1("another node's engine is silent", seen(networks={TWO: NO_ENGINE}), passes(ONE), inventory=on_nodes())
net_1("the inventory names no nodes", {}, skipped(A, "add node: under replicas"), inventory=inventory(1))

net_2 = Cases("NET-2")
net_2(
    "by name and by address",
    seen(),
    passes(f"{ONE}:{TWO}", "3 of 3", "0.2 ms", seen={"by name": "3 of 3", "by address": "3 of 3"}),
    inventory=on_nodes(),
)
net_2("one reply of three is enough", seen(pairs={(ONE, TWO): pinged(echo(1))}), passes(BOTH[0], "1 of 3"),
      inventory=on_nodes())  # fmt: skip
for subject in BOTH:
    net_2(
        f"a dead link, {subject}: the way from 1 to 2 is cut",
        seen(alone(ONE, TWO, 0, arrived=0), alone(TWO, ONE, 0, arrived=10), pairs=LINK),
        fails(
            subject,
            message="no reply between node-1 and node-2 on dtr-ol, by name and by address; "
            "packets from node-1 to node-2 do not arrive, packets back do",
            seen={"by name": "0 of 3", "by address": "0 of 3", "alone": "0 of 10"},
            reason="net.nothing-one-way",
            about=(THERE,),
        ),
        inventory=on_nodes(),
    )
net_2("the others of a dead link", seen(pairs=LINK), passes(f"{ONE}:{THREE}"), inventory=on_nodes())
net_2(
    "a dead link, seen from one side",
    seen(alone(TWO, ONE, 0, arrived=10), pairs=LINK),
    fails(
        BOTH[0],
        "packets from node-1 to node-2 do not arrive, packets back do",
        reason="net.nothing-one-way",
        about=(THERE,),
    ),
    inventory=on_nodes(),
)
net_2(
    "a dead link, of which only the request is known",
    seen(alone(ONE, TWO, 0, arrived=0), pairs=LINK),
    fails(BOTH[0], message="no reply between node-1 and node-2 on dtr-ol, by name and by address; "
          "packets from node-1 to node-2 do not arrive", reason="net.nothing-one-way", about=(THERE,)),
    inventory=on_nodes(),
)  # fmt: skip
net_2(
    "a link cut both ways",
    seen(alone(ONE, TWO, 0, arrived=0), alone(TWO, ONE, 0, arrived=0), pairs=LINK),
    fails(BOTH[1], "packets arrive in neither direction", reason="net.no-reply", about=(THERE, BACK)),
    inventory=on_nodes(),
)
net_2(
    "a link cut in an encrypted network",
    seen(pairs=LINK, networks={node: network(node, encrypted=node == THREE) for node in NODES[:3]}),
    fails(BOTH[1], seen={"by name": "0 of 3", "by address": "0 of 3", "encrypted": "packets cross as ESP"}),
    inventory=on_nodes(),
)
net_2(
    "a dead link that was not looked at alone",
    seen(pairs=LINK),
    fails(
        BOTH[1],
        message="no reply between node-1 and node-2 on dtr-ol, by name and by address",
        reason="net.no-reply",
        about=(THERE, BACK),
    ),
    inventory=on_nodes(),
)
net_2(
    "two nodes",
    seen(pairs=LINK, count=2),
    fails(BOTH[0], "between node-1 and node-2 on dtr-ol"),
    inventory=on_nodes(2),
)
for subject in (f"{ONE}:{THREE}", f"{THREE}:{ONE}", f"{TWO}:{THREE}"):
    net_2(
        f"a node that is cut off, {subject}",
        seen(alone(ONE, THREE, 0, arrived=0), alone(THREE, ONE, 0, arrived=10), pairs=of_node(THREE, DEAD)),
        fails(
            subject,
            message="no reply between node-3 and every other node on dtr-ol, by name and by address; "
            "packets to node-3 do not arrive",
            reason="net.nothing-to-node",
            about=AT_THREE,
        ),
        inventory=on_nodes(),
    )
net_2("the others of a node that is cut off", seen(pairs=of_node(THREE, DEAD)), passes(BOTH[0]), inventory=on_nodes())
net_2(
    "a node whose packets do not leave",
    seen(alone(ONE, THREE, 0, arrived=10), alone(THREE, ONE, 0, arrived=0), pairs=of_node(THREE, DEAD)),
    fails(f"{ONE}:{THREE}", "packets from node-3 do not arrive", reason="net.nothing-from-node", about=AT_THREE),
    inventory=on_nodes(),
)
net_2(
    "a node that nothing reaches or leaves",
    seen(alone(ONE, THREE, 0, arrived=0), alone(THREE, ONE, 0, arrived=0), pairs=of_node(THREE, DEAD)),
    fails(f"{ONE}:{THREE}", "packets arrive neither from nor at node-3", reason="net.no-reply", about=AT_THREE),
    inventory=on_nodes(),
)
for ways, ending, words in (
    (FROM_THREE, "-from-node", "from node-3 to every other node"),
    (TO_THREE, "-to-node", "from every other node to node-3"),
):
    for what, bad, reason in (
        ("no reply", DEAD, "net.no-reply"),
        ("no name", UNRESOLVED, "net.name-unresolved"),
        ("other addresses", pinged(STALE, echo()), "net.name-elsewhere"),
    ):
        for first, second in ways:
            net_2(
                f"{what} {words}, {first}:{second}",
                seen(pairs=dict.fromkeys(ways, bad)),
                fails(f"{first}:{second}", words, reason=f"{reason}{ending}", about=AT_THREE),
                inventory=on_nodes(),
            )
for subject in (f"{NODES[0]}:{NODES[3]}", f"{NODES[3]}:{NODES[4]}"):
    net_2(
        f"two nodes of five are cut off, {subject}",
        seen(count=5, pairs=of_node(NODES[3], DEAD, 5) | of_node(NODES[4], DEAD, 5)),
        fails(subject, "between node-4 and every other node", reason="net.no-reply", about=(thing("node", NODES[3]),)),
        inventory=on_nodes(5),
    )
net_2(
    "nobody reaches anybody",
    seen(alone(ONE, TWO, 0, arrived=0), pairs={(a, b): DEAD for a in NODES for b in NODES}),
    fails(
        f"{TWO}:{THREE}",
        "no reply between all nodes on dtr-ol, by name and by address; no packet arrives",
        reason="net.no-reply",
        about=ITSELF,
    ),
    inventory=on_nodes(),
)
net_2(
    "names of one node do not resolve elsewhere",
    seen(pairs={(ONE, THREE): UNRESOLVED, (TWO, THREE): UNRESOLVED}),
    fails(
        f"{ONE}:{THREE}",
        message="container names do not resolve from every other node to node-3 on dtr-ol; the addresses respond",
        seen={"by name": NO_NAME.detail, "by address": "3 of 3"},
    ),
    inventory=on_nodes(),
)
net_2(
    "a node that resolves no name",
    seen(pairs={(THREE, ONE): UNRESOLVED, (THREE, TWO): UNRESOLVED}),
    fails(f"{THREE}:{ONE}", "do not resolve from node-3 to every other node"),
    inventory=on_nodes(),
)
net_2(
    "one name at one node",
    seen(pairs={(ONE, TWO): UNRESOLVED}),
    fails(BOTH[0], "do not resolve from node-1 to node-2 on dtr-ol", reason="net.name-unresolved", about=(THERE,)),
    inventory=on_nodes(),
)
net_2(
    "what answered alone is no failure",
    seen(alone(ONE, TWO, 9), pairs={(ONE, TWO): DEAD}),
    warns(
        BOTH[0], "no reply by name", "9 of 10 replies when pinged alone", reason="net.lost-under-load", about=(THERE,)
    ),
    inventory=on_nodes(),
)
net_2(
    "a name that does not resolve is none the better for an address that answers alone",
    seen(alone(ONE, TWO, 10), pairs={(ONE, TWO): UNRESOLVED}),
    fails(BOTH[0], "do not resolve from node-1 to node-2 on dtr-ol; the addresses respond"),
    inventory=on_nodes(),
)
net_2(
    "nor where no address answered in the crowd",
    seen(alone(ONE, TWO, 10), pairs={(ONE, TWO): pinged(NO_NAME, echo(0))}),
    fails(BOTH[0], "do not resolve from node-1 to node-2 on dtr-ol; the addresses respond"),
    inventory=on_nodes(),
)
net_2(
    "a name that leads to an address of before",
    seen(alone(ONE, TWO, 10), pairs={(ONE, TWO): pinged(STALE, echo())}),
    fails(
        BOTH[0],
        "resolve to other addresses from node-1 to node-2 on dtr-ol; the addresses respond",
        reason="net.name-elsewhere",
        about=(THERE,),
    ),
    inventory=on_nodes(),
)
net_2("without containers", seen(containers=NONE_MADE), skipped(BOTH[0], "--no-containers"), inventory=on_nodes())
net_2("no image on the one", seen(containers={ONE: NO_IMAGE}), skipped(BOTH[0], "docker pull"), inventory=on_nodes())
net_2("no image on the other", seen(containers={ONE: NO_IMAGE}), skipped(BOTH[1], "docker pull"), inventory=on_nodes())
net_2("no engine", seen(containers={TWO: NO_ENGINE}), unknown(BOTH[0], "connection refused"), inventory=on_nodes())
net_2(
    "a node without an engine hides no other pair",
    seen(containers={TWO: NO_ENGINE}, pairs={(ONE, THREE): DEAD, (THREE, ONE): DEAD}),
    fails(f"{ONE}:{THREE}", "between node-1 and node-3"),
    inventory=on_nodes(),
)
net_2(
    "the probe hangs",
    seen(
        pings={ONE: NoResponse("container.timeout", "the probe container on node-1 answered nothing", timed_out=True)}
    ),
    unknown(BOTH[0], "answered nothing"),
    inventory=on_nodes(),
)
net_2("a single replica", {}, not_applicable("none", "no pairs"), inventory=on_nodes(1))

NOTHING_BACK = unknown(
    BOTH[0], "see NET-2", reason="net.no-packet-back", about=(THERE,), because=Because(BOTH[0], condition="NET-2")
)
net_3 = Cases("NET-3")
net_3("all came back", seen(), passes(BOTH[0], "6 of 6", "0.2 ms", expected="all, within 100 ms"), inventory=on_nodes())
net_3(
    "lost, and lost again when pinged alone",
    seen(alone(ONE, TWO, 5), pairs={(ONE, TWO): LOSSY}),
    warns(BOTH[0], "packets are lost from node-1 to node-2 on dtr-ol",
          seen={"all at once": "4 of 6 packets came back, 0.2 ms", "alone": "5 of 10 packets came back, 0.2 ms"},
          reason="net.packets-lost", about=(THERE,)),
    inventory=on_nodes(),
)  # fmt: skip
net_3(
    "all lost when pinged alone, where some came back before",
    seen(alone(ONE, TWO, 0, arrived=0), pairs={(ONE, TWO): LOSSY}),
    warns(BOTH[0], "packets are lost from node-1 to node-2 on dtr-ol"),
    inventory=on_nodes(),
)
net_3(
    "lost in the crowd only",
    seen(alone(ONE, TWO, 10), pairs={(ONE, TWO): LOSSY}),
    passes(BOTH[0], "10 of 10", "when pinged alone"),
    inventory=on_nodes(),
)
net_3(
    "a first try that was lost, and alone all is well",
    seen(alone(ONE, TWO, 10), pairs={(ONE, TWO): pinged(tries=2)}),
    passes(BOTH[0], "10 of 10"),
    inventory=on_nodes(),
)
net_3(
    "a first try that was lost, and more alone",
    seen(alone(ONE, TWO, 8), pairs={(ONE, TWO): pinged(tries=2)}),
    warns(BOTH[0], "packets are lost"),
    inventory=on_nodes(),
)
net_3(
    "a node that loses",
    seen(
        *(alone(a, b, 7) for a, b in of_node(THREE, LOSSY)),
        pairs=of_node(THREE, LOSSY),
    ),
    warns(
        f"{ONE}:{THREE}",
        message="packets are lost between node-3 and every other node on dtr-ol",
        reason="net.packets-lost",
        about=AT_THREE,
    ),
    inventory=on_nodes(),
)
for ways, ending in ((FROM_THREE, "-from-node"), (TO_THREE, "-to-node")):
    net_3(
        f"a node that loses{ending.replace('-', ' ')}",
        seen(*(alone(a, b, 7) for a, b in ways), pairs=dict.fromkeys(ways, LOSSY)),
        warns(":".join(ways[0]), "packets are lost", reason=f"net.packets-lost{ending}", about=AT_THREE),
        inventory=on_nodes(),
    )
net_3(
    "not looked at alone",
    seen(pairs={(ONE, TWO): LOSSY}),
    unknown(
        BOTH[0],
        "4 of 6",
        "the pair was not pinged alone",
        reason="net.not-pinged-alone",
        about=(THERE,),
        because=Because("dtr-ol", probe="overlay_quiet"),
    ),
    inventory=on_nodes(),
)
net_3(
    "slow twice",
    seen(alone(ONE, TWO, 10, average_ms=160.0), pairs={(ONE, TWO): pinged(echo(average_ms=180.0))}),
    warns(BOTH[0], "160", "ms", reason="net.slow", about=(THERE,)),
    inventory=on_nodes(),
)
net_3(
    "slow in the crowd only",
    seen(alone(ONE, TWO, 10, average_ms=20.0), pairs={(ONE, TWO): pinged(echo(average_ms=180.0))}),
    passes(BOTH[0], "20 ms"),
    inventory=on_nodes(),
)
net_3(
    "by the inventory's limit",
    seen(alone(ONE, TWO, 10, average_ms=20.0), pairs={(ONE, TWO): pinged(echo(average_ms=18.0))}),
    warns(BOTH[0], expected="all, within 10 ms"),
    inventory=on_nodes(limits={"overlay_ms": 10}),
)
net_3("nothing comes back", seen(pairs=LINK), NOTHING_BACK, inventory=on_nodes())
net_3("a name that does not resolve loses nothing", seen(pairs={(ONE, TWO): UNRESOLVED}), passes(BOTH[0], "3 of 3"),
      inventory=on_nodes())  # fmt: skip
net_3("without containers", seen(containers=NONE_MADE), skipped(BOTH[0], "--no-containers"), inventory=on_nodes())

net_4 = Cases("NET-4")
AT_ONE = f"{ONE}:{A}"
net_4("one address", seen(), passes(AT_ONE, "10.1.0.1", seen=["10.1.0.1"]), inventory=on_nodes())
net_4("one of each family", seen(names={A: ["10.1.0.1", "fd00::1"]}), passes(AT_ONE), inventory=on_nodes())
net_4(
    "two addresses",
    seen(names={A: ["10.1.0.1", "10.1.0.31"]}),
    fails(
        AT_ONE,
        f"dtr-rethinkdb-{A} resolves to 2 addresses",
        "stale",
        seen=["10.1.0.1", "10.1.0.31"],
        reason="net.several-addresses",
        about=(thing("node", ONE), thing("database", A)),
    ),
    inventory=on_nodes(),
)
net_4("of another replica", seen(names={A: ["10.1.0.1", "10.1.0.31"]}), passes(f"{ONE}:{B}"), inventory=on_nodes())
net_4("two of IPv6", seen(names={A: ["10.1.0.1", "fd00::1", "fd00::2"]}), fails(AT_ONE), inventory=on_nodes())
net_4(
    "no address",
    seen(names={A: Resolved(detail="** server can't find it: NXDOMAIN")}),
    fails(AT_ONE, "does not resolve", "NXDOMAIN", seen=[], reason="net.database-unresolved"),
    inventory=on_nodes(),
)
net_4(
    "another address than its container has",
    seen(names={A: ["10.1.0.99"]}),
    fails(
        AT_ONE,
        "resolves to 10.1.0.99, and its container has 10.1.0.1: a stale record",
        expected="10.1.0.1",
        reason="net.stale-address",
        measured="derived",
    ),
    inventory=on_nodes(),
)
net_4(
    "running, but not on the network",
    seen(names={A: Resolved(detail="NXDOMAIN")}, networks={ONE: network(ONE, databases={A: Database(running=True)})}),
    fails(AT_ONE, "does not resolve: NXDOMAIN"),
    inventory=on_nodes(),
)
for state, databases in (("stopped", {A: Database(running=False)}), ("gone", {})):
    net_4(
        f"{state}, and without an address",
        seen(names={A: Resolved(detail="NXDOMAIN")}, networks={ONE: network(ONE, databases=databases)}),
        passes(AT_ONE, "does not run, see CTR-1", seen=[]),
        inventory=on_nodes(),
    )
    net_4(
        f"{state}, and its address stays",
        seen(names={A: ["10.1.0.1"]}, networks={ONE: network(ONE, databases=databases)}),
        fails(
            AT_ONE, "resolves to 10.1.0.1, and the container does not run: a stale record", reason="net.stale-address"
        ),
        inventory=on_nodes(),
    )
net_4(
    "on another node than the inventory says",
    seen(networks={ONE: network(ONE, databases={}), TWO: network(TWO, databases={A: Database(running=True)})}),
    passes(AT_ONE),
    inventory=on_nodes(),
)
net_4(
    "no address, and its engine is silent",
    seen(names={B: Resolved(detail="NXDOMAIN")}, networks={TWO: NO_ENGINE}),
    unknown(f"{ONE}:{B}", "connection refused"),
    inventory=on_nodes(),
)
net_4(
    "two addresses, and its engine is silent",
    seen(names={B: ["10.1.0.2", "10.1.0.3"]}, networks={TWO: NO_ENGINE}),
    fails(f"{ONE}:{B}", "2 addresses"),
    inventory=on_nodes(),
)
net_4(
    "only ping to ask with",
    seen(names={A: Resolved(addresses=["10.1.0.1"], first_only=True)}),
    unknown(AT_ONE, "10.1.0.1", "a second address", reason="net.one-address-reported", because=NO_PROBE),
    inventory=on_nodes(),
)
net_4(
    "not said",
    seen(pings={ONE: OverlayPings(**times(), node=ONE)}),
    unknown(AT_ONE, reason="net.names-not-reported", about=(thing("node", ONE),), because=NO_PROBE),
    inventory=on_nodes(),
)
net_4("no container", seen(pings={ONE: Inherited(NOT_ALLOWED)}), skipped(AT_ONE, "--no-cont"), inventory=on_nodes())
net_4("no engine", seen(pings={ONE: Inherited(NO_ENGINE)}), unknown(AT_ONE, "refused"), inventory=on_nodes())

net_5 = Cases("NET-5")
net_5("it crosses", seen(), passes(BOTH[0], "1450 bytes arrive", seen=1450), inventory=on_nodes())
net_5(
    "only small ones do",
    seen(pairs={(ONE, TWO): STUCK, (TWO, ONE): STUCK}),
    warns(
        BOTH[0],
        message="packets of 1450 bytes do not arrive between node-1 and node-2 on dtr-ol, small ones do",
        reason="net.full-size-lost",
        about=(THERE, BACK),
    ),
    inventory=on_nodes(),
)
net_5(
    "a node that takes only small ones",
    seen(pairs=of_node(TWO, STUCK)),
    warns(
        f"{TWO}:{THREE}",
        "between node-2 and every other node on dtr-ol",
        reason="net.full-size-lost",
        about=(thing("node", TWO),),
    ),
    inventory=on_nodes(),
)
for ways, ending in ((FROM_THREE, "-from-node"), (TO_THREE, "-to-node")):
    net_5(
        f"a node that takes only small ones{ending.replace('-', ' ')}",
        seen(pairs=dict.fromkeys(ways, STUCK)),
        warns(":".join(ways[0]), "do not arrive", reason=f"net.full-size-lost{ending}", about=AT_THREE),
        inventory=on_nodes(),
    )
net_5(
    "lost as small ones are",
    seen(alone(ONE, TWO, 5), pairs={(ONE, TWO): pinged(echo(1), full=echo(0, 1))}),
    unknown(
        BOTH[0],
        "small ones as well",
        reason="net.small-lost-too",
        because=Because(ONE, probe="overlay_pings"),
    ),
    inventory=on_nodes(),
)
net_5("nothing comes back", seen(pairs=LINK), NOTHING_BACK, inventory=on_nodes())
net_5(
    "its MTU is not known",
    seen(pings={ONE: OverlayPings(**times(), node=ONE, targets={TWO: pinged()})}),
    unknown(BOTH[0], "does not report its MTU", reason="net.mtu-not-reported", because=NO_PROBE),
    inventory=on_nodes(),
)
net_5("no engine", seen(containers={TWO: NO_ENGINE}), unknown(BOTH[0], "refused"), inventory=on_nodes())
net_5("interrupted", seen(pings={ONE: Unavailable("run.interrupted", "interrupted")}), unknown(BOTH[0], "interrupted"),
      inventory=on_nodes())  # fmt: skip

for pairs_of in (net_2, net_3, net_5):
    pairs_of(
        "not attached",
        seen(containers={TWO: refused(TWO)}),
        unknown(
            BOTH[0],
            "see NET-1",
            reason="net.not-attached",
            about=(thing("node", TWO),),
            because=Because(TWO, condition="NET-1"),
        ),
        inventory=on_nodes(),
    )
    pairs_of(
        "two names for one engine",
        seen(networks={TWO: network(TWO, node_id=f"id of {ONE}")}),
        unknown(
            BOTH[0],
            "are the same Docker engine",
            reason="net.one-engine",
            about=(thing("node", ONE), thing("node", TWO)),
        ),
        inventory=on_nodes(),
    )
    pairs_of(
        "an answer that was cut off",
        seen(pings={ONE: OverlayPings(**times(), node=ONE)}),
        unknown(
            BOTH[0],
            "output of the probe container on node-1 is incomplete",
            reason="net.answer-cut-off",
            about=(thing("node", ONE),),
            because=NO_PROBE,
        ),
        inventory=on_nodes(),
    )
    pairs_of(
        "a probe container that came late",
        seen(pings={ONE: OverlayPings(**times(answered_at=ago(seconds=20)), node=ONE)}),
        unknown(
            BOTH[0],
            "node-1 pinged before node-2 had its probe container: run again",
            reason="net.too-early",
            about=(thing("this-machine"),),
        ),
        inventory=on_nodes(),
    )
    pairs_of(
        "an image whose ping may not",
        seen(pairs={(ONE, TWO): pinged(Echo(trouble="permission", detail="ping: permission denied (are you root?)"))}),
        unknown(
            BOTH[0],
            "image registry.mirantis.com/msr/dtr:2.10.4",
            "permission denied",
            reason="net.cannot-ping",
            about=(thing("node", ONE),),
            because=NO_PROBE,
        ),
        inventory=on_nodes(),
    )

CASES = [net_1, net_2, net_3, net_4, net_5]
