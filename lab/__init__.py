"""Clusters to run the checks against. Nothing here imports the checks, so that a misreading cannot confirm itself."""
