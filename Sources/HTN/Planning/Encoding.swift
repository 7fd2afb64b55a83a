// A problem with every name replaced by a small integer, and conditions laid out flat: what the
// search reads, and never changes. Terms are one integer each: a slot of the binding if not negative,
// else the object `-1 - term`. Tasks are numbered with the actions first, then the compound tasks.

/// One node of a condition.
struct Condition {
  enum Kind: UInt8 { case atom, equal, member, not, and, or, forall, exists }

  let kind: Kind
  /// The predicate, left term, term, inner node or quantified slot.
  let first: Int32
  /// The right term, or the object set of a quantifier or membership.
  let second: Int32
  /// Where terms or inner nodes begin in `codes`; the inner node of a quantifier.
  let start: Int32
  /// How many there are.
  let count: Int32
}

/// One atom that an action adds or deletes, perhaps for many bindings and under a condition.
struct EncodedEffect {
  let adds: Bool
  let predicate: Int32
  let start: Int32
  let count: Int32
  /// The node that must hold; -1 if none.
  let condition: Int32
  /// Pairs of slot and object set in `codes`.
  let quantifiers: Int32
  let quantifierCount: Int32
}

struct EncodedAction {
  let precondition: Int32
  let effects: Range<Int>
  /// The object set of each parameter.
  let parameters: [Int32]
}

/// One step of binding a method's variables: matching an atom, or trying all objects of a set.
struct BindingStep {
  /// The predicate to match, or -1 to try the members of `set` for `slot`.
  let predicate: Int32
  let slot: Int32
  let set: Int32
  /// Terms of the atom in `codes`, each followed by how to treat it: see `Treatment`.
  let start: Int32
  let count: Int32
  /// Nodes that can be decided once this step is done.
  let checks: Range<Int>
}

/// How matching treats a term of an atom.
enum Treatment {
  static let known: Int32 = 0
  static let bind: Int32 = 1
  static let compare: Int32 = 2
}

struct EncodedSubtask {
  let task: Int32
  let start: Int32
  let count: Int32
  /// Its index in the declared network.
  let source: Int
}

struct EncodedMethod {
  /// The index in the domain's methods; -1 for the problem's own network.
  let source: Int
  let parameterCount: Int
  /// The task's arguments, as terms in `codes`.
  let argumentStart: Int
  let argumentCount: Int
  /// The object set of each parameter.
  let sets: [Int32]
  let checks: Range<Int>
  let steps: Range<Int>
  /// In an order that respects the orderings.
  let subtasks: Range<Int>
  let isTotallyOrdered: Bool
  /// The number of direct predecessors of each subtask, and its direct successors.
  let waiting: [Int32]
  let successors: [[Int32]]

  /// How many cursors its enumeration keeps: one for each step, and one if there is none.
  var cursorCount: Int { max(steps.count, 1) }
}

/// Sets of objects, each known by its index.
struct ObjectSets {
  private(set) var members: [[Int32]] = []
  private(set) var contains: [[Bool]] = []
  private var indices: [[Int32]: Int32] = [:]
  private var ofTypes: [TypeExpression: Int32] = [:]
  private let objects: [TypedObject]
  private let types: TypeTable

  init(objects: [TypedObject], types: TypeTable) {
    self.objects = objects
    self.types = types
  }

  /// The set of all objects that fit a type.
  mutating func set(of type: TypeExpression) -> Int32 {
    if let known = ofTypes[type] { return known }
    let fitting = objects.indices.filter { types.isSubtype(objects[$0].type, of: type) }
    let result = intern(fitting.map { Int32($0) })
    ofTypes[type] = result
    return result
  }

  mutating func intersection(_ left: Int32, _ right: Int32) -> Int32 {
    if left == right { return left }
    return intern(members[Int(left)].filter { contains[Int(right)][Int($0)] })
  }

  func overlap(_ left: Int32, _ right: Int32) -> Bool {
    left == right
      ? !members[Int(left)].isEmpty
      : members[Int(left)].contains { contains[Int(right)][Int($0)] }
  }

  mutating func single(_ object: Int32) -> Int32 { intern([object]) }

  private mutating func intern(_ list: [Int32]) -> Int32 {
    if let known = indices[list] { return known }
    let index = Int32(members.count)
    indices[list] = index
    members.append(list)
    var flags = [Bool](repeating: false, count: objects.count)
    for object in list { flags[Int(object)] = true }
    contains.append(flags)
    return index
  }
}

