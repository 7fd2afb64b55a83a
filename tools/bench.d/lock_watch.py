"""Watches who holds the write lock of a database in WAL mode, and for how long, without taking it.

SQLite's write lock is a POSIX lock on byte 120 of the -shm file (sqlite.org/walformat.html#wal_locks),
so F_GETLK says who holds it. What must stay true: this process never opens the database, since closing
any descriptor of the file drops a process's own locks on it. It looks some 100,000 times a second, so
a release shorter than that can be missed: what it prints is never too short.

Argument: the -shm file. Prints JSON when it is told to stop: for each holder's process, its times in ms.
"""

import fcntl
import json
import os
import signal
import struct
import sys
import time

WRITE_LOCK = 120
LAYOUT = "hhqqi4x"
QUESTION = struct.pack(LAYOUT, fcntl.F_WRLCK, os.SEEK_SET, WRITE_LOCK, 1, 0)

stopping = False


def stop(*_):
    global stopping
    stopping = True


def main():
    signal.signal(signal.SIGTERM, stop)
    file = os.open(sys.argv[1], os.O_RDWR)
    print("watching", flush=True)
    holder, since, held = 0, 0.0, {}
    looks, began = 0, time.perf_counter()
    while not stopping:
        kind, _, _, _, pid = struct.unpack(LAYOUT, fcntl.fcntl(file, fcntl.F_GETLK, QUESTION))
        now = time.perf_counter()
        looks += 1
        owner = 0 if kind == fcntl.F_UNLCK else pid
        if owner != holder:
            if holder:
                held.setdefault(holder, []).append((now - since) * 1000)
            holder, since = owner, now
    each = (time.perf_counter() - began) / max(1, looks) * 1000
    print(json.dumps({"held": held, "look_ms": each}), flush=True)


main()
