"""Docker's command line on a stand-in's node: the few commands that only read, asked of the node's own engine.

A program of its own: `docker_program.py ENGINE.json ARGUMENT…`, where the file says where the engine listens.
"""

import argparse
import http.client
import json
import ssl
import sys
import urllib.parse
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

NO_DAEMON = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?"
SECONDS = 60

Ask = Callable[[str], Any]


class Complaint(Exception):
    """What the command line writes to stderr before it ends with 1."""


def _engine(told: dict[str, Any]) -> Ask:
    context = ssl.create_default_context(cafile=f"{told['certs']}/ca.pem")
    context.load_cert_chain(f"{told['certs']}/cert.pem", f"{told['certs']}/key.pem")

    def ask(path: str) -> Any:
        connection = http.client.HTTPSConnection(told["host"], told["port"], context=context, timeout=SECONDS)
        try:
            connection.request("GET", f"/v{told['api']}{path}")
            answer = connection.getresponse()
            text = answer.read()
        except OSError:
            raise Complaint(NO_DAEMON) from None
        finally:
            connection.close()
        if answer.status >= 400:
            raise Complaint(f"Error response from daemon: {json.loads(text)['message']}")
        return json.loads(text) if answer.headers["Content-Type"] == "application/json" else text

    return ask


def _query(**values: Any) -> str:
    return "?" + urllib.parse.urlencode(values)


def _filters(given: list[str]) -> str:
    filters: dict[str, list[str]] = {}
    for each in given:
        key, _, value = each.partition("=")
        filters.setdefault(key, []).append(value)
    return json.dumps(filters)


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def _formatted(row: dict[str, Any], template: str) -> str:
    """The templates that scripts use: the whole row or fields of it as JSON, or fields by name."""
    text = template.replace("{{json .}}", _compact(row))
    for key, value in row.items():
        text = text.replace("{{." + key + "}}", str(value)).replace("{{json ." + key + "}}", _compact(value))
    return text


def _ps_row(row: dict[str, Any]) -> dict[str, Any]:
    created = datetime.fromtimestamp(row["Created"], UTC)
    return {
        "Command": json.dumps(row["Command"]),
        "CreatedAt": f"{created:%Y-%m-%d %H:%M:%S} +0000 UTC",
        "ID": row["Id"],
        "Image": row["Image"],
        "Labels": ",".join(f"{key}={value}" for key, value in row["Labels"].items()),
        "Names": row["Names"][0].removeprefix("/"),
        "Networks": ",".join(row["NetworkSettings"]["Networks"]),
        "State": row["State"],
        "Status": row["Status"],
    }


def _ps(ask: Ask, arguments: argparse.Namespace) -> list[str]:
    found = ask("/containers/json" + _query(all=int(arguments.all), filters=_filters(arguments.filter)))
    if arguments.quiet:
        return [row["Id"] for row in found]
    return [_formatted(_ps_row(row), arguments.format or "{{.ID}} {{.Names}} {{.Status}}") for row in found]


def _info(ask: Ask, arguments: argparse.Namespace) -> list[str]:
    return [_formatted(ask("/info"), arguments.format or "{{json .}}")]


def _inspect(path: str) -> Callable[[Ask, argparse.Namespace], list[str]]:
    def inspect(ask: Ask, arguments: argparse.Namespace) -> list[str]:
        rows = [ask(path.format(name)) for name in arguments.names]
        if arguments.format:
            return [_formatted(row, arguments.format) for row in rows]
        return [json.dumps(rows, indent=4)]

    return inspect


def _node_inspect(ask: Ask, arguments: argparse.Namespace) -> list[str]:
    return [json.dumps([row for row in ask("/nodes") if row["ID"] in arguments.names], indent=4)]


def _node_ls(ask: Ask, _arguments: argparse.Namespace) -> list[str]:
    return [row["ID"] for row in ask("/nodes")]


def _network_ls(ask: Ask, arguments: argparse.Namespace) -> list[str]:
    wanted = [each.partition("=")[2] for each in arguments.filter if each.startswith("driver=")]
    return [row["Id"] for row in ask("/networks") if not wanted or row["Driver"] in wanted]


def _volume_ls(ask: Ask, arguments: argparse.Namespace) -> list[str]:
    wanted = [each.partition("=")[2] for each in arguments.filter if each.startswith("name=")]
    names = [row["Name"] for row in ask("/volumes")["Volumes"]]
    return [name for name in names if all(part in name for part in wanted)]


def _images(ask: Ask, arguments: argparse.Namespace) -> list[str]:
    tags = [tag.rpartition(":") for row in ask("/images/json") for tag in row["RepoTags"]]
    template = arguments.format or "{{.Repository}}:{{.Tag}}"
    return [_formatted({"Repository": repository, "Tag": tag}, template) for repository, _, tag in tags]


def _logs(ask: Ask, arguments: argparse.Namespace) -> list[str]:
    """What came from stderr goes there, as it does."""
    for name in arguments.names:
        query = {"stdout": 1, "stderr": 1, "tail": arguments.tail, "timestamps": int(arguments.timestamps)}
        stream = ask(f"/containers/{name}/logs" + _query(**query, since=arguments.since))
        while stream:
            size = int.from_bytes(stream[4:8], "big")
            (sys.stderr if stream[0] == 2 else sys.stdout).write(stream[8 : 8 + size].decode())
            stream = stream[8 + size :]
    return []


_COMMANDS: dict[str, Callable[[Ask, argparse.Namespace], list[str]]] = {
    "ps": _ps,
    "container ls": _ps,
    "info": _info,
    "inspect": _inspect("/containers/{}/json"),
    "container inspect": _inspect("/containers/{}/json"),
    "volume ls": _volume_ls,
    "volume inspect": _inspect("/volumes/{}"),
    "network ls": _network_ls,
    "network inspect": _inspect("/networks/{}"),
    "node ls": _node_ls,
    "node inspect": _node_inspect,
    "images": _images,
    "logs": _logs,
}


def _arguments(given: list[str]) -> tuple[str, argparse.Namespace]:
    two = " ".join(given[:2])
    command, rest = (two, given[2:]) if two in _COMMANDS else (given[0] if given else "", given[1:])
    if command not in _COMMANDS:
        raise Complaint(f"docker: '{command}' is not a docker command that a stand-in's node has.")
    parser = argparse.ArgumentParser(prog="docker")
    parser.add_argument("-a", "--all", action="store_true")
    parser.add_argument("-q", "--quiet", action="store_true")
    parser.add_argument("--no-trunc", action="store_true")
    parser.add_argument("-f", "--format", default="")
    parser.add_argument("--filter", action="append", default=[])
    parser.add_argument("--tail", default="all")
    parser.add_argument("--since", default="0")
    parser.add_argument("-t", "--timestamps", action="store_true")
    parser.add_argument("names", nargs="*")
    return command, parser.parse_args(rest)


def main() -> int:
    told = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    try:
        command, arguments = _arguments(sys.argv[2:])
        lines = _COMMANDS[command](_engine(told), arguments)
    except Complaint as complaint:
        sys.stderr.write(f"{complaint}\n")
        return 1
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return 0


if __name__ == "__main__":
    sys.exit(main())
