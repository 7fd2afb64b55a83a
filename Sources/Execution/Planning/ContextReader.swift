// Reads and validates a goal's context and success metrics. Every mistake is found before any is
// reported, and each is named by its JSON path: `$.files[1].edits[0].search: must not be empty`.
// What must stay true: this accepts exactly what the JSON Schemas in `Schema/context` accept, but
// for what no schema can say (a path named twice) and limits that a workspace's policy sets.

import GoalLedger

extension GoalContext {
  /// Reads the context of a goal for a task.
  ///
  /// - Parameters:
  ///   - json: the text of the `context` column.
  ///   - task: the compound task, which decides what keys are taken.
  /// - Throws: `.invalidContext`, naming the JSON path of every mistake.
  public init(json: String, task: String) throws(ExecutionError) {
    let value = try parsed(json, "context")
    let form = ContextForm(task: task)
    var check = JSONCheck()
    let root = JSONPlace()
    let members =
      check.object(
        value,
        root,
        keys: form.keys,
        required: form.required,
        of: "the context of \(task)"
      ) ?? [:]
    func member(_ key: String) -> JSONValue? { form.keys.contains(key) ? members[key] : nil }

    var files: [FileRequest] = []
    if let value = member("files") {
      files = check.files(value, root.member("files"))
    }
    var names: [String: String] = [:]
    var brought: [String: CommandSpec] = [:]
    for key in ["tests", "command"] {
      guard let value = member(key) else { continue }
      if value.object != nil {
        brought[key] = check.command(value, root.member(key))
        names[key] = GoalContext.broughtName
      } else {
        names[key] = check.commandName(value, root.member(key))
      }
    }
    let note = member("note").flatMap {
      check.string($0, root.member("note"), mayBeEmpty: true)
    }
    try check.finish("context")
    self.init(
      files: files,
      tests: names["tests"] ?? GoalContext.defaultTests,
      command: names["command"],
      brought: brought,
      note: note
    )
  }
}

/// A condition that must hold before a goal is satisfied, besides its tests.
public enum SuccessMetric: Sendable, Hashable {
  /// The file exists.
  case filePresent(RelativePath)
  /// The file does not exist.
  case fileAbsent(RelativePath)
  /// The file exists and contains the text.
  case fileContains(RelativePath, text: String)
  /// The policy's command of that name ends with exit code 0.
  case command(name: String)

  /// Reads the `success_metrics` of a goal: a JSON array of conditions.
  ///
  /// - Throws: `.invalidContext`, naming the JSON path of every mistake.
  public static func read(json: String) throws(ExecutionError) -> [SuccessMetric] {
    let value = try parsed(json, "list of success metrics")
    var check = JSONCheck()
    let elements = check.array(value, JSONPlace()) ?? []
    let metrics = elements.enumerated().compactMap { index, element in
      check.metric(element, JSONPlace().element(index))
    }
    try check.finish("list of success metrics")
    return metrics
  }

  /// The condition as a person says it.
  public var sentence: String {
    switch self {
    case .filePresent(let path): "\(path) exists"
    case .fileAbsent(let path): "\(path) does not exist"
    case .fileContains(let path, let text):
      "\(path) contains \(JSONValue.string(String(text.prefix(60))))"
    case .command(let name): "the command \(name) ends with exit code 0"
    }
  }
}

/// Parses JSON, or says where it is broken.
private func parsed(_ json: String, _ what: String) throws(ExecutionError) -> JSONValue {
  do throws(JSONError) {
    return try JSONValue.parse(json)
  } catch {
    throw ExecutionError(.invalidContext, "the \(what) is not JSON: \(error)")
  }
}

extension JSONCheck {
  /// The name of a command of the policy.
  fileprivate mutating func commandName(_ value: JSONValue, _ place: JSONPlace) -> String? {
    guard value.string != nil else {
      fault(place, "must be a command's name or an object with 'argv', not \(value.kind)")
      return nil
    }
    return string(value, place)
  }

  /// A command that the context brings itself.
  fileprivate mutating func command(_ value: JSONValue, _ place: JSONPlace) -> CommandSpec? {
    guard
      let members = object(
        value,
        place,
        keys: ["argv", "timeout_ms"],
        required: ["argv"],
        of: "a command"
      )
    else { return nil }
    let list = place.member("argv")
    let words = members["argv"].flatMap { array($0, list) } ?? []
    if members["argv"]?.array?.isEmpty == true { fault(list, "must name a program") }
    let argv = words.enumerated().compactMap { index, word in
      string(word, list.element(index), mayBeEmpty: index > 0)
    }
    var spec = CommandSpec(argv: argv)
    if let timeout = members["timeout_ms"] {
      guard let number = timeout.integer, (1...86_400_000).contains(number) else {
        fault(place.member("timeout_ms"), "must be a whole number from 1 to 86400000")
        return nil
      }
      spec.timeoutMS = Int(number)
    }
    return spec
  }

