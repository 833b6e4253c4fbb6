"""The product as it is installed: the lab's version, and what its images are called. The one home of both."""

import re

from lab.embedded.nodes.container import COMPONENTS

VERSION = "2.10.4"
"""The line that lives today on Swarm, and its newest release."""
OLDER, NEWER = "2.10.3", "2.10.5"

IMAGES = {"rethinkdb": "dtr-rethink", "scanningstore": "dtr-postgres"}
"""The components whose image has another name."""
RETHINKCLI = "mirantis/rethinkcli:v2.2.0-ni"
_MIRANTIS_SINCE = {8: (2, 8, 2), 7: (2, 7, 8), 6: (2, 6, 15)}


def organisation(version: str) -> str:
    """Where the images of a version come from: docker/, then mirantis/, and from 2.10 on the vendor's registry.

    mirantis/ is it from 2.8.2, 2.7.8 and 2.6.15 on.
    """
    numbers = tuple(int(number) for number in re.findall(r"\d+", version)[:3])
    if numbers >= (2, 10):
        return "registry.mirantis.com/msr"
    taken_over = numbers[:2] > (2, 8) or numbers >= _MIRANTIS_SINCE.get(numbers[1], (9,))
    return "mirantis" if taken_over else "docker"


def bootstrapper(version: str = VERSION) -> str:
    """The image of the product's command line."""
    return f"{organisation(version)}/dtr:{version}"


def image(component: str, version: str = VERSION) -> str:
    """The image of a component."""
    return f"{organisation(version)}/{IMAGES.get(component, f'dtr-{component}')}:{version}"


def images(version: str) -> list[str]:
    """What an installation pulls: the bootstrapper and the components."""
    return [bootstrapper(version), *(image(each, version) for each in COMPONENTS)]
