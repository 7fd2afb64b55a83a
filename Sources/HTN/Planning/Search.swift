// Depth-first progression: the tasks that may come next are done (actions) or decomposed (compound
// tasks) in the state reached so far, and the last choice that has an alternative is taken back when
// nothing applies. The stack is explicit, so a plan may be as long as memory allows. What must stay
// true: a node is only cut if it was met before with the same state and the same tasks, or because it
// repeats a task in the same state more often than `recursionLimit` allows, and then `wasCut` says so.

/// What the search did, step by step, on the branch it is on.
struct TraceItem {
  /// The action's or method's index; methods are counted from `Encoding.methods`.
  let isAction: Bool
  let index: Int32
  /// The trace item of the method it is a subtask of, and which subtask; -1 for the outermost.
  let parent: Int32
  let slot: Int32
  /// Where its arguments or binding begin in the arena.
  let arguments: Int32
}

struct Search {
  enum Result { case found, exhausted, stopped }

  /// A node with alternatives.
  struct Choice {
    let treeMark: TaskTree.Mark
    let stateMark: Int
    let traceMark: Int
    /// Pairs of frame and slot in the arena.
    let candidates: Int
    let candidateCount: Int
    /// The candidate after the current one.
    var nextCandidate = 0
    /// The current candidate's task, or -1.
    var task: Int32 = -1
    var frame: Int32 = -1
    var slot: Int32 = -1
    /// Where the current task's arguments begin, and after them one counter for each method.
    var arguments = 0
    var taskHash: UInt64 = 0
    /// The method being tried, as a position among those of the task; -1 before the first.
    var position = -1
    /// Where the method's binding begins, and after it two cells for each binding step.
    var binding = 0
    var isBinding = false
    /// Whether any alternative applied.
    var applied = false
    var ranked: [RankedBinding] = []
    var nextRanked = 0
  }

  /// A binding in the order of preference.
  struct RankedBinding {
    let position: Int
    let binding: [Int32]
    let score: Double
  }

  let encoding: Encoding
  let preference: Planner.Preference?
  let recursionLimit: Int
  var state: SearchState
  var tree = TaskTree()
  var trace: [TraceItem] = []
  var choices: [Choice] = []
  var arena: [Int32] = []
  var wasCut = false
  /// Alternatives applied.
  var nodes = 0
  private var visited: Set<VisitedNode> = []
  /// The furthest dead end, if they are recorded.
  var deadEnds: DeadEndRecord?
  private var taskHashes: [UInt64] = []

  /// The most nodes remembered; beyond, search goes on without remembering more.
  static let rememberedNodes = 6_000_000

  private struct VisitedNode: Hashable {
    let state: UInt64
    let tasks: UInt64
  }

  init(
    _ encoding: Encoding,
    recursionLimit: Int,
    preference: Planner.Preference?,
    recordsDeadEnds: Bool = false
  ) {
    self.encoding = encoding
    self.recursionLimit = recursionLimit
    self.preference = preference
    state = SearchState(encoding)
    deadEnds = recordsDeadEnds ? DeadEndRecord() : nil
  }

  /// Runs until a plan is found, nothing is left to try, or `stop` (asked every few nodes) says so.
  mutating func run(nodeLimit: Int, stop: () -> Bool) -> Result {
    // The problem's own network is a method that replaces nothing.
    let root = Int32(encoding.methods.count - 1)
    var first = Choice(
      treeMark: tree.mark,
      stateMark: 0,
      traceMark: 0,
      candidates: 0,
      candidateCount: 0
    )
    first.task = Int32(encoding.methodsOfTask.count)
    arena.append(0)
    choices.append(first)
    beginMethod(root, choice: 0)
    while true {
      // Take the next alternative of the last choice that has one.
      var moved = false
      while let last = choices.indices.last {
        if advance(last) {
          moved = true
          break
        }
        if !choices[last].applied { noteDeadEnd(choices[last]) }
        choices.removeLast()
      }
      guard moved else { return .exhausted }
      nodes += 1
      if nodes > nodeLimit { return .stopped }
      if nodes & 63 == 0, stop() { return .stopped }
      if tree.root < 0 {
        loadRootBinding()
        if state.holds(encoding.goal) { return .found }
        noteMissedGoal()
        continue
      }
      open()
    }
  }

