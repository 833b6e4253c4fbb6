"""results.jsonl: line 1 is the run's header, then one line per verdict, written as soon as it is known, and the end.

Everything else that reports make (page, summary, comparison) is derived from it, so that a run that was
killed still has what it had found.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from reports import schema1
from reports.files import LineFile
from reports.plain import json_text
from reports.records import (
    PROBLEMS,
    SCHEMA,
    CatalogueEntry,
    CauseLine,
    End,
    FailOn,
    Header,
    ListedWaiver,
    Product,
    Replica,
    Result,
    VerdictWord,
    Waiver,
    storable,
)

__all__ = [
    "FILE_NAME",
    "PROBLEMS",
    "SCHEMA",
    "CatalogueEntry",
    "End",
    "FailOn",
    "Header",
    "ListedWaiver",
    "Mask",
    "Product",
    "Replica",
    "Result",
    "Results",
    "Run",
    "VerdictWord",
    "Waiver",
    "read",
    "storable",
]

FILE_NAME = "results.jsonl"
LARGEST = 64 * 1024 * 1024

Mask = Callable[[Any], Any]


def _unmasked(value: Any) -> Any:
    return value


@dataclass(frozen=True)
class Run:
    """A run as read back; `truncated` says that it was killed before it wrote its last line."""

    header: Header
    results: tuple[Result, ...]
    end: End | None = None
    truncated: bool = False


class Results:
    """Writes results.jsonl and remembers what it wrote. Threads may share it; each line is written at once.

    `mask` replaces secrets in every free text and value: message, seen, expected, a waiver's words. `mask_name` does
    in names (subjects, things, versions, images), which stay as they are even where a secret is the same word: they
    are the key of a verdict, and what causes are found by.
    """

    def __init__(
        self, file: LineFile, header: Header, mask: Mask = _unmasked, mask_name: Callable[[str], str] = str
    ) -> None:
        self._file = file
        self._mask = mask
        self._mask_name = mask_name
        self._lock = threading.Lock()
        self._results: list[Result] = []
        self.header = self._clean_header(header)
        self._write(self.header.to_json())

    @classmethod
    def open(cls, path: Path, header: Header, mask: Mask = _unmasked, mask_name: Callable[[str], str] = str) -> Results:
        """Begin a file at `path`, a results file or the run's directory, and write its header."""
        target = path if path.suffix == ".jsonl" else path / FILE_NAME
        target.parent.mkdir(parents=True, exist_ok=True)
        return cls(LineFile(target), header, mask, mask_name)

    @property
    def error(self) -> OSError | None:
        """Why not all of it could be written; what was written is whole lines."""
        return self._file.error

    @property
    def results(self) -> tuple[Result, ...]:
        """What was written so far, masked."""
        with self._lock:
            return tuple(self._results)

    @property
    def run(self) -> Run:
        """Header and results so far, as `read` would give them."""
        return Run(self.header, self.results)

    def add(self, result: Result) -> Result:
        """Write one verdict; gives it back as it was written, masked."""
        clean = self._clean_result(result)
        with self._lock:
            self._write(clean.to_json())
            self._results.append(clean)
        return clean

    def finish(self, exit_code: int, causes: Sequence[CauseLine] = (), answer: str | None = None) -> None:
        """Write the last lines: the causes behind the verdicts, and that the run has ended, with this exit code.

        answer: to the question that was asked before a change.
        """
        for cause in causes:
            self._write(cause.to_json())
        words = [result.verdict for result in self.results]
        counts = {str(word): words.count(word) for word in VerdictWord}
        with self._lock:
            self._write(End(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", exit_code, counts, answer).to_json())

    def close(self) -> None:
        """Close the file; what was written stays readable here."""
        with self._lock:
            self._file.close()

    def __enter__(self) -> Results:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _write(self, line: dict[str, Any]) -> None:
        self._file.write(json_text(json.dumps(storable(line), ensure_ascii=False, allow_nan=False)))

    def _name(self, name: str) -> str:
        return self._mask_name(str(storable(name)))

    def _names(self, names: Mapping[str, str]) -> dict[str, str]:
        return {self._name(key): self._name(name) for key, name in names.items()}

    def _clean(self, value: Any) -> Any:
        return storable(self._mask(storable(value)))

    def _clean_header(self, header: Header) -> Header:
        return replace(
            header,
            url=self._name(header.url),
            versions=self._names(header.versions),
            images=self._names(header.images),
            product_image=header.product_image and self._name(header.product_image),
            options=self._clean(header.options),
            waivers_expired=self._clean_waivers(header.waivers_expired),
            waivers_expiring=self._clean_waivers(header.waivers_expiring),
            waivers_missed=tuple(map(self._clean, header.waivers_missed)),
            waivers_exceeded=tuple(map(self._clean, header.waivers_exceeded)),
        )

    def _clean_waivers(self, waivers: Iterable[ListedWaiver]) -> tuple[ListedWaiver, ...]:
        return tuple(
            replace(waiver, reason=self._clean(waiver.reason), ticket=self._clean(waiver.ticket)) for waiver in waivers
        )

    def _clean_result(self, result: Result) -> Result:
        waiver = result.waiver and replace(
            result.waiver, reason=self._clean(result.waiver.reason), ticket=self._clean(result.waiver.ticket)
        )
        return replace(
            result,
            subject=self._name(result.subject),
            about=tuple(map(self._name, result.about)),
            witnesses=tuple(map(self._name, result.witnesses)),
            because=result.because and replace(result.because, subject=self._name(result.because.subject)),
            message=self._clean(result.message),
            seen=self._clean(result.seen),
            expected=self._clean(result.expected),
            waiver=waiver,
            test=storable(result.test),
        )


def _line(raw: bytes) -> dict[str, Any]:
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        raise ValueError("it is not JSON") from None
    if not isinstance(value, dict):
        raise ValueError("it is not a JSON object")
    return value


def _header(line: dict[str, Any]) -> tuple[Header, bool]:
    """The header, and whether the file is of schema 1."""
    schema = line.get("schema")
    if not isinstance(schema, int) or isinstance(schema, bool):
        raise ValueError("it has no schema number")
    if schema > SCHEMA:
        raise ValueError(f"it has schema {schema}, this release reads up to schema {SCHEMA}: use a newer release")
    return Header.from_json(schema1.header(line) if schema == 1 else line), schema == 1


def _record(line: dict[str, Any], *, old: bool) -> Result | End | None:
    """A verdict or the end of a run; None for a kind of line that this release does not know."""
    if old:
        return Result.from_json(schema1.verdict(line))
    match line.get("kind"):
        case "verdict":
            return Result.from_json(line)
        case "end":
            return End.from_json(line)
        case str() as kind if kind != "header":
            return None
    raise ValueError('it has no "kind"')


def read(path: Path) -> Run:
    """Read a run from its directory or its results.jsonl.

    A truncated last line (a killed run) is left out. ValueError, with the file and the line, when there is no such
    file, it is not a results file, or a newer release wrote it.
    """
    target = path / FILE_NAME if path.is_dir() else path
    if target.is_fifo():
        raise ValueError(f"{target}: is a pipe; name a run's directory or its results.jsonl")
    try:
        with target.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as error:
        raise ValueError(f"{target}: cannot read the results of a run: {error.strerror or error}") from error
    if len(raw) > LARGEST:
        raise ValueError(f"{target}: is larger than {LARGEST >> 20} MB, which no results.jsonl is")
    *lines, rest = raw.split(b"\n")
    try:
        header, old = _header(_line(lines[0] if lines else rest))
    except ValueError as error:
        raise ValueError(
            f"{target}: is not the results.jsonl of a run ({error}): name the run's directory, or its results.jsonl"
        ) from error
    records = []
    for number, line in enumerate(lines[1:], start=2):
        try:
            records.append(_record(_line(line), old=old))
        except ValueError as error:
            raise ValueError(f"{target}: line {number} is not valid: {error}") from error
    broken = False
    if lines and rest:
        try:
            records.append(_record(_line(rest), old=old))
        except ValueError:
            broken = True
    results = tuple(record for record in records if isinstance(record, Result))
    end = next((record for record in records if isinstance(record, End)), None)
    return Run(header, results, end, truncated=broken or (end is None and not old))
