import Glibc

/// What a worker is called on the ledger.
enum WorkerName {
  /// This process.
  static var processID: Int32 { getpid() }

  /// This machine, as it calls itself.
  static var host: String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard unsafe gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
    return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// A name that no other worker has: machine, process, and a random part, since process numbers
  /// come again.
  static func distinct() -> String {
    let random = String(UInt32.random(in: .min ... .max), radix: 36)
    return "worker@\(host)/\(processID)-\(random)"
  }
}
