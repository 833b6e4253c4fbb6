"""Causes in the storage of images: not shared, not read, not whole."""

from __future__ import annotations

from reports.records import Result
from tests.reports.diagnosis.families.cluster_run import A, B, C, fail, found

IMAGE = "library.alpine_3.20"


def pull(replica: str, reason: str, thing: str = "") -> Result:
    return fail("REG-2", f"{IMAGE}:{replica}", reason, thing or f"replica:{replica}")


def test_one_replica_that_misses_what_others_return_reads_other_storage() -> None:
    for reason in ("reg.unknown-here", "reg.blob-unknown-here", "reg.blob-size-here"):
        assert found(pull(B, reason)) == [("storage-of-one", (f"replica:{B}",))]


def test_storage_that_is_not_shared_explains_what_a_replica_misses_and_nothing_else() -> None:
    apart = fail("STORE-1", "cluster", "store.own-disk", f"replica:{A}")
    missed, broken = pull(B, "reg.blob-unknown-here"), pull(C, "reg.blob-error")
    assert found(apart, missed) == [("storage-not-shared", ("cluster",))]
    causes = [("storage-not-shared", ("cluster",)), ("storage-unreadable", (f"replica:{C}",))]
    assert sorted(found(apart, missed, broken)) == causes
    differs = fail("STORE-1", "cluster", "store.different-storage", f"replica:{A}")
    assert found(differs, missed) == [("storage-differs", ("cluster",))]


def stored(replica: str, reason: str, thing: str = "") -> Result:
    return fail("STORE-2", replica, reason, thing or f"replica:{replica}")


def test_files_and_pulls_that_are_missed_alike_are_one_cause() -> None:
    for reason in ("store.blob-missing-here", "store.empty-here"):
        assert found(pull(B, "reg.blob-unknown-here"), stored(B, reason)) == [("storage-of-one", (f"replica:{B}",))]
    apart = fail("STORE-1", "cluster", "store.own-disk", f"replica:{A}")
    assert found(apart, stored(B, "store.blob-missing-here")) == [("storage-not-shared", ("cluster",))]
    for reason in ("store.no-response", "store.read-error"):
        assert found(pull(B, "reg.pull-timeout"), stored(B, reason)) == [("storage-unreadable", (f"replica:{B}",))]
    image = "repository:library/alpine"
    lost = stored(A, "store.blob-missing", "cluster")
    assert found(lost) == [("image-incomplete", ("cluster",))]
    assert found(pull(A, "reg.blob-unknown", image), lost) == [("image-incomplete", (image,))]


def test_empty_storage_explains_what_no_replica_finds_and_no_error() -> None:
    everywhere = [stored(each, "store.empty") for each in (A, B, C)]
    pulls = [pull(each, "reg.blob-unknown", "repository:library/alpine") for each in (A, B, C)]
    empty = ("storage-empty", tuple(f"replica:{each}" for each in (A, B, C)))
    assert found(*everywhere, *pulls) == [empty]
    assert sorted(found(*everywhere, pull(C, "reg.blob-error"))) == [empty, ("storage-unreadable", (f"replica:{C}",))]


def test_errors_of_the_storage_are_one_cause() -> None:
    reasons = ("reg.blob-error", "reg.manifest-error", "reg.pull-timeout")
    everywhere = [pull(each, reason) for each, reason in zip((A, B, C), reasons, strict=True)]
    assert found(*everywhere) == [("storage-unreadable", tuple(f"replica:{each}" for each in (A, B, C)))]


def test_an_image_that_no_replica_has_whole_is_about_the_image() -> None:
    thing = "repository:library/alpine"
    for reason in ("reg.manifest-unknown", "reg.blob-unknown", "reg.blob-size", "reg.storage-lacks"):
        assert found(pull(A, reason, thing), pull(B, reason, thing)) == [("image-incomplete", (thing,))]


def test_what_the_inventory_names_in_vain_is_no_fault_of_a_replica() -> None:
    assert found(pull(A, "reg.tag-unknown", "repository:tools/ci")) == [("pull-list", ("repository:tools/ci",))]
    assert found(pull(A, "reg.pull-denied", "account:reader:ci")) == [("pull-list", ("account:reader:ci",))]


def test_refused_signatures_and_tokens_are_causes_of_their_own() -> None:
    assert found(pull(A, "reg.storage-refuses")) == [("object-storage-refuses", (f"replica:{A}",))]
    assert found(pull(A, "reg.token-invalid")) == [("token-key-or-clock", (f"container:registry-{A}",))]
    assert found(pull(A, "reg.manifest-invalid")) == [("registry-misbehaves", (f"replica:{A}",))]
