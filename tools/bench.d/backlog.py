"""Databases that have grown: goals ready, delayed and waiting by the hundred thousand, and a million
finished ones with all their history, in a minute or two.

What must stay true: the rows are those that the triggers would have written (`goalledger verify`
finds nothing wrong with them), and the triggers are back in their places in the end.
"""

import os
import sqlite3
import time

from ground import Trouble

# What issue and README mean by a large database; and one of the same shape that is quick to make.
LARGE = {"ready": 100_000, "delayed": 100_000, "waiting": 100_000, "finished": 1_000_000}
SMALL = {"ready": 500, "delayed": 500, "waiting": 500, "finished": 3_000}


def grow(ground, **wanted):
    """Grows a fresh database; returns the seconds it took. One goal is executed the usual way: its
    history is what is copied."""
    start = time.perf_counter()
    connection = ground.connect()
    connection.execute("INSERT INTO goals(text, task, context, state)"
                       " VALUES ('goal', 'record', '{\"note\":\"n\"}', 'adopted')")
    connection.close()
    drain(ground)
    connection = sqlite3.connect(ground.database, timeout=60, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA cache_size = -500000")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA wal_autocheckpoint = 20000")
    triggers = connection.execute(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "backlog.sql"),
              encoding="utf-8") as file:
        script = file.read()
    connection.execute("CREATE TEMP TABLE wanted(ready, delayed, waiting, finished)")
    connection.execute("INSERT INTO wanted VALUES (:ready, :delayed, :waiting, :finished)", wanted)
    drops = "".join(f'DROP TRIGGER "{name}";' for name, _ in triggers)
    makes = "".join(f"{sql};" for _, sql in triggers)
    connection.executescript(f"BEGIN;{drops}{script}{makes}COMMIT;")
    connection.execute("DROP TABLE wanted")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return time.perf_counter() - start


def drain(ground, *arguments):
    """Runs a worker until nothing is left to do."""
    worker = ground.start_worker("--drain", *arguments)
    if worker.wait() != 0:
        raise Trouble(f"the worker ended with {worker.returncode}: {ground.last_words()}")
