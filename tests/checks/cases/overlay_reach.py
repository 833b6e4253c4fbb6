"""NET: the containers of the replicas as the nodes reach them."""

from __future__ import annotations

from fixtures.core.evidence import Because, link, thing
from fixtures.core.store import NoResponse, NotConfigured
from fixtures.probes.overlay.facts import Member, OverlayPings
from fixtures.probes.overlay.ping_output import Echo
from fixtures.probes.overlay.web_output import Answer
from tests.checks.case import Cases, Inherited, fails, not_applicable, passes, skipped, unknown
from tests.checks.facts import A, B, C, ago, inventory, times
from tests.checks.overlay import (
    DEAD,
    LOSSY,
    NO_ENGINE,
    NODES,
    NOTHING,
    STUCK,
    UNRESOLVED,
    alone,
    database_ports,
    member,
    members,
    network,
    on_nodes,
    own_address,
    pinged,
    reach,
    refused,
    seen,
)

ONE, TWO, THREE = NODES[:3]
AT_B, AT_HOME = f"{ONE}:{B}", f"{TWO}:{B}"
REGISTRY, DATABASE, NGINX = (own_address(each, 2) for each in ("registry", "rethinkdb", "nginx"))
NO_TCP = {B: NOTHING}

net_6 = Cases("NET-6")
net_6(
    "all addresses and TCP",
    seen(),
    passes(AT_B, "9 addresses respond; over TCP, nginx responds with 301", seen={"tcp": 301, "by": "nc"}),
    inventory=on_nodes(),
)
net_6("on its own node", seen(), passes(AT_HOME, "9 addresses respond"), inventory=on_nodes())
for outcome, words in (("refused", "refuses the connection"), ("connected", "accepts the connection and sends no")):
    answer = Answer(outcome=outcome)  # type: ignore[arg-type]
    net_6(
        f"nginx that {words}",
        seen(reaches={ONE: reach(ONE, web={B: answer})}),
        passes(AT_B, words, seen={"tcp": outcome, "by": "nc"}),
        inventory=on_nodes(),
    )
net_6(
    "nginx that is not on the network",
    seen(
        networks={TWO: network(TWO, members={"one": member(f"dtr-registry-{B}", REGISTRY)})},
        reaches={ONE: reach(ONE, web={B: None})},
    ),
    passes(AT_B, "1 address responds; nginx is not on the network, see CTR-1"),
    inventory=on_nodes(),
)
net_6(
    "none of its containers is on the network",
    seen(networks={TWO: network(TWO, members={})}),
    not_applicable(AT_B, "see CTR-1 and CTR-4"),
    inventory=on_nodes(),
)
net_6(
    "what is left of a container that ended, and a stranger",
    seen(
        networks={
            TWO: network(
                TWO,
                members=members(
                    2,
                    Member(id="ep-5b3c", name=f"dtr-registry-{B}", addresses=["10.1.0.99"]),
                    member("shop_worker", "10.1.0.98"),
                ),
            )
        }
    ),
    passes(AT_B, "9 addresses respond"),
    inventory=on_nodes(),
)
net_6(
    "names that do not resolve do not matter",
    seen(pairs={(ONE, TWO): UNRESOLVED}),
    passes(AT_B),
    inventory=on_nodes(),
)

