// Repositories and tasks that try to run code through git. Every attack names a program that leaves
// a mark; a control shows that git as a user runs it falls for the attack, and then the whole life
// of a worktree is gone through without a mark.

import Glibc
import TestSupport
import Testing

@testable import Execution

@Suite("Code planted for git to run")
struct GitAttackTests {
  struct Attack: Sendable, CustomTestStringConvertible {
    var name: String
    /// Run in the repository; `$EVIL` is the program.
    var plant: String
    /// What a user might do there, run in a clone-like worktree `$W` of the repository.
    var control: String
    /// Run in the attempt's worktree, as a task could.
    var byTask = "true"
    var testDescription: String { name }
  }

  static let attacks = [
    Attack(
      name: "core.fsmonitor",
      plant: "git config core.fsmonitor $EVIL",
      control: "git status"
    ),
    Attack(
      name: "hooks",
      plant: """
        for h in post-commit pre-commit post-checkout reference-transaction post-index-change \
          commit-msg prepare-commit-msg post-merge post-rewrite pre-auto-gc; do
          cp $EVIL .git/hooks/$h
        done
        """,
      control: "git commit -q --allow-empty -m x"
    ),
    Attack(
      name: "core.hooksPath",
      plant: "mkdir h; cp $EVIL h/reference-transaction; git config core.hooksPath $PWD/h",
      control: "git branch x"
    ),
    Attack(
      name: "filters named by attributes of the tree",
      plant: """
        git config filter.x.clean $EVIL; git config filter.x.smudge $EVIL
        git config filter.x.required true
        """,
      control: "rm -f src/a.py; git checkout src/a.py"
    ),
    Attack(
      name: "a filter process",
      plant: "git config filter.x.process $EVIL",
      control: "rm -f src/a.py; git checkout src/a.py"
    ),
    Attack(
      name: "filters named by the repository's own attributes",
      plant: "git config filter.y.smudge $EVIL; echo '* filter=y' > .git/info/attributes",
      control: "rm -f src/a.py; git checkout src/a.py"
    ),
    Attack(
      name: "an external diff and a text conversion",
      plant: """
        git config diff.external $EVIL; git config diff.x.textconv $EVIL
        git config diff.x.command $EVIL
        """,
      control: "echo 2 >> src/a.py; git diff"
    ),
    Attack(
      name: "a signing program",
      plant: "git config commit.gpgSign true; git config gpg.program $EVIL",
      control: "git commit -q --allow-empty -m x"
    ),
    Attack(
      name: "a missing object fetched from a remote",
      plant: """
        git config extensions.partialClone origin; git config core.repositoryFormatVersion 1
        git config remote.origin.url "ext::$EVIL"; git config protocol.ext.allow always
        git config remote.origin.promisor true
        """,
      control: "git cat-file -p 1234567890123456789012345678901234567890"
    ),
    Attack(
      name: "a configuration of the worktree's own",
      plant: """
        git config extensions.worktreeConfig true
        git config --worktree core.fsmonitor $EVIL
        """,
      control: "git -C $R status"
    ),
    Attack(
      name: "a .git file that a task replaced",
      plant: """
        git init -q --bare ../evil; git -C ../evil config core.fsmonitor $EVIL
        git -C ../evil config core.bare false; cp $EVIL ../evil/hooks/reference-transaction
        """,
      control: "echo gitdir: $R/../evil > .git; git status",
      byTask: "echo gitdir: $R/../evil > .git"
    ),
    Attack(
      name: "a .git folder that a task put in its place, and nested repositories",
      plant: "true",
      control: """
        git init -q nested; git -C nested config core.fsmonitor $EVIL; git -C nested status
        """,
      byTask: """
        rm .git; git init -q .; git config core.fsmonitor $EVIL; cp $EVIL .git/hooks/post-commit
        git init -q nested; git -C nested config core.fsmonitor $EVIL; echo x > nested/x
        git init -q src/deep; git -C src/deep config core.fsmonitor $EVIL
        """
    ),
  ]

  /// The repository, the program, and the file that says it ran.
  private func prepare(_ attack: Attack) throws -> (
    fixture: GitFixture, variables: [String: String]
  ) {
    let fixture = try GitFixture([
      "src/a.py": "a\n", "src/b.py": "b\n", ".gitattributes": "* filter=x diff=x\n",
    ])
    let program = try fixture.folder.write(
      "#!/bin/sh\necho ran >> \(fixture.folder.path)/mark\ncat\n",
      to: "evil.sh",
      executable: true
    )
    let variables = [
      "EVIL": program, "R": fixture.path, "W": "\(fixture.folder.path)/control",
      "GIT_CONFIG_GLOBAL": "/dev/null",
      "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a",
      "GIT_COMMITTER_EMAIL": "a@b",
    ]
    try Shell.succeed(
      ["git", "worktree", "add", "-q", "-b", "control", "../control"],
      in: fixture.path
    )
    try Shell.succeed(["sh", "-c", attack.plant], in: fixture.path, environment: variables)
    return (fixture, variables)
  }

