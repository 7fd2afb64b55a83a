"""The queue by itself: goals drained that do nothing, goals inserted, and the wait for a worker.

Each is set beside what SQLite alone takes for the same rows: the same tables and indexes without a
trigger, written in the same transactions at the same durability.
"""

import json
import os
import statistics
import time

from ground import (Ground, Trouble, columns, fsync_times, inserting, spread, stop, timed,
                    without_triggers)

# The transactions of a goal that only records: what each of them puts on the ledger.
STAGES = (
    ("claimed", ("attempt.open", "goal.executing")),
    ("planned", ("plan.made", "task.pending")),
    ("started", ("task.running",)),
    ("done", ("task.succeeded",)),
    ("satisfied", ("attempt.satisfied", "goal.satisfied")),
)


def ask(connection, count, state="adopted"):
    """Inserts goals with one statement; returns how long that took."""
    texts = json.dumps([f"goal {number}" for number in range(count)])
    return timed(lambda: connection.execute(
        "INSERT INTO goals(text, task, context, state)"
        " SELECT value, 'record', '{\"note\":\"n\"}', ? FROM json_each(?)", (state, texts)))


# Drain


def drain_once(folder, binary, goals, concurrency):
    """Drains goals that do nothing; returns the seconds it took, and those of the floor."""
    ground = Ground(folder, binary, worker={"concurrency": concurrency}, files=1)
    connection = ground.connect()
    ask(connection, goals)
    start = time.perf_counter()
    worker = ground.start_worker("--drain", "--concurrency", str(concurrency))
    if worker.wait() != 0:
        raise Trouble(f"the worker ended with {worker.returncode}: {ground.last_words()}")
    seconds = time.perf_counter() - start
    satisfied = connection.execute(
        "SELECT count(*) FROM goals WHERE state = 'satisfied'").fetchone()[0]
    if satisfied != goals:
        raise Trouble(f"{satisfied} of {goals} goals ended satisfied: {ground.last_words()}")
    floor, transactions = floor_of_drain(ground, connection, concurrency)
    connection.close()
    return seconds, floor, transactions


def floor_of_drain(ground, connection, concurrency):
    """The rows that a drain has written, written again without triggers by one connection: as many
    goals to a transaction as were executed at once, as many transactions as each takes."""
    bare = without_triggers(connection, os.path.join(ground.folder, "bare.db"))
    goals = connection.execute("SELECT * FROM goals ORDER BY id").fetchall()
    bare.execute("BEGIN")
    bare.executemany(inserting(connection, "goals"), goals)
    bare.execute("UPDATE goals SET state = 'adopted', result = NULL")
    bare.execute("COMMIT")
    rows = {
        table: {row[0]: row[1:] for row in connection.execute(
            f"SELECT goal_id, t.* FROM {table} t")}
        for table in ("attempts", "tasks")
    }
    runs = {row[0]: row[1:] for row in connection.execute(
        "SELECT a.goal_id, r.* FROM task_runs r JOIN attempts a ON a.id = r.attempt_id")}
    entries = {}
    event = columns(connection, "identity_ledger").index("event")
    for row in connection.execute("SELECT * FROM identity_ledger WHERE goal_id IS NOT NULL"):
        entries.setdefault((row[event], row[columns_of_goal(connection)]), []).append(row)
    insert = {table: inserting(connection, table)
              for table in ("attempts", "tasks", "task_runs", "identity_ledger")}
    ids = [row[0] for row in goals]
    transactions = 0
    start = time.perf_counter()
    for first in range(0, len(ids), concurrency):
        batch = ids[first:first + concurrency]
        for stage, events in STAGES:
            bare.execute("BEGIN IMMEDIATE")
            for goal in batch:
                if stage == "claimed":
                    bare.execute(insert["attempts"], rows["attempts"][goal])
                    bare.execute("UPDATE goals SET state = 'executing', attempts = 1,"
                                 " version = version + 1 WHERE id = ?", (goal,))
                elif stage == "planned":
                    bare.execute("UPDATE attempts SET plan_id = 1 WHERE goal_id = ?", (goal,))
                    bare.execute(insert["tasks"], rows["tasks"][goal])
                elif stage == "started":
                    bare.execute("UPDATE tasks SET state = 'running' WHERE goal_id = ?", (goal,))
                elif stage == "done":
                    bare.execute(insert["task_runs"], runs[goal])
                    bare.execute("UPDATE tasks SET state = 'succeeded' WHERE goal_id = ?", (goal,))
                else:
                    bare.execute("UPDATE attempts SET state = 'satisfied' WHERE goal_id = ?",
                                 (goal,))
                    bare.execute("UPDATE goals SET state = 'satisfied', version = version + 1"
                                 " WHERE id = ?", (goal,))
                for name in events:
                    for row in entries.get((name, goal), ()):
                        bare.execute(insert["identity_ledger"], row)
            bare.execute("COMMIT")
            transactions += 1
    seconds = time.perf_counter() - start
    bare.close()
    return seconds, transactions


