"""What verification takes by the length of the ledger: `goalledger verify`, and Schema/audit/verify.sql
in the stock shell, each on a database of its own size; the time and the most memory of each.

A worker makes a small history first: goals that are recorded, that create files and commit them, that
fail, wait for others, are amended, abandoned, aligned with beliefs. That is multiplied as the triggers
would have written it, and a worker seals all of it with its key.

What must stay true: both verifiers find nothing wrong with the database that they are timed on.
"""

import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import time

import backlog
import growth
from cycle import contents
from ground import ROOT, Ground, Trouble, columns, fsync_times, spread

HERE = os.path.dirname(os.path.abspath(__file__))

# A round of goals: what is multiplied is some rounds of them.
ROUNDS = 4


def ask(connection, number):
    """Some goals of every kind, as a plain client asks for them."""
    def goal(text, task, context, state="adopted", **more):
        names = ["text", "task", "context", "state", "actor", *more]
        return connection.execute(
            f"INSERT INTO goals({', '.join(names)}) VALUES ({', '.join('?' * len(names))})",
            (text, task, json.dumps(context), state, "asker", *more.values())).lastrowid

    files = [{"path": path, "content": text} for path, text in contents(number).items()]
    built = goal(f"build part {number}", "implement_feature", {"files": files, "tests": "default"},
                 state="proposed", aligns_with="[1]", value=0.7)
    first = goal("say what was decided", "record", {"note": "that it be \"built\""}, state="proposed",
                 idempotency_key=f"decision-{number}")
    goal("say when it was done", "record", {"note": "done"}, effort=0.25)
    goal("mend what is not there", "fix_bug",
         {"files": [{"path": f"src/none{number}.txt", "edits": [{"find": "a", "replace": "b"}]}],
          "tests": "default"}, max_attempts=1)
    dropped = goal("no longer wanted", "record", {"note": "never"}, state="proposed")
    connection.execute("INSERT INTO goal_dependencies(goal_id, depends_on, actor)"
                       " VALUES (?, ?, 'asker')", (built, first))
    connection.execute("UPDATE goals SET text = 'say what was decided, and why', risk = 0.1,"
                       " metadata = '{\"by\":\"the board\"}', actor = 'asker' WHERE id = ?", (first,))
    connection.execute("UPDATE goals SET state = 'abandoned', actor = 'asker',"
                       " reason = 'another way was found' WHERE id = ?", (dropped,))
    for id in (first, built):
        connection.execute("UPDATE goals SET state = 'adopted', actor = 'asker',"
                           " reason = 'wanted' WHERE id = ?", (id,))


def make(folder, binary, entries):
    """A ground whose database has at least `entries` ledger entries, all sealed, and the seconds it
    took."""
    start = time.perf_counter()
    ground = Ground(folder, binary, worker={"concurrency": 4}, files=4)
    connection = ground.connect()
    connection.execute("INSERT INTO beliefs(name, statement, confidence, actor)"
                       " VALUES ('sound', 'what is built is sound', 0.6, 'asker')")
    connection.execute("UPDATE beliefs SET confidence = 0.75, actor = 'asker'")
    connection.execute("UPDATE score_weights SET weight = 0.2 WHERE name = 'risk'")
    for number in range(ROUNDS):
        ask(connection, number)
    connection.close()
    backlog.drain(ground)
    multiply(ground, entries)
    growth.settle(ground)
    return ground, time.perf_counter() - start


