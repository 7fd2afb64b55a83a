"""What a backlog, a history and other workers cost: the drain rate on a large database, the worker's
memory there and its idleness, four workers on one database, and how long the write lock is held.
"""

import json
import os
import signal
import subprocess
import sys
import time

import backlog
from ground import Ground, Trouble, fsync_times, spread, stop
from queues import ask

PLACES = 16

# One large database serves `backlog` and `memory` in one run of `all`.
made = {}


def sizes(options):
    if options.short:
        return dict(backlog.SMALL)
    return {name: max(1, int(number * options.scale)) for name, number in backlog.LARGE.items()}


def large(options, folder, binary):
    """The large database, sealed to its end, and the seconds its growing took."""
    if folder not in made:
        ground = Ground(os.path.join(folder, "large"), binary, worker={"concurrency": PLACES}, files=1)
        print(f"bench: growing a database: {sizes(options)}", file=sys.stderr, flush=True)
        seconds = backlog.grow(ground, **sizes(options))
        settle(ground)
        made[folder] = ground, seconds
    return made[folder]


def settle(ground):
    """Has a worker seal what the growing has put on the ledger: it is no part of a drain. It executes
    a few goals meanwhile."""
    connection = ground.connect()
    worker = ground.start_worker("--concurrency", "1")
    try:
        deadline = time.monotonic() + 900
        while unsealed(connection) > 1_000:
            watch(worker, ground, deadline)
            time.sleep(0.2)
    finally:
        stop(worker)
        connection.close()


def unsealed(connection):
    return connection.execute(
        "SELECT (SELECT coalesce(max(seq), 0) FROM identity_ledger)"
        " - (SELECT coalesce(max(last_seq), 0) FROM ledger_seals)").fetchone()[0]


def watch(worker, ground, deadline):
    if worker.poll() is not None:
        raise Trouble(f"the worker ended with {worker.returncode}: {ground.last_words()}")
    if time.monotonic() > deadline:
        raise Trouble(f"nothing came of it in time: {ground.last_words()}")


def furthest(connection):
    """The last goal that is satisfied: of equal goals, those of lower numbers are claimed first."""
    return connection.execute(
        "SELECT coalesce((SELECT id FROM goals INDEXED BY goals_states WHERE state = 'satisfied'"
        " ORDER BY id DESC LIMIT 1), 0)").fetchone()[0]


def rate(ground, goals, look=lambda worker: None):
    """Goals a second while `goals` of them are drained, the first tenth not counted."""
    connection = ground.connect()
    first = furthest(connection)
    worker = ground.start_worker("--concurrency", str(PLACES))
    try:
        deadline = time.monotonic() + 600
        begun = None
        while True:
            watch(worker, ground, deadline)
            done, now = furthest(connection) - first, time.perf_counter()
            look(worker)
            if begun is None and done >= goals / 10:
                begun = done, now
            elif begun is not None and done >= goals * 1.1:
                return (done - begun[0]) / (now - begun[1])
            time.sleep(0.01)
    finally:
        stop(worker)
        connection.close()


# Backlog


def measure_backlog(options, folder, binary):
    goals = 100 if options.short else options.goals[0]
    rounds = 1 if options.short else 3
    fsyncs = fsync_times(folder)
    ground, seconds = large(options, folder, binary)
    rates, empty = [], []
    for number in range(rounds):
        small = Ground(os.path.join(folder, f"empty{number}"), binary, files=1)
        connection = small.connect()
        ask(connection, int(goals * 1.1) + 2 * PLACES)
        connection.close()
        empty.append(rate(small, goals))
        rates.append(rate(ground, goals))
    return {
        "benchmark": "backlog", "goals": goals, "database": sizes(options),
        "bytes": os.path.getsize(ground.database), "grown_s": round(seconds, 1),
        "fsync_ms": spread(fsyncs), "large_goals_per_s": spread(rates),
        "empty_goals_per_s": spread(empty),
        "ratio": round(spread(rates)["median"] / spread(empty)["median"], 2),
    }


def tell_backlog(found):
    return (f"{found['ratio']} times the rate on an empty database; {found['database']},"
            f" {found['bytes'] / 1e6:.0f} MB, grown in {found['grown_s']} s"), [
        ("goals a second on the large database", found["large_goals_per_s"]),
        ("goals a second on an empty one", found["empty_goals_per_s"])]


# Memory and idleness


def status(worker, name):
    with open(f"/proc/{worker.pid}/status", encoding="ascii") as file:
        for line in file:
            if line.startswith(name + ":"):
                return int(line.split()[1]) / 1024
    return 0.0


def processor_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def written_bytes(pid):
    with open(f"/proc/{pid}/io", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("write_bytes"))


