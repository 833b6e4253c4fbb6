"""A container as its maker asks for it: what POST /containers/create holds."""

import shlex
from datetime import timedelta
from typing import Any

from lab.embedded.nodes.container import Container, Mount
from lab.embedded.nodes.running import Running


def container_of(body: dict[str, Any], name: str, created: timedelta) -> Container:
    """What that body asks for, made and not yet started. created: as an age."""
    host = body.get("HostConfig") or {}
    return Container(
        name=name,
        image=body.get("Image", ""),
        state="created",
        created=created,
        started=None,
        command=_words(body.get("Cmd")),
        entrypoint=_words(body.get("Entrypoint")),
        labels=body.get("Labels") or {},
        environment=list(body.get("Env") or []),
        networks=_networks(body, host),
        mounts=_mounts(host),
        restart_policy=(host.get("RestartPolicy") or {}).get("Name") or "no",
        auto_remove=bool(host.get("AutoRemove")),
        open_stdin=bool(body.get("OpenStdin")),
        tty=bool(body.get("Tty")),
        memory=host.get("Memory") or 0,
        nano_cpus=host.get("NanoCpus") or 0,
        running=Running(),
    )


def _words(value: Any) -> list[str]:
    return shlex.split(value) if isinstance(value, str) else [str(word) for word in value or []]


def _networks(body: dict[str, Any], host: dict[str, Any]) -> dict[str, str]:
    named = ((body.get("NetworkingConfig") or {}).get("EndpointsConfig") or {}).keys()
    mode = host.get("NetworkMode") or "default"
    return dict.fromkeys(named or ([mode] if mode != "default" else []), "")


def _mounts(host: dict[str, Any]) -> list[Mount]:
    found = []
    for bind in host.get("Binds") or []:
        source, target, *options = bind.split(":")
        found.append(Mount(source, target, "ro" in ",".join(options).split(",")))
    for mount in host.get("Mounts") or []:
        found.append(Mount(mount["Source"], mount["Target"], bool(mount.get("ReadOnly"))))
    return found
