// Finding the bindings of a method one after another. The steps of a method are nested loops whose
// cursors stand in the arena, so that the enumeration goes on where it was once the state has been
// restored. Each step keeps two cells: the list it runs through, and the cursor in it.

extension Search {
  /// The cursor of a step that has not begun.
  private static let fresh: Int32 = -1

  /// Unifies a method with the choice's task and makes room for its cursors; false if it cannot apply.
  @discardableResult
  mutating func beginMethod(_ method: Int32, choice index: Int) -> Bool {
    let encoded = encoding.methods[Int(method)]
    for slot in 0..<encoded.parameterCount { state.binding[slot] = -1 }
    for position in 0..<encoded.argumentCount {
      let term = encoding.codes[encoded.argumentStart + position]
      let object = arena[choices[index].arguments + position]
      if term < 0 {
        guard -1 - term == object else { return false }
      } else if state.binding[Int(term)] >= 0 {
        guard state.binding[Int(term)] == object else { return false }
      } else {
        guard encoding.sets.contains[Int(encoded.sets[Int(term)])][Int(object)] else {
          return false
        }
        state.binding[Int(term)] = object
      }
    }
    guard state.holdAll(encoded.checks) else { return false }
    choices[index].binding = arena.count
    for slot in 0..<encoded.parameterCount { arena.append(state.binding[slot]) }
    for _ in 0..<encoded.cursorCount {
      arena.append(0)
      arena.append(Search.fresh)
    }
    choices[index].isBinding = true
    return true
  }

  /// Finds the next binding of the choice's method and leaves it in the arena; false if there is none.
  mutating func nextBinding(_ index: Int) -> Bool {
    if preference != nil, choices[index].frame >= 0 { return nextRanked(index) }
    return nextMatch(index, of: encoding.methods[Int(currentMethod(index))])
  }

  private mutating func nextMatch(_ index: Int, of encoded: EncodedMethod) -> Bool {
    let base = choices[index].binding
    let cursors = base + encoded.parameterCount
    let count = encoded.steps.count
    if count == 0 {
      // The task's arguments decide everything: there is one binding.
      defer { arena[cursors + 1] = 0 }
      return arena[cursors + 1] == Search.fresh
    }
    for slot in 0..<encoded.parameterCount { state.binding[slot] = arena[base + slot] }
    // Begin at the first step, or go on at the last one.
    var level = arena[cursors + 1] == Search.fresh ? 0 : count - 1
    while level >= 0 {
      let step = encoding.steps[encoded.steps.lowerBound + level]
      let cell = cursors + 2 * level
      var cursor = Int(arena[cell + 1])
      if cursor < 0 {
        cursor = 0
        arena[cell] = step.predicate < 0 ? 0 : Int32(state.shortestList(step))
      }
      var matched = false
      while true {
        cursor = nextValue(step, list: Int(arena[cell]), from: cursor, encoded)
        if cursor < 0 { break }
        if state.holdAll(step.checks) {
          matched = true
          break
        }
      }
      guard matched else {
        arena[cell + 1] = Search.fresh
        level -= 1
        continue
      }
      arena[cell + 1] = Int32(cursor)
      if level == count - 1 {
        for slot in 0..<encoded.parameterCount { arena[base + slot] = state.binding[slot] }
        return true
      }
      level += 1
    }
    return false
  }

  private mutating func nextValue(
    _ step: BindingStep,
    list: Int,
    from cursor: Int,
    _ encoded: EncodedMethod
  ) -> Int {
    if step.predicate >= 0 {
      return state.match(step, list: list, from: cursor, sets: encoded.sets)
    }
    let members = encoding.sets.members[Int(step.set)]
    guard cursor < members.count else { return -1 }
    state.binding[Int(step.slot)] = members[cursor]
    return cursor + 1
  }

  /// Finds all bindings of all methods of the choice's task, best first.
  mutating func rank(_ index: Int) {
    guard let preference else { return }
    var ranked: [RankedBinding] = []
    let methods = encoding.methodsOfTask[Int(choices[index].task)]
    let floor = arena.count
    for position in methods.indices {
      choices[index].position = position
      guard beginMethod(methods[position], choice: index) else { continue }
      let encoded = encoding.methods[Int(methods[position])]
      let method = encoding.problem.domain.methods[encoded.source]
      let base = choices[index].binding
      var found = 0
      while found < Planner.rankedBindings, nextMatch(index, of: encoded) {
        found += 1
        let binding = Array(arena[base..<base + encoded.parameterCount])
        var named: [Symbol: Symbol] = [:]
        for (parameter, object) in zip(method.parameters, binding) {
          named[parameter.name] = encoding.problem.objects[Int(object)].name
        }
        ranked.append(
          RankedBinding(
            position: position,
            binding: binding,
            score: preference(method, named)
          )
        )
      }
      arena.removeLast(arena.count - floor)
    }
    choices[index].isBinding = false
    // Stable: equal scores stay in the order of declaration.
    choices[index].ranked = ranked.enumerated().sorted {
      $0.element.score != $1.element.score
        ? $0.element.score > $1.element.score : $0.offset < $1.offset
    }.map(\.element)
    choices[index].nextRanked = 0
    choices[index].position = 0
  }

  private mutating func nextRanked(_ index: Int) -> Bool {
    guard choices[index].nextRanked < choices[index].ranked.count else { return false }
    let next = choices[index].ranked[choices[index].nextRanked]
    choices[index].nextRanked += 1
    choices[index].position = next.position
    choices[index].binding = arena.count
    arena += next.binding
    return true
  }
}
