"""Drains litequeue once: the loop its documentation shows. Arguments: file, jobs, places, synchronous."""

import sys
import time

from litequeue import LiteQueue

path, jobs, _, synchronous = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
queue = LiteQueue(path)
queue.conn.execute(f"PRAGMA synchronous = {synchronous}")
start = time.perf_counter()
for number in range(jobs):
    queue.put(f"job {number}")
filled = time.perf_counter()
done = 0
while True:
    message = queue.pop()
    if message is None:
        break
    queue.done(message.message_id)
    done += 1
end = time.perf_counter()
assert done == jobs, f"{done} of {jobs}"
print("seconds", filled - start, end - filled)