def columns_of_goal(connection):
    """Where the ledger says which goal an entry is about."""
    return columns(connection, "identity_ledger").index("goal_id")


def drain(options, folder, binary):
    goals = 60 if options.short else options.goals
    rounds = 1 if options.short else 3
    rates, floors, ratios, transactions = [], [], [], 0
    fsyncs = fsync_times(folder)
    for number in range(rounds):
        seconds, floor, transactions = drain_once(
            os.path.join(folder, f"drain{number}"), binary, goals, options.concurrency)
        rates.append(goals / seconds)
        floors.append(goals / floor)
        ratios.append(seconds / floor)
    return {
        "benchmark": "drain", "goals": goals, "concurrency": options.concurrency,
        "fsync_ms": spread(fsyncs), "goals_per_s": spread(rates),
        "floor_goals_per_s": spread(floors), "floor_transactions": transactions,
        "ratio": round(statistics.median(ratios), 2),
    }


def tell_drain(found):
    head = (f"{found['ratio']} times what SQLite alone takes for the same rows in"
            f" {found['floor_transactions']} transactions; {found['concurrency']} goals at once,"
            f" {found['goals']} in all")
    return head, [("goals a second, start and stop of the worker included", found["goals_per_s"]),
                  ("goals a second, SQLite alone", found["floor_goals_per_s"])]


# Enqueue


def enqueue(options, folder, binary):
    goals = 1000 if options.short else 10_000
    rounds = 1 if options.short else 5
    times, floors, ratios = [], [], []
    fsyncs = fsync_times(folder)
    for number in range(rounds):
        ground = Ground(os.path.join(folder, f"enqueue{number}"), binary, files=1)
        connection = ground.connect()
        times.append(ask(connection, goals))
        bare = without_triggers(connection, os.path.join(ground.folder, "bare.db"))
        written = {table: connection.execute(f"SELECT * FROM {table}").fetchall()
                   for table in ("goals", "identity_ledger")}
        statements = {table: inserting(connection, table) for table in written}

        def write():
            bare.execute("BEGIN IMMEDIATE")
            for table, rows in written.items():
                bare.executemany(statements[table], rows)
            bare.execute("COMMIT")

        floors.append(timed(write))
        ratios.append(times[-1] / floors[-1])
        bare.close()
        connection.close()
    return {
        "benchmark": "enqueue", "goals": goals, "fsync_ms": spread(fsyncs),
        "insert_ms": spread(times), "floor_ms": spread(floors),
        "goals_per_s": round(goals / statistics.median(times) * 1000),
        "ratio": round(statistics.median(ratios), 2),
    }


def tell_enqueue(found):
    head = (f"{found['ratio']} times the same rows in the same tables without triggers;"
            f" {found['goals_per_s']} goals a second")
    return head, [(f"one INSERT of {found['goals']} goals", found["insert_ms"]),
                  ("the same rows without triggers", found["floor_ms"])]


# Wake


def woken(connection, goals, pause):
    """For one goal after another: how long the client's commit took, and from then until the client
    sees the claim."""
    commits, times = [], []
    for number in range(goals):
        time.sleep(pause)
        begun = time.perf_counter()
        goal = connection.execute(
            "INSERT INTO goals(text, task, context, state)"
            " VALUES (?, 'record', '{\"note\":\"n\"}', 'adopted')", (f"wake {number}",)).lastrowid
        start = time.perf_counter()
        commits.append((start - begun) * 1000)
        while not connection.execute(
                "SELECT 1 FROM attempts WHERE goal_id = ?", (goal,)).fetchone():
            if time.perf_counter() - start > 20:
                raise Trouble(f"goal {goal} was not claimed within 20 s")
            time.sleep(0.0005)
        times.append((time.perf_counter() - start) * 1000)
        while connection.execute(
                "SELECT state FROM goals WHERE id = ?", (goal,)).fetchone()[0] != "satisfied":
            time.sleep(0.001)
    return commits, times


def wake(options, folder, binary):
    ground = Ground(os.path.join(folder, "wake"), binary, files=1)
    connection = ground.connect()
    fsyncs = fsync_times(folder)
    worker = ground.start_worker()
    try:
        woken(connection, 2, 0)
        commits, busy = woken(connection, 10 if options.short else 200, 0.05)
        _, idle = woken(connection, 1 if options.short else 30, 1.5)
    finally:
        stop(worker)
    connection.close()
    return {
        "benchmark": "wake", "fsync_ms": spread(fsyncs), "busy_ms": spread(busy),
        "idle_ms": spread(idle), "commit_ms": spread(commits),
        "ratio": round(statistics.median(busy) / statistics.median(commits), 2),
    }


def tell_wake(found):
    return f"{found['ratio']} times the client's own commit, after recent work", [
        ("the client's commit", found["commit_ms"]),
        ("commit to claim, within a second of other work", found["busy_ms"]),
        ("commit to claim, after more than a second of nothing", found["idle_ms"])]
