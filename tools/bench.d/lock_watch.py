"""Watches who holds the write lock of a database in WAL mode, and for how long, without taking it.

SQLite's write lock is a POSIX lock on byte 120 of the -shm file (sqlite.org/walformat.html#wal_locks),
so F_GETLK says who holds it; and the change counter in that file's header moves with each commit, so a
release that was too short to be seen still ends a holding. What must stay true: this process never
opens the database, since closing any descriptor of the file drops a process's own locks on it. It looks
some 10,000 times a second, with real-time priority where it may, on one processor that it leaves no
other work to wait for; when it was kept from looking for
longer, it shares that time evenly among the commits in it, and says how long it was blind at most.

Argument: the -shm file. Prints JSON when it is told to stop: for each holder's process, its times in ms, and when
each that was longer than 20 ms ended, in seconds from the start.
"""

import fcntl
import json
import mmap
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


def add(held, long, holder, time_ms, count, at):
    held.setdefault(holder, []).extend([time_ms] * count)
    if time_ms > 20:
        long.append([holder, round(at, 2), round(time_ms, 1)])


def main():
    signal.signal(signal.SIGTERM, stop)
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    except PermissionError:
        pass
    file = os.open(sys.argv[1], os.O_RDWR)
    header = mmap.mmap(file, 4096, mmap.MAP_SHARED, mmap.PROT_READ)
    print("watching", flush=True)
    holder, since, held, long = 0, 0.0, {}, []
    looks, began, blind = 0, time.perf_counter(), 0.0
    last, commits = began, header[8:12]
    while not stopping:
        kind, _, _, _, pid = struct.unpack(LAYOUT, fcntl.fcntl(file, fcntl.F_GETLK, QUESTION))
        now, counter = time.perf_counter(), header[8:12]
        looks += 1
        blind, last = max(blind, now - last), now
        owner = 0 if kind == fcntl.F_UNLCK else pid
        if counter != commits:
            count = (int.from_bytes(counter, sys.byteorder)
                     - int.from_bytes(commits, sys.byteorder)) % (1 << 32)
            commits = counter
            if holder and count < 1_000:
                add(held, long, holder, (now - since) * 1000 / count, count, now - began)
            # What is left of this holding is the unlocking.
            holder, since = -owner, now
        elif abs(holder) != owner:
            if holder > 0:
                add(held, long, holder, (now - since) * 1000, 1, now - began)
            holder, since = owner, now
        elif holder < 0 and now - since > 0.0002:
            # Longer than an unlocking: it is another holding, whose beginning was not seen.
            holder = owner
        # A pause, or the kernel would throttle it for 50 ms in each second.
        time.sleep(0.00002)
    each = (time.perf_counter() - began) / max(1, looks) * 1000
    print(json.dumps({"held": held, "look_ms": each, "blind_ms": blind * 1000,
                      "long": long}), flush=True)


main()