  /// The whole life of a worktree.
  static func live(_ path: String, _ state: String, task: (String) throws -> Void) async throws {
    let repository = try await Repository.open(path: path, state: state)
    _ = try await repository.uncommittedFiles()
    let a = try RelativePath("src/a.py")
    let read = try await GitTree(repository: repository, commit: repository.head)
      .entries(at: [a], maxBytes: 100)
    #expect(read[a] == .file(Array("a\n".utf8)))
    let place = "\(state)/w/tree"
    let worktree = try await repository.createWorktree(
      at: place,
      branch: "goal/1/1",
      base: repository.head
    )
    #expect(try worktree.folder.entry(at: a, maxBytes: 100) == .file(Array("a\n".utf8)))
    try task(worktree.path)
    try worktree.folder.write(Array("changed\n".utf8), to: a)
    let commit = try await worktree.commit(
      paths: [a],
      message: "m",
      trailers: [Trailer("Task", "t1")]
    )
    try worktree.folder.write(Array("spoilt\n".utf8), to: a)
    try worktree.folder.remove(try RelativePath("src/b.py"))
    try worktree.folder.write([65], to: try RelativePath("junk"))
    #expect(try await worktree.changedTrackedFiles() == ["src/a.py", "src/b.py"])
    #expect(try await worktree.restore().changedTracked == ["src/a.py", "src/b.py"])
    #expect(try worktree.folder.entry(at: a, maxBytes: 100) == .file(Array("changed\n".utf8)))
    #expect(try await repository.diffStat(from: worktree.base, to: commit).count == 1)
    #expect(try await repository.diff(from: worktree.base, to: commit).contains("+changed"))
    #expect(try await worktree.taskCommits().count == 1)
    try task(worktree.path)
    let again = try await repository.openWorktree(at: place, branch: "goal/1/1")
    let reopened = try #require(again)
    try await reopened.resetHard(to: reopened.base)
    #expect(try reopened.folder.entry(at: a, maxBytes: 100) == .file(Array("a\n".utf8)))
    #expect(try await repository.listGoalWorktrees(prefix: "goal/").count == 1)
    try await repository.discard(worktreePath: place, branch: "goal/1/1")
    #expect(try await repository.listBranches(prefix: "goal/") == [])
  }

  @Test("never runs", arguments: attacks)
  func attack(_ attack: Attack) async throws {
    let (fixture, variables) = try prepare(attack)
    try Shell.run(["sh", "-c", "rm -f ../mark"], in: fixture.path)
    try await Self.live(fixture.path, fixture.state) { worktree in
      try Shell.succeed(["sh", "-c", attack.byTask], in: worktree, environment: variables)
      try Shell.run(["rm", "-f", "mark"], in: fixture.folder.path)
    }
    #expect(!fixture.folder.exists("mark"))
    // The control: git as it is usually run falls for it.
    _ = try Shell.run(
      ["timeout", "-s", "KILL", "3", "sh", "-c", attack.control],
      in: "\(fixture.folder.path)/control",
      environment: variables
    )
    #expect(fixture.folder.exists("mark"), "the attack is no attack")
  }

  @Test("never runs when it is named by the worker's own environment or home")
  func environmentInOwnProcess() async {
    // In a process of its own, whose environment can be spoilt.
    await #expect(processExitsWith: .success) {
      let fixture = try GitFixture(["src/a.py": "a\n", "src/b.py": "b\n"])
      let mark = "\(fixture.folder.path)/mark"
      let program = try fixture.folder.write(
        "#!/bin/sh\necho ran >> \(mark)\n",
        to: "evil.sh",
        executable: true
      )
      try fixture.folder.write("[core]\n\tfsmonitor = \(program)\n", to: "home/.gitconfig")
      let variables = [
        "HOME": "\(fixture.folder.path)/home", "XDG_CONFIG_HOME": "\(fixture.folder.path)/home",
        "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.fsmonitor",
        "GIT_CONFIG_VALUE_0": program,
        "GIT_CONFIG_PARAMETERS": "'core.fsmonitor=\(program)'", "GIT_EXTERNAL_DIFF": program,
        "GIT_DIR": "/nonexistent", "GIT_WORK_TREE": "/nonexistent",
        "GIT_INDEX_FILE": "/nonexistent",
        "GIT_PAGER": program, "GIT_EDITOR": program, "GIT_ASKPASS": program,
        "GIT_TEMPLATE_DIR": "/nonexistent", "GIT_OBJECT_DIRECTORY": "/nonexistent",
      ]
      for (name, value) in variables { unsafe setenv(name, value, 1) }
      try await GitAttackTests.live(fixture.path, fixture.state) { _ in }
      #expect(!fixture.folder.exists("mark"))
    }
  }

  @Test("and conversions leave the bytes of files alone")
  func conversions() async throws {
    let fixture = try GitFixture([
      ".gitattributes": "*.txt text eol=crlf\n*.id ident\n*.u16 working-tree-encoding=UTF-16\n"
    ])
    try fixture.git(["config", "core.autocrlf", "true"])
    let repository = try await Repository.open(path: fixture.path, state: fixture.state)
    let worktree = try await repository.createWorktree(
      at: "\(fixture.state)/w",
      branch: "goal/1/1",
      base: repository.head
    )
    let contents = ["a.txt": "1\n2\r\n", "b.id": "$Id$\n", "c.u16": "é\n"]
    for (name, text) in contents {
      let path = try RelativePath(name)
      try worktree.folder.write(Array(text.utf8), to: path)
      let commit = try await worktree.commit(paths: [path], message: "m", trailers: [])
      let blob = try Shell.run(["git", "cat-file", "blob", "\(commit):\(name)"], in: fixture.path)
      #expect(blob.output == text)
    }
    #expect(try await worktree.restore() == Restoration())
    for name in contents.keys { try worktree.folder.remove(try RelativePath(name)) }
    #expect(try await worktree.restore().changedTracked == contents.keys.sorted())
    for (name, text) in contents {
      let entry = try worktree.folder.entry(at: try RelativePath(name), maxBytes: 100)
      #expect(entry == .file(Array(text.utf8)))
    }
  }
}
