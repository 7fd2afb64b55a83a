"""One batch: a repository, a database, its goals, and workers on them."""

import hashlib
import json
import os
import sqlite3
import subprocess
import time

from . import goals

IDENTITY = {
    "GIT_AUTHOR_NAME": "Tester", "GIT_AUTHOR_EMAIL": "tester@localhost",
    "GIT_COMMITTER_NAME": "Tester", "GIT_COMMITTER_EMAIL": "tester@localhost",
    "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C",
}


class Batch:
    def __init__(self, folder, binary, chance):
        self.folder, self.binary = folder, binary
        self.repository = os.path.join(folder, "repo")
        self.database = os.path.join(folder, "goals.db")
        self.state = os.path.join(folder, "state")
        self.environment = {**os.environ, **IDENTITY, "XDG_STATE_HOME": self.state}
        self.environment.pop("GOALLEDGER_DB", None)
        self.kills = {}
        self.locks = 0
        self.log = None
        os.makedirs(self.repository)
        self.make_repository()
        subprocess.run([binary, "init", "--db", self.database], cwd=self.repository, check=True,
                       env=self.environment, stdout=subprocess.DEVNULL)
        self.configure()
        self.fingerprint = self.print_of_checkout()
        self.goals = goals.mix(chance)
        self.insert()
        # When, after its goal was first seen to execute, the one to be abandoned is.
        self.abandon_after = chance.uniform(0, 1.2)
        self.seen_executing = None

    # The repository

    def git(self, *arguments):
        return subprocess.run(["git", *arguments], cwd=self.repository, env=self.environment,
                              check=True, stdout=subprocess.PIPE).stdout

    def make_repository(self):
        self.git("init", "-q", "-b", "main", ".")
        for path, content in goals.BASE.items():
            path = os.path.join(self.repository, path)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(content)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "base")
        self.base = self.git("rev-parse", "HEAD").decode().strip()

    def is_locked(self):
        """Whether the lock on packed refs lies there and is not just being held: git needs it for
        milliseconds."""
        try:
            age = time.time() - os.stat(
                os.path.join(self.repository, ".git/packed-refs.lock")).st_mtime
        except OSError:
            return False
        return age > 0.3

    def print_of_checkout(self):
        """What goals must not touch: the checkout's bytes, index, HEAD, configuration, refs."""
        sums = []
        for folder, _, names in os.walk(self.repository):
            if os.path.relpath(folder, self.repository).split(os.sep)[0] == ".git":
                continue
            sums += [os.path.join(folder, name) for name in names]
        sums = sorted(sums) + [os.path.join(self.repository, ".git", name)
                               for name in ("index", "HEAD", "config")]
        lines = []
        for path in sums:
            with open(path, "rb") as file:
                digest = hashlib.sha256(file.read()).hexdigest()
            lines.append(f"{path} {os.lstat(path).st_mode:o} {digest}")
        refs = self.git("for-each-ref").decode().splitlines()
        return "\n".join(lines + [ref for ref in refs if "refs/heads/goal/" not in ref])

    # The database

    def configure(self):
        path = next(p for p in (os.path.join(folder, "goalledger.json")
                                for folder in (self.folder, self.repository)) if os.path.exists(p))
        with open(path, encoding="utf-8") as file:
            configuration = json.load(file)
        configuration["worker"] = {
            "concurrency": 3, "max_concurrent": 3, "lease_ms": 600, "poll_ms": 200,
            "retry_base_ms": 50, "retry_cap_ms": 200,
        }
        policy = next(iter(configuration["workspaces"].values()))
        policy["tests"] = {
            "default": {"argv": ["python3", "-m", "unittest", "-q"]},
            "slow": {"argv": ["python3", "tools/slow.py", "0.3"]},
            "slower": {"argv": ["python3", "tools/slow.py", "1"]},
        }
        with open(path, "w", encoding="utf-8") as file:
            json.dump(configuration, file, indent=2)

    def connect(self):
        """A connection as any client has it."""
        return sqlite3.connect(self.database, timeout=30, isolation_level=None)

    def insert(self):
        connection = self.connect()
        connection.execute("BEGIN IMMEDIATE")
        for goal in self.goals:
            goal.id = connection.execute(
                "INSERT INTO goals(text, task, context, max_attempts, state, actor)"
                " VALUES (?, ?, ?, ?, 'adopted', 'ann')",
                (goal.text, goal.task, json.dumps(goal.context), goal.max_attempts),
            ).lastrowid
        ids = {goal.text: goal.id for goal in self.goals}
        for goal in self.goals:
            for need in goal.needs:
                connection.execute("INSERT INTO goal_dependencies(goal_id, depends_on) VALUES (?, ?)",
                                   (goal.id, ids[need]))
        connection.execute("COMMIT")
        connection.close()

    def meddle(self):
        """Abandons, as any client can, the goal that is to be abandoned while it executes."""
        goal = next(goal for goal in self.goals if goal.text == "is abandoned")
        if goal.abandoned or self.seen_executing == "over":
            return
        connection = self.connect()
        state = connection.execute("SELECT state FROM goals WHERE id = ?", (goal.id,)).fetchone()[0]
        if state == "executing" and self.seen_executing is None:
            self.seen_executing = time.monotonic()
        elif state == "satisfied":
            self.seen_executing = "over"
        elif self.seen_executing and time.monotonic() - self.seen_executing > self.abandon_after:
            changed = connection.execute(
                "UPDATE goals SET state = 'abandoned', actor = 'eve', reason = 'changed my mind'"
                " WHERE id = ? AND state IN ('adopted', 'executing')", (goal.id,)).rowcount
            goal.abandoned = changed == 1
        connection.close()

    def most_takeovers(self):
        """How many workers ended on one of the open attempts since it last progressed."""
        return self.rows("SELECT coalesce(max(takeovers), 0) FROM attempts WHERE state = 'open'")[0][0]

    # Workers

    def start_worker(self):
        """A worker in a session of its own."""
        if self.log is None:
            self.log = open(os.path.join(self.folder, "workers.log"), "ab")
        return subprocess.Popen(
            [self.binary, "work", "--drain", "--db", self.database], cwd=self.folder,
            env=self.environment, start_new_session=True, stdin=subprocess.DEVNULL,
            stdout=self.log, stderr=self.log)

    # What to say of it

    def rows(self, query, *arguments):
        connection = self.connect()
        try:
            return connection.execute(query, arguments).fetchall()
        finally:
            connection.close()

    def summary(self):
        states = self.rows("SELECT state, count(*) FROM goals GROUP BY 1 ORDER BY 1")
        taken = self.rows("SELECT count(*) FROM identity_ledger WHERE event = 'attempt.taken_over'")
        anew = self.rows("SELECT count(*) FROM attempts WHERE state = 'released'")
        ends = ", ".join(f"{count} {state}" for state, count in states)
        return f"{ends}; {taken[0][0]} attempts taken over, {anew[0][0]} begun anew"

    def report(self):
        """What helps to find out what went wrong."""
        lines = [str(row) for row in self.rows(
            "SELECT g.id, g.text, g.state, g.attempts, a.number, a.state, a.takeovers, a.branch,"
            " substr(g.result, 1, 300) FROM goals g LEFT JOIN attempts a ON a.goal_id = g.id"
            " ORDER BY g.id, a.number")]
        with open(os.path.join(self.folder, "workers.log"), encoding="utf-8",
                  errors="replace") as file:
            return "\n".join(lines + ["the last the workers said:"]) + "\n" + file.read()[-3000:]

    def remove(self):
        if self.log is not None:
            self.log.close()
        subprocess.run(["rm", "-rf", self.folder], check=True)
