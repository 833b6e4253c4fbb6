"""The swarm lab itself, and the suite on it: a real Docker swarm on one machine, sound and broken in many ways."""
