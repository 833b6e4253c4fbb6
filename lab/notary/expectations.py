"""What must not pass, (condition, subject) -> verdict: reasoned from the conditions, not from what the checks say."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

Verdicts = dict[tuple[str, str], str]

GLOBAL, READER, IMAGE = "global", "reader:ci", "library.alpine_3.20"


class Expectations:
    """Collects what must not pass. reads, cannot_read: the repositories that the inventory says it of."""

    def __init__(self, replicas: Sequence[str], reads: Sequence[str], cannot_read: Sequence[str]) -> None:
        self.replicas = replicas
        self.repositories = [_safe(name) for name in (*reads, *cannot_read)]
        self.feeds = [GLOBAL, *self.repositories]
        self.verdicts: Verdicts = {}

    def fail(self, condition: str, *subjects: str) -> None:
        self._expect("FAIL", condition, subjects)

    def unknown(self, condition: str, *subjects: str) -> None:
        self._expect("UNKNOWN", condition, subjects)

    def _expect(self, verdict: str, condition: str, subjects: Iterable[str]) -> None:
        for subject in subjects:
            self.verdicts[condition, subject] = verdict

    @property
    def feeds_at_replicas(self) -> list[str]:
        return [f"{feed}:{replica}" for feed in self.feeds for replica in self.replicas]

    @property
    def reader_at_replicas(self) -> list[str]:
        return [f"{READER}:{replica}" for replica in self.replicas]

    @property
    def pulls(self) -> list[str]:
        """The image of the inventory at each replica."""
        return [f"{IMAGE}:{replica}" for replica in self.replicas]

    @property
    def pairs(self) -> list[str]:
        return [f"{a}:{b}" for a, b in itertools.combinations(self.replicas, 2)]

    @property
    def cells(self) -> list[str]:
        """Everybody with every feed; the one reader is asked about all repositories, since all are said of him."""
        return [f"{client}:{feed}" for client in ("admin", READER, "anonymous") for feed in self.feeds]

    def nothing_read(self) -> None:
        """No feed is given to anybody, for a reason that has nothing to do with rights.

        FEED-1 says so of every feed at every replica; what is in them, and who may read them, nobody can tell.
        """
        self.fail("FEED-1", *self.feeds_at_replicas)
        for condition in ("FEED-2", "FEED-3", "FEED-4"):
            self.unknown(condition, *self.feeds)
        for condition in ("FEED-5", "FEED-6", "FEED-7"):
            self.unknown(condition, *self.repositories)
        # Of the repositories that the inventory does not name, the global feed tells.
        self.unknown("FEED-6", GLOBAL)
        self.unknown("FEED-8", *self.cells)
        self.unknown("FEED-9", *self.pairs)


def _safe(repository: str) -> str:
    """A repository in the grammar of subjects, which has no slash."""
    return repository.replace("/", ".")
