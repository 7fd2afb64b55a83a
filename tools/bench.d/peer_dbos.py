"""Drains DBOS on SQLite once. Arguments: file, jobs, places, journal mode; and, to fill it only, "fill",
which it does in a process of its own, since DBOS executes what it listens to while more is put in.
`synchronous` is SQLite's own default, FULL."""

import logging
import os
import sqlite3
import subprocess
import sys
import time

from dbos import DBOS, DBOSClient, Queue

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


def fill():
    """The mode of a file outlives who set it; the launch makes the tables."""
    sqlite3.connect(path).execute(f"PRAGMA journal_mode = {journal}").fetchone()
    DBOS.launch()
    client = DBOSClient(system_database_url=url)
    start = time.perf_counter()
    for number in range(jobs):
        client.enqueue({"queue_name": "bench", "workflow_name": "nothing"}, number)
    print(time.perf_counter() - start, flush=True)


def drain():
    """Returns the seconds from the first job's execution: DBOS may listen a second late."""
    settings = {"worker_concurrency": places, "polling_interval_sec": 0.01}
    # Newer versions register queues in the database, older ones have them declared before the launch.
    if not hasattr(DBOS, "register_queue"):
        Queue("bench", **settings)
    DBOS.launch()
    if hasattr(DBOS, "register_queue"):
        DBOS.register_queue("bench", **settings)
    look = sqlite3.connect(path, timeout=60)
    left = "SELECT 1 FROM workflow_status WHERE status IN ('ENQUEUED', 'PENDING') LIMIT 1"
    while look.execute(left).fetchone():
        time.sleep(0.02)
    end = time.perf_counter()
    ended = look.execute("SELECT count(*) FROM workflow_status WHERE status = 'SUCCESS'").fetchone()[0]
    assert ended == jobs, f"{ended} of {jobs} ended well"
    return end - began[0]


if sys.argv[5:] == ["fill"]:
    fill()
else:
    filled = subprocess.check_output([sys.executable, *sys.argv, "fill"], text=True)
    print("seconds", float(filled.split()[-1]), drain(), flush=True)
# Its threads may still poll.
os._exit(0)
