"""What was changed by hand at a container, which an upgrade undoes: it re-creates the containers of MSR.

Nothing shows how MSR made a container. So each is compared with the same component of the other replicas, of the same
version; restart policies are compared among all of MSR's containers, and where images come from among those of a
replica. What differs between sound replicas is left out: their ids, ports, and what MSR's own settings put there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from fixtures.inventory.images import image_name
from fixtures.probes.containers import Container

USUAL_POLICY = "unless-stopped"
# What MSR itself gives to some replicas and not to others, as the size of a cache, or the proxy of a site.
_OWN_VARIABLES = re.compile(r"(?:DTR|MSR|UCP|MKE|RETHINK)|.*_proxy$", re.IGNORECASE)
_OWN_LABELS = re.compile(r"com\.docker\.|org\.(?:opencontainers|label-schema)\.")


@dataclass(frozen=True)
class Change:
    """A container, and how it differs from the others; kind as in the reasons `pre.other-…`."""

    container: Container
    kind: str
    text: str


def changes(containers: Sequence[Container]) -> list[Change]:
    """What differs, container by container. Containers of which something was not seen are passed over in it."""
    found = [*_policies(containers), *_origins(containers)]
    alike: dict[tuple[str, str], list[Container]] = {}
    for each in containers:
        alike.setdefault((each.component, each.version), []).append(each)
    for group in alike.values():
        found += _images(group)
        found += _limits(group)
        for kind, names_of, what, lacking in _NAMED:
            found += _named(group, kind, names_of, what, lacking=lacking)
    return sorted(found, key=lambda change: (change.container.replica, change.container.component))


def _mounts(container: Container) -> list[str]:
    return [each.mountpoint for each in container.mounts]


def _variables(container: Container) -> list[str] | None:
    names = container.environment
    return names and [name for name in names if not _OWN_VARIABLES.match(name)]


def _labels(container: Container) -> list[str] | None:
    names = container.labels
    return names and [name for name in names if not _OWN_LABELS.match(name)]


_Names = Callable[[Container], Collection[str] | None]
# That a container lacks the overlay network is CTR-4's.
_NAMED: tuple[tuple[str, _Names, str, bool], ...] = (
    ("environment", _variables, "the variable", True),
    ("labels", _labels, "the label", True),
    ("mounts", _mounts, "a mount at", True),
    ("networks", lambda container: container.networks, "the network", False),
)


def _named(group: Sequence[Container], kind: str, names_of: _Names, what: str, *, lacking: bool) -> Iterator[Change]:
    """What at most half of them have was added to those, and what more than half have was taken from the others."""
    has = {each.id: (each, set(names)) for each in group if (names := names_of(each)) is not None}
    count = Counter(name for _, names in has.values() for name in names)
    for container, names in has.values():
        added = sorted(name for name in names if count[name] * 2 <= len(has))
        lost = sorted(name for name, number in count.items() if number * 2 > len(has) and name not in names)
        parts = [f"has {what} {', '.join(added)}" if added else ""]
        parts += [f"lacks {what} {', '.join(lost)}" if lost and lacking else ""]
        if text := " and ".join(filter(None, parts)):
            yield Change(container, kind, f"{text}, unlike the other replicas")


def _limits(group: Sequence[Container]) -> Iterator[Change]:
    seen = [(each, _shown(each.limits)) for each in group if each.limits is not None]
    usual = _most([limits for _, limits in seen], "none")
    for container, limits in seen:
        if limits != usual:
            yield Change(container, "limits", f"has the limits {limits}, and other replicas {usual}")


def _shown(limits: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {value}" for name, value in sorted(limits.items())) or "none"


def _policies(containers: Sequence[Container]) -> Iterator[Change]:
    usual = _most([each.restart_policy for each in containers], USUAL_POLICY)
    for each in containers:
        if each.restart_policy != usual:
            text = f"has the restart policy {each.restart_policy or 'no'}, and most have {usual}"
            yield Change(each, "restart-policy", text)


def _origins(containers: Sequence[Container]) -> Iterator[Change]:
    """A replica's images come from one registry and organisation, whichever mirror that is."""
    replicas: dict[str, list[tuple[Container, str]]] = {}
    for each in containers:
        name = image_name(each.image)
        if name is not None:
            replicas.setdefault(each.replica, []).append((each, name.repository))
    for rows in replicas.values():
        usual = _most([origin for _, origin in rows], "")
        for container, origin in rows:
            if origin != usual:
                yield Change(
                    container,
                    "image",
                    f"runs {container.image}, and most images of the replica are of {usual or 'no registry'}",
                )


def _images(group: Sequence[Container]) -> Iterator[Change]:
    """One version of a component is one image: of one name, and where it is named by digest, of one digest."""
    names = [(each, name) for each in group if (name := image_name(each.image)) is not None]
    usual = _most([name.name for _, name in names], "")
    digest = _most([name.digest for _, name in names if name.digest], "")
    for container, name in names:
        if name.name != usual or (name.digest and name.digest != digest):
            yield Change(container, "image", f"runs {container.image}, unlike the other replicas")


def _most(values: Sequence[str], preferred: str) -> str:
    """What most have; of what equally many have, the preferred one, else what stands first."""
    counted = Counter(values)
    return max(counted, key=lambda value: (counted[value], value == preferred), default=preferred)
