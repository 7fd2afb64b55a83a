import ArgumentParser

/// The root of the commands.
struct Goalledger: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "goalledger",
    abstract: "A goal queue you INSERT into and an audit trail you SELECT from.",
    discussion: """
      One SQLite file holds the goals and everything that happened to them. A worker plans each \
      adopted goal, executes the plan in a git worktree of its own, and keeps the result only if \
      its tests pass.

      A first goal:
        goalledger init
        goalledger add record --task record --context '{"note":"it works"}' --adopt
        goalledger work --drain
        goalledger show 1

      Results go to standard output, progress and errors to standard error. The exit status is 0, \
      1 (a goal failed, or doctor or verify found something), 64 (usage), 65 (bad data), 69 (unavailable), \
      70 (a mistake of ours), 75 (try again) or 77 (refused).

      Completion: goalledger --generate-completion-script bash > \
      /etc/bash_completion.d/goalledger (or zsh, fish).
      """,
    version: Version.text,
    groupedSubcommands: [
      CommandGroup(
        name: "Ask",
        subcommands: [Add.self, Request.self, Adopt.self, Abandon.self, Retry.self]
      ),
      CommandGroup(
        name: "Look",
        subcommands: [List.self, Show.self, Log.self, Plan.self, Diff.self]
      ),
      CommandGroup(
        name: "Prove",
        subcommands: [
          Verify.self, PrintCheckpoint.self, Prove.self, CheckProof.self, ManageIdentities.self,
        ]
      ),
      CommandGroup(name: "Work", subcommands: [Work.self, Execute.self]),
      CommandGroup(
        name: "Keep house",
        subcommands: [Init.self, Doctor.self, Migrate.self, Backup.self, Archive.self]
      ),
    ]
  )
}

/// The program's version.
enum Version {
  static let text = "0.1.0"
}
