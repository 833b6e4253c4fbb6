"""Each kind of cause has a test that fails without its rule, and one that fails where the rule decides otherwise."""

from __future__ import annotations

import multiprocessing

from reports.diagnosis.engine import FAMILIES
from tests.long import share
from tests.proof.mutants import Unchanged, one_of_each_rule, unnoticed


def test_a_test_of_the_diagnosis_notices_each_rule_that_is_wrong() -> None:
    # A process of its own: pytest does not run within pytest.
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        left = pool.apply(_unnoticed)
    assert left == ["nothing changed"]


def _unnoticed() -> list[str]:
    return [str(each) for each in unnoticed([Unchanged(FAMILIES[0]), *share(one_of_each_rule(), 6)])]
