"""One lab for all tests of it: every test mends what it damages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lab.notary import Notary, missing
from tests.notary.asking import Asker


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notary]:
    if lacking := missing():
        pytest.skip(lacking)
    with Notary(tmp_path_factory.mktemp("notary")) as running:
        yield running


@pytest.fixture
def asker(lab: Notary) -> Iterator[Asker]:
    asking = Asker(lab)
    yield asking
    asking.close()