# -- an address that is not reached
net_6(
    "one container is not reached",
    seen(reaches={ONE: reach(ONE, REGISTRY)}),
    fails(
        AT_B,
        message=f"{ONE} does not reach registry ({REGISTRY}) on {TWO}, which itself replies: likely a stale forwarding"
        " entry",
        reason="net.address-unreached",
        about=(thing("node", ONE), thing("container", f"registry-{B}")),
        seen=[REGISTRY],
    ),
    inventory=on_nodes(),
)
net_6("others reach it", seen(reaches={ONE: reach(ONE, REGISTRY)}), passes(f"{THREE}:{B}"), inventory=on_nodes())
net_6(
    "two containers are not reached",
    seen(reaches={ONE: reach(ONE, REGISTRY, DATABASE)}),
    fails(AT_B, f"registry ({REGISTRY}), rethinkdb ({DATABASE})", reason="net.address-unreached"),
    inventory=on_nodes(),
)
net_6(
    "and there is no TCP either",
    seen(reaches={ONE: reach(ONE, NGINX, web=NO_TCP)}),
    fails(AT_B, f"nginx ({NGINX})", reason="net.address-unreached"),
    inventory=on_nodes(),
)
SILENT = {node: reach(node, REGISTRY) for node in NODES[:3]}
net_6(
    "a container that does not reply at home",
    seen(reaches=SILENT),
    fails(
        AT_HOME,
        f"registry ({REGISTRY}) does not reply on its own node {TWO}",
        reason="net.container-silent",
        about=(thing("container", f"registry-{B}"),),
    ),
    inventory=on_nodes(),
)
net_6(
    "two that do not reply at home",
    seen(reaches={TWO: reach(TWO, REGISTRY, DATABASE)}),
    fails(AT_HOME, "do not reply on its own node", reason="net.container-silent"),
    inventory=on_nodes(),
)
net_6(
    "elsewhere that says nothing of the way",
    seen(reaches=SILENT),
    unknown(
        AT_B,
        f"registry ({REGISTRY}) does not reply on {TWO} either",
        reason="net.container-silent",
        because=Because(AT_HOME, condition="NET-6"),
    ),
    inventory=on_nodes(),
)
net_6(
    "its own node was not asked",
    seen(reaches={ONE: reach(ONE, REGISTRY), TWO: Inherited(NO_ENGINE)}),
    fails(AT_B, reason="net.address-unreached"),
    inventory=on_nodes(),
)
for name, pair, condition in (("lost", LOSSY, "NET-3"), ("full-size", STUCK, "NET-5"),
                              ("late", pinged(tries=2), "NET-3")):  # fmt: skip
    for what, seen_by in (("an address", reach(ONE, REGISTRY)), ("TCP", reach(ONE, web=NO_TCP))):
        net_6(
            f"packets are {name} on the way: {what}",
            seen(pairs={(ONE, TWO): pair}, reaches={ONE: seen_by}),
            unknown(
                AT_B,
                f"see {condition}",
                reason="net.packets-lost-too",
                because=Because(f"{ONE}:{TWO}", condition=condition),
            ),
            inventory=on_nodes(),
        )
net_6("a lossy way that all crossed", seen(pairs={(ONE, TWO): LOSSY}), passes(AT_B), inventory=on_nodes())
LEFT_OUT = reach(ONE, addresses={}, web={B: None})
net_6(
    "no packet comes back from the node",
    seen(pairs={(ONE, TWO): DEAD}, reaches={ONE: LEFT_OUT}),
    unknown(AT_B, reason="net.no-packet-back", because=Because(f"{ONE}:{TWO}", condition="NET-2")),
    inventory=on_nodes(),
)
net_6(
    "packets come back only when it is pinged alone",
    seen(alone(ONE, TWO, 9), pairs={(ONE, TWO): DEAD}, reaches={ONE: LEFT_OUT}),
    unknown(AT_B, reason="net.answer-cut-off"),
    inventory=on_nodes(),
)
net_6(
    "the output was cut off",
    seen(reaches={ONE: LEFT_OUT}),
    unknown(AT_B, reason="net.answer-cut-off", because=Because(ONE, probe="overlay_reach")),
    inventory=on_nodes(),
)
net_6(
    "the output was cut off at home",
    seen(reaches={TWO: reach(TWO, addresses={})}),
    unknown(AT_HOME, reason="net.answer-cut-off"),
    inventory=on_nodes(),
)

# -- what is not seen
net_6(
    "the engine does not say who has which address",
    seen(networks={TWO: network(TWO, members=None)}),
    unknown(
        AT_B,
        reason="net.addresses-not-reported",
        about=(thing("node", TWO),),
        because=Because(TWO, probe="overlay_network"),
    ),
    inventory=on_nodes(),
)
net_6(
    "no container can be attached on the node",
    seen(containers={ONE: refused(ONE)}),
    unknown(AT_B, reason="net.not-attached", because=Because(ONE, condition="NET-1")),
    inventory=on_nodes(),
)
net_6(
    "no container can be attached where the replica is",
    seen(containers={TWO: refused(TWO)}),
    passes(AT_B),
    inventory=on_nodes(),
)
net_6(
    "nor is it known then why an address does not reply",
    seen(containers={TWO: refused(TWO)}, reaches={ONE: reach(ONE, REGISTRY)}),
    unknown(AT_B, reason="net.not-attached", because=Because(TWO, condition="NET-1")),
    inventory=on_nodes(),
)
net_6(
    "the engine of the replica's node is silent",
    seen(networks={TWO: NO_ENGINE}),
    unknown(AT_B, "connection refused", reason="docker.refused"),
    inventory=on_nodes(),
)
net_6(
    "the probe container is silent",
    seen(reaches={ONE: NoResponse("container.no-answer", "the probe container did not respond", timed_out=True)}),
    unknown(AT_B, reason="container.no-answer"),
    inventory=on_nodes(),
)
net_6(
    "none may be made",
    seen(containers=dict.fromkeys(NODES[:3], NotConfigured("--no-containers: only from containers"))),
    skipped(AT_B, "--no-containers"),
    inventory=on_nodes(),
)
net_6("the inventory names no nodes", {}, skipped(A, "add node: under replicas"), inventory=inventory(1))

