"""What shows that the diagnosis is right: `python -m tests.proof` makes docs/proof.md of recorded runs."""
