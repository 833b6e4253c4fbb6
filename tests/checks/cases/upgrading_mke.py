"""PRE-7 and PRE-8: what an upgrade needs of MKE."""

from __future__ import annotations

from typing import Any

from fixtures.core.evidence import thing
from fixtures.core.question import BEFORE_UPGRADE, Question
from fixtures.core.store import NoResponse, NotConfigured
from fixtures.options import Options
from fixtures.probes.endpoints import MkePing
from fixtures.probes.mke_settings import MkeOfMsr, MkeScheduling
from tests.checks.case import Cases, Looks, fails, passes, unknown, warns
from tests.checks.facts import times
from tests.checks.node_facts import N1, N2, N3, NODES, engine, member, nodes, swarm

URL = "https://node-1:4443"
MKE = "node-1:4443"
SILENT = NoResponse("http.refused", "/_ping at MKE: connection refused", about=("mke",))
REFUSED = NoResponse("http.forbidden", "/api/ucp/config-toml at MKE answered 401", about=("mke",))


def asked(url: str | None = URL, **changes: Any) -> dict[str, Any]:
    named = {"mke": {"url": url}} if url else {}
    return {
        "options": Options(question=Question(BEFORE_UPGRADE, "2.10.4")),
        "inventory": nodes(**{**named, **changes}),
    }


def cluster(*members: Any) -> Looks:
    """Three managers that list these nodes."""
    listed = members or tuple(member(each, orchestrators=["swarm"]) for each in NODES)
    return {
        **{("engine", node): engine(node) for node in NODES},
        **{("swarm_view", node): swarm(node, *listed) for node in NODES},
    }


def scheduling(admins: bool | None) -> Looks:
    return {**cluster(), ("mke_scheduling", MKE): MkeScheduling(**times(), admins=admins)}


def listing(**third: Any) -> Looks:
    return {**scheduling(True), **cluster(member(N1), member(N2), member(N3, **third))}


pre_7 = Cases("PRE-7")
LETS, NODES_PASS = passes("mke", "lets administrators deploy"), (passes(N1), passes(N2), passes(N3))
pre_7(
    "all is allowed", scheduling(True), LETS, passes(N1, "node-1 is active (swarm)"), passes(N2), passes(N3), **asked()
)
pre_7(
    "administrators may not deploy",
    scheduling(False),
    fails("mke", "does not let administrators", reason="pre.scheduling-off", about=(thing("mke"),)),
    *NODES_PASS,
    **asked(),
)
pre_7(
    "MKE does not say",
    scheduling(None),
    unknown("mke", "see its admin settings", reason="pre.scheduling-unseen"),
    *NODES_PASS,
    **asked(),
)
pre_7(
    "no client bundle",
    {**cluster(), ("mke_scheduling", MKE): NotConfigured("add mke: {url: …, bundle: …}")},
    unknown("mke", "add mke:", reason="pre.scheduling-unseen"),
    *NODES_PASS,
    **asked(),
)
pre_7(
    "MKE refuses the bundle",
    {**cluster(), ("mke_scheduling", MKE): REFUSED},
    unknown("mke", "answered 401", reason="http.forbidden"),
    *NODES_PASS,
    **asked(),
)
pre_7(
    "no MKE is named",
    cluster(),
    unknown("mke", "add mke: {url:", reason="pre.mke-not-named"),
    *NODES_PASS,
    **asked(None),
)
for availability, word in (("drain", "drained"), ("pause", "paused")):
    pre_7(
        word,
        listing(availability=availability),
        LETS,
        passes(N1, "no orchestrator labelled"),
        passes(N2),
        fails(N3, f"is {word}", reason="pre.node-unavailable", about=(thing("node", N3),)),
        **asked(),
    )
