// What the planner's symbols stand for. HDDL cannot spell `src/a.py`, and a planner that matched
// names in any other way than byte for byte could merge two files; so the planner sees `f1`, and
// this table says what that is. It is kept with the attempt (`attempts.bindings`), so that a later
// process, or an auditor, reads the plan with it. Contents stay in the goal's context: a binding
// points there.

import GoalLedger

/// What one symbol stands for.
public struct SymbolBinding: Sendable, Hashable {
  /// The kinds of things symbols stand for.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// A file of the workspace: `f1`, `f2`, ...
    case file
    /// A test command of the policy: `t1`.
    case tests
    /// Another command of the policy: `c1`.
    case command
  }

  /// What kind of thing it is.
  public let kind: Kind
  /// The path of a file; the name of a command.
  public let name: String
  /// Where the context asks for it: a JSON pointer (RFC 6901) such as `/files/0`; nil where the
  /// context does not mention it, as with default tests.
  public let pointer: String?
  /// The SHA-256 of the content the file had when the goal was planned, in lower-case hexadecimal
  /// digits; nil if there was no file, and for commands.
  public let expects: String?

  /// What a symbol stands for.
  public init(kind: Kind, name: String, pointer: String? = nil, expects: String? = nil) {
    self.kind = kind
    self.name = name
    self.pointer = pointer
    self.expects = expects
  }

  /// The place in the context's `files` that the pointer names; nil if it names none.
  public var fileIndex: Int? {
    guard let pointer, pointer.hasPrefix("/files/") else { return nil }
    return Int(pointer.dropFirst("/files/".count))
  }
}

/// What the symbols of a plan stand for.
public struct BindingTable: Sendable, Hashable {
  /// The bindings, by symbol.
  public let bindings: [String: SymbolBinding]

  /// A table.
  public init(_ bindings: [String: SymbolBinding] = [:]) { self.bindings = bindings }

  /// What the symbol stands for; nil if it stands for itself, as constants do.
  public subscript(symbol: String) -> SymbolBinding? { bindings[symbol] }

  /// The path or name the symbol stands for, or the symbol.
  public func name(of symbol: String) -> String { bindings[symbol]?.name ?? symbol }

  /// The symbol of the file of that path; nil if none stands for it.
  public func symbol(ofFile path: RelativePath) -> String? {
    let wanted = Array(path.text.utf8)
    return bindings.first { $1.kind == .file && Array($1.name.utf8) == wanted }?.key
  }

  /// The table as a JSON object, keys sorted.
  public var json: String {
    let members = bindings.mapValues { binding in
      var members: [String: JSONValue] = [
        "kind": .string(binding.kind.rawValue), "name": .string(binding.name),
      ]
      if let pointer = binding.pointer { members["pointer"] = .string(pointer) }
      if let expects = binding.expects { members["expects"] = .string(expects) }
      return JSONValue.object(members)
    }
    return JSONValue.object(members).text
  }

  /// Reads a table from what `json` gave.
  ///
  /// - Throws: `.internal` if the text is no table of bindings.
  public init(json: String) throws(ExecutionError) {
    let broken = ExecutionError(.internal, "the bindings on record are not readable")
    guard let members = (try? JSONValue.parse(json))?.object else { throw broken }
    var bindings: [String: SymbolBinding] = [:]
    for (symbol, value) in members {
      guard let kind = value["kind"]?.string.flatMap(SymbolBinding.Kind.init(rawValue:)),
        let name = value["name"]?.string
      else { throw broken }
      bindings[symbol] = SymbolBinding(
        kind: kind,
        name: name,
        pointer: value["pointer"]?.string,
        expects: value["expects"]?.string
      )
    }
    self.init(bindings)
  }
}
