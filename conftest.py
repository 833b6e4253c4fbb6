"""The front door: registers the plugins, nothing else."""

pytest_plugins = ["fixtures.plugin", "checks.plugin", "reports.plugin"]
