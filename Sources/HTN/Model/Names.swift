// The smallest words of the language: symbols, where they stand in a file, typed parameters, terms
// and the structured comments attached to declarations. Symbols compare byte for byte (HDDL files
// exist that differ in case only), and a position never takes part in comparing what was declared.

/// A name in a domain or problem: of a type, object, predicate, task, action or method.
public typealias Symbol = String

/// A place in an HDDL text.
public struct SourcePosition: Hashable, Sendable, CustomStringConvertible {
  /// What the text was called when it was read; empty if it had no name.
  public let file: String
  /// The line, from 1.
  public let line: Int
  /// The column in characters, from 1.
  public let column: Int

  /// A place in the text called `file`.
  public init(file: String, line: Int, column: Int) {
    self.file = file
    self.line = line
    self.column = column
  }

  /// `file:line:column`, or `line:column` for a text without a name.
  public var description: String {
    file.isEmpty ? "\(line):\(column)" : "\(file):\(line):\(column)"
  }
}

/// A structured comment, `;@ key value`, attached to the declaration that follows it.
public struct Annotation: Hashable, Sendable {
  /// The first word after `;@`.
  public let key: String
  /// The rest of the line without surrounding blanks, and without its quotes if it is one quoted string.
  public let value: String

  /// A structured comment.
  public init(key: String, value: String) {
    self.key = key
    self.value = value
  }
}

/// The type of a parameter or object: one name, or `(either a b)`.
public struct TypeExpression: Hashable, Sendable, CustomStringConvertible {
  /// The names; an object fits if it is of one of them.
  public let names: [Symbol]

  /// A type that any of `names` fits.
  public init(_ names: [Symbol]) { self.names = names }

  /// A single type.
  public init(_ name: Symbol) { names = [name] }

  /// The type every object has.
  public static let object = TypeExpression("object")

  /// As HDDL spells it.
  public var description: String {
    names.count == 1 ? names[0] : "(either \(names.joined(separator: " ")))"
  }
}

/// A variable with its type, as in `?f - file`.
public struct Parameter: Hashable, Sendable {
  /// The name with its question mark.
  public let name: Symbol
  /// What may be bound to it.
  public let type: TypeExpression
  /// Where it was declared; nil if built in memory.
  public let position: SourcePosition?

  /// A variable of a type.
  public init(_ name: Symbol, _ type: TypeExpression, position: SourcePosition? = nil) {
    self.name = name
    self.type = type
    self.position = position
  }

  /// Whether name and type are the same, wherever they were declared.
  public static func == (left: Parameter, right: Parameter) -> Bool {
    left.name == right.name && left.type == right.type
  }

  /// Hashes name and type.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(type)
  }
}

/// An argument: a variable or an object.
public enum Term: Hashable, Sendable, CustomStringConvertible {
  /// A variable, with its question mark.
  case variable(Symbol)
  /// An object or constant.
  case constant(Symbol)

  /// The name as written.
  public var description: String {
    switch self {
    case .variable(let name), .constant(let name): name
    }
  }
}

/// A named object of a problem, or a constant of a domain.
public struct TypedObject: Hashable, Sendable {
  /// Its name.
  public let name: Symbol
  /// Its type.
  public let type: TypeExpression
  /// Where it was declared; nil if built in memory.
  public let position: SourcePosition?

  /// An object of a type.
  public init(_ name: Symbol, _ type: TypeExpression, position: SourcePosition? = nil) {
    self.name = name
    self.type = type
    self.position = position
  }

  /// Whether name and type are the same, wherever they were declared.
  public static func == (left: TypedObject, right: TypedObject) -> Bool {
    left.name == right.name && left.type == right.type
  }

  /// Hashes name and type.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(type)
  }
}
