"""Other queues on SQLite, from PyPI, beside ours in the same run: jobs that do nothing, drained by one
worker each, at the durability that each is asked for.

What must stay true: a peer runs in a process of its own, in a virtual environment made in the bench's
folder, with its database on the same disk; only the filling and the draining are timed, not the
start. Each script prints the seconds it took.

litequeue is a library: its worker is the loop its documentation shows (pop, work, done). huey's
consumer runs with as many threads as ours has places. DBOS runs a queue of workflows in one process,
all enqueued before its queue is listened to.

A peer is named as pip names it: the newest version, or NAME==VERSION.
"""

import os
import subprocess
import sys

from ground import ENVIRONMENT, Trouble

# name: (script, variants: name -> argument)
PEERS = {
    "litequeue": ("peer_litequeue.py", {"NORMAL": "NORMAL", "FULL": "FULL"}),
    "huey": ("peer_huey.py", {"FULL": "full"}),
    "dbos": ("peer_dbos.py", {"FULL": "delete", "FULL, WAL": "wal"}),
}


def name_of(peer):
    """The name of a peer without its version."""
    return peer.split("==")[0]


def variants(peer):
    """How a peer can be run: name -> argument."""
    return PEERS[name_of(peer)][1]


def install(folder, peer):
    """The interpreter of a virtual environment that has the peer."""
    place = os.path.join(folder, f"venv-{peer}")
    python = os.path.join(place, "bin", "python")
    if not os.path.exists(python):
        print(f"bench: installing {peer} from PyPI", file=sys.stderr, flush=True)
        environment = {**ENVIRONMENT, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
        for command in ([sys.executable, "-m", "venv", place],
                        [python, "-m", "pip", "install", "--quiet", peer]):
            done = subprocess.run(command, env=environment, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True)
            if done.returncode != 0:
                raise Trouble(f"{peer} could not be installed: {done.stdout[-800:]}")
    return python


def version(folder, peer):
    """Which version of the peer was installed."""
    return subprocess.check_output(
        [install(folder, peer), "-c",
         f"import importlib.metadata as m; print(m.version('{name_of(peer)}'))"],
        text=True).strip()


def run(folder, peer, variant, jobs, places, number, fill=None):
    """Drains `jobs` jobs once; returns the seconds for putting them in, and for the draining.
    `fill` has litequeue only put them in: "apart" or "together" in one transaction."""
    python, argument = install(folder, peer), variants(peer)[variant]
    place = os.path.join(folder, f"{peer}-{argument}-{fill or 'drain'}-{jobs}-{number}")
    os.makedirs(place)
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), PEERS[name_of(peer)][0])
    done = subprocess.run(
        [python, script, os.path.join(place, "queue.db"), str(jobs), str(places),
         argument, *([fill] if fill else [])],
        cwd=place, env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, timeout=900)
    lines = [line for line in done.stdout.splitlines() if line.startswith("seconds ")]
    if done.returncode != 0 or not lines:
        raise Trouble(f"{peer} ended with {done.returncode}: {(done.stdout + done.stderr)[-800:]}")
    return tuple(float(word) for word in lines[-1].split()[1:])