net_6(
    "two names for one engine",
    seen(networks={TWO: network(TWO, node_id=f"id of {ONE}")}, reaches={ONE: reach(ONE, REGISTRY)}),
    unknown(AT_B, reason="net.one-engine"),
    inventory=on_nodes(),
)
net_6(
    "the other probe container came late",
    seen(
        pings={ONE: OverlayPings(**times(answered_at=ago(seconds=20)), node=ONE)}, reaches={ONE: reach(ONE, REGISTRY)}
    ),
    unknown(AT_B, reason="net.too-early"),
    inventory=on_nodes(),
)
net_6(
    "an image whose ping may not",
    seen(pairs={(ONE, TWO): pinged(Echo(trouble="permission", detail="not permitted"))}, reaches={ONE: LEFT_OUT}),
    unknown(AT_B, "not permitted", reason="net.cannot-ping"),
    inventory=on_nodes(),
)

# -- TCP
net_6(
    "TCP is lost between two nodes",
    seen(reaches={ONE: reach(ONE, web=NO_TCP), TWO: reach(TWO, web={A: NOTHING})}),
    fails(
        AT_B,
        message=f"ping crosses between {ONE} and {TWO} on dtr-ol, TCP does not: no answer of nginx ({NGINX}, port 80)"
        " to nc",
        reason="net.tcp-no-answer",
        about=(link(ONE, TWO), link(TWO, ONE)),
        seen={"tcp": "nothing", "by": "nc"},
    ),
    inventory=on_nodes(),
)
net_6(
    "TCP is lost at a node",
    seen(
        reaches={
            ONE: reach(ONE, web=NO_TCP),
            THREE: reach(THREE, web=NO_TCP),
            TWO: reach(TWO, web={A: NOTHING, C: NOTHING}),
        }
    ),
    fails(AT_B, f"between {TWO} and every other node", reason="net.tcp-no-answer", about=(thing("node", TWO),)),
    inventory=on_nodes(),
)
net_6(
    "TCP is lost everywhere",
    seen(
        reaches={
            node: reach(node, web=dict.fromkeys({A, B, C} - {own}, NOTHING))
            for node, own in zip(NODES[:3], (A, B, C), strict=True)
        }
    ),
    fails(AT_B, "between all nodes", reason="net.tcp-no-answer", about=(thing("network", "dtr-ol"),)),
    inventory=on_nodes(),
)
net_6(
    "nginx answers on no node",
    seen(reaches={node: reach(node, web=NO_TCP) for node in NODES[:3]}),
    unknown(
        AT_B,
        f"nginx ({NGINX}) answers a TCP connection on no node",
        reason="net.nginx-silent",
        about=(thing("container", f"nginx-{B}"),),
        because=Because(B, condition="PING-1"),
    ),
    inventory=on_nodes(),
)
net_6(
    "nginx does not answer at home",
    seen(reaches={TWO: reach(TWO, web=NO_TCP)}),
    unknown(AT_HOME, reason="net.nginx-silent"),
    inventory=on_nodes(),
)
net_6(
    "the image has no program for it",
    seen(reaches={ONE: reach(ONE, tool="", web={B: None}, image="tools/ping:1")}),
    skipped(
        AT_B, "9 addresses respond; TCP is not tested", "tools/ping:1 has none of nc", "overlay: image:", "busybox"
    ),
    inventory=on_nodes(),
)
net_6(
    "the request was cut off",
    seen(reaches={ONE: reach(ONE, web={B: None})}),
    unknown(AT_B, reason="net.answer-cut-off"),
    inventory=on_nodes(),
)
net_6(
    "the program says something else",
    seen(reaches={ONE: reach(ONE, web={B: Answer(outcome="unreadable", detail="nc: bad option")})}),
    unknown(AT_B, "nc: bad option", reason="net.request-unreadable", because=Because(ONE, probe="overlay_reach")),
    inventory=on_nodes(),
)