  /// Makes the node just reached a choice, unless it was met before.
  private mutating func open() {
    let candidates = arena.count
    tree.appendCandidates(to: &arena, encoding)
    let count = (arena.count - candidates) / 2
    if isWorthRemembering(candidates, count) {
      let node = VisitedNode(state: state.hash, tasks: tree.hash(encoding))
      if visited.count < Search.rememberedNodes {
        guard visited.insert(node).inserted else {
          arena.removeLast(arena.count - candidates)
          return
        }
      } else if visited.contains(node) {
        arena.removeLast(arena.count - candidates)
        return
      }
    }
    choices.append(
      Choice(
        treeMark: tree.mark,
        stateMark: state.trail.count,
        traceMark: trace.count,
        candidates: candidates,
        candidateCount: count
      )
    )
  }

  /// A single action leaves nothing to choose; whatever follows it is remembered instead.
  private func isWorthRemembering(_ candidates: Int, _ count: Int) -> Bool {
    guard count == 1 else { return true }
    let frame = tree.frames[Int(arena[candidates])]
    let subtask =
      encoding.methods[Int(frame.method)].subtasks.lowerBound
      + Int(arena[candidates + 1])
    return encoding.subtasks[subtask].task >= encoding.actionCount
  }

  /// Applies the next alternative of a choice; false if there is none.
  private mutating func advance(_ index: Int) -> Bool {
    tree.undo(to: choices[index].treeMark)
    state.undo(to: choices[index].stateMark)
    trace.removeLast(trace.count - choices[index].traceMark)
    while true {
      if choices[index].isBinding {
        truncateArena(index)
        if nextBinding(index) {
          choices[index].applied = true
          expand(index)
          return true
        }
        choices[index].isBinding = false
        choices[index].position += 1
      }
      if choices[index].position >= 0 {
        if beginNextMethod(index) { continue }
        choices[index].position = -1
      }
      guard choices[index].nextCandidate < choices[index].candidateCount else { return false }
      if beginCandidate(index) {
        choices[index].applied = true
        return true
      }
    }
  }

  /// Turns to the next task that may come next; true if it is an action and was applied.
  private mutating func beginCandidate(_ index: Int) -> Bool {
    let place = choices[index].candidates + 2 * choices[index].nextCandidate
    choices[index].nextCandidate += 1
    let frame = arena[place]
    let slot = arena[place + 1]
    arena.removeLast(arena.count - choices[index].candidates - 2 * choices[index].candidateCount)
    let record = tree.frames[Int(frame)]
    let subtask = encoding.subtasks[
      encoding.methods[Int(record.method)].subtasks.lowerBound + Int(slot)
    ]
    let arguments = arena.count
    var hash = spread(UInt64(truncatingIfNeeded: subtask.task))
    for offset in 0..<Int(subtask.count) {
      let term = encoding.codes[Int(subtask.start) + offset]
      let value = term >= 0 ? arena[Int(record.binding) + Int(term)] : -1 - term
      arena.append(value)
      hash = spread(hash ^ UInt64(truncatingIfNeeded: value))
    }
    choices[index].frame = frame
    choices[index].slot = slot
    choices[index].task = subtask.task
    choices[index].arguments = arguments
    if subtask.task < encoding.actionCount {
      return apply(index, record)
    }
    choices[index].taskHash = hash
    if tree.recurs(frame, task: hash, state: state.hash, limit: recursionLimit) {
      wasCut = true
      choices[index].applied = true
      return false
    }
    let methods = encoding.methodsOfTask[Int(subtask.task)].count
    for _ in 0..<methods { arena.append(0) }
    choices[index].position = 0
    if preference != nil { rank(index) }
    return false
  }

