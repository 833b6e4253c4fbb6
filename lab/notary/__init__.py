"""A real notary-server, notary-signer and docker-registry behind the replicas' nginx, with a token service.

notary-server keeps its records in memory, which no other can share: the fronts of all replicas lead to the same one.
What is neither trust data nor images nor tokens is answered by the embedded cluster.

    with Notary(Path("lab")) as lab:
        with DAMAGES["server-frozen"].to(lab) as expected:
            ...  # look at lab.inventory
"""

from lab.notary.cluster import Notary
from lab.notary.damages import DAMAGES, Damage
from lab.notary.programs import missing

__all__ = ["DAMAGES", "Damage", "Notary", "missing"]
