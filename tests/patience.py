"""How long a test waits on a machine that has other things to do."""

import os


def patient(seconds: float) -> float:
    """A limit by the clock, up to four times as long where more programs run than there are cores: tests do."""
    return seconds * min(4.0, max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1)))
