"""What sealing costs, and how long an entry waits for its seal.

The window: plain clients commit, and a reader looks each millisecond how far the seals have come; a
commit's wait ends when a seal speaks for its last entry. The cost: the same goals drained by workers
that seal and by workers that have no key, turn by turn.
"""

import bisect
import multiprocessing
import os
import sqlite3
import statistics
import time

from ground import Ground, Trouble, fsync_times, spread, stop
from queues import ask


def write(path, index, seconds, pause, results):
    """A plain client that commits every `pause` seconds, or without a pause; sends when each commit
    was done and the number of its last entry."""
    connection = sqlite3.connect(path, timeout=60, isolation_level=None)
    connection.execute("PRAGMA synchronous = FULL")
    done, turn = [], time.monotonic() + pause * index / 10
    end = turn + seconds
    while turn < end:
        time.sleep(max(0, turn - time.monotonic()))
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO goals(text, actor) VALUES ('wanted one day', 'writer')")
        entry = connection.execute("SELECT max(seq) FROM identity_ledger").fetchone()[0]
        connection.execute("COMMIT")
        done.append((time.monotonic(), entry))
        turn = max(turn + pause, time.monotonic())
    results.put(done)
    connection.close()


def windows(folder, binary, writers, seconds, pause):
    """How long each commit waited for its seal, in milliseconds, and the commits a second."""
    ground = Ground(folder, binary, files=1)
    connection = ground.connect()
    worker = ground.start_worker()
    try:
        deadline = time.monotonic() + 20
        while connection.execute("SELECT count(*) FROM ledger_seals").fetchone()[0] == 0:
            if time.monotonic() > deadline:
                raise Trouble(f"nothing was sealed within 20 s: {ground.last_words()}")
            time.sleep(0.01)
        results = multiprocessing.Queue()
        clients = [multiprocessing.Process(
            target=write, args=(ground.database, index, seconds, pause, results))
            for index in range(writers)]
        for client in clients:
            client.start()
        done, reached, times = [], [], []
        left, end = writers, None
        while end is None or (reached[-1] < end and time.monotonic() < deadline):
            sealed = connection.execute(
                "SELECT last_seq FROM ledger_seals ORDER BY first_seq DESC LIMIT 1").fetchone()[0]
            if not reached or sealed > reached[-1]:
                reached.append(sealed)
                times.append(time.monotonic())
            while left and not results.empty():
                done += results.get()
                left -= 1
                if not left:
                    end = max(entry for _, entry in done)
                    deadline = time.monotonic() + 20
            time.sleep(0.001)
        for client in clients:
            client.join()
        if reached[-1] < end:
            raise Trouble(f"entry {end} was not sealed within 20 s: {ground.last_words()}")
        hidden = connection.execute("SELECT count(*) FROM unsealed_entries").fetchone()[0]
        if hidden:
            raise Trouble(f"{hidden} entries are in unsealed_entries after the last seal")
    finally:
        stop(worker)
    connection.close()
    waits = [max(0, (times[bisect.bisect_left(reached, entry)] - at) * 1000) for at, entry in done]
    return waits, len(done) / seconds


def drained(folder, binary, goals, concurrency, sealing):
    """How long a worker takes to drain goals that only record, in seconds."""
    ground = Ground(folder, binary, worker={"concurrency": concurrency}, files=1)
    if not sealing:
        # Where the keys' folder cannot be made there is no key, and without one nothing is sealed.
        state = os.path.join(ground.folder, "keyless", "goalledger")
        os.makedirs(state)
        with open(os.path.join(state, "keys"), "w", encoding="utf-8"):
            pass
        ground.environment["XDG_STATE_HOME"] = os.path.dirname(state)
    connection = ground.connect()
    ask(connection, goals)
    start = time.perf_counter()
    worker = ground.start_worker("--drain", "--concurrency", str(concurrency))
    if worker.wait() != 0:
        raise Trouble(f"the worker ended with {worker.returncode}: {ground.last_words()}")
    seconds = time.perf_counter() - start
    seals = connection.execute("SELECT count(*) FROM ledger_seals").fetchone()[0]
    if (seals > 0) != sealing:
        raise Trouble(f"{seals} seals were made: {ground.last_words()}")
    connection.close()
    return seconds


def measure(options, folder, binary):
    goals = 60 if options.short else options.goals[0]
    seconds = 1 if options.short else 20
    fsyncs = fsync_times(folder)
    steady, _ = windows(os.path.join(folder, "steady"), binary, 10, seconds, 0.1)
    tight, rate = windows(os.path.join(folder, "tight"), binary, 10, seconds / 4, 0)
    costs, with_seals, without = [], [], []
    for number in range(1 if options.short else 9):
        pair = [drained(os.path.join(folder, f"drain{number}{sealing}"), binary, goals,
                        options.concurrency, sealing) for sealing in (True, False)]
        with_seals.append(goals / pair[0])
        without.append(goals / pair[1])
        costs.append((pair[0] / pair[1] - 1) * 100)
    return {
        "benchmark": "seal", "fsync_ms": spread(fsyncs), "goals": goals,
        "concurrency": options.concurrency, "steady_ms": spread(steady), "tight_ms": spread(tight),
        "tight_commits_per_s": round(rate), "cost_percent": spread(costs),
        "goals_per_s": spread(with_seals), "goals_per_s_without": spread(without),
        "ratio": round(statistics.median(without) / statistics.median(with_seals), 2),
    }


def tell(found):
    head = (f"sealing costs {found['cost_percent']['median']} % of a drain; p99 from commit to seal"
            f" {found['steady_ms']['p99']} ms")
    return head, [
        ("commit to seal, ten clients of ten commits a second", found["steady_ms"]),
        (f"commit to seal, ten clients without a pause: {found['tight_commits_per_s']} a second",
         found["tight_ms"]),
        ("goals a second, sealed", found["goals_per_s"]),
        ("goals a second, not sealed", found["goals_per_s_without"])]
