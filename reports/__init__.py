"""Telling: verdicts to people and machines. Reads results only; imports neither fixtures/ nor checks/."""
