import Dispatch
import Glibc
import Synchronization

/// Hears of the next write to a file, without looking at it: inotify, asked for one event at a time,
/// so that it costs nothing while the file is written all the time.
///
/// A write to a database's log comes before what it commits can be seen, and the file may be another
/// one by now: it is a reason to look soon and often, and no more than that.
final class LogWatch: Sendable {
  private let path: String
  private let descriptor: Int32
  // Made, set up and cancelled by one thread at a time; Dispatch's sources bear more.
  nonisolated(unsafe) private let source: any DispatchSourceRead
  private let bell = Doorbell()
  private let heard: Atomic<Bool>

  /// Watches the file at `path` when told to; nil where the system watches nothing more for this user.
  init?(_ path: String) {
    let descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
    guard descriptor >= 0 else { return nil }
    self.path = path
    self.descriptor = descriptor
    heard = Atomic(false)
    let source = DispatchSource.makeReadSource(fileDescriptor: descriptor)
    unsafe self.source = source
    source.setEventHandler { [weak self] in self?.hear() }
    source.setCancelHandler { close(descriptor) }
    source.activate()
  }

  deinit { unsafe source.cancel() }

  /// Asks for the next write from now on.
  /// - returns: false where there is no such file to watch.
  func arm() -> Bool {
    heard.store(false, ordering: .relaxed)
    return unsafe inotify_add_watch(descriptor, path, UInt32(IN_MODIFY) | UInt32(IN_ONESHOT)) >= 0
  }

  /// Waits for the write that was asked for.
  /// - returns: whether it came within the time.
  func wait(_ longest: Duration) async -> Bool {
    let alarm = Task { [bell] in
      try await Task.sleep(for: longest)
      bell.ring()
    }
    await bell.wait()
    alarm.cancel()
    return heard.load(ordering: .relaxed)
  }

  private func hear() {
    // What is read says nothing new, but has to be taken away.
    var events = [UInt8](repeating: 0, count: 4_096)
    while unsafe read(descriptor, &events, events.count) > 0 {}
    heard.store(true, ordering: .relaxed)
    bell.ring()
  }
}