def multiply(ground, entries):
    """Copies what is there until the ledger has at least `entries` entries."""
    connection = sqlite3.connect(ground.database, timeout=60, isolation_level=None)
    for setting in ("synchronous = OFF", "cache_size = -200000", "temp_store = MEMORY",
                    "wal_autocheckpoint = 20000"):
        connection.execute(f"PRAGMA {setting}")
    there, copied = connection.execute(
        "SELECT count(*), count(goal_id) FROM identity_ledger").fetchone()
    copies = max(0, -(-(entries - there) // copied))
    triggers = connection.execute(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
    with open(os.path.join(HERE, "history.sql"), encoding="utf-8") as file:
        script = re.sub(r"\{(\w+): ([^}]*)\}", lambda part: filled(connection, *part.groups()),
                        file.read())
    drops = "".join(f'DROP TRIGGER "{name}";' for name, _ in triggers)
    makes = "".join(f"{sql};" for _, sql in triggers)
    connection.execute("CREATE TEMP TABLE wanted AS SELECT ? AS copies", (copies,))
    connection.executescript(f"BEGIN;{drops}{script}{makes}COMMIT;")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def filled(connection, table, changed):
    """The columns of a table, those that are `changed` (name = expression; ...) by what they become."""
    become = dict(part.strip().split(" = ", 1) for part in changed.split(";"))
    return ", ".join(become.get(name, f"{table}.{name}") for name in columns(connection, table))


def run(command, **more):
    """Runs a command; returns its output, the seconds it took and the most memory it had, in MB: by
    what the system shows of it while it runs, since what it says of a child at its end includes what
    this process had when the child was made."""
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=output, **more)
        memory = 0
        while process.poll() is None:
            memory = max(memory, growth.status(process, "VmHWM"))
            time.sleep(0.01)
        seconds = time.perf_counter() - start
        output.seek(0)
        text = output.read().decode()
    if process.returncode != 0:
        raise Trouble(f"{command[0]} ended with {process.returncode}: {text[-1500:]}")
    return text, seconds, memory


def by_command(ground):
    output, seconds, memory = run([ground.binary, "verify", "--db", ground.database],
                                  cwd=ground.folder, env=ground.environment)
    return seconds, memory


def by_shell(ground):
    with open(os.path.join(ROOT, "Schema/audit/verify.sql"), encoding="utf-8") as script:
        output, seconds, memory = run(["sqlite3", "-readonly", ground.database], stdin=script)
    if "\nverdict|sound\n" not in output:
        raise Trouble(f"verify.sql found something in a history that nobody touched: {output}")
    return seconds, memory


def measure(options, folder, binary):
    long = options.entries or (2_000 if options.short else 1_000_000)
    short = min(long, 2_000 if options.short else 100_000)
    rounds = 1 if options.short else 5
    fsyncs = fsync_times(folder)
    figures, histories = {}, {}
    for name, entries, verifier in (("command", long, by_command), ("shell", short, by_shell)):
        if entries not in histories:
            print(f"bench: making a history of {entries} entries", file=sys.stderr, flush=True)
            histories[entries] = make(os.path.join(folder, f"history-{entries}"), binary, entries)
        ground, made = histories[entries]
        connection = ground.connect()
        counted = {
            table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("identity_ledger", "goals", "attempts", "tasks", "changes", "ledger_seals")}
        connection.close()
        runs = [verifier(ground) for _ in range(rounds)]
        figures[name] = {
            "ms": spread([seconds * 1000 for seconds, _ in runs]),
            "max_rss_mb": round(max(memory for _, memory in runs), 1),
            "made_s": round(made, 1), "bytes": os.path.getsize(ground.database), "rows": counted}
    command, shell = figures["command"], figures["shell"]
    return {
        "benchmark": "verify", "fsync_ms": spread(fsyncs), **figures,
        "ratio": round((command["ms"]["median"] / command["rows"]["identity_ledger"])
                       / (shell["ms"]["median"] / shell["rows"]["identity_ledger"]), 2),
    }


def tell(found):
    command, shell = found["command"], found["shell"]
    head = (f"{command['ms']['median'] / 1000:.2f} s and {command['max_rss_mb']} MB for"
            f" {command['rows']['identity_ledger']} entries;"
            f" {found['ratio']} times what the stock shell takes for an entry")
    return head, [
        (f"goalledger verify, {command['rows']['identity_ledger']} entries", command["ms"]),
        (f"verify.sql in the stock shell, {shell['rows']['identity_ledger']} entries", shell["ms"])]