pre_7(
    "a node of Kubernetes alone",
    listing(orchestrators=["kubernetes"]),
    LETS,
    passes(N1),
    passes(N2),
    fails(N3, "of Kubernetes alone", reason="pre.orchestrator", about=(thing("node", N3),)),
    **asked(),
)
pre_7(
    "a node of both",
    listing(orchestrators=["swarm", "kubernetes"]),
    LETS,
    passes(N1),
    passes(N2),
    passes(N3, "swarm and kubernetes"),
    **asked(),
)
pre_7(
    "a node that nobody lists",
    {**scheduling(True), **cluster(member(N1), member(N2))},
    LETS,
    passes(N1),
    passes(N2),
    unknown(N3, "no manager of the inventory lists node-3", reason="pre.node-unlisted"),
    **asked(),
)
pre_7(
    "no manager responds",
    {**scheduling(True), **{("swarm_view", node): NoResponse("ssh.refused", "ssh: refused") for node in NODES}},
    LETS,
    *(unknown(node, "refused") for node in NODES),
    **asked(),
)

pre_8 = Cases("PRE-8")


def reached(url: str = MKE, *, status: int = 200, known: str = MKE) -> Looks:
    return {
        **cluster(),
        ("mke_ping", url): MkePing(**times(), status=status, detail="200" if status == 200 else "502 with HTML"),
        ("mke_of_msr", "cluster"): MkeOfMsr(**times(), host=known),
    }


CA, OWN = passes("ca", "give these as --ucp-ca"), passes("msr")
pre_8(
    "a node",
    reached(),
    passes("url", "responds at node-1, which is node-1"),
    CA,
    passes("msr", "as the inventory"),
    **asked(),
)
pre_8(
    "a node by the address of its ssh",
    reached("10.0.0.12", known="https://10.0.0.12"),
    passes("url", "which is node-2"),
    CA,
    OWN,
    **asked("https://10.0.0.12"),
)
pre_8(
    "a node by the address that the swarm has",
    {**reached("10.9.9.1", known="10.9.9.1:443"), **cluster(member(N1, address="10.9.9.1"))},
    passes("url", "which is node-1"),
    CA,
    OWN,
    **asked("https://10.9.9.1"),
)
pre_8(
    "a load balancer",
    reached("ucp.example.org", known="ucp.example.org"),
    warns("url", "give --ucp-url the address of node-1", reason="pre.ucp-url-no-node", about=(thing("mke"),)),
    CA,
    OWN,
    **asked("https://ucp.example.org"),
)
pre_8(
    "MKE is silent",
    {**reached(), ("mke_ping", MKE): SILENT},
    unknown("url", "refused"),
    unknown("ca", "refused"),
    OWN,
    **asked(),
)
pre_8(
    "MKE returns an error",
    reached(status=502),
    unknown("url", "returns 502", reason="pre.mke-silent"),
    unknown("ca", reason="pre.mke-silent"),
    OWN,
    **asked(),
)
pre_8(
    "certificates are not verified",
    reached(),
    passes("url"),
    unknown("ca", "was not verified", reason="pre.ucp-ca-unverified"),
    OWN,
    **asked(tls={"insecure": True}),
)
pre_8(
    "MSR has it at another node",
    reached(known="node-2:4443"),
    passes("url"),
    CA,
    passes("msr", "at node-2:4443, which is node-2"),
    **asked(),
)
pre_8(
    "MSR has it at a node that is down",
    {**reached(known="node-2"), **cluster(member(N1), member(N2, state="down"))},
    passes("url"),
    CA,
    fails("msr", "which is node-2, and that is down", reason="pre.ucp-host-down", about=(thing("node", N2),)),
    **asked(),
)
pre_8(
    "MSR has it at an address that nobody asked",
    reached(known="ucp.example.org"),
    passes("url"),
    CA,
    unknown("msr", "ask again with mke: {url: https://ucp.example.org}", reason="pre.ucp-host-unasked"),
    **asked(),
)
pre_8(
    "MSR does not say",
    reached(known=""),
    passes("url"),
    CA,
    unknown("msr", "see ucpHost", reason="pre.ucp-host-unseen"),
    **asked(),
)
pre_8(
    "MSR does not respond",
    {**reached(), ("mke_of_msr", "cluster"): NoResponse("http.refused", "features: refused")},
    passes("url"),
    CA,
    unknown("msr", "refused"),
    **asked(),
)
pre_8("no MKE is named", cluster(), unknown("url", "add mke: {url:", reason="pre.mke-not-named"), **asked(None))

CASES = (pre_7, pre_8)
