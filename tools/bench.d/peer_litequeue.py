"""Drains litequeue once: the loop its documentation shows. Arguments: file, jobs, places,
synchronous; and, to fill it only, apart or together (in one transaction)."""

import sys
import time

from litequeue import LiteQueue

path, jobs, synchronous = sys.argv[1], int(sys.argv[2]), sys.argv[4]
fill = sys.argv[5] if len(sys.argv) > 5 else None
queue = LiteQueue(path)
queue.conn.execute(f"PRAGMA synchronous = {synchronous}")
start = time.perf_counter()
if fill == "together":
    queue.conn.execute("BEGIN IMMEDIATE")
for number in range(jobs):
    queue.put(f"job {number}")
if fill == "together":
    queue.conn.execute("COMMIT")
filled = time.perf_counter()
if fill:
    assert queue.qsize() == jobs
    print("seconds", filled - start, 0)
    sys.exit()
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
