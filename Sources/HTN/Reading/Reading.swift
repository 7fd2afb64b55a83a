// The pieces every section of a file is made of: names, typed lists, terms, keyword sections. Each
// function takes what was found and says what was expected instead.

extension SExpression {
  /// The word itself, or the error that `what` was expected.
  func name(_ what: String) throws(HDDLError) -> Symbol {
    guard let word, word != "-" else { throw .found(found, at: position, expected: what) }
    guard !word.hasPrefix("?"), !word.hasPrefix(":") else {
      throw .found(found, at: position, expected: what)
    }
    return word
  }

  /// The items of the list, or the error that `what` was expected.
  func items(_ what: String) throws(HDDLError) -> [SExpression] {
    guard let list else { throw .found(found, at: position, expected: what) }
    return list
  }

  /// Whether it is the given keyword, in any case.
  func isKeyword(_ keyword: String) -> Bool { word?.lowercased() == keyword }

  /// The lower-cased word a list begins with.
  var head: String? { list?.first?.word?.lowercased() }

  /// An argument: a variable or a constant.
  func term() throws(HDDLError) -> Term {
    if let word, word.hasPrefix("?"), word.count > 1 { return .variable(word) }
    return .constant(try name("a variable or an object"))
  }

  /// A type: a name, or `(either ...)`.
  func type() throws(HDDLError) -> TypeExpression {
    guard let items = list else { return TypeExpression(try name("a type")) }
    guard head == "either", items.count > 1 else {
      throw .found(found, at: position, expected: "a type or '(either ...)'")
    }
    var names: [Symbol] = []
    for item in items.dropFirst() { names.append(try item.name("a type")) }
    return TypeExpression(names)
  }
}

/// The error of a list that ends too early, or of what stands where it should go on.
func missing(
  _ expected: String,
  at index: Int,
  of items: [SExpression],
  in list: SExpression
) -> HDDLError {
  index < items.count
    ? .found(items[index].found, at: items[index].position, expected: expected)
    : .found("')'", at: list.end, expected: expected)
}

/// Reads `a b - type c - type d`; what has no type is an `object`.
func typedList<Item>(
  _ items: ArraySlice<SExpression>,
  end: SourcePosition,
  _ make: (SExpression, TypeExpression) throws(HDDLError) -> Item
) throws(HDDLError) -> [Item] {
  var result: [Item] = []
  var waiting: [SExpression] = []
  var index = items.startIndex
  while index < items.endIndex {
    let item = items[index]
    index += 1
    guard item.word == "-" else {
      waiting.append(item)
      continue
    }
    guard !waiting.isEmpty else {
      throw .found("'-'", at: item.position, expected: "a name before the type")
    }
    guard index < items.endIndex else { throw .found("')'", at: end, expected: "a type") }
    let type = try items[index].type()
    index += 1
    for name in waiting { result.append(try make(name, type)) }
    waiting = []
  }
  for name in waiting { result.append(try make(name, .object)) }
  return result
}

/// Reads the parameters in a list such as `(?a ?b - block)`.
func parameters(_ list: SExpression) throws(HDDLError) -> [Parameter] {
  let items = try list.items("a list of parameters")
  return try parameters(items[...], end: list.end)
}

/// Reads parameters that are not in a list of their own.
func parameters(
  _ items: ArraySlice<SExpression>,
  end: SourcePosition
) throws(HDDLError) -> [Parameter] {
  try typedList(items, end: end) { (item, type) throws(HDDLError) in
    guard let word = item.word, word.hasPrefix("?"), word.count > 1 else {
      throw .found(item.found, at: item.position, expected: "a variable such as ?x")
    }
    return Parameter(word, type, position: item.position)
  }
}

/// Reads the objects or constants of a section.
func typedObjects(_ section: SExpression) throws(HDDLError) -> [TypedObject] {
  let items = try section.items("a list of objects")
  return try typedList(items.dropFirst(), end: section.end) { (item, type) throws(HDDLError) in
    TypedObject(try item.name("an object's name"), type, position: item.position)
  }
}

/// The `:keyword value` pairs that a declaration consists of.
struct KeywordSections {
  private var values: [String: (key: SExpression, value: SExpression)] = [:]

  /// Reads pairs, refusing keywords that are not `allowed` and ones given twice.
  init(
    _ items: ArraySlice<SExpression>,
    of list: SExpression,
    allowed: [String]
  ) throws(HDDLError) {
    var index = items.startIndex
    while index < items.endIndex {
      let key = items[index]
      guard let word = key.word?.lowercased(), allowed.contains(word) else {
        throw .found(
          key.found,
          at: key.position,
          expected: "one of " + allowed.joined(separator: ", ")
        )
      }
      guard index + 1 < items.endIndex else {
        throw .found("')'", at: list.end, expected: "what follows \(word)")
      }
      guard values[word] == nil else {
        throw HDDLError(
          .duplicateName,
          at: key.position,
          "'\(word)' is given twice",
          hint: "join the two parts"
        )
      }
      values[word] = (key, items[index + 1])
      index += 2
    }
  }

  /// What follows the keyword, if it is there.
  subscript(keyword: String) -> SExpression? { values[keyword]?.value }

  /// The one of several synonyms that is there.
  func one(of keywords: [String]) throws(HDDLError) -> (keyword: String, value: SExpression)? {
    let given = keywords.compactMap { keyword in
      values[keyword].map { (keyword: keyword, key: $0.key.position, value: $0.value) }
    }.sorted { ($0.key.line, $0.key.column) < ($1.key.line, $1.key.column) }
    guard given.count < 2 else {
      throw HDDLError(
        .duplicateName,
        at: given[1].key,
        "both '\(given[0].keyword)' and '\(given[1].keyword)' are given",
        hint: "they mean the same network; keep one"
      )
    }
    return given.first.map { ($0.keyword, $0.value) }
  }
}
