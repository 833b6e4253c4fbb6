"""What is published when the lab starts: versions, a deletion, and a repository that was signed anew after one."""

from __future__ import annotations

from lab.notary.publishing import Publisher

RECORDS = (
    ("library/alpine", 1),
    ("finance/ledger", 1),
    ("library/gone", 1),
    ("library/alpine", 2),
    ("library/again", 1),
    ("library/again", 2),
    ("library/alpine", 3),
    ("library/gone", 0),
    ("library/again", 0),
    ("finance/ledger", 2),
    ("library/again", 1),
    ("library/nginx", 1),
    ("library/alpine", 4),
)
"""Repository and version of every record that this leaves, oldest first; version 0 is a deletion."""


def publish(publisher: Publisher) -> None:
    """Publish so that the feed has exactly these records."""
    for repository, version in RECORDS:
        if version == 0:
            publisher.delete(repository)
        elif version == 1:
            publisher.first(repository)
        else:
            publisher.tag(repository, f"release-{version}")
