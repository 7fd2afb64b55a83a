// The table of task states, pair by pair.
import Execution
import Testing

@Suite("Task states")
struct TaskStateTests {
  /// What the schema allows, written out.
  static let allowed: [TaskState: Set<TaskState>] = [
    .pending: [.ready, .running, .aborted, .skipped, .cancelled],
    .ready: [.running, .aborted, .skipped, .cancelled],
    .running: [.succeeded, .failed, .ready, .aborted, .cancelled],
  ]

  @Test(
    "Each of the 64 pairs is allowed or refused as the schema says",
    arguments: TaskState.allCases
  )
  func pairs(from: TaskState) throws {
    for to in TaskState.allCases {
      let expected = Self.allowed[from, default: []].contains(to)
      #expect(from.allows(to) == expected, "\(from) to \(to)")
      var state = from
      if expected {
        try state.move(to: to)
        #expect(state == to)
      } else {
        #expect(throws: ExecutionError.self) { try state.move(to: to) }
        #expect(state == from)
      }
    }
  }

  @Test("A state is final exactly when nothing follows it", arguments: TaskState.allCases)
  func finality(of state: TaskState) {
    #expect(state.isFinal == !TaskState.allCases.contains { state.allows($0) })
  }

  @Test("A refused move says which move it was")
  func sentence() {
    var state = TaskState.skipped
    let error = #expect(throws: ExecutionError.self) { try state.move(to: .running) }
    #expect(error?.message == "a skipped task cannot become running")
  }
}