def measure_memory(options, folder, binary):
    goals = 100 if options.short else options.goals[0]
    fsyncs = fsync_times(folder)
    ground, _ = large(options, folder, binary)
    resident, peaks = [], []

    def look(worker):
        resident.append(status(worker, "VmRSS"))
        peaks.append(status(worker, "VmHWM"))

    rate(ground, goals, look)
    quiet = Ground(os.path.join(folder, "quiet"), binary, files=1)
    backlog.grow(quiet, ready=0, delayed=500, waiting=500, finished=1_000)
    worker = quiet.start_worker()
    try:
        # Until everything is sealed and a little longer: only then is it idle.
        time.sleep(3 if options.short else 10)
        seconds = 5 if options.short else 60
        used, written = processor_seconds(worker.pid), written_bytes(worker.pid)
        time.sleep(seconds)
        used, written = processor_seconds(worker.pid) - used, written_bytes(worker.pid) - written
    finally:
        stop(worker)
    return {
        "benchmark": "memory", "goals": goals, "database": sizes(options),
        "fsync_ms": spread(fsyncs), "resident_mb": spread(resident), "peak_mb": max(peaks),
        "idle_s": seconds, "idle_percent": round(used / seconds * 100, 3),
        "idle_written_bytes": written,
        "ratio": round(max(peaks) / 80, 2),
    }


def tell_memory(found):
    return (f"{found['peak_mb']:.0f} MB at most while {found['goals']} goals are drained from the large"
            f" database; idle for {found['idle_s']} s: {found['idle_percent']} % of a core,"
            f" {found['idle_written_bytes']} bytes written"), [
        ("resident memory while draining, in MB", found["resident_mb"])]


# Contention


def compete(folder, binary, goals, workers):
    """Drains with so many processes; returns the seconds, each one's share, and how long places that
    became free stayed free, in ms."""
    ground = Ground(folder, binary, files=1)
    connection = ground.connect()
    ask(connection, goals)
    start = time.perf_counter()
    processes = [ground.start_worker("--drain", "--concurrency", str(PLACES), "--name", f"w{number}")
                 for number in range(workers)]
    for process in processes:
        if process.wait() != 0:
            raise Trouble(f"a worker ended with {process.returncode}: {ground.last_words()}")
    seconds = time.perf_counter() - start
    shares, waits = {f"w{number}": 0 for number in range(workers)}, []
    for name in shares:
        rows = connection.execute(
            "SELECT julianday(started_at) * 86400000, julianday(ended_at) * 86400000"
            " FROM attempts WHERE worker = ? AND state = 'satisfied'", (name,)).fetchall()
        shares[name] = len(rows)
        begins, ends = sorted(row[0] for row in rows), sorted(row[1] for row in rows)
        waits += [max(0.0, begin - end) for begin, end in zip(begins[PLACES:], ends)]
    if sum(shares.values()) != goals:
        raise Trouble(f"{sum(shares.values())} of {goals} goals ended satisfied")
    connection.close()
    return seconds, shares, waits


def measure_contend(options, folder, binary):
    # So many that what the start of four processes costs hardly counts: it is the rate that is asked for.
    goals = 200 if options.short else 10 * options.goals[0]
    rounds = 1 if options.short else 3
    fsyncs = fsync_times(folder)
    alone, together, shares, waits = [], [], [], []
    for number in range(rounds):
        seconds, _, _ = compete(os.path.join(folder, f"alone{number}"), binary, goals, 1)
        alone.append(goals / seconds)
        seconds, share_of_each, more = compete(
            os.path.join(folder, f"four{number}"), binary, goals, 4)
        together.append(goals / seconds)
        shares.append(sorted(share_of_each.values()))
        waits += more
    return {
        "benchmark": "contend", "goals": goals, "workers": 4, "fsync_ms": spread(fsyncs),
        "alone_goals_per_s": spread(alone), "together_goals_per_s": spread(together),
        "shares": shares, "claim_ms": spread(waits or [0.0]),
        "ratio": round(spread(together)["median"] / spread(alone)["median"], 2),
    }


def tell_contend(found):
    return (f"four workers drain {found['ratio']} times as fast as one; shares of {found['goals']} goals,"
            f" run by run: {found['shares']}"), [
        ("goals a second, four workers", found["together_goals_per_s"]),
        ("goals a second, one worker", found["alone_goals_per_s"]),
        ("from a place's becoming free to the next claim in it", found["claim_ms"])]


# Locks

BUCKETS = (1, 2, 5, 10, 20, 50, 100, float("inf"))


