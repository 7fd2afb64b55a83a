"""What a worker holds of the machine, sampled; and whether any of it grows.

What must stay true: a sample changes nothing, and opens nothing of the database's; a slope is the
median of the slopes between all pairs of samples (Theil and Sen), which a few odd samples do not
move.
"""

import os
import statistics
import time

from crashing.processes import descendants
from growth import processor_seconds, status

# What counts as flat: how much the fitted line may rise over the whole time after the warm-up, at
# least, and as a part of the median. Memory settles late: an allocator keeps what a busy moment took.
# A child comes and goes with each task, so theirs is the loosest.
FLAT = {
    "rss_mb": (6.0, 0.10),
    "pss_mb": (6.0, 0.10),
    "descriptors": (3.0, 0.05),
    "threads": (3.0, 0.10),
    "children": (3.0, 0.50),
    "wal_mb": (6.0, 0.25),
}
# The part of the time that is warm-up.
WARM_UP = 0.3
# The most the log may ever have, in MB: a reader keeps it growing for as long as it reads.
WAL_LIMIT = 64.0


def pss(pid):
    """The memory of a process, what it shares with others in parts, in MB."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        for line in file:
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


def size(path):
    try:
        return os.stat(path).st_size / 1e6
    except FileNotFoundError:
        return 0.0


class Samples:
    def __init__(self, worker, database):
        self.worker, self.database = worker, database
        self.begun, self.times = time.monotonic(), []
        self.values = {name: [] for name in FLAT}
        self.processor = processor_seconds(worker.pid)

    def take(self):
        pid = self.worker.pid
        found = {
            "rss_mb": status(self.worker, "VmRSS"), "pss_mb": pss(pid),
            "descriptors": len(os.listdir(f"/proc/{pid}/fd")),
            "threads": len(os.listdir(f"/proc/{pid}/task")),
            "children": len(descendants(pid)), "wal_mb": size(self.database + "-wal"),
        }
        self.times.append(time.monotonic() - self.begun)
        for name, value in found.items():
            self.values[name].append(value)

    def processor_share(self):
        """The part of one processor that the worker has used since the beginning."""
        return (processor_seconds(self.worker.pid) - self.processor) / (
            time.monotonic() - self.begun)

    def findings(self):
        """For each figure: median, extremes, slope a minute, rise over the time measured, limit."""
        first = next((place for place, at in enumerate(self.times)
                      if at >= WARM_UP * self.times[-1]), 0)
        times = self.times[first:]
        found = {}
        for name, (least, part) in FLAT.items():
            values = self.values[name][first:]
            slope = theil_sen(times, values)
            rise, median = slope * (times[-1] - times[0]), statistics.median(values)
            limit = max(least, part * median)
            flat = rise <= limit and (name != "wal_mb" or max(self.values[name]) <= WAL_LIMIT)
            found[name] = {
                "median": round(median, 2), "min": round(min(values), 2),
                "max": round(max(values), 2), "slope_per_min": round(slope * 60, 4),
                "rise": round(rise, 2), "limit": round(limit, 2), "flat": flat}
        return found


def theil_sen(times, values):
    slopes = [(values[b] - values[a]) / (times[b] - times[a])
              for a in range(len(times)) for b in range(a + 1, len(times))
              if times[b] > times[a]]
    return statistics.median(slopes) if slopes else 0.0
