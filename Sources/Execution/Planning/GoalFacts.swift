// From a goal to the objects and facts its plan starts from. Three sources, and no other: the
// context (what is wanted), a look at the workspace (what is there, and whether each edit would
// apply: the applier's dry run), and the policy with the active beliefs. No string of the context
// becomes a symbol.
//
// What must stay true: file i of the context is `f<i+1>`; the chains hold every file once in `all`
// and once in `tests` or `sources`, deletions first, so that what makes room comes before what
// needs it.

import HTN

/// The objects and facts that a goal's plan starts from.
struct GoalFacts: Sendable {
  /// The problem's own objects.
  private(set) var objects: [TypedObject] = []
  /// What is true at first.
  private(set) var facts: [Fact] = []
  /// What the objects stand for.
  private(set) var bindings: [String: SymbolBinding] = [:]

  /// The facts of a goal.
  ///
  /// - Parameters:
  ///   - seen: what the dry run said of each of the context's files.
  ///   - testFiles: whether each of the context's files is a test by the policy's globs.
  ///   - hasTests: whether the context's tests are to be run; false where there is no workspace.
  init(
    context: GoalContext,
    seen: [SeenFile],
    hasTests: Bool,
    redGreen: Bool,
    beliefs: [String],
    domain: CodingDomain
  ) {
    facts.append(Fact("clean"))
    let symbols = context.files.indices.map(Self.symbol(ofFile:))
    for (index, file) in context.files.enumerated() {
      describe(file, seen[index], symbol: symbols[index], pointer: "/files/\(index)")
    }
    let order = Self.deletionsFirst(context.files)
    chain("all", order.map { symbols[$0] })
    chain("tests", order.filter { seen[$0].isTest }.map { symbols[$0] })
    chain("sources", order.filter { !seen[$0].isTest }.map { symbols[$0] })
    crowd(context.files, symbols)
    if hasTests {
      bind("t1", type: "test_command", SymbolBinding(kind: .tests, name: context.tests))
      facts.append(Fact("asked_tests", ["t1"]))
    }
    if let command = context.command {
      let binding = SymbolBinding(kind: .command, name: command, pointer: "/command")
      bind("c1", type: "plain_command", binding)
      facts.append(Fact("asked_command", ["c1"]))
    }
    for belief in Set(beliefs).sorted() where domain.knowsBelief(belief) {
      facts.append(Fact("believed", [belief]))
    }
    if redGreen { facts.append(Fact("required", ["red-green"])) }
  }

  /// The symbol of the file at an index of the context.
  static func symbol(ofFile index: Int) -> String { "f\(index + 1)" }

  private mutating func bind(_ symbol: String, type: String, _ binding: SymbolBinding) {
    objects.append(TypedObject(symbol, TypeExpression(type)))
    bindings[symbol] = binding
  }

  private mutating func describe(
    _ file: FileRequest,
    _ seen: SeenFile,
    symbol: String,
    pointer: String
  ) {
    let binding = SymbolBinding(
      kind: .file,
      name: file.path.text,
      pointer: pointer,
      expects: seen.sha256
    )
    if case .edits = file.wish {
      bind(symbol, type: "edited_file", binding)
      if seen.matches { facts.append(Fact("edits_match", [symbol])) }
    } else {
      bind(symbol, type: "file", binding)
    }
    facts.append(Fact("todo", [symbol]))
    switch file.wish {
    case .content: facts.append(Fact("wants_content", [symbol]))
    case .edits: facts.append(Fact("wants_edits", [symbol]))
    case .deletion: facts.append(Fact("wants_deletion", [symbol]))
    }
    if seen.present { facts.append(Fact("present", [symbol])) }
    if seen.isTest { facts.append(Fact("test_file", [symbol])) }
    if file.wish != .deletion, seen.alreadyAsWanted {
      facts.append(Fact("already_as_wanted", [symbol]))
    }
  }

  private mutating func chain(_ name: String, _ symbols: [String]) {
    guard let first = symbols.first, let last = symbols.last else {
      facts.append(Fact("empty", [name]))
      return
    }
    facts.append(Fact("head", [name, first]))
    for (one, following) in zip(symbols, symbols.dropFirst()) {
      facts.append(Fact("next", [name, one, following]))
    }
    facts.append(Fact("last", [name, last]))
  }

  /// Deleted files that stand where others are to be: as a folder's name, or inside what is to
  /// become a file.
  private mutating func crowd(_ files: [FileRequest], _ symbols: [String]) {
    var wanted: [[UInt8]: Int] = [:]
    var deleted: [[UInt8]: Int] = [:]
    for (index, file) in files.enumerated() {
      switch file.wish {
      case .deletion: deleted[Array(file.path.text.utf8)] = index
      case .content: wanted[Array(file.path.text.utf8)] = index
      case .edits: break
      }
    }
    guard !deleted.isEmpty, !wanted.isEmpty else { return }
    var crowded: Set<Int> = []
    func note(_ deletion: Int, _ creation: Int) {
      if crowded.insert(creation).inserted { facts.append(Fact("crowded", [symbols[creation]])) }
      facts.append(Fact("in_the_way", [symbols[deletion], symbols[creation]]))
    }
    for (index, file) in files.enumerated() {
      var folder = file.path.parent
      while let above = folder {
        let bytes = Array(above.text.utf8)
        if case .content = file.wish, let other = deleted[bytes] { note(other, index) }
        if file.wish == .deletion, let other = wanted[bytes] { note(index, other) }
        folder = above.parent
      }
    }
  }

  /// The indices of the files, those to be deleted before the others, each in the order given.
  private static func deletionsFirst(_ files: [FileRequest]) -> [Int] {
    let deletions = files.indices.filter { files[$0].wish == .deletion }
    return deletions + files.indices.filter { files[$0].wish != .deletion }
  }
}

/// What was seen of one of the context's files.
struct SeenFile: Sendable, Hashable {
  /// Whether the file exists.
  var present = false
  /// Whether what is wanted could be done to it now.
  var matches = false
  /// Whether there is nothing left to do.
  var alreadyAsWanted = false
  /// Why it could not be done: a sentence.
  var reason: String?
  /// The SHA-256 of the content, in lower-case hexadecimal digits; nil if there is no file.
  var sha256: String?
  /// Whether it is a test file by the policy's globs.
  var isTest = false
}
