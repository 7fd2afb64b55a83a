/// A goal: something wanted, as a row of `goals` holds it.

/// Where a goal stands. The transitions between states are rows of `goal_transition_rules`.
public enum GoalState: String, Sendable, Hashable, CaseIterable {
  case proposed, adopted, executing, satisfied, failed, abandoned

  /// Whether no worker will do anything more about the goal by itself.
  public var isEnd: Bool { self == .satisfied || self == .failed || self == .abandoned }
}

/// A goal, whole.
public struct Goal: Sendable, Hashable, Identifiable {
  /// The goal's number, from 1.
  public typealias ID = Int64

  /// The goal's number.
  public let id: ID
  /// What is wanted, or a task's name.
  public let text: String
  /// The compound task to decompose; nil for the one `text` names, else the domain's default.
  public let task: String?
  /// The task's arguments, a JSON object.
  public let context: String
  /// The name of the workspace; nil for the configuration's only or default one.
  public let workspace: String?
  /// A word of the asker's, for grouping.
  public let category: String?
  /// `user` or `system`.
  public let source: String
  /// Conditions checked before `satisfied`, a JSON array.
  public let successMetrics: String
  /// Anything the asker wants to keep with it, a JSON object.
  public let metadata: String
  /// How long an attempt may take, in milliseconds.
  public let timeoutMilliseconds: Int64
  /// How many attempts there may be, at least 1.
  public let maxAttempts: Int
  /// The asker's key that makes a second insert an error, where given.
  public let idempotencyKey: String?
  /// When it was inserted.
  public let createdAt: Timestamp
  /// Where it stands.
  public let state: GoalState
  /// +1 with every change, from 1.
  public let version: Int64
  /// How many attempts were begun since it was last adopted anew.
  public let attempts: Int
  /// The latest attempt's outcome, JSON.
  public let result: String?
  /// When the worker may try again.
  public let retryAt: Timestamp?
  /// When the asker wants it tried at the earliest.
  public let notBefore: Timestamp?
  /// When the asker wants it done.
  public let deadline: Timestamp?
  /// Worth, effort and risk, each from 0 to 1.
  public let value: Double, effort: Double, risk: Double
  /// Its place in the queue, from 0 to 1; higher goes first.
  public let score: Double
  /// How many goals it waits for.
  public let blockers: Int
}

/// What an asker says of a new goal; what is nil is left to the schema's defaults.
public struct GoalDraft: Sendable, Hashable {
  /// What is wanted.
  public var text: String
  /// The compound task.
  public var task: String?
  /// The task's arguments, a JSON object.
  public var context: String?
  /// The workspace's name.
  public var workspace: String?
  /// A word for grouping.
  public var category: String?
  /// Conditions checked before `satisfied`, a JSON array.
  public var successMetrics: String?
  /// Anything to keep with it, a JSON object.
  public var metadata: String?
  /// How long an attempt may take, in milliseconds.
  public var timeoutMilliseconds: Int64?
  /// How many attempts there may be.
  public var maxAttempts: Int?
  /// A key that makes a second insert an error.
  public var idempotencyKey: String?
  /// Worth, from 0 to 1.
  public var value: Double?
  /// Effort, from 0 to 1.
  public var effort: Double?
  /// Risk, from 0 to 1.
  public var risk: Double?
  /// The earliest time.
  public var notBefore: String?
  /// The time it is wanted by.
  public var deadline: String?
  /// Goals that must be satisfied first.
  public var dependsOn: [Goal.ID] = []
  /// Whether to adopt it at once.
  public var adopt = false

  /// A draft that says only what is wanted.
  public init(text: String) { self.text = text }
}
