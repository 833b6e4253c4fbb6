"""How long a test waits on a machine that has other things to do."""

import os


def patient(seconds: float) -> float:
    """A limit in seconds, up to four times as long where more programs run than there are cores, as tests do.

    They wait for each other by the clock, and take more of the processor's seconds too, whose caches they share.
    """
    return seconds * min(4.0, max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1)))
