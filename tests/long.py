"""How much the suite's own tests try: by default a fair share, with MSR_CHECKS_LONG all there is (`tox run -e long`).

The share is short enough for each merge on two slow cores; `tests.conftest` and who imports this choose it. What is
recorded for docs/proof.md is recorded whole.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")

LONG = bool(os.environ.get("MSR_CHECKS_LONG") or os.environ.get("MSR_CHECKS_RECORDS"))


def share(members: Iterable[T], one_of: int) -> list[T]:
    """Of so many members one, or all in the long form: the same ones whatever is added beside them."""
    return [each for each in members if LONG or zlib.crc32(str(each).encode()) % one_of == 0]


def examples(number: int) -> int:
    """How many examples hypothesis draws of a test that draws this many in the long form."""
    return number if LONG else max(8, number // 4)
