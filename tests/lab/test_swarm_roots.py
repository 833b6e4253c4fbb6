"""Roots of other engines are made once, whole, and of an engine that will do; these need neither root nor network."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.swarm import LabError, roots
from lab.swarm.engines import ENGINES, OWN

NEWEST = ENGINES["28"]


class Maker:
    """Stands for mmdebstrap and dpkg-query; a root that it makes has docker.io of this version."""

    def __init__(self, version: str) -> None:
        self.version = version
        self.made: list[Path] = []
        self.fails = False

    def __call__(self, *command: str, seconds: float = 20) -> str:
        assert seconds
        if command[0] == "dpkg-query":
            return f"docker.io {self.version}\ncontainerd 2.1.9+ds1-5\n"
        if command[0] == "apt-get":
            return "http://mirror.invalid/debian/\nhttp://mirror.invalid/debian/\n"
        assert command[-1] == "http://mirror.invalid/debian/"
        place = Path(command[-2])
        place.mkdir()
        self.made.append(place)
        if self.fails:
            raise LabError("mmdebstrap ended with 25: no such mirror")
        return ""


@pytest.fixture
def maker(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Maker:
    maker = Maker("28.5.2+dfsg4-5")
    monkeypatch.setattr(roots, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(roots, "run", maker)
    return maker


def test_this_machines_own_engine_needs_none(maker: Maker) -> None:
    assert roots.of(OWN) is None
    assert not maker.made


def test_it_is_made_once_and_named_by_its_version(maker: Maker) -> None:
    told: list[str] = []
    first = roots.of(NEWEST, told.append)
    assert first is not None
    assert first.is_dir()
    assert first.name.startswith("28_28.5.2+dfsg4-5_")
    assert roots.of(NEWEST, told.append) == first
    assert len(maker.made) == len(told) == 1
    assert roots.of(ENGINES["26"]) != first


def test_a_newer_one_than_asked_for_will_do(maker: Maker) -> None:
    maker.version = "1:29.1.0-1"
    made = roots.of(NEWEST)
    assert made is not None
    assert ":" not in made.name


def test_an_older_one_is_refused_and_not_kept(maker: Maker) -> None:
    maker.version = "27.5.1+dfsg4-1"
    with pytest.raises(LabError, match=r"Debian's sid has docker.io 27.5.1\+dfsg4-1, and 28 or newer is asked for"):
        roots.of(NEWEST)
    assert [path.name for path in roots.CACHE.iterdir()] == ["lock"]


def test_one_that_was_left_in_part_is_removed_and_never_used(maker: Maker) -> None:
    (roots.CACHE / "making-killed/root").mkdir(parents=True)
    maker.fails = True
    with pytest.raises(LabError, match="no such mirror"):
        roots.of(NEWEST)
    assert [path.name for path in roots.CACHE.iterdir()] == ["lock"]
    maker.fails = False
    assert roots.of(NEWEST) is not None
