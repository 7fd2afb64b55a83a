"""A goal's whole cycle beside the same git and test work done by a plain script.

Two files created, tests run once. The worker's time runs from the claim until the goal is satisfied
and its worktree gone; the script's from its first git to the same. They take turns, goal by goal, so
that both meet the same machine. Then what a plain client waits for: creation, adoption, an update.
"""

import json
import os
import shutil
import statistics
import subprocess
import time
from datetime import datetime

from ground import Ground, Trouble, fsync_times, spread, stop, timed

# As the worker runs git: no hook, no monitor, no flush per object.
QUIET = [part for setting in (
    "core.hooksPath=/dev/null", "core.fsmonitor=false", "core.attributesFile=/dev/null",
    "gc.auto=0", "maintenance.auto=false", "core.fsync=none",
) for part in ("-c", setting)]


def contents(number):
    """The two files of a goal."""
    return {
        f"src/new{number}.txt": f"the first new file of goal {number}\n" * 20,
        f"src/deep/new{number}.txt": f"the second new file of goal {number}\n" * 20,
    }


def run(ground, *arguments, cwd=None, stdin=b"", **variables):
    done = subprocess.run(
        ["git", *QUIET, *arguments], cwd=cwd or ground.repository, input=stdin,
        env={**ground.environment, **variables}, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0:
        raise Trouble(f"git {arguments[0]} failed: {done.stderr.decode()}")
    return done.stdout


def test(ground, tests, place):
    subprocess.run(tests, cwd=place, env=ground.environment, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, check=True)


def write(place, files):
    for path, text in files.items():
        path = os.path.join(place, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)


def plumbing(ground, tests, number):
    """The git work and the tests as the worker does them, and nothing else: the least it can cost."""
    branch, place = f"script/{number}", os.path.join(ground.worktrees, f"script-{number}")
    run(ground, "worktree", "add", "-q", "--no-checkout", "-b", branch, place, ground.base)
    run(ground, "read-tree", "--reset", "-u", "HEAD", cwd=place)
    parent = ground.base
    for path, text in contents(number).items():
        write(place, {path: text})
        message = f"Create {path}\n\nTask: {number}\n"
        stream = (
            f"feature done\ncommit refs/heads/{branch}\nmark :1\n"
            f"committer Bench <bench@localhost> now\ndata {len(message)}\n{message}\n"
            f"from {parent}\nM 100644 inline {path}\ndata {len(text)}\n{text}\n"
            "\nget-mark :1\ndone\n")
        parent = run(ground, "fast-import", "--quiet", "--date-format=now", "--done",
                     stdin=stream.encode()).decode().strip()
    test(ground, tests, place)
    shutil.rmtree(os.path.join(ground.repository, ".git/worktrees", os.path.basename(place)))
    shutil.rmtree(place)


def porcelain(ground, tests, number):
    """The same as a person's script would do it: worktree add, add, commit, worktree remove."""
    branch, place = f"person/{number}", os.path.join(ground.worktrees, f"person-{number}")
    run(ground, "worktree", "add", "-q", "-b", branch, place, ground.base)
    for path, text in contents(number).items():
        write(place, {path: text})
        run(ground, "add", path, cwd=place)
        run(ground, "commit", "-q", "-m", f"Create {path}", cwd=place)
    test(ground, tests, place)
    run(ground, "worktree", "remove", place)


def moment(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000


def satisfy(ground, connection, number):
    """Inserts an adopted goal and waits until it is satisfied and its worktree gone; returns the
    milliseconds from the claim to that, and from the insertion to that."""
    files = [{"path": path, "content": text} for path, text in contents(number).items()]
    begun = time.time() * 1000
    goal = connection.execute(
        "INSERT INTO goals(text, task, context, state) VALUES (?, 'implement_feature', ?, 'adopted')",
        (f"goal {number}", json.dumps({"files": files, "tests": "default"}))).lastrowid
    folder, patience = None, begun + 60_000
    while True:
        row = connection.execute(
            "SELECT g.state, a.started_at, a.branch FROM goals g JOIN attempts a ON a.goal_id = g.id"
            " WHERE g.id = ?", (goal,)).fetchone() if folder is None else None
        if row and row[0] == "satisfied":
            claimed = moment(row[1])
            folder = os.path.join(ground.worktrees, "")
        elif row and row[0] in ("failed", "adopted") or time.time() * 1000 > patience:
            raise Trouble(f"goal {goal} did not end satisfied: {ground.last_words()}")
        if folder and not any(f"-{goal}-1" in name for name in os.listdir(folder)):
            now = time.time() * 1000
            return now - claimed, now - begun
        time.sleep(0.001)


def latencies(ground, rounds):
    """What a plain client waits for, and what the command line takes, the process included."""
    connection = ground.connect()
    insert, adopt, update, add = [], [], [], []
    for number in range(rounds):
        text, last = f"a goal to be timed, number {number}", {}

        def create():
            last["id"] = connection.execute(
                "INSERT INTO goals(text, task, context, actor) VALUES (?, 'record', ?, 'bench')",
                (text, '{"note": "n"}')).lastrowid

        insert.append(timed(create))
        adopt.append(timed(lambda: connection.execute(
            "UPDATE goals SET state = 'adopted', actor = 'bench', reason = 'wanted' WHERE id = ?",
            (last["id"],))))
        update.append(timed(lambda: connection.execute(
            "UPDATE goals SET state = 'proposed', actor = 'bench' WHERE id = ?", (last["id"],))))
    for number in range(max(3, rounds // 20)):
        add.append(timed(lambda: ground.goalledger("add", f"by command, number {number}")))
    connection.close()
    return {"creation": spread(insert), "adoption": spread(adopt), "state update": spread(update),
            "goalledger add": spread(add)}


def measure(options, folder, binary):
    """All of it, as one document."""
    rounds = 5 if options.short else options.rounds
    tests = options.tests.split()
    ground = Ground(os.path.join(folder, "cycle"), binary, tests,
                    {"concurrency": 1, "max_concurrent": 3})
    os.makedirs(ground.worktrees, exist_ok=True)
    fsyncs = fsync_times(folder)
    worker = ground.start_worker("--concurrency", "1")
    connection = ground.connect()
    cycles, wholes, scripts, persons, differences = [], [], [], [], []
    try:
        for number in range(-2, rounds):  # the first two only warm everything up
            cycle, whole = satisfy(ground, connection, number + 2)
            script = timed(lambda: plumbing(ground, tests, number + 2))
            person = timed(lambda: porcelain(ground, tests, number + 2))
            if number >= 0:
                cycles.append(cycle)
                wholes.append(whole)
                scripts.append(script)
                persons.append(person)
                differences.append(cycle - script)
    finally:
        stop(worker)
    plain = latencies(ground, 40 if options.short else 400)
    entries = connection.execute("SELECT count(*) FROM identity_ledger").fetchone()[0]
    connection.close()
    fsyncs += fsync_times(folder)
    script = statistics.median(scripts)
    return {
        "benchmark": "cycle", "goals": rounds, "tests": " ".join(tests),
        "fsync_ms": spread(fsyncs), "cycle_ms": spread(cycles),
        "from_insert_ms": spread(wholes), "git_and_tests_ms": spread(scripts),
        "porcelain_ms": spread(persons), "added_ms": spread(differences),
        "ratio": round(statistics.median(cycles) / script, 2),
        "limit_ms": 60, "client_ms": plain, "ledger_entries": entries,
    }


def tell(found):
    """The same for people."""
    lines = [
        ("GoalLedger, claim to satisfied and tidied", found["cycle_ms"]),
        ("git and tests alone, as the worker runs them", found["git_and_tests_ms"]),
        ("git and tests alone, add and commit", found["porcelain_ms"]),
        ("added, pair by pair (limit 60)", found["added_ms"]),
        ("insertion to satisfied and tidied", found["from_insert_ms"]),
    ]
    lines += [(f"plain client: {name}" if "add" not in name else f"{name}, process included", times)
              for name, times in found["client_ms"].items()]
    return f"{found['ratio']} times what git and the tests alone take", lines
