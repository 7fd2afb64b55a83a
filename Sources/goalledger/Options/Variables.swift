import Glibc
import Worker

/// The process's environment, of which only named variables are looked at.
enum Variables {
  static func value(_ name: String) -> String? {
    unsafe getenv(name).map { unsafe String(cString: $0) }
  }

  /// The variables a configuration depends on.
  static var ofConfiguration: [String: String] {
    var variables: [String: String] = [:]
    for name in Configuration.variables { variables[name] = value(name) }
    return variables
  }
}
