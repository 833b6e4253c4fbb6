"""What stands in the way of a stop or an upgrade: one cause for each condition and reason."""

from __future__ import annotations

import pytest

from tests.reports.diagnosis.families.cluster_run import A, B, fail, found


@pytest.mark.parametrize(
    ("condition", "reason", "other", "kind"),
    [
        ("STOP-1", "stop.table-majority", "stop.only-replica", "not-ok-to-stop"),
        ("PRE-1", "pre.skips-a-line", "pre.downgrade", "not-ready-to-upgrade"),
    ],
)
def test_each_reason_is_a_cause_and_each_of_its_subjects_is_of_it(
    condition: str, reason: str, other: str, kind: str
) -> None:
    alike = [fail(condition, each, reason, f"replica:{each}") for each in (A, B)]
    both = (f"replica:{A}", f"replica:{B}")
    assert found(*alike) == [(kind, both)]
    apart = found(alike[0], fail(condition, B, other, f"replica:{B}"))
    assert sorted(apart) == [(kind, both[:1]), (kind, both[1:])]
