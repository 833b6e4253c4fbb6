"""How long certificates that no user sees must still be valid, by what they were issued for."""

from __future__ import annotations

from fixtures.probes.validity import Validity

# Swarm renews a node's certificate when between 50 and 80 % of its life are over.
LEAST_LEFT = 0.15
# Whoever issues certificates of 90 days or less renews them when a third of that is left.
SHARE = 1 / 3


def days_needed(validity: Validity, days: float) -> float:
    """So many days, or a third of its validity where that is shorter: 7 of 30 days are its last part."""
    return min(days, (validity.not_after - validity.not_before).days * SHARE)
