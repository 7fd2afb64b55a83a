"""What redaction costs: a goal with a note of 1 MB of this repository's sources, added with every
pattern in force, beside the same with none."""

import glob
import json
import os
import re
import statistics

from ground import ROOT, Ground, fsync_times, spread, timed

SIZE = 1_000_000


def sources():
    """Text as tests and compilers print it: many lines, names, paths and signs."""
    text = ""
    for path in sorted(glob.glob(os.path.join(ROOT, "Sources/**/*.swift"), recursive=True)):
        with open(path, encoding="utf-8") as file:
            text += file.read()
        if len(text) >= SIZE:
            break
    return text[:SIZE]


def patterns():
    """The names of the built-in patterns, from the page that lists them."""
    with open(os.path.join(ROOT, "Schema/redaction.md"), encoding="utf-8") as file:
        return re.findall(r"^\| `([a-z0-9-]+)` \|", file.read(), re.MULTILINE)


def measure(options, folder, binary):
    rounds = 2 if options.short else 30
    ground = Ground(os.path.join(folder, "redact"), binary)
    with open(os.path.join(ground.folder, "note.json"), "w", encoding="utf-8") as file:
        json.dump({"note": sources()}, file)
    with open(os.path.join(ground.folder, "none.json"), "w", encoding="utf-8") as file:
        json.dump({"redaction": {"except": patterns()}}, file)

    def add(*more):
        return timed(lambda: ground.goalledger("add", "record", "--context", "@note.json", *more))

    with_all, with_none = [], []
    for _ in range(rounds):
        with_all.append(add())
        with_none.append(add("--config", "none.json"))
    return {
        "benchmark": "redact", "bytes": SIZE, "fsync_ms": spread(fsync_times(folder)),
        "with_ms": spread(with_all), "without_ms": spread(with_none),
        "added_ms": round(statistics.median(with_all) - statistics.median(with_none), 2),
        "ratio": round(statistics.median(a / b for a, b in zip(with_all, with_none)), 2),
    }


def tell(found):
    head = (f"{found['ratio']} times what adding a goal with a note of {found['bytes']:,} bytes takes"
            f" without patterns; {found['added_ms']} ms more")
    return head, [("every pattern in force", found["with_ms"]),
                  ("none", found["without_ms"])]
