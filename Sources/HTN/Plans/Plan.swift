// A plan: the actions in an order that works, the decomposition that led to them, and what else was
// tried at each choice. Plain values that need no domain to be stored or shown. Steps and
// decompositions share one numbering: steps first, in the plan's order, then decompositions.

/// What a variable of a method stands for.
public struct Binding: Hashable, Sendable {
  /// The variable, with its question mark.
  public let variable: Symbol
  /// The object.
  public let object: Symbol

  /// `variable` stands for `object`.
  public init(_ variable: Symbol, _ object: Symbol) {
    self.variable = variable
    self.object = object
  }
}

/// A plan with its decomposition.
public struct Plan: Hashable, Sendable {
  /// One action to be done.
  public struct Step: Hashable, Sendable, CustomStringConvertible {
    /// Its number, unique among steps and decompositions.
    public let id: Int
    /// The action's name.
    public let action: Symbol
    /// The objects it is done with.
    public let arguments: [Symbol]

    /// An action done with objects.
    public init(id: Int, action: Symbol, arguments: [Symbol]) {
      self.id = id
      self.action = action
      self.arguments = arguments
    }

    /// As HDDL spells it.
    public var description: String { Fact(action, arguments).description }
  }

  /// One compound task and the method that was chosen for it.
  public struct Decomposition: Hashable, Sendable {
    /// Its number, unique among steps and decompositions.
    public let id: Int
    /// The compound task.
    public let task: Symbol
    /// The objects it was given.
    public let arguments: [Symbol]
    /// The method.
    public let method: Symbol
    /// What the method's variables stand for, in the order of their declaration. A plan read from a
    /// competition file lacks those that neither the task nor a subtask mentions.
    public let bindings: [Binding]
    /// The numbers of what its subtasks became, in the order in which the method declares them.
    public let children: [Int]
    /// The method's declared orderings, as indices into `children`.
    public let ordering: [Ordering]

    /// A compound task decomposed by a method.
    public init(
      id: Int,
      task: Symbol,
      arguments: [Symbol],
      method: Symbol,
      bindings: [Binding],
      children: [Int],
      ordering: [Ordering]
    ) {
      self.id = id
      self.task = task
      self.arguments = arguments
      self.method = method
      self.bindings = bindings
      self.children = children
      self.ordering = ordering
    }
  }

  /// A method that was passed over at a choice.
  public struct Rejection: Hashable, Sendable {
    /// Why it was passed over.
    public enum Reason: Hashable, Sendable {
      /// No binding satisfied its conditions; the sentence names one that did not hold, if known.
      case notApplicable(String)
      /// It was tried with so many bindings, and nothing that followed led to a plan.
      case deadEnd(bindings: Int)
    }

    /// The method.
    public let method: Symbol
    /// Why it was passed over.
    public let reason: Reason

    /// A method passed over for a reason.
    public init(method: Symbol, reason: Reason) {
      self.method = method
      self.reason = reason
    }
  }

  /// What was considered before a method was chosen.
  public struct Consideration: Hashable, Sendable {
    /// The number of the decomposition.
    public let decomposition: Int
    /// The methods passed over, in the order in which they were tried.
    public let rejected: [Rejection]

    /// What was passed over at a decomposition.
    public init(decomposition: Int, rejected: [Rejection]) {
      self.decomposition = decomposition
      self.rejected = rejected
    }
  }

  /// The actions, in an order that works.
  public let steps: [Step]
  /// The decompositions, outer before inner.
  public let decompositions: [Decomposition]
  /// What the problem's own tasks became, in the order in which it states them.
  public let root: [Int]
  /// The problem's declared orderings, as indices into `root`.
  public let rootOrdering: [Ordering]
  /// What the variables of the problem's own network stand for.
  public let rootBindings: [Binding]
  /// What was considered, for the first choices of the plan (at most `Planner.consideredChoices`).
  public let considered: [Consideration]

  /// A plan made elsewhere; `PlanVerifier` says whether it is one.
  public init(
    steps: [Step],
    decompositions: [Decomposition],
    root: [Int],
    rootOrdering: [Ordering],
    rootBindings: [Binding] = [],
    considered: [Consideration] = []
  ) {
    self.steps = steps
    self.decompositions = decompositions
    self.root = root
    self.rootOrdering = rootOrdering
    self.rootBindings = rootBindings
    self.considered = considered
  }

  /// The same plan with its steps in another order.
  public func ordered(_ steps: [Step]) -> Plan {
    Plan(
      steps: steps,
      decompositions: decompositions,
      root: root,
      rootOrdering: rootOrdering,
      rootBindings: rootBindings,
      considered: considered
    )
  }
}
