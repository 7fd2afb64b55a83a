"""Drains DBOS on SQLite once. Arguments: file, jobs, places, journal mode. `synchronous` is SQLite's own
default, FULL."""

import logging
import os
import sqlite3
import sys
import time

from dbos import DBOS

path, jobs, places, journal = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
url = f"sqlite:///{path}"
logging.disable(logging.CRITICAL)
DBOS(config={"name": "bench", "system_database_url": url, "run_admin_server": False})


@DBOS.workflow()
def nothing(number: int) -> int:
    return number


def pending():
    return look.execute("SELECT count(*) FROM workflow_status WHERE status <> 'SUCCESS'"
                        " AND queue_name = 'bench'").fetchone()[0]


# The tables are made by the launch; the mode of a file outlives it.
DBOS.launch()
queue = DBOS.register_queue("bench", worker_concurrency=places, polling_interval_sec=0.01)
look = sqlite3.connect(path, timeout=60, isolation_level=None)
look.execute(f"PRAGMA journal_mode = {journal}").fetchone()
start = time.perf_counter()
for number in range(jobs):
    queue.enqueue(nothing, number)
filled = time.perf_counter()
# It executes while jobs are still put in; what that has done is not drained, and not counted.
left = pending()
while pending():
    time.sleep(0.02)
end = time.perf_counter()
seconds = (end - filled) * jobs / left if left > jobs / 10 else end - start
print("seconds", filled - start, seconds, flush=True)
os._exit(0)