/// A problem in integers.
struct Encoding {
  let problem: Problem
  let objectIndices: [Symbol: Int32]
  let predicateIndices: [Symbol: Int32]
  let taskIndices: [Symbol: Int32]
  let actionCount: Int
  /// The number of parameters of each task.
  let arities: [Int]
  var sets: ObjectSets
  var nodes: [Condition] = []
  var codes: [Int32] = []
  var effects: [EncodedEffect] = []
  var steps: [BindingStep] = []
  var subtasks: [EncodedSubtask] = []
  var actions: [EncodedAction] = []
  /// The domain's methods in their order, then the problem's own network.
  var methods: [EncodedMethod] = []
  /// The methods of each task, by the task's index; empty for actions.
  var methodsOfTask: [[Int32]] = []
  var goal: Int32 = -1
  /// The most slots any binding needs.
  var slotCount = 1
  /// Whether every network is a sequence.
  var isTotallyOrdered = true
  /// The facts true at first.
  var atoms: AtomTable
  private(set) var initial: [Int32] = []

  /// Encodes a problem; without `pullingUp`, methods are tried exactly as declared, and with
  /// `linearised`, every network is taken as the first sequence that its orderings allow.
  init(_ problem: Problem, pullingUp: Bool, linearised: Bool = false) {
    self.problem = problem
    let domain = problem.domain
    objectIndices = Encoding.indices(problem.objects.map(\.name))
    predicateIndices = Encoding.indices(domain.predicates.map(\.name))
    taskIndices = Encoding.indices(domain.actions.map(\.name) + domain.tasks.map(\.name))
    actionCount = domain.actions.count
    arities = domain.actions.map(\.parameters.count) + domain.tasks.map(\.parameters.count)
    sets = ObjectSets(objects: problem.objects, types: domain.types)
    atoms = AtomTable(
      arities: domain.predicates.map(\.parameters.count),
      objectCount: problem.objects.count
    )
    for fact in problem.facts {
      let key = fact.arguments.compactMap { objectIndices[$0] }
      if let predicate = predicateIndices[fact.predicate] {
        initial.append(atoms.intern(predicate, key))
      }
    }
    for action in domain.actions { encode(action) }
    let root = Method("", problem.parameters, task: "", network: problem.network)
    let all = (domain.methods + [root]).map { linearised ? $0.linearised : $0 }
    isTotallyOrdered = all.allSatisfy { $0.network.sequenceOrder != nil }
    var pulledUp = PullUp(encoding: self, methods: all)
    if pullingUp { pulledUp.compute() }
    sets = pulledUp.sets
    methodsOfTask = Array(repeating: [], count: actionCount + domain.tasks.count)
    for (index, method) in all.enumerated() {
      let source = index < domain.methods.count ? index : -1
      encode(method, source: source, extra: pulledUp.conditions(ofMethod: index))
      if source >= 0, let task = taskIndices[method.task] {
        methodsOfTask[Int(task)].append(Int32(index))
      }
    }
    goal = encodeGoal()
  }

  private static func indices(_ names: [Symbol]) -> [Symbol: Int32] {
    var result: [Symbol: Int32] = [:]
    for (index, name) in names.enumerated() { result[name] = Int32(index) }
    return result
  }

  /// The task's method-independent parameters, by the task's index.
  func parameters(ofTask task: Int) -> [Parameter] {
    task < actionCount
      ? problem.domain.actions[task].parameters
      : problem.domain.tasks[task - actionCount].parameters
  }
}

extension Method {
  /// The method with its subtasks in the first sequence that its orderings allow.
  fileprivate var linearised: Method {
    guard let order = network.sorted else { return self }
    let sequence = zip(order, order.dropFirst()).map { Ordering($0, $1) }
    return Method(
      name,
      parameters,
      task: task,
      arguments: arguments,
      precondition: precondition,
      network: TaskNetwork(
        network.subtasks,
        ordering: network.ordering + sequence,
        constraints: network.constraints
      )
    )
  }
}

extension TaskNetwork {
  /// The subtasks in the one order they can come in; nil if there are several.
  var sequenceOrder: [Int]? {
    guard let order = sorted else { return nil }
    let edges = Set(ordering)
    for (before, after) in zip(order, order.dropFirst())
    where !edges.contains(Ordering(before, after)) {
      return nil
    }
    return order
  }
}
