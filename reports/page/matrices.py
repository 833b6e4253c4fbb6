"""All pairs at a glance: a small table for conditions whose subjects are pairs of replicas or of nodes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.records import PROBLEMS, Header, Result, VerdictWord, worst

# A letter beside the colour: never colour alone.
LETTERS = {
    VerdictWord.PASS: "P",
    VerdictWord.WARN: "W",
    VerdictWord.FAIL: "F",
    VerdictWord.UNKNOWN: "U",
    VerdictWord.SKIPPED: "S",
    VerdictWord.NOT_APPLICABLE: "N",
    VerdictWord.WAIVED: "V",
}
# Pairs whose order means something: the row was queried, the column is what it reported on.
_ROW_BY_COLUMN = {"STATUS-4": ("reported by", "about")}
# What is judged of the same pairs is one picture; it is shown even where all pass.
_OVERLAY = ("NET-2", "NET-3", "NET-5")


@dataclass(frozen=True)
class Matrix:
    """`cells[i][j]` is the verdict on the pair of `names[i]` (row) and `names[j]` (column), None where none is.

    Of several conditions it is the worst one.
    """

    condition: str
    title: str
    row: str
    column: str
    names: tuple[str, ...]
    cells: tuple[tuple[Result | None, ...], ...]

    @property
    def shown(self) -> bool:
        """Whether a pair is a problem, or the picture says what nothing else does: who reaches whom."""
        verdicts = {cell.verdict for row in self.cells for cell in row if cell}
        overlay = self.condition.startswith(_OVERLAY[0]) and bool(verdicts - {VerdictWord.SKIPPED})
        return overlay or bool(verdicts & PROBLEMS)


def matrices(header: Header, results: Sequence[Result]) -> list[Matrix]:
    """One matrix for each condition that was judged on pairs, in the order of the run; one for each overlay network."""
    known = (tuple(header.replicas), header.nodes)
    titles = {entry.id: entry.title for entry in header.catalogue}
    pairs: dict[tuple[str, str], dict[tuple[str, str], list[Result]]] = {}
    for result in results:
        # The name of a second overlay network follows the nodes.
        first, _, rest = result.subject.partition(":")
        second, _, network = rest.partition(":")
        if any(first in names and second in names for names in known):
            condition = _OVERLAY[0] if result.condition in _OVERLAY else result.condition
            pairs.setdefault((condition, network), {}).setdefault((first, second), []).append(result)
    return [
        _matrix(_name(condition, network), titles.get(condition, ""), known, {k: worst(v) for k, v in found.items()})
        for (condition, network), found in pairs.items()
    ]


def _name(condition: str, network: str) -> str:
    name = ", ".join(_OVERLAY) if condition == _OVERLAY[0] else condition
    return f"{name} {network}".rstrip()


def _matrix(condition: str, title: str, known: Sequence[Sequence[str]], pairs: dict[tuple[str, str], Result]) -> Matrix:
    among = next(names for names in known if next(iter(pairs))[0] in names)
    ordered = any((second, first) in pairs for first, second in pairs)
    names = tuple(name for name in among if any(name in pair for pair in pairs))

    def cell(first: str, second: str) -> Result | None:
        return pairs.get((first, second)) or (None if ordered else pairs.get((second, first)))

    row, column = _ROW_BY_COLUMN.get(condition, ("from", "to") if ordered else ("", ""))
    return Matrix(condition, title, row, column, names, tuple(tuple(cell(a, b) for b in names) for a in names))
