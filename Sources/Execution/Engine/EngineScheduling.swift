// Which task runs when: resumption, admission, dependencies and their policies, caps, and the stop
// of everything. Nothing here waits or starts anything; it decides, and notes the events that must
// be on record before the decision takes effect.

/// What the running tasks of a run hold.
struct Occupancy {
  private var actions: [String: Int] = [:]
  private var resources: [String: Int] = [:]
  /// Actions of which a probe is under way: it decides for the others, which wait for it.
  private var probed: Set<String> = []

  /// Whether a task of a kind may start beside what runs.
  func admits(_ kind: TaskKind, within limits: EngineLimits) -> Bool {
    if probed.contains(kind.action) { return false }
    if let cap = limits.actionCaps[kind.action], actions[kind.action, default: 0] >= cap {
      return false
    }
    for resource in kind.resources
    where resources[resource, default: 0] >= limits.resourceCaps[resource, default: 1] {
      return false
    }
    return true
  }

  /// Counts a task that starts.
  mutating func take(_ kind: TaskKind, isProbe: Bool) {
    actions[kind.action, default: 0] += 1
    for resource in kind.resources { resources[resource, default: 0] += 1 }
    if isProbe { probed.insert(kind.action) }
  }

  /// Counts a task that has ended.
  mutating func release(_ kind: TaskKind, isProbe: Bool) {
    actions[kind.action, default: 0] -= 1
    for resource in kind.resources { resources[resource, default: 0] -= 1 }
    if isProbe { probed.remove(kind.action) }
  }
}

extension EngineRun {
  /// Takes up the progress of an earlier worker.
  mutating func resume(from progress: [Int: TaskProgress]) {
    for (place, node) in graph.nodes.enumerated() {
      guard let known = progress[node.number] else { continue }
      slots[place].state = known.state
      slots[place].tries = known.tries
      slots[place].error = known.error
      slots[place].retryAt = known.retryAt
      if known.state == .running {
        slots[place].state = .ready
        events.append(.interrupted(task: node.number, at: beganAt))
      }
    }
    for place in slots.indices where slots[place].state.isFinal && slots[place].state != .succeeded
    {
      let inherited = graph.dependencies[place].lazy.compactMap { [slots] in slots[$0].cause }.first
      slots[place].cause = inherited ?? place
    }
    for place in slots.indices where progress[graph.nodes[place].number]?.state.isFinal == true {
      open -= 1
      spread(from: place)
    }
    for place in slots.indices where slots[place].unmet == 0 { becomeReady(place) }
  }

  /// Asks every executor whether its tasks can run at all; one refusal, and nothing runs.
  mutating func admitAll() {
    for (place, node) in graph.nodes.enumerated() where !slots[place].state.isFinal {
      guard verdict == nil else { return }
      do throws(ExecutionError) {
        guard let executor = engine.executors[node.action] else { throw .noExecutor(for: node) }
        try executor.admit(node)
      } catch {
        slots[place].error = error
        slots[place].cause = place
        settle(place, as: .aborted, because: error.message)
        spread(from: place)
      }
    }
  }

  /// Puts a task whose dependencies are met among the ready, or among those that wait for a time.
  mutating func becomeReady(_ place: Int) {
    guard !slots[place].state.isFinal, !slots[place].isQueued else { return }
    slots[place].isQueued = true
    if let retryAt = slots[place].retryAt, retryAt > beganAt {
      delayed.insert(
        Delayed(due: begin.advanced(by: retryAt.since(beganAt)), place: place)
      )
    } else {
      ready.insert(place, of: graph)
    }
  }

  /// Passes the end of a task on to what depends on it, and further where that ends too.
  mutating func spread(from first: Int) {
    var work = [first]
    while let place = work.popLast() {
      let state = slots[place].state
      if state == .aborted || state == .cancelled
        || (state == .failed && graph.dependents[place].isEmpty)
      {
        fail(at: place)
      }
      for next in graph.dependents[place] {
        slots[next].unmet -= 1
        if state == .succeeded { slots[next].met += 1 }
        guard !slots[next].state.isFinal, !slots[next].isQueued else { continue }
        if state != .succeeded { slots[next].cause = slots[next].cause ?? slots[place].cause }
        switch graph.nodes[next].dependencyPolicy {
        case .abort where state != .succeeded:
          settle(next, as: .aborted, because: reason(place))
          work.append(next)
        case .skip where state != .succeeded:
          settle(next, as: .skipped, because: reason(place))
          work.append(next)
        case .continueIfAny where slots[next].unmet == 0 && slots[next].met == 0:
          settle(next, as: .aborted, because: "nothing it could continue from succeeded")
          work.append(next)
        default:
          if slots[next].unmet == 0 { becomeReady(next) }
        }
      }
    }
  }

  /// Ends a task that does not run.
  private mutating func settle(_ place: Int, as state: TaskState, because reason: String) {
    move(place, to: state)
    open -= 1
    events.append(
      .settled(
        task: graph.nodes[place].number,
        state: state,
        reason: reason,
        at: engine.now()
      )
    )
  }

  /// Makes the run a failed one, for the reason that the task at a place did not succeed.
  private mutating func fail(at place: Int) {
    guard verdict == nil else { return }
    let cause = slots[place].cause ?? place
    let node = graph.nodes[cause]
    verdict = .failed(slots[cause].error ?? .failedBefore(node), task: node.number)
  }

  private func reason(_ place: Int) -> String {
    let node = graph.nodes[place]
    let verb = slots[place].state == .failed ? "failed" : "was \(slots[place].state.rawValue)"
    return "it needs task \(node.number) (\(node.action)), which \(verb)"
  }

  /// Starts what may start, best first. A start takes effect when it is recorded.
  mutating func startReady() {
    let limits = engine.limits
    while verdict == nil, running.count < limits.maxConcurrent {
      guard
        let (place, kind) = ready.popFirst(where: { [occupancy] in
          occupancy.admits($0, within: limits)
        })
      else { return }
      start(place, kind)
    }
  }

  /// Stops everything: what waits is settled now, what runs is cancelled once that is recorded.
  mutating func stopEverything() {
    isStopping = true
    let reason =
      switch verdict {
      case .cancelled(let reason): reason.sentence
      case .failed(_, .some(let task)): "the run failed with task \(task)"
      case .failed(let error, nil): error.message
      case .succeeded, nil: "the run is over"
      }
    for place in launches { dropLaunch(place, because: reason) }
    launches.removeAll()
    for place in slots.indices where !slots[place].state.isFinal && running[place] == nil {
      settle(place, as: .cancelled, because: reason)
    }
    for place in running.keys.sorted() where running[place]?.stop == nil {
      running[place]?.stop = .run(reason)
      cancellations.append(place)
    }
  }

  /// Moves a task to another state. The table of states has the last word.
  mutating func move(_ place: Int, to state: TaskState) {
    do {
      try slots[place].state.move(to: state)
    } catch {
      verdict = verdict ?? .failed(error, task: graph.nodes[place].number)
    }
  }
}
