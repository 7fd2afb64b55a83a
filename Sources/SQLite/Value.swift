// Values of SQLite's five storage classes, and the Swift types that go in as one and come out of
// one. What is written is what is read: Int64 whole, text with its NUL bytes, an empty blob apart
// from NULL. Two things SQLite cannot keep: NaN is stored as NULL, and text is UTF-8, so bytes that
// are not come out of `String` repaired with U+FFFD (`Row.bytes` gives them as they are).

/// A value of one of SQLite's storage classes.
public enum Value: Sendable, Hashable {
  /// NULL.
  case null
  /// INTEGER.
  case integer(Int64)
  /// REAL. NaN is stored as NULL.
  case real(Double)
  /// TEXT.
  case text(String)
  /// BLOB.
  case blob([UInt8])

  /// The storage class, as SQL's `typeof` spells it but in upper case.
  public var storageClass: String {
    switch self {
    case .null: "NULL"
    case .integer: "INTEGER"
    case .real: "REAL"
    case .text: "TEXT"
    case .blob: "BLOB"
    }
  }
}

/// What can be bound to a parameter of a statement.
public protocol Bindable: Sendable {
  /// The value to bind.
  var sqlValue: Value { get }
}

/// What can be read from a column.
public protocol ColumnReadable {
  /// This value as a `Self`; nil where its storage class or range does not fit.
  static func read(_ value: Value) -> Self?
}

extension Value: Bindable, ColumnReadable {
  /// Itself.
  public var sqlValue: Value { self }
  /// Itself.
  public static func read(_ value: Value) -> Value? { value }
}

extension Int64: Bindable, ColumnReadable {
  /// An INTEGER.
  public var sqlValue: Value { .integer(self) }
  /// Reads an INTEGER.
  public static func read(_ value: Value) -> Int64? {
    guard case .integer(let number) = value else { return nil }
    return number
  }
}

extension Int: Bindable, ColumnReadable {
  /// An INTEGER.
  public var sqlValue: Value { .integer(Int64(self)) }
  /// Reads an INTEGER.
  public static func read(_ value: Value) -> Int? {
    guard case .integer(let number) = value else { return nil }
    return Int(exactly: number)
  }
}

extension Bool: Bindable, ColumnReadable {
  /// The INTEGER 1 or 0.
  public var sqlValue: Value { .integer(self ? 1 : 0) }
  /// Reads the INTEGER 1 or 0, and no other.
  public static func read(_ value: Value) -> Bool? {
    switch value {
    case .integer(0): false
    case .integer(1): true
    default: nil
    }
  }
}

extension Double: Bindable, ColumnReadable {
  /// A REAL; NULL for NaN.
  public var sqlValue: Value { isNaN ? .null : .real(self) }
  /// Reads a REAL, or an INTEGER that a Double holds exactly.
  public static func read(_ value: Value) -> Double? {
    switch value {
    case .real(let number): number
    case .integer(let number): Double(exactly: number)
    default: nil
    }
  }
}

extension String: Bindable, ColumnReadable {
  /// A TEXT, NUL bytes included.
  public var sqlValue: Value { .text(self) }
  /// Reads a TEXT.
  public static func read(_ value: Value) -> String? {
    guard case .text(let text) = value else { return nil }
    return text
  }
}

extension [UInt8]: Bindable, ColumnReadable {
  /// A BLOB; an empty one is no NULL.
  public var sqlValue: Value { .blob(self) }
  /// Reads a BLOB.
  public static func read(_ value: Value) -> [UInt8]? {
    guard case .blob(let bytes) = value else { return nil }
    return bytes
  }
}

extension Optional: Bindable where Wrapped: Bindable {
  /// The wrapped value; NULL for nil.
  public var sqlValue: Value { self?.sqlValue ?? .null }
}

/// The arguments of a statement: by position (`[1, "two", nil]`) or by name (`["id": 1]`).
///
/// A name may carry its prefix (`:id`, `@id`, `$id`) or leave it out. Every parameter of the
/// statement must get a value, and every value must have its parameter.
public struct Arguments: Sendable, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
  enum Form: Sendable {
    case positional([(any Bindable)?])
    case named([(name: String, value: (any Bindable)?)])
  }

  let form: Form

  /// Arguments by position, the first for parameter 1.
  public init(_ values: [(any Bindable)?]) {
    form = .positional(values)
  }

  /// Arguments by position, the first for parameter 1.
  public init(_ values: [any Bindable]) {
    form = .positional(values)
  }

  /// Arguments by name.
  public init(named values: [String: (any Bindable)?]) {
    form = .named(values.map { (name: $0.key, value: $0.value) })
  }

  /// Arguments by position.
  public init(arrayLiteral elements: (any Bindable)?...) {
    form = .positional(elements)
  }

  /// Arguments by name.
  public init(dictionaryLiteral elements: (String, (any Bindable)?)...) {
    form = .named(elements.map { (name: $0.0, value: $0.1) })
  }

  /// No arguments.
  public static let none = Arguments([(any Bindable)?]())
}
