"""What no message may hold, as CONTRIBUTING.md asks, as far as a machine can read it."""

from __future__ import annotations

import re

from fixtures.core.probe import PROBES

# `cluster_status` is MSR's own word for what the probe of that name asks.
_OURS = frozenset(name for name in PROBES if "_" in name) - {"cluster_status"}
_NO_PLURALS = "is|was|has|exists|address|access"
_RULES = {
    "a plural of one": re.compile(rf"(?<![\w.:,=/-])1 (?:other |more )?(?!(?:{_NO_PLURALS})\b)[a-z]{{2,}}s\b"),
    "a doubled space": re.compile(r"\S  +\S"),
    "more than three decimals": re.compile(r"(?<![\w.:/-])\d+\.\d{4,}(?![\w.])"),
}


def faults(message: str) -> list[str]:
    """What is wrong with the words of a message; what it quotes is not ours."""
    own = re.sub(r'"[^"]*"|`[^`]*`', '""', message)
    named = [f"our probe {word}" for word in re.findall(r"(?<!/)\b\w+", own) if word in _OURS]
    return [rule for rule, pattern in _RULES.items() if pattern.search(own)] + named
