import Glibc

/// Who runs this process, as the system knows them.
enum SystemUser {
  /// The user's name, or `uid:1000` where the system has none for the number.
  static var name: String {
    guard let entry = unsafe getpwuid(geteuid()), let name = unsafe entry.pointee.pw_name else {
      return "uid:\(geteuid())"
    }
    return unsafe String(cString: name)
  }
}
