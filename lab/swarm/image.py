"""The image that every container of the lab runs: busybox and a real nginx, made from what this machine has.

It is imported (`docker import`), so no registry is asked. As the product's, it has an entry point of its own, and
`sh` and `ping` only for who asks for them.
"""

import io
import re
import shutil
import tarfile
from pathlib import Path

from lab.embedded.product import image
from lab.swarm.commands import run
from lab.swarm.node import Node
from lab.swarm.plan import IMAGE

COMPONENTS = ("rethinkdb", "registry", "api", "jobrunner", "garant", "nginx", "notary-server", "notary-signer",
              "scanningstore")  # fmt: skip
"""The nine containers of a replica."""

BUSYBOX = Path("/bin/busybox")
# A shell script keeps its own name as the name of its process, as NODE's look for the database's expects.
SERVICE = """\
#!/bin/sh
echo "$(date -u +%Y-%m-%dT%H:%M:%S) started"
trap 'exit 0' TERM INT
while :; do sleep 3600 & wait $!; done
"""
NGINX_WRAPPER = "#!/bin/sh\nexec nginx -g 'daemon off;'\n"
ENTRY_POINT = "#!/bin/sh\necho 'usage: docker run dtr install | join | remove | ...'\nexit 2\n"
USERS = "root:x:0:0:root:/root:/bin/sh\nwww-data:x:33:33::/var/www:/bin/false\nnobody:x:65534:65534::/:/bin/false\n"
GROUP = "root:x:0:\nwww-data:x:33:\nnogroup:x:65534:\n"
DIRECTORIES = ("tmp", "run", "var/log/nginx", "var/lib/nginx", "etc/nginx", "root", "ca", "data", "storage", "proc",
               "sys", "dev")  # fmt: skip


def service(component: str) -> str:
    """The program of a component."""
    return "/bin/nginxwrapper" if component == "nginx" else f"/usr/bin/{component}"


def tags() -> list[str]:
    """What the image is called: the product's own and one name per component."""
    return [IMAGE, *map(image, COMPONENTS)]


def archive() -> bytes:
    """The image's root as a tar."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name in DIRECTORIES:
            _add(tar, name, b"", 0o1777 if name == "tmp" else 0o755, tarfile.DIRTYPE)
        _add(tar, "bin/busybox", BUSYBOX.read_bytes())
        for applet in run(str(BUSYBOX), "--list-full").split():
            if applet != "bin/busybox":
                _add(tar, applet, b"", 0o777, tarfile.SYMTYPE, "/bin/busybox")
        nginx = shutil.which("nginx") or "/usr/sbin/nginx"
        _add(tar, "usr/sbin/nginx", Path(nginx).read_bytes())
        for library in re.findall(r"(/\S+) \(0x", run("ldd", nginx)):
            _add(tar, library.lstrip("/"), Path(library).read_bytes())
        for name, text in (("etc/passwd", USERS), ("etc/group", GROUP)):
            _add(tar, name, text.encode(), 0o644)
        _add(tar, "bin/nginxwrapper", NGINX_WRAPPER.encode())
        _add(tar, "bin/dtr", ENTRY_POINT.encode())
        for component in COMPONENTS:
            if component != "nginx":
                _add(tar, service(component).lstrip("/"), SERVICE.encode())
    return packed.getvalue()


def _add(
    tar: tarfile.TarFile, name: str, content: bytes, mode: int = 0o755, kind: bytes = tarfile.REGTYPE, target: str = ""
) -> None:
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode, entry.size, entry.linkname = kind, mode, len(content), target
    tar.addfile(entry, io.BytesIO(content))


def load(node: Node, packed: bytes) -> None:
    """Import it on a node under all its names."""
    first, *others = tags()
    changes = ['ENTRYPOINT ["/bin/dtr"]', "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
    repository, _, tag = first.rpartition(":")
    node.docker.import_image_from_data(packed, repository=repository, tag=tag, changes=changes)
    for name in others:
        repository, _, tag = name.rpartition(":")
        node.docker.tag(first, repository, tag)
