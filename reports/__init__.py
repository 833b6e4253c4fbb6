"""Reports: verdicts for people and machines. Reads results only; imports neither fixtures/ nor checks/."""
