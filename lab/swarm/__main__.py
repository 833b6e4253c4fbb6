"""`python -m lab.swarm`: a real Docker swarm on this machine, with MSR's containers on it.

run: a lab and a command together in namespaces that are thrown away. up, down, status: a lab that stays.
check: may one run here; the reason in one line and exit code 77 if not.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from lab.swarm import background, capsule, roots
from lab.swarm.commands import LabError
from lab.swarm.engines import ENGINES, OWN
from lab.swarm.plan import Plan
from lab.swarm.preflight import missing

CANNOT_RUN_HERE = 77


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m lab.swarm", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    engine = argparse.ArgumentParser(add_help=False)
    engine.add_argument(
        "--engine",
        choices=ENGINES,
        default=OWN.name,
        help="this machine's Docker (20.10), or a newer Debian's: 28 is what sid has, its images in containerd's store",
    )
    plan = argparse.ArgumentParser(add_help=False, parents=[engine])
    plan.add_argument("--nodes", type=int, default=4, metavar="N", help="how many nodes (4)")
    plan.add_argument("--managers", type=int, default=1, metavar="N", help="how many of them are managers (1)")
    plan.add_argument("--replicas", type=int, metavar="N", help="how many carry a replica (3, or all but one)")
    run = commands.add_parser("run", parents=[plan], help="run a command beside a lab; $SWARM_INVENTORY names it")
    inside = commands.add_parser(capsule.INNER, parents=[plan])
    inside.add_argument("directory", type=Path)
    for each in (run, inside):
        each.add_argument("argv", nargs="+", metavar="-- CMD", help="the command and its arguments")
    commands.add_parser("up", parents=[plan], help="bring a lab up, and print the path of its inventory")
    commands.add_parser(background.KEEPER, parents=[plan])
    commands.add_parser("down", help="take down what `up` brought up")
    commands.add_parser("status", help="how it is with what `up` brought up")
    commands.add_parser("check", parents=[engine], help="may a lab run on this machine")
    return parser


def _planned(arguments: argparse.Namespace) -> Plan:
    nodes: int = arguments.nodes
    replicas = arguments.replicas if arguments.replicas is not None else min(3, max(1, nodes - 1))
    return Plan(nodes, arguments.managers, replicas, ENGINES[arguments.engine])


def _carry_out(arguments: argparse.Namespace, argv: Sequence[str]) -> int:
    if arguments.command == "status":
        lines = background.status()
        sys.stdout.writelines(f"{line}\n" for line in lines or ["no lab is up"])
        return 0 if lines else 3
    if arguments.command == "down":
        sys.stdout.write("" if background.down() else "no lab was up\n")
        return 0
    if arguments.command != capsule.INNER and (reason := missing(ENGINES[arguments.engine])):
        sys.stderr.write(f"a lab cannot run here: {reason}\n")
        return CANNOT_RUN_HERE
    if arguments.command == "check":
        sys.stdout.write("a lab can run here\n")
        return 0
    plan = _planned(arguments)
    if arguments.command == "run":
        # In the lab's own network nothing leads to a mirror.
        roots.of(plan.engine, lambda line: sys.stderr.write(f"{line}\n"))
        return capsule.enter(argv[1:])
    if arguments.command == capsule.INNER:
        return capsule.inside(arguments.directory, plan, arguments.argv)
    if arguments.command == "up":
        sys.stdout.write(f"{background.up(list(argv[1:]))}\n")
    else:
        background.keep(plan)
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    given = list(sys.argv[1:] if argv is None else argv)
    arguments = _parser().parse_args(given)
    try:
        return _carry_out(arguments, given)
    except (LabError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
