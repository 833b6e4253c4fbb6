"""The families of causes, a module each; reports/diagnosis/engine.py has the order in which they are weighed."""
