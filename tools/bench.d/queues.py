"""The queue by itself: goals drained that do nothing, goals inserted, and the wait for a worker.

Each is set beside what SQLite alone takes for the same rows: the same tables and indexes without a
trigger, written in the same transactions at the same durability.
"""

import json
import os
import shutil
import statistics
import time

import peers
from ground import (Ground, Trouble, columns, commits, fsync_times, inserting, spread, stop, timed,
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


def drain_once(folder, binary, goals, concurrency, durability):
    """Drains goals that do nothing; returns the place, the seconds it took, and the transactions."""
    ground = Ground(folder, binary,
                    worker={"concurrency": concurrency, "durability": durability}, files=1)
    connection = ground.connect()
    ask(connection, goals)
    before = commits(ground.database)
    start = time.perf_counter()
    worker = ground.start_worker("--drain", "--concurrency", str(concurrency))
    if worker.wait() != 0:
        raise Trouble(f"the worker ended with {worker.returncode}: {ground.last_words()}")
    seconds = time.perf_counter() - start
    transactions = commits(ground.database) - before
    satisfied = connection.execute(
        "SELECT count(*) FROM goals WHERE state = 'satisfied'").fetchone()[0]
    if satisfied != goals:
        raise Trouble(f"{satisfied} of {goals} goals ended satisfied: {ground.last_words()}")
    connection.close()
    return ground, seconds, transactions


def floor_of_drain(ground, concurrency, durability):
    """The rows that a drain has written, written again without triggers by one connection: as many
    goals to a transaction as were executed at once, as many transactions as each takes."""
    connection = ground.connect()
    path = os.path.join(ground.folder, f"bare{concurrency}.db")
    bare = without_triggers(connection, path)
    bare.execute(f"PRAGMA synchronous = {durability}")
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
    connection.close()
    os.unlink(path)
    return seconds, transactions


def columns_of_goal(connection):
    """Where the ledger says which goal an entry is about."""
    return columns(connection, "identity_ledger").index("goal_id")


def durabilities(options):
    return ("full", "normal") if options.durability == "both" else (options.durability,)


def drain(options, folder, binary):
    """Every number of goals, at every durability, run by run: ours, the floor, and each peer, so that
    all of them meet the same weather."""
    fsyncs = fsync_times(folder)
    runs = {}
    for goals in [60] if options.short else options.goals:
        for durability in durabilities(options):
            for number in range(1 if options.short else 5):
                place = os.path.join(folder, f"drain-{goals}-{durability}-{number}")
                ground, seconds, transactions = drain_once(
                    place, binary, goals, options.concurrency, durability)
                floor, floor_transactions = floor_of_drain(ground, options.concurrency, durability)
                run = runs.setdefault((goals, durability), {
                    "ours": [], "floor": [], "share": [], "batch": [], "peers": {}})
                run["ours"].append(goals / seconds)
                run["floor"].append(goals / floor)
                run["share"].append(floor / seconds * 100)
                run["batch"].append(goals / max(1, transactions))
                run["floor_batch"] = goals / floor_transactions
                for peer in options.peer:
                    for variant in peers.variants(peer):
                        if (durability == "full") != variant.startswith("FULL"):
                            continue
                        _, peer_seconds = peers.run(
                            folder, peer, variant, goals, options.concurrency,
                            f"{durability}{number}")
                        run["peers"].setdefault(f"{peer}, {variant}", []).append(
                            goals / peer_seconds)
                shutil.rmtree(place, ignore_errors=True)
    found = []
    for (goals, durability), run in runs.items():
        ours = statistics.median(run["ours"])
        found.append({
            "goals": goals, "durability": durability, "goals_per_s": spread(run["ours"]),
            "floor_goals_per_s": spread(run["floor"]),
            "percent_of_floor": round(statistics.median(run["share"]), 1),
            "goals_per_transaction": round(statistics.median(run["batch"]), 2),
            "floor_goals_per_transaction": round(run["floor_batch"], 2),
            "peers": {name: {"jobs_per_s": spread(rates),
                             "ratio": round(ours / statistics.median(rates), 2)}
                      for name, rates in run["peers"].items()},
        })
    return {
        "benchmark": "drain", "concurrency": options.concurrency, "fsync_ms": spread(fsyncs),
        "runs": found, "versions": {peer: peers.version(folder, peer) for peer in options.peer},
        "ratio": round(statistics.median(run["percent_of_floor"] for run in found) / 100, 2),
    }


def tell_drain(found):
    heads, lines = [], []
    for run in found["runs"]:
        of = f"{run['goals']} goals, {run['durability'].upper()}"
        heads.append(
            f"{of}: {run['percent_of_floor']} % of what SQLite alone does;"
            f" {run['goals_per_transaction']} goals a transaction"
            f" (floor {run['floor_goals_per_transaction']}: five transactions a goal)"
            + "".join(f"; {peer['ratio']} times {name}" for name, peer in run["peers"].items()))
        lines += [(f"{of}: goals a second, start and stop included", run["goals_per_s"]),
                  (f"{of}: SQLite alone, same rows and batches", run["floor_goals_per_s"])]
        lines += [(f"{of}: {name}, jobs a second", peer["jobs_per_s"])
                  for name, peer in run["peers"].items()]
    of = "".join(f", {peers.name_of(peer)} {number}"
                 for peer, number in found["versions"].items())
    return f"{found['concurrency']} at once{of}\n  " + "\n  ".join(heads), lines


# Floor


def floor(options, folder, binary):
    """What SQLite alone does with the rows of a drain, by the number of goals in a transaction."""
    goals = 64 if options.short else options.goals[0]
    fsyncs = fsync_times(folder)
    place = os.path.join(folder, "floor")
    ground, _, _ = drain_once(place, binary, goals, options.concurrency, "full")
    rates = {}
    for durability in ("full", "normal"):
        for batch in (1, 16, 64, 256):
            rates[f"{durability.upper()}, {batch} goals a transaction"] = spread([
                goals / floor_of_drain(ground, batch, durability)[0]
                for _ in range(1 if options.short else 5)])
    return {"benchmark": "floor", "goals": goals, "fsync_ms": spread(fsyncs), "rates": rates,
            "ratio": 1}


def tell_floor(found):
    return f"SQLite alone, the rows of {found['goals']} goals in five transactions each", [
        (f"goals a second: {name}", rate) for name, rate in found["rates"].items()]


# Enqueue


def enqueue(options, folder, binary):
    goals = 1000 if options.short else 10_000
    rounds = 1 if options.short else 5
    times, floors, ratios, others = [], [], [], []
    fsyncs = fsync_times(folder)
    for number in range(rounds):
        for peer in options.peer:
            if peers.name_of(peer) == "litequeue":
                others.append([seconds * 1000 for seconds in filling(folder, peer, goals, number)])
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
    found = {
        "benchmark": "enqueue", "goals": goals, "fsync_ms": spread(fsyncs),
        "insert_ms": spread(times), "floor_ms": spread(floors),
        "goals_per_s": round(goals / statistics.median(times) * 1000),
        "ratio": round(statistics.median(ratios), 2),
    }
    if others:
        alone, together = zip(*others)
        found["litequeue_ms"], found["litequeue_one_transaction_ms"] = map(
            spread, (alone, together))
        found["times_litequeue"], found["times_litequeue_one_transaction"] = (
            round(statistics.median(b / a for a, b in zip(times, other)), 2)
            for other in (alone, together))
    return found


def filling(folder, peer, jobs, number):
    """How long litequeue takes to be filled: one put() after another, and all in one transaction."""
    return [peers.run(folder, peer, "NORMAL", jobs, 1, number, fill)[0]
            for fill in ("apart", "together")]


def tell_enqueue(found):
    head = (f"{found['ratio']} times the same rows in the same tables without triggers;"
            f" {found['goals_per_s']} goals a second")
    lines = [(f"one INSERT of {found['goals']} goals", found["insert_ms"]),
             ("the same rows without triggers", found["floor_ms"])]
    if "times_litequeue" in found:
        head += (f"; {found['times_litequeue']} times litequeue's put(),"
                 f" {found['times_litequeue_one_transaction']} times all of them in one transaction")
        lines += [("litequeue, NORMAL, put()", found["litequeue_ms"]),
                  ("litequeue, NORMAL, put() in one transaction",
                   found["litequeue_one_transaction_ms"])]
    return head, lines


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
