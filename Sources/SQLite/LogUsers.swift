// Who uses the write-ahead log of a database now: which processes hold a view of it, and which one
// writes. Each reader holds a shared POSIX lock on one of five bytes of the -shm file, the writer an
// exclusive one on another (sqlite.org/walformat.html#wal_locks); Linux lists them in /proc/locks.
//
// What must stay true: nothing here opens the database's own files. Closing any descriptor of the
// -shm file would drop all locks that this process holds on it (sqlite.org/howtocorrupt.html, 2.2).
import Glibc

/// A process that uses the log of a database now.
public struct LogUser: Sendable, Hashable {
  /// What it holds.
  public enum Hold: Sendable, Hashable {
    /// A view of the database: what was written since cannot all be copied out of the log.
    case view
    /// The write lock.
    case writeLock
    /// The file is open, and the system does not say who holds which lock of it: it may be this one.
    case file
  }

  /// The process.
  public let pid: Int32
  /// Its command line, arguments separated by spaces, at most 120 characters; empty where the system
  /// does not show it.
  public let command: String
  /// What it holds.
  public let hold: Hold

  /// The other processes that use the log of the database at `path` now, by their numbers; empty where
  /// there is no log, or no system that tells.
  public static func all(of path: String) -> [LogUser] {
    let shared = path + "-shm"
    var status = stat()
    guard unsafe stat(shared, &status) == 0 else { return [] }
    let file = "\(hexadecimal(major(status.st_dev))):\(hexadecimal(minor(status.st_dev)))"
    let own = getpid()
    var users: [LogUser] = []
    var isHidden = false
    let lines = read("/proc/locks").split(separator: UInt8(ascii: "\n"))
    for line in lines.compactMap({ Lock($0) }) where line.inode == status.st_ino {
      guard let hold = line.hold, line.pid != own else { continue }
      // Locks of processes that this one's namespace does not show have no number. A file system laid
      // over another shows another device here than there: then the open file must bear it out.
      guard line.pid > 0 else {
        isHidden = true
        continue
      }
      guard line.device == file || opens(shared, line.pid) else { continue }
      let user = LogUser(pid: line.pid, command: command(line.pid), hold: hold)
      if !users.contains(user) { users.append(user) }
    }
    if users.isEmpty, isHidden || lines.isEmpty {
      users = processes().filter { $0 != own && opens(shared, $0) }
        .map { LogUser(pid: $0, command: command($0), hold: .file) }
    }
    return users.sorted { $0.pid < $1.pid }
  }

  // MARK: What the system shows

  /// A line of /proc/locks, such as `4: POSIX  ADVISORY  READ 731 08:01:2359 124 124`.
  private struct Lock {
    let pid: Int32
    let device: String
    let inode: UInt
    let hold: Hold?

    init?(_ line: ArraySlice<UInt8>) {
      let words = line.split(separator: UInt8(ascii: " "))
        .map { String(decoding: $0, as: UTF8.self) }
      // One that is waited for has an arrow after its number.
      guard words.count == 8, words[1] == "POSIX" || words[1] == "OFDLCK",
        let pid = Int32(words[4]), let first = Int(words[6]), let last = Int(words[7])
      else { return nil }
      let place = words[5].split(separator: ":")
      guard place.count == 3, let inode = UInt(place[2]) else { return nil }
      self.pid = pid
      self.inode = inode
      device = "\(place[0]):\(place[1])"
      // Byte 120 is the write lock; 123 to 127 are the readers'.
      hold =
        words[3] == "WRITE" && first <= 120 && last >= 120
        ? .writeLock : words[3] == "READ" && first <= 127 && last >= 123 ? .view : nil
    }
  }

  private static func processes() -> [Int32] { names(in: "/proc").compactMap { Int32($0) } }

  /// Whether a process has a file open, by the links that the system shows of it.
  private static func opens(_ path: String, _ pid: Int32) -> Bool {
    guard let real = unsafe realpath(path, nil) else { return false }
    let wanted = unsafe String(cString: real)
    unsafe free(real)
    let links = "/proc/\(pid)/fd"
    return names(in: links).contains { name in
      var target = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
      let count = unsafe readlink("\(links)/\(name)", &target, Int(PATH_MAX))
      let link = target.prefix(max(0, count)).map { UInt8(bitPattern: $0) }
      return String(decoding: link, as: UTF8.self) == wanted
    }
  }

  /// What a folder holds; nothing where it cannot be read.
  private static func names(in path: String) -> [String] {
    guard let folder = unsafe opendir(path) else { return [] }
    defer { unsafe closedir(folder) }
    var found: [String] = []
    while let entry = unsafe readdir(folder) {
      found.append(
        unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
          unsafe name.withMemoryRebound(to: CChar.self, capacity: 256) {
            unsafe String(cString: $0)
          }
        }
      )
    }
    return found
  }

  private static func command(_ pid: Int32) -> String {
    var bytes = read("/proc/\(pid)/cmdline")
    if bytes.isEmpty { bytes = read("/proc/\(pid)/comm") }
    while let last = bytes.last, last == 0 || last == UInt8(ascii: "\n") { bytes.removeLast() }
    // What a process calls itself is its own affair: nothing of it may steer a terminal.
    let text = String(decoding: bytes.map { $0 < 32 || $0 == 127 ? 32 : $0 }, as: UTF8.self)
    return text.count > 120 ? text.prefix(119) + "…" : text
  }

  private static func read(_ path: String) -> [UInt8] {
    guard let file = unsafe fopen(path, "re") else { return [] }
    defer { unsafe fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16_384)
    while true {
      let count = unsafe fread(&chunk, 1, chunk.count, file)
      guard count > 0 else { return bytes }
      bytes += chunk[..<count]
    }
  }

  private static func major(_ device: dev_t) -> UInt64 {
    (UInt64(device) >> 8) & 0xfff | (UInt64(device) >> 32) & ~0xfff
  }

  private static func minor(_ device: dev_t) -> UInt64 {
    UInt64(device) & 0xff | (UInt64(device) >> 12) & ~0xff
  }

  /// As the kernel writes it: two digits at least.
  private static func hexadecimal(_ number: UInt64) -> String {
    let digits = String(number, radix: 16)
    return digits.count < 2 ? "0" + digits : digits
  }
}
