import Glibc

/// Standard output and standard error, written at once and whole: no buffer of ours stands between
/// a line and a reader that follows.
struct Terminal: Sendable {
  /// Results.
  static let output = Terminal(descriptor: STDOUT_FILENO)
  /// Progress and errors.
  static let error = Terminal(descriptor: STDERR_FILENO)

  let descriptor: Int32
  /// Whether a person is likely to look: colours are only for one.
  let isColoured: Bool

  init(descriptor: Int32) {
    self.descriptor = descriptor
    isColoured =
      isatty(descriptor) == 1 && (Variables.value("NO_COLOR") ?? "").isEmpty
      && Variables.value("TERM") != "dumb"
  }

  func write(_ text: String) { write(Array(text.utf8)) }

  func write(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      // Whoever read us has gone, or the disk under a redirection is full: there is no one to tell.
      guard count > 0 else { exit(74) }
      rest = rest.dropFirst(count)
    }
  }

  func line(_ text: String = "") { write(text + "\n") }

  /// The text in a colour, where colours are for a person.
  func paint(_ text: String, _ colour: Colour) -> String {
    isColoured ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
  }
}

/// The few colours there are, by their meaning.
enum Colour: String {
  case good = "32"
  case bad = "31"
  case busy = "33"
  case quiet = "2"
}
