// The type hierarchy. A type may have several supertypes (the competition's domains do); every type is
// below `object`. What must stay true: `isSubtype` is reflexive and transitive, and the table has no
// cycle apart from a type named as its own parent, which is ignored.

/// The types of a domain and how they include each other.
public struct TypeTable: Sendable {
  /// The direct supertypes of each type.
  public private(set) var parents: [Symbol: [Symbol]] = [:]
  /// Where each type was first declared; nil if built in memory or only named as a parent.
  public private(set) var positions: [Symbol: SourcePosition] = [:]
  /// The types in the order they were first named.
  public private(set) var names: [Symbol] = []
  private var ancestors: [Symbol: Set<Symbol>] = [:]

  /// A table that knows `object` only.
  public init() {
    note("object")
    ancestors["object"] = ["object"]
  }

  /// A table of types, each with its direct supertypes.
  ///
  /// - Throws: `HDDLError` with code `cycle` if a type would be above itself.
  public init(_ declarations: [(name: Symbol, parents: [Symbol])]) throws(HDDLError) {
    self.init(declarations.map { ($0.name, $0.parents, nil) })
    try close()
  }

  /// A table that is not yet closed: `close` must follow before types are compared.
  init(_ declarations: [(name: Symbol, parents: [Symbol], position: SourcePosition?)]) {
    self.init()
    for declaration in declarations { declare(declaration) }
  }

  /// Whether the type is known.
  public func contains(_ type: Symbol) -> Bool { parents[type] != nil }

  /// Whether everything of type `lower` is of type `upper`.
  public func isSubtype(_ lower: Symbol, of upper: Symbol) -> Bool {
    upper == "object" || lower == upper || ancestors[lower]?.contains(upper) == true
  }

  /// Whether everything that fits `lower` fits `upper`.
  public func isSubtype(_ lower: TypeExpression, of upper: TypeExpression) -> Bool {
    lower.names.allSatisfy { name in upper.names.contains { isSubtype(name, of: $0) } }
  }

  /// Whether some object could fit both: one includes the other, or a declared type is below both.
  public func overlap(_ left: TypeExpression, _ right: TypeExpression) -> Bool {
    for one in left.names {
      for other in right.names {
        if isSubtype(one, of: other) || isSubtype(other, of: one) { return true }
        if names.contains(where: { isSubtype($0, of: one) && isSubtype($0, of: other) }) {
          return true
        }
      }
    }
    return false
  }

  private mutating func note(_ type: Symbol) {
    guard parents[type] == nil else { return }
    parents[type] = []
    names.append(type)
  }

  private mutating func declare(
    _ declaration: (name: Symbol, parents: [Symbol], position: SourcePosition?)
  ) {
    note(declaration.name)
    if positions[declaration.name] == nil { positions[declaration.name] = declaration.position }
    for parent in declaration.parents where parent != declaration.name {
      note(parent)
      if parents[declaration.name]?.contains(parent) == false {
        parents[declaration.name]?.append(parent)
      }
    }
  }

  /// Computes what lies above each type.
  mutating func close() throws(HDDLError) {
    ancestors = ["object": ["object"]]
    for name in names {
      var above: Set<Symbol> = [name, "object"]
      var open = parents[name] ?? []
      while let next = open.popLast() {
        if next == name {
          throw HDDLError(
            .cycle,
            at: positions[name],
            "type '\(name)' is declared to be above itself",
            hint: "remove one of the declarations between '\(name)' and '\(name)'"
          )
        }
        guard above.insert(next).inserted else { continue }
        open.append(contentsOf: parents[next] ?? [])
      }
      ancestors[name] = above
    }
  }

  /// The declarations, to be merged with others.
  var declarations: [(name: Symbol, parents: [Symbol], position: SourcePosition?)] {
    names.compactMap { name in
      name == "object" ? nil : (name, parents[name] ?? [], positions[name])
    }
  }
}
