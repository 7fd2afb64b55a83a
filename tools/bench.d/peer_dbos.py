"""Drains DBOS on SQLite once. Arguments: file, jobs, places, journal mode. `synchronous` is SQLite's own
default, FULL."""

import logging
import os
import sqlite3
import sys
import time

from dbos import DBOS, DBOSClient

path, jobs, places, journal = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
url = f"sqlite:///{path}"
logging.disable(logging.CRITICAL)
DBOS(config={"name": "bench", "system_database_url": url, "run_admin_server": False})
began = []


@DBOS.workflow()
def nothing(number: int) -> int:
    if not began:
        began.append(time.perf_counter())
    return number


def is_drained():
    return look.execute("SELECT 1 FROM workflow_status WHERE status IN ('ENQUEUED', 'PENDING')"
                        " AND queue_name = 'bench' LIMIT 1").fetchone() is None


# The mode is the file's from before the launch, which makes the tables.
look = sqlite3.connect(path, timeout=60, isolation_level=None)
look.execute(f"PRAGMA journal_mode = {journal}").fetchone()
DBOS.launch()
client = DBOSClient(system_database_url=url)
start = time.perf_counter()
for number in range(jobs):
    client.enqueue({"queue_name": "bench", "workflow_name": "nothing"}, number)
filled = time.perf_counter()
# Nobody listens to a queue before it is registered, and up to a second after; the draining is timed
# from the first job's execution.
DBOS.register_queue("bench", worker_concurrency=places, polling_interval_sec=0.01)
while not is_drained():
    time.sleep(0.02)
end = time.perf_counter()
ended = look.execute("SELECT count(*) FROM workflow_status WHERE status = 'SUCCESS'").fetchone()[0]
assert ended == jobs, f"{ended} of {jobs} ended well"
print("seconds", filled - start, end - began[0], flush=True)
os._exit(0)