# -- the ports of the databases, where the inventory asks for them
ASKED = on_nodes(overlay={"database_ports": True})
PORT = f"{B}:29015"
net_6(
    "both ports of the database",
    seen(),
    passes(AT_B, "nginx responds with 301; ports 28015 and 29015 of its database answer"),
    inventory=ASKED,
)
net_6(
    "they are not asked for",
    seen(ports={ONE: database_ports(ONE, PORT)}),
    passes(AT_B, "9 addresses respond; over TCP, nginx responds with 301", seen={"tcp": 301, "by": "nc"}),
    inventory=on_nodes(),
)
net_6(
    "a port is not reached",
    seen(ports={ONE: database_ports(ONE, PORT)}),
    fails(
        AT_B,
        message=f"TCP from {ONE} gets no answer of port 29015 of rethinkdb ({DATABASE}) on {TWO}, while nginx there"
        " answers",
        reason="net.database-port-unreached",
        about=(thing("node", ONE), thing("container", f"rethinkdb-{B}")),
        seen={"tcp": 301, "by": "nc", "tcp/28015": "connected", "tcp/29015": "nothing"},
    ),
    inventory=ASKED,
)
net_6(
    "neither port is reached",
    seen(ports={ONE: database_ports(ONE, f"{B}:28015", PORT)}),
    fails(AT_B, "ports 28015 and 29015 of rethinkdb", reason="net.database-port-unreached"),
    inventory=ASKED,
)
net_6("a port that others reach", seen(ports={ONE: database_ports(ONE, PORT)}), passes(f"{THREE}:{B}"), inventory=ASKED)
net_6(
    "a port that refuses",
    seen(ports={ONE: database_ports(ONE, of={PORT: Answer(outcome="refused")})}),
    passes(AT_B, seen={"tcp": 301, "by": "nc", "tcp/28015": "connected", "tcp/29015": "refused"}),
    inventory=ASKED,
)
SHUT = {node: database_ports(node, PORT) for node in NODES[:3]}
net_6(
    "a port that is silent at home",
    seen(ports=SHUT),
    fails(
        AT_HOME,
        f"TCP gets no answer of port 29015 of rethinkdb ({DATABASE}) on its own node {TWO}",
        reason="net.database-port-silent",
        about=(thing("container", f"rethinkdb-{B}"),),
    ),
    inventory=ASKED,
)
net_6(
    "elsewhere a port that is silent at home says nothing of the way",
    seen(ports=SHUT),
    unknown(
        AT_B,
        f"on {TWO} either",
        reason="net.database-port-silent",
        about=(thing("container", f"rethinkdb-{B}"),),
        because=Because(AT_HOME, condition="NET-6"),
    ),
    inventory=ASKED,
)
net_6(
    "one port is silent at home, the other not reached",
    seen(ports={ONE: database_ports(ONE, f"{B}:28015", PORT), TWO: database_ports(TWO, PORT)}),
    fails(AT_B, "ports 28015 and 29015", reason="net.database-port-unreached"),
    inventory=ASKED,
)
net_6(
    "packets are lost on the way to a port",
    seen(pairs={(ONE, TWO): LOSSY}, ports={ONE: database_ports(ONE, PORT)}),
    unknown(AT_B, reason="net.packets-lost-too", because=Because(f"{ONE}:{TWO}", condition="NET-3")),
    inventory=ASKED,
)
net_6(
    "the answer of a port was cut off",
    seen(ports={ONE: database_ports(ONE, of={PORT: None})}),
    unknown(AT_B, reason="net.answer-cut-off"),
    inventory=ASKED,
)
net_6(
    "the program says something else of a port",
    seen(ports={ONE: database_ports(ONE, of={PORT: Answer(outcome="unreadable", detail="nc: bad option")})}),
    unknown(AT_B, "the request to the database: nc: bad option", reason="net.request-unreadable"),
    inventory=ASKED,
)
net_6(
    "the probe container is silent about ports",
    seen(ports={ONE: NoResponse("container.no-answer", "the probe container did not respond", timed_out=True)}),
    unknown(AT_B, reason="container.no-answer"),
    inventory=ASKED,
)
net_6(
    "a database that is not on the network has no ports there",
    seen(
        networks={TWO: network(TWO, members={"one": member(f"dtr-nginx-{B}", NGINX)})},
        ports={ONE: database_ports(ONE, of={f"{B}:28015": None, PORT: None})},
    ),
    passes(AT_B, "1 address responds; over TCP, nginx responds with 301"),
    inventory=ASKED,
)

CASES = [net_6]