  private mutating func apply(_ index: Int, _ record: TaskTree.Frame) -> Bool {
    let choice = choices[index]
    let action = encoding.actions[Int(choice.task)]
    for (position, set) in action.parameters.enumerated() {
      let object = arena[choice.arguments + position]
      guard encoding.sets.contains[Int(set)][Int(object)] else { return false }
      state.binding[position] = object
    }
    guard state.apply(Int(choice.task)) else { return false }
    trace.append(
      TraceItem(
        isAction: true,
        index: choice.task,
        parent: record.trace,
        slot: choice.slot,
        arguments: Int32(choice.arguments)
      )
    )
    tree.clearFocus()
    tree.complete(choice.frame, choice.slot, encoding)
    return true
  }

  /// Starts binding the method at the choice's position, or a later one; false if there is none.
  private mutating func beginNextMethod(_ index: Int) -> Bool {
    let task = Int(choices[index].task)
    guard task < encoding.methodsOfTask.count else { return false }
    let methods = encoding.methodsOfTask[task]
    if preference != nil {
      guard choices[index].nextRanked < choices[index].ranked.count else { return false }
      choices[index].position =
        choices[index].ranked[choices[index].nextRanked].position
      choices[index].isBinding = true
      return true
    }
    while choices[index].position < methods.count {
      truncateToCounters(index, methods.count)
      if beginMethod(methods[choices[index].position], choice: index) { return true }
      choices[index].position += 1
    }
    return false
  }

  private mutating func truncateToCounters(_ index: Int, _ methods: Int) {
    let task = Int(choices[index].task)
    let arguments = encoding.arities[task]
    arena.removeLast(arena.count - choices[index].arguments - arguments - methods)
  }

  private mutating func truncateArena(_ index: Int) {
    guard preference == nil || choices[index].frame < 0 else {
      truncateToCounters(index, encoding.methodsOfTask[Int(choices[index].task)].count)
      return
    }
    let method = encoding.methods[Int(currentMethod(index))]
    arena.removeLast(
      arena.count - choices[index].binding - method.parameterCount - 2 * method.cursorCount
    )
  }

  /// The index of the method a choice is trying.
  func currentMethod(_ index: Int) -> Int32 {
    let task = Int(choices[index].task)
    return task < encoding.methodsOfTask.count
      ? encoding.methodsOfTask[task][choices[index].position] : Int32(encoding.methods.count - 1)
  }

  /// Decomposes the choice's task by the method whose binding was just found.
  private mutating func expand(_ index: Int) {
    let choice = choices[index]
    let method = currentMethod(index)
    if choice.frame >= 0 {
      arena[choice.arguments + encoding.arities[Int(choice.task)] + choice.position] += 1
    }
    taskHashes.removeAll(keepingCapacity: true)
    for place in encoding.methods[Int(method)].subtasks {
      let subtask = encoding.subtasks[place]
      var hash = spread(UInt64(truncatingIfNeeded: subtask.task))
      for offset in 0..<Int(subtask.count) {
        let term = encoding.codes[Int(subtask.start) + offset]
        let value = term >= 0 ? arena[choice.binding + Int(term)] : -1 - term
        hash = spread(hash ^ UInt64(truncatingIfNeeded: value))
      }
      taskHashes.append(hash)
    }
    let parent = choice.frame >= 0 ? tree.frames[Int(choice.frame)].trace : -1
    trace.append(
      TraceItem(
        isAction: false,
        index: method,
        parent: parent,
        slot: choice.slot,
        arguments: Int32(choice.binding)
      )
    )
    tree.expand(
      choice.frame,
      choice.slot,
      with: method,
      encoding,
      binding: Int32(choice.binding),
      trace: Int32(trace.count - 1),
      taskHash: choice.taskHash,
      stateHash: state.hash,
      taskHashes: taskHashes
    )
  }

  private mutating func loadRootBinding() {
    let count = encoding.methods[encoding.methods.count - 1].parameterCount
    for slot in 0..<count { state.binding[slot] = arena[choices[0].binding + slot] }
  }
}
