"""What a batch asks for, and what is to come of it.

Every goal starts from the same commit, so what its branch must hold is known beforehand: the base
with the goal's own files changed. `State` is what the goal must end in.
"""

from dataclasses import dataclass, field

BASE = {
    "calc.py": "def add(a, b):\n    return a + b\n\n\ndef twice(a):\n    return a + a\n",
    "words.py": "def shout(text):\n    return text.upper() + '!'\n",
    "old.py": "VALUE = 1\n",
    "data/notes.txt": "one\ntwo\nthree\n",
    "test_calc.py": (
        "import unittest\nfrom calc import add, twice\n\n\n"
        "class CalcTest(unittest.TestCase):\n"
        "    def test_add(self):\n        self.assertEqual(add(2, 2), 4)\n\n"
        "    def test_twice(self):\n        self.assertEqual(twice(3), 6)\n"
    ),
    "test_words.py": (
        "import unittest\nfrom words import shout\n\n\n"
        "class WordsTest(unittest.TestCase):\n"
        "    def test_shout(self):\n        self.assertEqual(shout('a'), 'A!')\n"
    ),
    # A test command that leaves processes behind: one in its group, one in a session of its own.
    "tools/slow.py": (
        "import subprocess, sys, time\n"
        "subprocess.Popen(['sleep', '600'])\n"
        "subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
        "time.sleep(float(sys.argv[1]))\n"
    ),
}


@dataclass
class Goal:
    """A goal: its row, and what is to come of it."""

    text: str
    task: str
    context: dict
    changes: dict = field(default_factory=dict)  # path -> content, or None where it is deleted
    tasks: int = 0  # how many tasks change files; each leaves one commit
    state: str = "satisfied"
    attempts: int = 1
    max_attempts: int = 3
    needs: list = field(default_factory=list)  # texts of the goals it depends on
    id: int = 0
    abandoned: bool = False

    def tree(self):
        """The files its branch must hold."""
        files = dict(BASE)
        for path, content in self.changes.items():
            if content is None:
                files.pop(path)
            else:
                files[path] = content
        return files


def file(path, content):
    return {"path": path, "content": content}


def edit(path, search, replace):
    return {"path": path, "edits": [{"search": search, "replace": replace}]}


def test_of(name, body):
    return (
        f"import unittest\n\n\nclass {name}(unittest.TestCase):\n"
        f"    def test_it(self):\n        {body}\n"
    )


def mix(chance):
    """The goals of one batch, in random order but for those that others depend on."""
    n = chance.randrange(1000)
    new = f"NUMBER = {n}\n"
    subtraction = f"def sub(a, b):\n    return a - b  # {n}\n"
    shouted = BASE["words.py"].replace("'!'", f"'!'  # {n}")
    summed = BASE["calc.py"].replace("return a + a", "return 2 * a")
    noted = BASE["data/notes.txt"].replace("two", f"two {n}")
    sub_test = test_of("SubTest", "from sub import sub; self.assertEqual(sub(3, 1), 2)")
    free_test = test_of("FreeTest", f"self.assertEqual({n}, {n})")
    several = {f"pkg/part{i}.py": f"PART = {i + n}\n" for i in range(5)}
    goals = [
        Goal("create", "implement_feature", {"files": [file("new.py", new)]}, {"new.py": new}, 1),
        Goal("edit", "fix_bug", {"files": [edit("words.py", "'!'", f"'!'  # {n}")]},
             {"words.py": shouted}, 1),
        Goal("delete", "implement_feature", {"files": [{"path": "old.py", "delete": True}]},
             {"old.py": None}, 1),
        Goal("keep", "implement_feature",
             {"files": [file("old.py", BASE["old.py"]), file("new.py", new)]}, {"new.py": new}, 1),
        Goal("several", "implement_feature",
             {"files": [file(path, text) for path, text in several.items()]
              + [edit("data/notes.txt", "two", f"two {n}"), {"path": "old.py", "delete": True}]},
             {**several, "data/notes.txt": noted, "old.py": None}, 7),
        Goal("feature with tests", "implement_feature",
             {"files": [file("sub.py", subtraction), file("test_sub.py", sub_test)]},
             {"sub.py": subtraction, "test_sub.py": sub_test}, 2),
        Goal("refactor", "refactor_code", {"files": [edit("calc.py", "return a + a", "return 2 * a")]},
             {"calc.py": summed}, 1),
        Goal("add tests", "add_tests", {"files": [file("test_free.py", free_test)]},
             {"test_free.py": free_test}, 1),
        Goal("replace", "fix_bug", {"files": [file("words.py", shouted)]}, {"words.py": shouted}, 1),
        Goal("slow", "implement_feature", {"files": [file("new.py", new)], "tests": "slow"},
             {"new.py": new}, 1),
        Goal("tests fail", "fix_bug", {"files": [edit("calc.py", "return a + b", "return a * b + 1")]},
             state="failed", attempts=2, max_attempts=2),
        Goal("several, tests fail", "fix_bug",
             {"files": [file(f"x{i}.py", new) for i in range(3)]
              + [edit("words.py", "upper", "lower")]},
             state="failed", attempts=2, max_attempts=2),
        Goal("edits match nothing", "fix_bug", {"files": [edit("calc.py", "absent", "x")]},
             state="failed", attempts=1),
        Goal("is abandoned", "implement_feature",
             {"files": [file("new.py", new), file("pkg/more.py", new)], "tests": "slower"},
             {"new.py": new, "pkg/more.py": new}, 2),
        Goal("note", "record", {"note": f"note {n}"}),
        Goal("another note", "record", {"note": f"another {n}"}),
    ]
    chance.shuffle(goals)
    return goals + [
        Goal("after create", "implement_feature", {"files": [file("after.py", new)]},
             {"after.py": new}, 1, needs=["create", "note"]),
        Goal("after that", "record", {"note": "after"}, needs=["after create"]),
        Goal("after a failure", "record", {"note": "never"}, state="adopted", attempts=0,
             needs=["tests fail"]),
    ]
