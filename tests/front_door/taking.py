"""A plugin (`-p tests.front_door.taking`) that has an `--inventory` of its own, as pytest-ansible has."""

from __future__ import annotations

from pathlib import Path

import pytest

PLUGIN = f"-ptests.front_door.{Path(__file__).stem}"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--inventory", "--ansible-inventory", dest="ansible_inventory", default="/etc/ansible/hosts")
