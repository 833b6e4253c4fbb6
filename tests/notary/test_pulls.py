"""REG-2 against three real registries, and what trace a pull leaves in them."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

import pytest

from lab.notary import Notary
from lab.notary.cluster import IMAGE
from lab.notary.images import blob_file, changed, on_another_directory, unmounted
from tests.notary.asking import Asker
from tests.suite import Outcome, Suite, causes

LAYER = IMAGE.layers[2]
MANIFESTS, BLOBS = "/v2/library/alpine/manifests", "/v2/library/alpine/blobs"


def _run(suite: Suite, lab: Notary) -> Outcome:
    return suite.run(f"--inventory={lab.inventory}", "-k", "REG")


def _reasons(outcome: Outcome) -> list[str | None]:
    """Of each replica, in the inventory's order."""
    return [each["reason"] for each in outcome.results if each["condition"] == "REG-2"]


def _causes(outcome: Outcome) -> list[tuple[str, list[str]]]:
    return [(name, things) for name, things, _ in causes(outcome)]


def _quiet(lab: Notary) -> int:
    """How much was notified, when nothing more comes."""
    seen = -1
    while seen != len(lab.events.seen):
        seen = len(lab.events.seen)
        time.sleep(1.0)
    return seen


def test_a_sound_image_is_pulled_from_each_replica(suite: Suite, lab: Notary) -> None:
    outcome = _run(suite, lab)
    assert _reasons(outcome) == [None] * 3, outcome.output
    assert {each["seen"] for each in outcome.results if each["condition"] == "REG-2"} == {5}
    assert outcome.tripped == {}


def test_what_is_missing_in_one_directory_is_of_that_replica(suite: Suite, lab: Notary) -> None:
    second = lab.fronts.replicas[1]
    with on_another_directory(lab, second) as own:
        with changed(own, LAYER, None):
            deleted = _run(suite, lab)
        with changed(own, LAYER, b""):
            emptied = _run(suite, lab)
        with unmounted(own):
            empty = _run(suite, lab)
    assert _reasons(deleted) == [None, "reg.blob-unknown-here", None], deleted.output
    assert _reasons(emptied) == [None, "reg.blob-size-here", None], emptied.output
    assert _reasons(empty) == [None, "reg.unknown-here", None], empty.output
    for outcome in (deleted, emptied, empty):
        assert _causes(outcome) == [("storage-of-one", [f"replica:{second}"])]


def test_what_is_missing_in_the_shared_directory_is_of_the_image(suite: Suite, lab: Notary) -> None:
    with changed(lab.images, LAYER, None):
        deleted = _run(suite, lab)
    with changed(lab.images, LAYER, b""):
        emptied = _run(suite, lab)
    assert _reasons(deleted) == ["reg.blob-unknown"] * 3, deleted.output
    assert _reasons(emptied) == ["reg.blob-size"] * 3, emptied.output
    for outcome in (deleted, emptied):
        assert _causes(outcome) == [("image-incomplete", ["repository:library/alpine"])]
    with unmounted(lab.images):
        gone = _run(suite, lab)
    assert _reasons(gone) == ["reg.tag-unknown"] * 3, gone.output
    assert _causes(gone) == [("pull-list", ["repository:library/alpine"])]


def test_storage_that_cannot_be_read_is_an_error_of_that_replica(suite: Suite, lab: Notary) -> None:
    """A directory in place of the file: the registry finds it, and cannot read it."""
    third = lab.fronts.replicas[2]
    with on_another_directory(lab, third) as own:
        path: Path = blob_file(own, IMAGE.index)
        path.unlink()
        path.mkdir()
        outcome = _run(suite, lab)
    assert _reasons(outcome)[:2] == [None, None]
    assert _reasons(outcome)[2] in ("reg.manifest-error", "reg.unknown-here"), outcome.output


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_each_look_at_a_manifest_or_a_blob_is_notified_as_a_pull(asker: Asker, method: str) -> None:
    """HEAD as well as GET, by tag as well as by digest: the registry makes no difference.

    These say nothing of what they accept, so that an index is a 404: it is notified all the same.
    """
    token = asker.token("ci", "repository:library/alpine:pull")
    _quiet(asker.lab)
    for path in (f"{MANIFESTS}/{IMAGE.tag}", f"{MANIFESTS}/{IMAGE.index}", f"{BLOBS}/{LAYER}"):
        before = len(asker.lab.events.seen)
        asker.get(path, token, method=method)
        after = _quiet(asker.lab)
        found = [(each["action"], each["request"]["method"]) for each in asker.lab.events.seen[before:after]]
        assert found == [("pull", method)], path


def test_a_run_is_notified_as_one_pull_of_the_tag_at_each_replica(suite: Suite, lab: Notary) -> None:
    """And of what it names: five blobs at each, and one manifest; however long the run waits for something else."""
    before = _quiet(lab)
    suite.run(f"--inventory={lab.inventory}", "-k", "REG", "--stable=8s")
    seen = lab.events.seen[before : _quiet(lab)]
    assert {each["action"] for each in seen} == {"pull"}
    tagged = Counter(each["target"].get("tag", "") for each in seen)
    assert tagged == {"3.20": 3, "": 16}
    assert Counter(each["request"]["method"] for each in seen) == {"GET": 4, "HEAD": 15}
