"""What must hold when a batch is drained, whoever was killed meanwhile.

The checks share no code with what they check: SQL, git and the system's table of processes.
"""

import collections
import os

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Fault(Exception):
    """Something is not as it must be."""


def require(holds, sentence):
    if not holds:
        raise Fault(sentence)


def check(batch):
    """Raises a Fault with the first thing that is not as it must be."""
    check_database(batch)
    kept = {f"goal/{branch}" for goal in batch.goals for branch in check_goal(batch, goal)}
    check_repository(batch, kept)
    check_processes(batch)


def check_database(batch):
    require(batch.rows("PRAGMA integrity_check") == [("ok",)], "the database is damaged")
    with open(os.path.join(ROOT, "Schema/audit/fold.sql"), encoding="utf-8") as file:
        differences = batch.rows(file.read())
    require(not differences, f"the tables are no fold of the ledger: {differences[:5]}")
    first, last, count = batch.rows("SELECT min(seq), max(seq), count(*) FROM identity_ledger")[0]
    require(first == 1 and last == count, f"the ledger has gaps: {first} to {last}, {count} entries")
    open_ones = batch.rows("SELECT goal_id FROM attempts WHERE state = 'open'")
    require(not open_ones, f"attempts are still open: {open_ones}")
    open_ones = batch.rows("SELECT goal_id FROM changes WHERE state = 'open'")
    require(not open_ones, f"changes are still open: {open_ones}")


def check_goal(batch, goal):
    """Checks one goal; returns the branches, less their prefix, that it is to have."""
    name = f"goal {goal.id} ({goal.text})"
    wanted = "abandoned" if goal.abandoned else goal.state
    state, attempts = batch.rows("SELECT state, attempts FROM goals WHERE id = ?", goal.id)[0]
    require(state == wanted, f"{name} is {state}, not {wanted}")
    if state != "abandoned":
        require(attempts == goal.attempts, f"{name} counts {attempts} attempts, not {goal.attempts}")
    rows = batch.rows("SELECT id, number, state FROM attempts WHERE goal_id = ? ORDER BY number",
                      goal.id)
    require([row[1] for row in rows] == list(range(1, len(rows) + 1)), f"{name}: numbers {rows}")
    ends = collections.Counter(row[2] for row in rows)
    if not goal.abandoned:
        expected = {"satisfied": {"satisfied": 1}, "failed": {"failed": goal.attempts}}
        counted = {end: count for end, count in ends.items() if end != "released"}
        require(counted == expected.get(goal.state, {}), f"{name} has attempts {dict(ends)}")
    events = collections.Counter(event for event, in batch.rows(
        "SELECT event FROM identity_ledger WHERE goal_id = ?", goal.id))
    require(events["goal.satisfied"] == (state == "satisfied"), f"{name}: {events}")
    require(events["attempt.open"] == len(rows), f"{name}: {events}")
    require(events["goal.executing"] == len(rows), f"{name}: {events}")
    if state != "satisfied":
        return []
    attempt, number = next((row[0], row[1]) for row in rows if row[2] == "satisfied")
    unfinished = batch.rows("SELECT number, action, state FROM tasks"
                            " WHERE attempt_id = ? AND state <> 'succeeded'", attempt)
    require(not unfinished, f"{name} is satisfied with tasks {unfinished}")
    if not goal.changes:
        return []
    check_branch(batch, goal, name, attempt, f"goal/{goal.id}/{number}")
    return [f"{goal.id}/{number}"]


def check_branch(batch, goal, name, attempt, branch):
    """The branch holds exactly what was asked, by one commit for each task that changes a file."""
    head = batch.git("rev-parse", f"refs/heads/{branch}").decode().strip()
    tree = batch.git("rev-parse", f"{head}^{{tree}}").decode().strip()
    change = batch.rows("SELECT state, head_commit, tree FROM changes WHERE attempt_id = ?", attempt)
    require(change == [("committed", head, tree)], f"{name}: change {change}, branch at {head}")
    evidence = batch.rows("SELECT count(*) FROM task_runs WHERE attempt_id = ? AND exit_code = 0"
                          " AND tree = ?", attempt, tree)[0][0]
    require(evidence >= 1, f"{name}: no run of the tests on the tree that was committed")
    paths = batch.git("ls-tree", "-r", "-z", "--name-only", head).decode().split("\0")[:-1]
    found = {path: batch.git("show", f"{head}:{path}").decode() for path in paths}
    require(found == goal.tree(), f"{name}: the branch holds {sorted(found)}, or other content")
    commits = batch.git("log", "--format=%H %(trailers:key=Task,valueonly,separator=%x2C)",
                        f"{batch.base}..{head}").decode().splitlines()
    commits = dict(reversed(line.split(" ", 1)) for line in commits)
    count = int(batch.git("rev-list", "--count", f"{batch.base}..{head}"))
    require(count == goal.tasks == len(commits),
            f"{name}: {count} commits of {len(commits)} tasks, not {goal.tasks}")
    recorded = {str(number): commit for number, commit in batch.rows(
        "SELECT number, commit_id FROM tasks WHERE attempt_id = ? AND commit_id IS NOT NULL",
        attempt)}
    require(recorded == commits, f"{name}: commits on record {recorded}, in git {commits}")


def check_repository(batch, kept):
    branches = set(batch.git("for-each-ref", "--format=%(refname:short)",
                             "refs/heads/goal").decode().split())
    require(branches == kept, f"stray branches {branches - kept}, missing {kept - branches}")
    worktrees = os.path.join(batch.repository, ".git/worktrees")
    left = os.listdir(worktrees) if os.path.isdir(worktrees) else []
    require(not left, f"stray worktrees are registered: {left}")
    identity = batch.rows("SELECT id FROM database_info")[0][0]
    attempts = os.path.join(batch.state, "goalledger", identity)
    left = os.listdir(attempts) if os.path.isdir(attempts) else []
    require(not left, f"folders of attempts are left: {left}")
    for folder, _, names in os.walk(os.path.join(batch.repository, ".git")):
        for name in names:
            require(not name.endswith(".lock") and not name.startswith("fast_import_crash"),
                    f"left in the repository: {os.path.join(folder, name)}")
    require(batch.print_of_checkout() == batch.fingerprint, "the checkout is not as it was")
    batch.git("fsck", "--strict", "--no-dangling", "--no-progress")


def check_processes(batch):
    """No process is left that carries the mark of this database's attempts."""
    mark = f"GOALLEDGER_MARK={batch.rows('SELECT id FROM database_info')[0][0]}/".encode()
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/environ", "rb") as file:
                marked = any(word.startswith(mark) for word in file.read().split(b"\0"))
            with open(f"/proc/{name}/cmdline", "rb") as file:
                command = file.read().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        require(not marked, f"process {name} is left: {command}")
