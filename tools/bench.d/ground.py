"""What every benchmark stands on: the program, folders, databases, a repository, and statistics.

What must stay true: a benchmark's files lie in one folder, which is on a disk and is removed in the
end; times are in milliseconds; nothing of the user's git or GoalLedger settings is read.
"""

import json
import math
import os
import platform
import sqlite3
import statistics
import struct
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

ENVIRONMENT = {
    **{name: value for name, value in os.environ.items()
       if not name.startswith(("GIT_", "GOALLEDGER_"))},
    "GIT_AUTHOR_NAME": "Bench", "GIT_AUTHOR_EMAIL": "bench@localhost",
    "GIT_COMMITTER_NAME": "Bench", "GIT_COMMITTER_EMAIL": "bench@localhost",
    "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C",
}


class Trouble(Exception):
    """Something that makes a measurement meaningless; its text is for a person."""


def build():
    """Builds the program with optimisation, and says where it is."""
    command = ["swift", "build", "-c", "release", "--static-swift-stdlib",
               "--product", "goalledger"]
    print("bench: building goalledger with optimisation", file=sys.stderr, flush=True)
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        sys.stderr.buffer.write(done.stdout[-8000:])
        raise Trouble("the build failed")
    folder = subprocess.check_output(command + ["--show-bin-path"], cwd=ROOT, text=True).strip()
    return os.path.join(folder, "goalledger")


# Statistics


def timed(body):
    """How long `body` takes, in milliseconds."""
    start = time.perf_counter()
    body()
    return (time.perf_counter() - start) * 1000


def share(values, part):
    """The smallest value that at least `part` (0...1) of the values do not exceed."""
    return sorted(values)[max(0, math.ceil(len(values) * part) - 1)]


def spread(values):
    """Median, 99th percentile and extremes, rounded to a hundredth."""
    return {
        "median": round(statistics.median(values), 2), "p99": round(share(values, 0.99), 2),
        "min": round(min(values), 2), "max": round(max(values), 2), "count": len(values),
    }


def fsync_times(folder, count=60):
    """How long this disk takes to make 4 KiB that were appended to a file durable."""
    path, times = os.path.join(folder, "fsync"), []
    file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    try:
        for _ in range(count):
            os.write(file, b"x" * 4096)
            times.append(timed(lambda: os.fsync(file)))
    finally:
        os.close(file)
        os.unlink(path)
    return times


def machine():
    """What a figure means nothing without."""
    return {
        "cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1),
        "kernel": platform.release(), "sqlite": sqlite3.sqlite_version,
        "git": subprocess.check_output(["git", "--version"], text=True).split()[-1],
    }


# A place to measure in


class Ground:
    """One database, with a repository beside it where that is asked for."""

    def __init__(self, folder, binary, tests=("true",), worker=None, files=24):
        self.folder, self.binary = os.path.realpath(folder), binary
        os.makedirs(self.folder)
        self.repository = os.path.join(self.folder, "repo")
        self.database = os.path.join(self.folder, "goals.db")
        self.worktrees = os.path.join(self.folder, "worktrees")
        self.environment = {**ENVIRONMENT, "XDG_STATE_HOME": os.path.join(self.folder, "state")}
        self.log = os.path.join(self.folder, "worker.log")
        self.make_repository(files)
        self.goalledger("init", cwd=self.repository)
        self.configure(list(tests), worker or {})

    def make_repository(self, files):
        os.makedirs(self.repository)
        self.git("init", "-q", "-b", "main", ".")
        for number in range(files):
            path = os.path.join(self.repository, f"src/part{number % 4}/file{number}.txt")
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.writelines(f"line {line} of file {number}\n" for line in range(60))
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "base")
        self.base = self.git("rev-parse", "HEAD").decode().strip()

    def configure(self, tests, worker):
        path = os.path.join(self.folder, "goalledger.json")
        with open(path, encoding="utf-8") as file:
            configuration = json.load(file)
        configuration["worktrees"] = self.worktrees
        configuration["worker"].update(worker)
        policy = next(iter(configuration["workspaces"].values()))
        policy["tests"] = {"default": {"argv": tests}}
        with open(path, "w", encoding="utf-8") as file:
            json.dump(configuration, file, indent=2)

    def git(self, *arguments):
        return subprocess.run(["git", *arguments], cwd=self.repository, env=self.environment,
                              check=True, stdout=subprocess.PIPE).stdout

    def goalledger(self, *arguments, cwd=None):
        """Runs a command to its end, which has to be a good one."""
        done = subprocess.run(
            [self.binary, *arguments, "--db", self.database], cwd=cwd or self.folder,
            env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            raise Trouble(f"goalledger {arguments[0]} ended with {done.returncode}: {done.stderr}")
        return done.stdout

    def connect(self, path=None):
        """A plain client of full durability."""
        connection = sqlite3.connect(path or self.database, timeout=60, isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL").fetchone()
        connection.execute("PRAGMA synchronous = FULL")
        return connection

    def start_worker(self, *arguments):
        """A worker that runs until it is stopped, or drained."""
        with open(self.log, "ab") as log:
            return subprocess.Popen(
                [self.binary, "work", *arguments, "--db", self.database], cwd=self.folder,
                env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def last_words(self):
        """The end of what the workers said."""
        if not os.path.exists(self.log):
            return ""
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()[-1500:]


def stop(worker):
    """Tells a worker to stop, and waits for it."""
    worker.terminate()
    try:
        worker.wait(30)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()


def without_triggers(source, path):
    """A database with the tables and indexes of another, and no trigger: what its rules are
    measured against."""
    bare = sqlite3.connect(path, timeout=60, isolation_level=None)
    bare.execute("PRAGMA journal_mode = WAL").fetchone()
    bare.execute("PRAGMA synchronous = FULL")
    bare.execute("PRAGMA trusted_schema = ON")
    for kind in ("table", "index"):
        for name, text in source.execute(
                "SELECT name, sql FROM sqlite_schema WHERE type = ? AND sql IS NOT NULL"
                " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'", (kind,)).fetchall():
            bare.execute(text)
    return bare


def columns(connection, table):
    """The columns of a table that hold what is stored."""
    return [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]


def inserting(connection, table):
    """The statement that inserts a whole row."""
    names = columns(connection, table)
    marks = ", ".join("?" * len(names))
    return f"INSERT INTO {table}({', '.join(names)}) VALUES ({marks})"


def commits(database):
    """How many transactions were committed since the log began: the change counter of the wal-index
    (sqlite.org/walformat.html#the_wal_index_header), read by a process of its own, since closing a
    descriptor here would drop this process's locks."""
    script = "import sys; sys.stdout.buffer.write(open(sys.argv[1], 'rb').read(12))"
    header = subprocess.check_output([sys.executable, "-c", script, database + "-shm"])
    return struct.unpack("=III", header)[2]
