"""The share of images: one that nobody reads explains pulls that fail; one without room explains none."""

from __future__ import annotations

import pytest

from tests.reports.diagnosis.families.cluster_run import A, C, diagnose, fail, found

SHARE = ("volume:nas:/msr",)


@pytest.mark.parametrize("state", ["hangs", "stale"])
@pytest.mark.parametrize("pull", ["reg.blob-error", "reg.pull-timeout", "reg.unknown-here"])
def test_share_that_nobody_reads_explains_pulls(state: str, pull: str) -> None:
    wrong = fail("STORE-3", "nas_msr", f"store.share-{state}", *SHARE)
    pulled = fail("REG-2", f"library.alpine_3.20:{A}", pull, f"replica:{A}")
    (cause,) = diagnose(pulled, wrong)
    assert (cause.id, cause.things) == ("share-unreachable", SHARE)
    assert cause.title.endswith({"hangs": "does not respond", "stale": "is stale"}[state])


def test_share_that_is_stale_on_one_node_explains_no_pull_elsewhere() -> None:
    wrong = fail("STORE-3", "nas_msr", "store.share-stale", *SHARE, witnesses=("node:node-3",))
    there, here = (fail("REG-2", f"alpine:{each}", "reg.blob-error", f"replica:{each}") for each in (C, A))
    assert found(there, wrong) == [("share-unreachable", SHARE)]
    assert sorted(found(here, there, wrong)) == [
        ("share-unreachable", SHARE),
        ("storage-unreadable", (f"replica:{A}",)),
    ]


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("store.disk-short", "share-full"),
        ("store.inodes-short", "share-full"),
        ("store.share-read-only", "share-read-only"),
        ("store.share-not-mounted", "share-not-mounted"),
    ],
)
def test_what_a_pull_does_not_need_explains_none(reason: str, kind: str) -> None:
    wrong = fail("STORE-3", "nas_msr", reason, *SHARE)
    pulled = fail("REG-2", f"library.alpine_3.20:{C}", "reg.blob-error", f"replica:{C}")
    assert sorted(found(wrong, pulled)) == [(kind, SHARE), ("storage-unreadable", (f"replica:{C}",))]
