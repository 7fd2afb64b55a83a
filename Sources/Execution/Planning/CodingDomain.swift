// The domain that goals are planned in: the built-in `coding.hddl`, and an operator's file merged
// after it. What must stay true: every action has an executor, and no action that is not built in
// touches a guarded predicate, so that whatever an operator adds, a plan cannot claim evidence that
// no built-in executor gathered.

import HTN

/// The code that performs an action, as `;@ executor` in the domain names it.
public enum ExecutorKind: String, Sendable, Hashable, CaseIterable {
  /// Checks that a file is as wanted already.
  case keepFile = "keep_file"
  /// Makes a file.
  case createFile = "create_file"
  /// Replaces a file's content.
  case replaceFile = "replace_file"
  /// Edits a file.
  case editFile = "edit_file"
  /// Deletes a file.
  case deleteFile = "delete_file"
  /// Checks that a file does not exist.
  case findGone = "find_gone"
  /// Runs the tests on the untouched tree, where they must pass.
  case proveBaseline = "prove_baseline"
  /// Runs the tests, which must fail.
  case seeTestsFail = "see_tests_fail"
  /// Runs the tests, which must pass.
  case runTests = "run_tests"
  /// Checks the evidence and the success metrics.
  case validate
  /// Checks the success metrics of a goal that ran a command and changed nothing.
  case validateCommand = "validate_command"
  /// Sums up the change.
  case commit
  /// Runs a command of the policy.
  case runCommand = "run_command"
  /// Does nothing: the note is the result.
  case recordNote = "record_note"

  /// Whether it runs one of the policy's commands.
  public var runsCommand: Bool {
    switch self {
    case .proveBaseline, .seeTestsFail, .runTests, .runCommand: true
    default: false
    }
  }
}

/// How an action is performed.
public struct ActionProfile: Sendable, Hashable {
  /// The code that performs it.
  public let executor: ExecutorKind
  /// Whether what it learns decides how the plan goes on.
  public let observes: Bool
  /// Whether it leaves a commit in the attempt's worktree, by which a recovery knows it done.
  public let commits: Bool
  /// The policy's command that it always runs; nil if its argument says which, or none is run.
  public let command: String?
}

/// The domain that goals are planned in.
public struct CodingDomain: Sendable {
  /// The built-in domain as HDDL text.
  public static var text: String {
    EmbeddedText.files.first { $0.name == fileName }?.text ?? ""
  }
  private static let fileName = "coding.hddl"

  /// The domain, with the operator's declarations.
  public let domain: Domain
  /// The compound tasks a goal may name, in the order of their declaration.
  public let taskNames: [String]
  /// The task of a goal that names none.
  public let defaultTask: String
  private let profiles: [String: ActionProfile]

  /// The built-in domain, with an operator's file merged after it.
  ///
  /// - Parameters:
  ///   - operatorText: the text of the operator's file; nil if there is none.
  ///   - file: what errors call that file.
  /// - Throws: `.refused`, naming file, line and column, if the operator's file is not HDDL, declares
  ///   a name again, has an action without an executor, or weakens the built-in evidence.
  public init(operatorText: String? = nil, file: String = "domain.hddl") throws(ExecutionError) {
    let builtIn: Domain
    do throws(HDDLError) {
      builtIn = try Domain(hddl: Self.text, file: Self.fileName)
    } catch {
      throw ExecutionError(.internal, "the built-in domain is broken: \(error)")
    }
    var domain = builtIn
    if let operatorText {
      do throws(HDDLError) {
        domain = try builtIn.merging(hddl: operatorText, file: file)
      } catch {
        throw ExecutionError(.refused, "the operator's domain is not accepted: \(error)")
      }
    }
    var profiles: [String: ActionProfile] = [:]
    for action in domain.actions {
      let isBuiltIn = builtIn.action(action.name) != nil
      if !isBuiltIn { try Self.checkHarmless(action, in: builtIn) }
      profiles[action.name] = try Self.profile(of: action, isBuiltIn: isBuiltIn)
    }
    let named = domain.tasks.filter { $0.parameters.isEmpty && $0.annotations.has("task") }
    taskNames = named.map(\.name)
    defaultTask = named.first { $0.annotations.has("default") }?.name ?? taskNames.first ?? ""
    self.domain = domain
    self.profiles = profiles
  }

