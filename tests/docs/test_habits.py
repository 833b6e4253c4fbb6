"""What contributors and their editors are given fits what the project does."""

from __future__ import annotations

import configparser
import re
import tomllib
from typing import Any

import yaml

from tests.suite import ROOT

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_the_changelog_begins_with_the_version() -> None:
    released = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert released[0] == PROJECT["version"]


def test_the_version_is_supported() -> None:
    series = ".".join(PROJECT["version"].split(".")[:2])
    assert f"| {series}.x | yes |" in (ROOT / "SECURITY.md").read_text(encoding="utf-8")


def test_the_hooks_before_a_commit_are_those_of_lint() -> None:
    (local,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    assert local["repo"] == "local"
    hooks = [hook["entry"].removeprefix(".tox/lint/bin/") for hook in local["hooks"]]
    tox = configparser.ConfigParser(interpolation=None)
    tox.read(ROOT / "tox.ini", encoding="utf-8")
    assert hooks == tox["testenv:lint"]["commands"].split("\n")[1:]
