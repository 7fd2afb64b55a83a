"""Drains huey once, by its own consumer with threads. Arguments: file, jobs, places, ignored."""

import logging
import sys
import threading
import time

from huey import SqliteHuey

path, jobs, places = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
logging.disable(logging.CRITICAL)
# `fsync=True` is synchronous = FULL. Results are kept: a queue that forgets them records nothing.
huey = SqliteHuey("bench", filename=path, fsync=True, timeout=60)
lock, finished, count = threading.Lock(), threading.Event(), 0


@huey.task()
def nothing(number):
    return number


@huey.signal("complete")
def completed(signal, task):
    global count
    with lock:
        count += 1
        if count == jobs:
            finished.set()


start = time.perf_counter()
for number in range(jobs):
    nothing(number)
filled = time.perf_counter()
consumer = huey.create_consumer(workers=places, worker_type="thread", periodic=False,
                                initial_delay=0.001, max_delay=0.01)
consumer.start()
assert finished.wait(800), f"{count} of {jobs}"
end = time.perf_counter()
print("seconds", filled - start, end - filled, flush=True)
consumer.stop(graceful=False)
# Its threads may still poll.
import os  # noqa: E402

os._exit(0)
