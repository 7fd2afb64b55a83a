// A path inside a workspace, checked once and then trusted: everything that names a file of a
// workspace carries this type. It says nothing about what lies on disk (symlinks are the business
// of `SafeFolder`); it says that the text itself cannot name anything outside the folder or inside
// git's own data.

/// A validated path below a workspace's root, with `/` between its components.
public struct RelativePath: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The path as given, for example `src/a.py`.
  public let text: String

  /// The longest path accepted, in bytes of UTF-8.
  public static let maxBytes = 4096
  /// The longest component accepted, in bytes (the limit of Linux file systems).
  public static let maxComponentBytes = 255

  /// Checks `text` and keeps it.
  /// - Throws: `.refused` with a sentence naming the path and the rule it breaks.
  public init(_ text: String) throws(ExecutionError) {
    if let reason = Self.fault(in: text) {
      throw ExecutionError(.refused, "the path \(Self.quoted(text)) \(reason)")
    }
    self.text = text
  }

  /// The components, from the root down; never empty.
  public var components: [String] { text.split(separator: "/").map(String.init) }

  /// The last component.
  public var name: String { components.last ?? text }

  /// The folder that holds it, or `nil` at the root.
  public var parent: RelativePath? {
    guard let slash = text.utf8.lastIndex(of: UInt8(ascii: "/")) else { return nil }
    return RelativePath(checked: String(text[..<slash]))
  }

  /// The path itself.
  public var description: String { text }

  /// Byte order, as git sorts.
  public static func < (a: RelativePath, b: RelativePath) -> Bool {
    a.text.utf8.lexicographicallyPrecedes(b.text.utf8)
  }

  private init(checked: String) { text = checked }

  /// Why `text` is not a path to accept, or `nil`.
  private static func fault(in text: String) -> String? {
    if text.isEmpty { return "is empty; name a file below the workspace's root" }
    if text.utf8.count > maxBytes { return "is longer than \(maxBytes) bytes" }
    if text.utf8.first == UInt8(ascii: "/") {
      return "is absolute; write it relative to the workspace's root"
    }
    if text.utf8.last == UInt8(ascii: "/") { return "ends with a slash; name a file, not a folder" }
    if text.unicodeScalars.contains(where: { $0.value < 0x20 || (0x7f...0x9f).contains($0.value) })
    {
      return "contains a control character"
    }
    if text.utf8.contains(UInt8(ascii: "\\")) { return "contains a backslash; separate with '/'" }
    for component in text.split(separator: "/", omittingEmptySubsequences: false) {
      switch component {
      case "": return "has an empty component ('//')"
      case ".": return "has the component '.'; leave it out"
      case "..": return "has the component '..'; it must stay below the workspace's root"
      default: break
      }
      if component.utf8.count > maxComponentBytes {
        return "has a component longer than \(maxComponentBytes) bytes"
      }
      if isGitName(component) { return "reaches into '.git', which belongs to git" }
    }
    return nil
  }

  /// Whether a component names `.git` on some file system: in any case, with trailing dots, spaces
  /// or a stream suffix (NTFS), under its 8.3 name, or with code points HFS+ ignores. The list
  /// follows git's own `verify_path`.
  private static func isGitName(_ component: Substring) -> Bool {
    var name = ""
    for scalar in component.unicodeScalars where !isIgnorable(scalar) {
      name.unicodeScalars.append(scalar)
    }
    name = name.lowercased()
    if let colon = name.firstIndex(of: ":") { name = String(name[..<colon]) }
    while let last = name.last, last == "." || last == " " { name.removeLast() }
    return name == ".git" || name == "git~1"
  }

  private static func isIgnorable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x200c...0x200f, 0x202a...0x202e, 0x206a...0x206f, 0xfeff: true
    default: false
    }
  }

  /// `text` in single quotes, with control characters escaped and its length bounded.
  static func quoted(_ text: String) -> String {
    var out = "'"
    for scalar in text.unicodeScalars.prefix(120) {
      out +=
        scalar.value < 0x20 || scalar.value == 0x7f ? scalar.escaped(asASCII: true) : "\(scalar)"
    }
    return out + (text.unicodeScalars.count > 120 ? "…'" : "'")
  }
}
