"""A steady mixed load in plain SQL: goals that record, goals that change files in git worktrees,
amendments, notes, abandonments, and a reader that holds its view for long.

What must stay true: the load is the same in every minute, so that whatever grows is the worker's.
"""

import json
import random
import subprocess
import sys
import time

READER = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)
connection.execute("BEGIN")
connection.execute("SELECT count(*) FROM goals").fetchone()
time.sleep(float(sys.argv[2]))
connection.execute("COMMIT")
"""


class Load:
    def __init__(self, ground, seed, rate):
        self.ground, self.rate = ground, rate
        self.chance = random.Random(seed)
        self.connection = ground.connect()
        self.counts = {"record": 0, "git": 0, "abandoned": 0, "amended": 0, "readers": 0}
        self.reader, self.named = None, 0

    def beat(self):
        """A second's worth of it."""
        for _ in range(self.rate):
            self.add("record", {"note": f"note {self.counts['record']}"}, "record")
        if self.chance.random() < 0.5:
            number = self.counts["git"]
            # The same hundred paths over and over: each goal starts from the same commit.
            self.add("implement_feature",
                     {"files": [{"path": f"src/new{number % 100}.txt",
                                 "content": f"file {number}\n" * 20}]}, "git")
        if self.chance.random() < 0.2:
            self.counts["abandoned"] += self.write(
                "UPDATE goals SET state = 'abandoned', actor = 'eve', reason = 'changed my mind'"
                " WHERE id = (SELECT id FROM goals WHERE state IN ('adopted', 'executing')"
                " ORDER BY id DESC LIMIT 1)")
        if self.chance.random() < 0.3:
            self.counts["amended"] += self.write(
                "UPDATE goals SET metadata = json_object('at', ?), actor = 'ann'"
                " WHERE id = (SELECT max(id) FROM goals)", time.time())

    def add(self, task, context, kind):
        self.counts[kind] += self.write(
            "INSERT INTO goals(text, task, context, state, actor) VALUES (?, ?, ?, 'adopted', 'ann')",
            f"{kind} {self.counts[kind]}", task, json.dumps(context))

    def write(self, statement, *values):
        return self.connection.execute(statement, values).rowcount

    def read_long(self, seconds):
        """Holds a view for so long, in a process of its own."""
        if self.reader is not None and self.reader.poll() is None:
            return
        self.counts["readers"] += 1
        self.reader = subprocess.Popen([sys.executable, "-c", READER, self.ground.database,
                                        str(seconds)])

    def is_done(self):
        """Whether nothing is left to execute."""
        return self.connection.execute(
            "SELECT NOT EXISTS (SELECT 1 FROM goals WHERE state IN ('adopted', 'executing'))"
            " AND NOT EXISTS (SELECT 1 FROM attempts WHERE state = 'open')").fetchone()[0] == 1

    def end(self):
        if self.reader is not None:
            self.reader.wait()
        self.connection.close()
