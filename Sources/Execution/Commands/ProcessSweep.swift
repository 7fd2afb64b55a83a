// Killing what a command leaves behind. A process group gets most of it; a descendant that called
// setsid is found because this process is a child subreaper (its orphans become our children), by
// its session, by the marker in its environment, or because it was seen below the command before.
// Only processes of another session than ours are ever touched, and none that somebody here waits
// for: reaping another's child would make that wait fail.

import CLinux
import Glibc

/// Finds and kills processes by the marker in their environment.
public enum ProcessSweep {
  /// Kills every process whose `GOALLEDGER_MARK` starts with `markerPrefix`, and its descendants:
  /// what a worker that died left behind. Returns when they are gone, or after `patience`.
  /// - Parameter patience: the longest to wait for killed processes to disappear.
  /// - Returns: how many processes were killed.
  @discardableResult
  public static func killAll(
    markerPrefix: String,
    patience: Duration = .seconds(5)
  ) async -> Int {
    guard !markerPrefix.isEmpty else { return 0 }
    let myself = getpid()
    let end = ContinuousClock.now + patience
    var killed: Set<ProcessEntry> = []
    while true {
      let all = ProcessTable.all()
      var doomed = Set(
        all.filter {
          $0.pid != myself && $0.pid > 1 && !$0.isZombie
            && ProcessTable.marker(of: $0.pid)?.hasPrefix(markerPrefix) == true
        }
      )
      let byParent = Dictionary(grouping: all, by: \.parent)
      var pending = Array(doomed)
      while let next = pending.popLast() {
        for child in byParent[next.pid] ?? [] where child.pid != myself && !child.isZombie {
          if doomed.insert(child).inserted { pending.append(child) }
        }
      }
      for process in doomed {
        kill(process.pid, SIGKILL)
        killed.insert(process)
      }
      for process in killed where process.parent == myself && !SpawnRegister.isOurs(process.pid) {
        gl_reap(process.pid)
      }
      if doomed.isEmpty || ContinuousClock.now >= end { return killed.count }
      // The killed die in their own time, and nobody says when: looked at again until the end.
      try? await Task.sleep(for: .milliseconds(1))
    }
  }

  /// Kills what the command that led `session` left behind, and reaps what became our child.
  /// - Parameters:
  ///   - session: the process id of the command, not yet reaped, so that it cannot mean another.
  ///   - known: descendants seen earlier, whatever they did to their session and environment.
  /// - Returns: how many processes were killed.
  static func killStrays(
    session: pid_t,
    marker: String,
    known: Set<ProcessEntry>,
    patience: Duration = .seconds(5)
  ) async -> Int {
    kill(-session, SIGKILL)
    let end = ContinuousClock.now + patience
    let mySession = getsid(0)
    var killed: Set<ProcessEntry> = []
    var owned = known
    while true {
      var left = false
      for process in candidates() where process.session != mySession {
        guard process.pid != session, !SpawnRegister.isOurs(process.pid) else { continue }
        let isOwned =
          process.session == session || owned.contains(process)
          || (!process.isZombie && ProcessTable.marker(of: process.pid) == marker)
          || isUnclaimed(process, by: session)
        if process.isZombie {
          // An orphan that ended is waited for by nobody, whichever command it came from.
          if isOwned || SpawnRegister.isAdopted(process.pid) { gl_reap(process.pid) }
          continue
        }
        guard isOwned else { continue }
        // What hangs below it becomes our child when it dies, and is then known by having been
        // seen here.
        owned.formUnion(ProcessTable.descendants(of: process.pid))
        owned.insert(process)
        killed.insert(process)
        kill(process.pid, SIGKILL)
        left = true
      }
      if !left || ContinuousClock.now >= end { return killed.count }
      // The killed die in their own time, and nobody says when: looked at again until the end.
      try? await Task.sleep(for: .milliseconds(1))
    }
  }

  /// Where strays can be: among our children if we are their reaper, else anywhere.
  private static func candidates() -> [ProcessEntry] {
    gl_is_subreaper() == 1 ? ProcessTable.children(of: getpid()) : ProcessTable.all()
  }

  /// An adopted orphan without a marker that can descend from no other command.
  private static func isUnclaimed(_ process: ProcessEntry, by leader: pid_t) -> Bool {
    guard process.parent == getpid(),
      SpawnRegister.isNobodyElses(process.pid, start: process.startTime, than: leader)
    else { return false }
    return process.isZombie || ProcessTable.marker(of: process.pid) == nil
  }
}
