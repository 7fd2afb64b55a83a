// The tasks still to be done, as a tree of frames: a frame is a method's network of which some
// subtasks are done, some waiting and some replaced by frames of their own. A subtask may begin once
// those ordered before it are done with all that became of them, so orderings pass to descendants by
// construction. A frame whose last subtask is decomposed gives its place to the new frame, so a chain
// of a thousand recursive methods is one frame deep. All changes are taken back exactly by
// `undo(to:)`; frames are given back in the reverse order of their making.

struct TaskTree {
  /// A method's network in progress.
  struct Frame {
    /// The index of the method.
    let method: Int32
    /// Where its binding begins, in the search's arena.
    let binding: Int32
    /// The frame it is part of, and as which subtask; -1 for the outermost.
    let parent: Int32
    let parentSlot: Int32
    /// Where its cells begin. In a sequence: the next subtask and its frame or -1. Otherwise: how many
    /// subtasks are left, then for each -1 if done, the number of predecessors not done, or
    /// `-2 - frame`.
    let cells: Int32
    /// Where the hashes of its subtasks begin; in a sequence, of all that follows from each on.
    let hashes: Int32
    /// The frame that was in focus before it.
    let focusParent: Int32
    /// Its place in the record of what was done.
    let trace: Int32
    /// The task it came from and the state it was chosen in.
    let taskHash: UInt64
    let stateHash: UInt64
  }

  struct Mark {
    let cells: Int
    let trail: Int
    let frames: Int
    let hashes: Int
  }

  private(set) var frames: [Frame] = []
  private var cells: [Int32] = [-1, -1]
  private var trail: [(cell: Int32, value: Int32)] = []
  private(set) var hashes: [UInt64] = []

  /// The outermost frame; -1 once everything is done.
  var root: Int32 { cells[0] }
  /// The frame whose first action comes next, or -1 if any may: a method's precondition holds in the
  /// state before the first action of its decomposition, so nothing else may come in between.
  var focus: Int32 { cells[1] }

  var mark: Mark {
    Mark(cells: cells.count, trail: trail.count, frames: frames.count, hashes: hashes.count)
  }

  mutating func undo(to mark: Mark) {
    while trail.count > mark.trail {
      if let change = trail.popLast() { cells[Int(change.cell)] = change.value }
    }
    cells.removeLast(cells.count - mark.cells)
    frames.removeLast(frames.count - mark.frames)
    hashes.removeLast(hashes.count - mark.hashes)
  }

  private mutating func set(_ cell: Int32, _ value: Int32) {
    trail.append((cell, cells[Int(cell)]))
    cells[Int(cell)] = value
  }

  mutating func clearFocus() {
    if focus >= 0 { set(1, -1) }
  }

  /// Puts the subtasks of a method in the place of a subtask; `slot` -1 makes the outermost frame.
  /// `taskHashes` are those of the method's subtasks.
  mutating func expand(
    _ parent: Int32,
    _ slot: Int32,
    with method: Int32,
    _ encoding: Encoding,
    binding: Int32,
    trace: Int32,
    taskHash: UInt64,
    stateHash: UInt64,
    taskHashes: [UInt64]
  ) {
    let encoded = encoding.methods[Int(method)]
    let count = encoded.subtasks.count
    guard count > 0 else {
      if slot >= 0 { complete(parent, slot, encoding) }
      return
    }
    let frame = Int32(frames.count)
    var above = parent
    var aboveSlot = slot
    var focusParent = focus
    var following: UInt64 = 0
    if parent >= 0 {
      let outer = frames[Int(parent)]
      following = after(parent, slot, encoding)
      if isLast(parent, slot, encoding) {
        if focusParent == parent { focusParent = outer.focusParent }
        above = outer.parent
        aboveSlot = outer.parentSlot
      }
    }
    let first = Int32(cells.count)
    if encoded.isTotallyOrdered {
      cells += [0, -1]
    } else {
      cells.append(Int32(count))
      cells += encoded.waiting
    }
    let firstHash = Int32(hashes.count)
    hashes += taskHashes
    if encoding.isTotallyOrdered {
      for index in (0..<count).reversed() {
        following = spread(following ^ taskHashes[index] &* 0x9E37_79B9_7F4A_7C15)
        hashes[Int(firstHash) + index] = following
      }
    }
    frames.append(
      Frame(
        method: method,
        binding: binding,
        parent: above,
        parentSlot: aboveSlot,
        cells: first,
        hashes: firstHash,
        focusParent: focusParent,
        trace: trace,
        taskHash: taskHash,
        stateHash: stateHash
      )
    )
    if above < 0 {
      set(0, frame)
    } else {
      let outer = frames[Int(above)]
      if encoding.methods[Int(outer.method)].isTotallyOrdered {
        set(outer.cells + 1, frame)
      } else {
        set(outer.cells + 1 + aboveSlot, -2 - frame)
      }
    }
    set(1, frame)
  }