  /// The files of a context; at least one, none twice.
  fileprivate mutating func files(_ value: JSONValue, _ place: JSONPlace) -> [FileRequest] {
    guard let elements = array(value, place) else { return [] }
    if elements.isEmpty { fault(place, "must name at least one file") }
    // Two spellings of an accent count as one path, as they do on some file systems.
    var seen: [RelativePath: Int] = [:]
    var result: [FileRequest] = []
    for (index, element) in elements.enumerated() {
      let here = place.element(index)
      guard let file = file(element, here) else { continue }
      if let first = seen.updateValue(index, forKey: file.path) {
        fault(here.member("path"), "names \(file.path) again; \(place.element(first)) did already")
      }
      result.append(file)
    }
    return result
  }

  private mutating func file(_ value: JSONValue, _ place: JSONPlace) -> FileRequest? {
    let forms = ["content", "edits", "delete"]
    guard
      let members = object(
        value,
        place,
        keys: ["path"] + forms + ["expects"],
        required: ["path"],
        of: "a file"
      )
    else { return nil }
    let path = members["path"].flatMap { self.path($0, place.member("path")) }
    let given = forms.filter { members[$0] != nil }
    if given.count != 1 {
      let found = given.isEmpty ? "has none" : "has \(listed(given, "and"))"
      fault(place, "must have exactly one of content, edits and delete; it \(found)")
    }
    let expects = members["expects"].flatMap { digest($0, place.member("expects")) }
    let wishes = given.map { key in wish(key, members[key] ?? .null, place.member(key)) }
    guard let path, wishes.count == 1, let wish = wishes[0] else { return nil }
    return FileRequest(path: path, wish: wish, expects: expects)
  }

  private mutating func wish(
    _ key: String,
    _ value: JSONValue,
    _ place: JSONPlace
  ) -> FileRequest.Wish? {
    switch key {
    case "content":
      return string(value, place, mayBeEmpty: true).map(FileRequest.Wish.content)
    case "edits":
      return edits(value, place).map(FileRequest.Wish.edits)
    default:
      guard value == .bool(true) else {
        fault(place, "must be true")
        return nil
      }
      return .deletion
    }
  }

  private mutating func edits(_ value: JSONValue, _ place: JSONPlace) -> [EditRequest]? {
    guard let elements = array(value, place) else { return nil }
    if elements.isEmpty { fault(place, "must have at least one edit") }
    let edits = elements.enumerated().compactMap { index, element in
      edit(element, place.element(index))
    }
    return edits.isEmpty || edits.count < elements.count ? nil : edits
  }

  private mutating func edit(_ value: JSONValue, _ place: JSONPlace) -> EditRequest? {
    let keys = ["search", "replace"]
    guard let members = object(value, place, keys: keys, required: keys, of: "an edit") else {
      return nil
    }
    let search = members["search"].flatMap { string($0, place.member("search")) }
    let replace = members["replace"].flatMap {
      string($0, place.member("replace"), mayBeEmpty: true)
    }
    guard let search, let replace else { return nil }
    return EditRequest(search: search, replace: replace)
  }

  private mutating func digest(_ value: JSONValue, _ place: JSONPlace) -> String? {
    guard let text = string(value, place) else { return nil }
    let isDigest =
      text.utf8.count == 64
      && text.utf8.allSatisfy {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
          || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
      }
    guard isDigest else {
      fault(place, "must be a SHA-256: 64 hexadecimal digits in lower case")
      return nil
    }
    return text
  }

  /// One condition of the success metrics.
  fileprivate mutating func metric(_ value: JSONValue, _ place: JSONPlace) -> SuccessMetric? {
    let keysOfKind = [
      "file_present": ["path"], "file_absent": ["path"], "file_contains": ["path", "text"],
      "command": ["name"],
    ]
    guard let members = value.object else {
      fault(place, "must be an object, not \(value.kind)")
      return nil
    }
    guard let given = members["kind"] else {
      fault(place.member("kind"), "is missing")
      return nil
    }
    guard let kind = string(given, place.member("kind")) else { return nil }
    guard let needed = keysOfKind[kind] else {
      let known = keysOfKind.keys.sorted()
      let near = closest(to: kind, among: known).map { "did you mean \($0)?" }
      fault(place.member("kind"), "is not known; \(near ?? "it is one of \(listed(known, "and"))")")
      return nil
    }
    _ = object(value, place, keys: ["kind"] + needed, required: needed, of: "\(kind)")
    let path =
      needed.contains("path")
      ? members["path"].flatMap { self.path($0, place.member("path")) } : nil
    switch kind {
    case "file_present": return path.map(SuccessMetric.filePresent)
    case "file_absent": return path.map(SuccessMetric.fileAbsent)
    case "file_contains":
      let text = members["text"].flatMap { string($0, place.member("text")) }
      guard let path, let text else { return nil }
      return .fileContains(path, text: text)
    default:
      return members["name"].flatMap { string($0, place.member("name")) }
        .map(SuccessMetric.command(name:))
    }
  }
}