  /// How the action is performed; nil if the domain has no such action.
  public func profile(of action: String) -> ActionProfile? { profiles[action] }

  /// The actions, in the order of their declaration.
  public var actionNames: [String] { domain.actions.map(\.name) }

  /// Whether a problem may hold the belief of that symbolic name: some declaration names it.
  public func knowsBelief(_ name: String) -> Bool {
    domain.constants.contains { constant in
      constant.name == name
        && domain.types.isSubtype(constant.type, of: TypeExpression("belief"))
    }
  }

  /// The sentence that says a fact, or that denies it, with names in the place of symbols.
  public func sentence(_ fact: Fact, holds: Bool, bindings: BindingTable) -> String {
    let names = fact.arguments.map(bindings.name(of:))
    let pattern = domain.predicate(fact.predicate)?.annotations.value(holds ? "says" : "denies")
    guard let pattern else {
      let words = ([fact.predicate] + names).joined(separator: " ")
      return holds ? words : "not \(words)"
    }
    var sentence = ""
    var rest = Substring(pattern)
    while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
      sentence += rest[..<open]
      let index = Int(rest[rest.index(after: open)..<close])
      if let index, names.indices.contains(index) { sentence += names[index] }
      rest = rest[rest.index(after: close)...]
    }
    return sentence + rest
  }

  private static func profile(
    of action: Action,
    isBuiltIn: Bool
  ) throws(ExecutionError) -> ActionProfile {
    let place = action.position.map { "\($0): " } ?? ""
    let known = isBuiltIn ? ExecutorKind.allCases : [.runCommand, .recordNote]
    let names = listed(known.map(\.rawValue), "or")
    guard let name = action.annotations.value("executor") else {
      throw ExecutionError(
        .refused,
        "\(place)the action '\(action.name)' has no executor",
        hint: "write ';@ executor NAME' before it, with one of \(names)"
      )
    }
    guard let kind = known.first(where: { $0.rawValue == name }) else {
      throw ExecutionError(
        .refused,
        "\(place)the action '\(action.name)' cannot have the executor '\(name)'",
        hint: "use one of \(names)"
      )
    }
    let command = action.annotations.value("command")
    guard isBuiltIn || kind != .runCommand || command != nil else {
      throw ExecutionError(
        .refused,
        "\(place)the action '\(action.name)' does not say which command it runs",
        hint: "write ';@ command NAME' before it, with a command of the workspace's policy"
      )
    }
    return ActionProfile(
      executor: kind,
      observes: action.annotations.has("observes"),
      commits: action.annotations.has("commits"),
      command: command
    )
  }

  /// Refuses an operator's action that changes a guarded predicate.
  private static func checkHarmless(
    _ action: Action,
    in builtIn: Domain
  ) throws(ExecutionError) {
    for predicate in action.effect.predicates {
      guard builtIn.predicate(predicate)?.annotations.has("guarded") == true else { continue }
      let place = action.position.map { "\($0): " } ?? ""
      throw ExecutionError(
        .refused,
        "\(place)the action '\(action.name)' must not change '\(predicate)': it is evidence that "
          + "only built-in actions give",
        hint: "declare a predicate of your own"
      )
    }
  }
}

extension [Annotation] {
  /// Whether a structured comment of that key is there.
  func has(_ key: String) -> Bool { contains { $0.key == key } }

  /// What the first structured comment of that key says.
  func value(_ key: String) -> String? { first { $0.key == key }?.value }
}

extension Effect {
  /// The predicates it may change.
  fileprivate var predicates: [Symbol] {
    switch self {
    case .add(let atom), .delete(let atom): [atom.predicate]
    case .and(let parts): parts.flatMap(\.predicates)
    case .forall(_, let inner), .when(_, let inner): inner.predicates
    }
  }
}
