"""A real Docker swarm on one machine, shaped like an MSR cluster: real dockerd, sshd, nginx, overlay network.

Every node is a set of namespaces with a Docker engine and an sshd of its own. In front of each replica stands a real
nginx in a container; the API behind it is the one of `lab.embedded`. Needs root and a few Debian packages;
`missing()` says in one line what this machine lacks.

    with isolated(), Lab(Plan(nodes=4, managers=1, replicas=3)) as lab:
        ...  # look at lab.inventory

`isolated()` keeps it all off the machine's own network.
"""

from lab.swarm.commands import LabError
from lab.swarm.lab import Lab
from lab.swarm.namespaces import isolated
from lab.swarm.plan import Machine, Plan
from lab.swarm.preflight import missing

__all__ = ["Lab", "LabError", "Machine", "Plan", "isolated", "missing"]
