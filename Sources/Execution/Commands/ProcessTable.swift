// What /proc says about processes: parent, session, environment. Everything here is a look at a
// moment; a process id is only trusted together with the start time read beside it, since ids are
// reused.

import CLinux
import Glibc

/// One process as /proc shows it.
struct ProcessEntry: Hashable, Sendable {
  var pid: pid_t
  var parent: pid_t
  var session: pid_t
  /// In clock ticks since the machine started; tells a reused id from the one meant.
  var startTime: UInt64
  /// CPU ticks of the process and of the children it waited for.
  var cpuTicks: UInt64
  var isZombie: Bool

  static func == (a: Self, b: Self) -> Bool { a.pid == b.pid && a.startTime == b.startTime }

  func hash(into hasher: inout Hasher) {
    hasher.combine(pid)
    hasher.combine(startTime)
  }
}

/// Readings of /proc.
enum ProcessTable {
  /// The variable that marks a command and what it starts.
  static let markerName = "GOALLEDGER_MARK"

  /// The process with this id, or `nil` if there is none.
  static func entry(_ pid: pid_t) -> ProcessEntry? {
    guard let bytes = read("/proc/\(pid)/stat", limit: 2048) else { return nil }
    // The program's name stands in parentheses and may hold anything, parentheses included.
    guard let close = bytes.lastIndex(of: UInt8(ascii: ")")) else { return nil }
    let fields = bytes[(close + 1)...].split(separator: UInt8(ascii: " "))
    guard fields.count > 19, let state = fields[0].first,
      let parent = pid_t(text: fields[1]), let session = pid_t(text: fields[3]),
      let start = UInt64(text: fields[19])
    else { return nil }
    let ticks = fields[11...14].reduce(into: UInt64(0)) { $0 += UInt64(text: $1) ?? 0 }
    return ProcessEntry(
      pid: pid,
      parent: parent,
      session: session,
      startTime: start,
      cpuTicks: ticks,
      isZombie: state == UInt8(ascii: "Z") || state == UInt8(ascii: "X")
    )
  }

  /// Every process there is.
  static func all() -> [ProcessEntry] {
    names(in: "/proc").compactMap { name in pid_t(name).flatMap(entry) }
  }

  /// The children of a process, over all its threads.
  static func children(of pid: pid_t) -> [ProcessEntry] {
    let tasks = names(in: "/proc/\(pid)/task")
    var found: [ProcessEntry] = []
    for task in tasks {
      guard let bytes = read("/proc/\(pid)/task/\(task)/children", limit: 1 << 20) else { continue }
      found += bytes.split(separator: UInt8(ascii: " ")).compactMap { pid_t(text: $0) }
        .compactMap(entry)
    }
    return found
  }

  /// All that descends from a process, itself left out.
  static func descendants(of pid: pid_t) -> [ProcessEntry] {
    var found: [ProcessEntry] = []
    var seen: Set<pid_t> = [pid]
    var pending = [pid]
    while let next = pending.popLast() {
      for child in children(of: next) where seen.insert(child.pid).inserted {
        found.append(child)
        pending.append(child.pid)
      }
    }
    return found
  }

  /// The marker in a process's environment; `nil` where there is none or it may not be read.
  static func marker(of pid: pid_t) -> String? {
    guard let bytes = read("/proc/\(pid)/environ", limit: 1 << 21) else { return nil }
    let key = Array("\(markerName)=".utf8)
    for variable in bytes.split(separator: 0) where variable.starts(with: key) {
      return String(decoding: variable.dropFirst(key.count), as: UTF8.self)
    }
    return nil
  }

  /// The names in a folder; empty when it cannot be read.
  private static func names(in path: String) -> [String] {
    guard let folder = unsafe opendir(path) else { return [] }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    while let item = unsafe readdir(folder) {
      let name = unsafe withUnsafePointer(to: &item.pointee.d_name) {
        unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  private static func read(_ path: String, limit: Int) -> [UInt8]? {
    let fd = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard fd >= 0 else { return nil }
    defer { close(fd) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while bytes.count < limit {
      let count = unsafe chunk.withUnsafeMutableBytes {
        unsafe Glibc.read(fd, $0.baseAddress, 4096)
      }
      if count <= 0 { break }
      bytes += chunk[..<count]
    }
    return bytes
  }
}

extension FixedWidthInteger {
  /// A decimal number in ASCII.
  fileprivate init?(text: ArraySlice<UInt8>) {
    self.init(String(decoding: text, as: UTF8.self))
  }
}
