import Execution
import GoalLedger
import Worker

/// Remarks on standard error that are no errors.
enum Notes {
  /// Says that uncommitted files are not seen, where there are any and the goal could want them.
  static func unseenFiles(
    of goal: Goal,
    _ configuration: Configuration
  ) async {
    // Only a context that names files can miss some.
    guard GoalJSON.embedded(goal.context).files != nil else { return }
    let note = await configuration.unseenFiles(
      of: goal,
      environment: Variables.ofConfiguration
    )
    if let note { Terminal.error.line("note: \(note)") }
  }
}