class LockWatch:
    """The times for which a worker held the write lock, while this is entered."""

    def __init__(self, ground):
        self.ground, self.held, self.blind_ms, self.long = ground, [], 0.0, []

    def __enter__(self):
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lock_watch.py")
        self.process = subprocess.Popen(
            [sys.executable, script, self.ground.database + "-shm"], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()
        return self

    def finish(self, pid):
        self.process.send_signal(signal.SIGTERM)
        found = json.loads(self.process.communicate()[0])
        self.held, self.blind_ms = found["held"].get(str(pid), []), found["blind_ms"]
        self.long = [entry[1:] for entry in found["long"] if entry[0] == pid]

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def observed(ground, prepare, is_done, concurrency=1):
    """The lock times of a worker from its start until `is_done`."""
    connection = ground.connect()
    # The -shm file is there while somebody is connected.
    connection.execute("SELECT count(*) FROM score_weights").fetchone()
    prepare(connection)
    start = time.perf_counter()
    processors = os.sched_getaffinity(0)
    with LockWatch(ground) as locks:
        # The watch has the last processor for itself: a thread of the worker's that waited there would
        # hold the lock meanwhile.
        if len(processors) > 1:
            os.sched_setaffinity(0, processors - {max(processors)})
        worker = ground.start_worker("--concurrency", str(concurrency))
        try:
            deadline = time.monotonic() + 900
            while not is_done(connection):
                watch(worker, ground, deadline)
                time.sleep(0.1)
            seconds = time.perf_counter() - start
            locks.finish(worker.pid)
        finally:
            stop(worker)
            os.sched_setaffinity(0, processors)
    connection.close()
    counts = [0] * len(BUCKETS)
    for held in locks.held:
        counts[next(place for place, most in enumerate(BUCKETS) if held <= most)] += 1
    return {"seconds": round(seconds, 1), "held_ms": spread(locks.held or [0.0]),
            "histogram": dict(zip([f"<={most}" for most in BUCKETS], counts)),
            "blind_ms": round(locks.blind_ms, 2), "over_20_ms_at_s": locks.long}


def none(connection, sql):
    return connection.execute(f"SELECT NOT EXISTS ({sql})").fetchone()[0] == 1


def fall_due(connection):
    """Makes the delayed goals due, as time would."""
    triggers = connection.execute(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'goals'").fetchall()
    drops = "".join(f'DROP TRIGGER "{name}";' for name, _ in triggers)
    makes = "".join(f"{sql};" for _, sql in triggers)
    connection.executescript(
        f"BEGIN IMMEDIATE;{drops}"
        "UPDATE goals SET not_before = '2001-01-01T00:00:00.000Z',"
        " waits_until = '2001-01-01T00:00:00.000Z' WHERE waits_until IS NOT NULL;"
        f"{makes}COMMIT;")


def measure_locks(options, folder, binary):
    wanted = sizes(options)
    fsyncs = fsync_times(folder)
    found = {}
    drained = Ground(os.path.join(folder, "drained"), binary, files=1)
    count = 200 if options.short else options.goals[0]
    found[f"a drain of {count} goals"] = observed(
        drained, lambda connection: ask(connection, count),
        lambda connection: none(connection, "SELECT 1 FROM goals WHERE state <> 'satisfied'"),
        concurrency=PLACES)
    ground = Ground(os.path.join(folder, "locks"), binary, files=1)
    backlog.grow(ground, ready=0, delayed=wanted["delayed"] + wanted["ready"],
                 waiting=wanted["waiting"], finished=1)
    settle(ground)
    goals = wanted["delayed"] + wanted["ready"] + wanted["waiting"]
    found[f"a changed weight over {goals} goals"] = observed(
        ground,
        lambda connection: connection.execute(
            "UPDATE score_weights SET weight = 0.4 WHERE name = 'value'"),
        lambda connection: none(
            connection, "SELECT 1 FROM goals INDEXED BY goals_stale_scores"
            " WHERE state IN ('proposed', 'adopted')"
            " AND score_epoch < (SELECT epoch FROM score_epoch)"))
    found[f"a prerequisite of {wanted['waiting']} goals"] = observed(
        ground,
        lambda connection: connection.execute(
            "UPDATE goals SET state = 'adopted' WHERE state = 'proposed'"),
        lambda connection: none(connection, "SELECT 1 FROM goal_dependencies WHERE met = 0"))
    due = wanted["delayed"] + wanted["ready"]
    found[f"a promotion of {due} due goals"] = observed(
        ground, fall_due,
        lambda connection: none(
            connection, "SELECT 1 FROM goals INDEXED BY goals_waiting"
            " WHERE state = 'adopted' AND waits_until IS NOT NULL"))
    longest = max(part["held_ms"]["max"] for part in found.values())
    return {"benchmark": "locks", "fsync_ms": spread(fsyncs), "parts": found, "longest_ms": longest,
            "ratio": round(longest / 20, 2)}


def tell_locks(found):
    lines = [(f"{name}: the worker's write lock held", part["held_ms"])
             for name, part in found["parts"].items()]
    rows = [" ".join(f"{bucket} ms: {count}" for bucket, count in part["histogram"].items() if count)
            for part in found["parts"].values()]
    return (f"{found['longest_ms']} ms at the longest, fsync included\n  "
            + "\n  ".join(f"{name} in {part['seconds']} s (watch blind for"
                            f" {part['blind_ms']} ms at most): {row}"
                            + "".join(f"; {held} ms at {at} s" for at, held in
                                      part["over_20_ms_at_s"][:5]) for (name, part), row
                          in zip(found["parts"].items(), rows))), lines
