/// One numbered step of the schema, as it was compiled into this binary.
public struct Migration: Sendable, Hashable {
  /// The step's place in the order, from 1.
  public let number: Int
  /// The file's name, such as `0001_goals.sql`.
  public let name: String
  /// The SQL, exactly as in the file.
  public let sql: String

  /// Every migration, in order.
  public static let all: [Migration] = EmbeddedText.files.compactMap { file in
    guard let number = Int(file.name.prefix(4)) else { return nil }
    return Migration(number: number, name: file.name, sql: file.text)
  }
}
