import Crypto
import GoalLedger

/// What a simulated worker plans for a goal: the same whenever it is asked, as real plans are.
struct SimulatedPlan: Sendable {
  /// How many tasks it has, the last of which runs the tests where files are changed.
  let tasks: Int
  /// Whether it changes files, and so has a branch.
  let changesFiles: Bool

  init(goal: Int64, seed: UInt64) {
    var chance = Chance(seed: seed, branch: UInt64(goal) << 33)
    tasks = chance.number(1...3)
    changesFiles = chance.happens(50)
  }

  func action(_ task: Int) -> String {
    changesFiles && task == tasks - 1 ? "run_tests" : "edit"
  }

  /// The tree that the work of an attempt comes to.
  static func tree(_ attempt: Int64) -> String { String(0xfeed_0000 + attempt, radix: 16) }

  var record: PlanRecord {
    let steps = (0..<tasks).map { #"{"id":\#($0),"action":"\#(action($0))"}"# }
    let body = #"{"task":"simulated","steps":[\#(steps.joined(separator: ","))]}"#
    let digest = SHA256.hash(data: Array(body.utf8)).map { byte in
      let text = String(byte, radix: 16)
      return text.count == 1 ? "0" + text : text
    }.joined()
    return PlanRecord(
      task: "simulated",
      body: body,
      digest: digest,
      bindings: "{}",
      tasks: (0..<tasks).map { number in
        TaskRecord(
          number: number,
          action: action(number),
          arguments: "[]",
          dependsOn: number > 0 ? [number - 1] : [],
          priority: 0
        )
      }
    )
  }

  func change(goal: Int64, attempt: Int) -> ChangeRecord? {
    guard changesFiles else { return nil }
    return ChangeRecord(workspace: "app", branch: "goal/\(goal)/\(attempt)", baseCommit: "ba5e")
  }
}