  private func isLast(_ frame: Int32, _ slot: Int32, _ encoding: Encoding) -> Bool {
    let encoded = encoding.methods[Int(frames[Int(frame)].method)]
    return encoded.isTotallyOrdered
      ? Int(slot) + 1 == encoded.subtasks.count : cells[Int(frames[Int(frame)].cells)] == 1
  }

  /// The hash of what follows a subtask, where all networks are sequences.
  private func after(_ frame: Int32, _ slot: Int32, _ encoding: Encoding) -> UInt64 {
    guard encoding.isTotallyOrdered else { return 0 }
    var frame = frame
    var slot = slot
    while frame >= 0 {
      let record = frames[Int(frame)]
      if Int(slot) + 1 < encoding.methods[Int(record.method)].subtasks.count {
        return hashes[Int(record.hashes + slot) + 1]
      }
      slot = record.parentSlot
      frame = record.parent
    }
    return 0
  }

  /// Notes that a subtask is done, and with it perhaps the frames around it.
  mutating func complete(_ frame: Int32, _ slot: Int32, _ encoding: Encoding) {
    var frame = frame
    var slot = slot
    while true {
      let record = frames[Int(frame)]
      let encoded = encoding.methods[Int(record.method)]
      if encoded.isTotallyOrdered {
        set(record.cells, slot + 1)
        set(record.cells + 1, -1)
        if Int(slot) + 1 < encoded.subtasks.count { return }
      } else {
        set(record.cells, cells[Int(record.cells)] - 1)
        set(record.cells + 1 + slot, -1)
        for successor in encoded.successors[Int(slot)] {
          let cell = record.cells + 1 + successor
          set(cell, cells[Int(cell)] - 1)
        }
        if cells[Int(record.cells)] > 0 { return }
      }
      if focus == frame { set(1, record.focusParent) }
      if record.parent < 0 {
        set(0, -1)
        return
      }
      frame = record.parent
      slot = record.parentSlot
    }
  }

  /// Appends the subtasks that may come next, as pairs of frame and slot: what has begun comes before
  /// what has not, and each in the declared order.
  func appendCandidates(to list: inout [Int32], _ encoding: Encoding) {
    // A frame, or `-2 - frame` for its subtasks that have not begun.
    var open: [Int32] = [focus >= 0 ? focus : root]
    while let item = open.popLast() {
      let frame = item >= 0 ? item : -2 - item
      let record = frames[Int(frame)]
      let encoded = encoding.methods[Int(record.method)]
      let first = Int(record.cells)
      if item < 0 {
        for slot in 0..<encoded.subtasks.count where cells[first + 1 + slot] == 0 {
          list.append(frame)
          list.append(Int32(slot))
        }
      } else if encoded.isTotallyOrdered {
        if cells[first + 1] >= 0 {
          open.append(cells[first + 1])
        } else {
          list.append(frame)
          list.append(cells[first])
        }
      } else {
        open.append(-2 - frame)
        for slot in (0..<encoded.subtasks.count).reversed() where cells[first + 1 + slot] < -1 {
          open.append(-2 - cells[first + 1 + slot])
        }
      }
    }
  }

  /// A hash of all that is left to do.
  func hash(_ encoding: Encoding) -> UInt64 {
    guard root >= 0 else { return 0 }
    var result: UInt64 = 0
    var open: [(frame: Int32, path: UInt64)] = [(root, spread(1))]
    while let (frame, path) = open.popLast() {
      let record = frames[Int(frame)]
      let encoded = encoding.methods[Int(record.method)]
      let first = Int(record.cells)
      if frame == focus { result &+= spread(path ^ 0x5555) }
      result &+= spread(path &+ UInt64(truncatingIfNeeded: record.method))
      if encoded.isTotallyOrdered {
        let next = Int(cells[first])
        let child = cells[first + 1]
        if encoding.isTotallyOrdered {
          if child < 0 { return hashes[Int(record.hashes) + next] }
          open.append((child, path))
          continue
        }
        for slot in (child < 0 ? next : next + 1)..<encoded.subtasks.count {
          let own = spread(path &* 31 &+ UInt64(slot))
          result &+= spread(own ^ hashes[Int(record.hashes) + slot])
        }
        if child >= 0 { open.append((child, spread(path &* 31 &+ UInt64(next)))) }
        continue
      }
      for slot in 0..<encoded.subtasks.count {
        let cell = cells[first + 1 + slot]
        let own = spread(path &* 31 &+ UInt64(slot))
        if cell >= 0 {
          result &+= spread(own ^ hashes[Int(record.hashes) + slot])
        } else if cell < -1 {
          open.append((-2 - cell, own))
        }
      }
    }
    return result
  }

  /// Whether the task was already being decomposed in the same state, more than `limit` times, on the
  /// way to a frame.
  func recurs(_ frame: Int32, task: UInt64, state: UInt64, limit: Int) -> Bool {
    var count = 0
    var current = frame
    while current >= 0 {
      let record = frames[Int(current)]
      if record.taskHash == task, record.stateHash == state {
        count += 1
        if count > limit { return true }
      }
      current = record.parent
    }
    return false
  }
}
