"""PRE-11: what was changed by hand at containers, which an upgrade undoes."""

from __future__ import annotations

from typing import Any

from fixtures.core.evidence import thing
from fixtures.core.question import BEFORE_UPGRADE, Question
from fixtures.core.store import NoResponse
from fixtures.options import Options
from fixtures.probes.containers import Container, Containers
from tests.checks.case import Cases, Looks, fails, passes, unknown
from tests.checks.facts import A, B, C, inventory
from tests.checks.node_facts import N1, N2, N3, NODES, container, containers, mount, nodes

ASKED: dict[str, Any] = {"options": Options(question=Question(BEFORE_UPGRADE, "2.10.4")), "inventory": nodes()}
SETTINGS: dict[str, Any] = {
    "environment": ["DTR_REPLICA_ID", "DTR_VERSION", "PATH"],
    "labels": ["com.docker.dtr.replica", "maintainer"],
    "limits": {},
}
DIGEST = "sha256:" + "a" * 64

pre_11 = Cases("PRE-11")


def made(replica: str, component: str, **changes: Any) -> Container:
    return container(replica, component, **SETTINGS | changes)


def settled(seen: Containers, *changed: Container) -> Containers:
    """All that is not given as usual."""
    named = {each.name: each for each in changed}
    usual = (named.get(each.name) or each.model_copy(update=SETTINGS) for each in seen.msr)
    return seen.model_copy(update={"msr": list(usual)})


def on(*changed: Container) -> Looks:
    return {("containers", node): settled(containers(node), *changed) for node in NODES}


def every(component: str, **changes: Any) -> list[Container]:
    return [made(replica, component, **changes) for replica in (A, B, C)]


def with_name(replica: str, kind: str, name: str) -> Container:
    return made(replica, "api", **{kind: [*SETTINGS[kind], name]})


pre_11("nothing", on(), passes("cluster", "27 containers of 3 replicas do not differ"), **ASKED)

DIFFERENT: dict[str, tuple[Container, str]] = {
    "restart-policy": (made(A, "api", restart_policy="no"), "has the restart policy no, and most have unless-stopped"),
    "environment": (with_name(A, "environment", "GODEBUG"), "has the variable GODEBUG, unlike the other replicas"),
    "labels": (with_name(A, "labels", "com.example.team"), "has the label com.example.team"),
    "mounts": (
        made(A, "api", mounts=[mount("/ca", f"dtr-ca-{A}"), mount("/etc/x", kind="bind", source="/x")]),
        "/etc/x",
    ),
    "networks": (made(A, "api", networks=["dtr-ol", "monitoring"]), "has the network monitoring"),
    "limits": (made(A, "api", limits={"Memory": 4 << 30}), "limits Memory 4294967296, and other replicas none"),
    "image": (made(A, "api", image="harbor.example.org/msr/dtr-api:2.10.4"), "runs harbor.example.org/msr/dtr-api"),
}
for kind, (changed, words) in DIFFERENT.items():
    pre_11(
        f"another {kind}",
        on(changed),
        fails(
            f"{A}:api:{kind}",
            f"dtr-api-{A} ",
            words,
            "an upgrade re-creates the container",
            reason=f"pre.other-{kind}",
            about=(thing("container", f"api-{A}"),),
        ),
        **ASKED,
    )
pre_11(
    "one lacks a variable",
    on(made(A, "api", environment=["DTR_VERSION"])),
    fails(f"{A}:api:environment", "lacks the variable PATH", reason="pre.other-environment"),
    **ASKED,
)
pre_11(
    "two have what one lacks",
    on(with_name(A, "labels", "team"), with_name(B, "labels", "team")),
    fails(f"{C}:api:labels", "lacks the label team", reason="pre.other-labels"),
    **ASKED,
)
pre_11(
    "another digest of one version",
    on(
        *every("api", image=f"registry.mirantis.com/msr/dtr-api@{DIGEST}")[1:],
        made(A, "api", image=f"registry.mirantis.com/msr/dtr-api@sha256:{'b' * 64}"),
    ),
    fails(f"{A}:api:image", "unlike the other replicas", reason="pre.other-image"),
    **ASKED,
)
pre_11(
    "an image of another name",
    on(made(A, "api", image="registry.mirantis.com/msr/dtr-api-debug:2.10.4")),
    fails(f"{A}:api:image", "dtr-api-debug", reason="pre.other-image"),
    **ASKED,
)

# What differs between sound replicas.
for name, quiet in {
    "own variables of MSR, and a proxy": [
        made(A, "api", environment=[*SETTINGS["environment"], "DTR_PPROF_ENABLED", "https_proxy", "NO_PROXY"])
    ],
    "labels of MKE": [with_name(A, "labels", "com.docker.ucp.access.label")],
    "a limit that all have": every("api", limits={"Memory": 1 << 30}),
    "a mount that all have": [made(each, "api", mounts=[mount("/etc/localtime", kind="bind")]) for each in (A, B, C)],
    "other ports": [made(A, "nginx", ports={"443/tcp": [4443]})],
    "one that is not on the overlay network": [made(A, "api", networks=[])],
    "an image that is only an id": [made(A, "api", image=f"sha256:{'c' * 64}")],
}.items():
    pre_11(f"{name}: quiet", on(*quiet), passes("cluster"), **ASKED)

MIRROR = [made(A, each.component, image=f"harbor:5000/m_1/dtr-{each.component}:2.10.4") for each in containers(N1).msr]
pre_11("a replica from a mirror: quiet", on(*MIRROR), passes("cluster"), **ASKED)
pre_11(
    "an upgrade is half done: quiet",
    on(made(A, "api", version="2.10.5", environment=["DTR_VERSION", "NEW"])),
    passes("cluster"),
    **ASKED,
)
pre_11(
    "a node is not seen",
    {**on(), ("containers", N3): NoResponse("ssh.refused", "ssh to node-3: connection refused")},
    unknown("cluster", "refused"),
    **ASKED,
)
pre_11(
    "a node is not seen, and another one has a change",
    {**on(DIFFERENT["limits"][0]), ("containers", N2): NoResponse("ssh.refused", "ssh to node-2: connection refused")},
    fails(f"{A}:api:limits", reason="pre.other-limits"),
    **ASKED,
)
pre_11(
    "facts of before",
    {("containers", node): containers(node) for node in NODES},
    unknown("cluster", "look again", reason="pre.settings-unseen"),
    **ASKED,
)
pre_11(
    "no node is named",
    {},
    unknown("cluster", "add the nodes under nodes:", reason="pre.no-container"),
    **ASKED | {"inventory": inventory()},
)

CASES = (pre_11,)
