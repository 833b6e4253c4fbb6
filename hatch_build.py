"""What hatchling asks about an installation: the dependencies, and that there is no wheel."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface


class Dependencies(MetadataHookInterface):
    """The project needs the dependency group `checks`, its extra `demo` also `lab`: the groups are the one home."""

    def update(self, metadata: dict[str, Any]) -> None:
        with Path(self.root, "pyproject.toml").open("rb") as file:
            groups = tomllib.load(file)["dependency-groups"]
        metadata["dependencies"] = groups["checks"]
        metadata["optional-dependencies"] = {"demo": groups["lab"]}


class EditableOnly(BuildHookInterface):
    """The reports and the demo belong to the checkout: a wheel would be a part of it that does not run."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling passes it
        if version != "editable":
            raise SystemExit("msr-checks runs from its checkout: pip install --editable .")
