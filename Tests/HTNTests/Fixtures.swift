// Small domains that several suites plan in. Each shows one thing: files changed in any order and
// then tested, packages whose tasks must interleave, switches with quantified and conditional effects.

import HTN

enum Fixtures {
  /// Files are changed in any order; every change makes the tests' result stale.
  static let files = """
    (define (domain files)
      (:requirements :typing :hierarchy :universal-preconditions)
      (:types file)
      (:predicates
        ;@ says "{0} is still to be changed"
        (todo ?f - file)
        (head ?f - file) (next ?f ?g - file) (last ?f - file)
        ;@ says "{0} exists"
        ;@ denies "{0} is to be edited but does not exist"
        (present ?f - file)
        (to_edit ?f - file) (to_create ?f - file)
        ;@ denies "the tests have not passed"
        (tests_pass)
        (validated))
      (:task fix_bug :parameters ())
      (:task change_from :parameters (?f - file))
      (:task change :parameters (?f - file))
      (:method straight
        :parameters (?f - file)
        :task (fix_bug)
        :precondition (head ?f)
        :ordered-subtasks (and (change_from ?f) (run_tests) (validate) (commit)))
      (:method last_one
        :parameters (?f - file)
        :task (change_from ?f)
        :precondition (last ?f)
        :subtasks (and (change ?f)))
      (:method and_next
        :parameters (?f ?g - file)
        :task (change_from ?f)
        :precondition (next ?f ?g)
        :subtasks (and (one (change ?f)) (rest (change_from ?g))))
      (:method edit
        :parameters (?f - file)
        :task (change ?f)
        :precondition (and (to_edit ?f) (present ?f))
        :subtasks (and (edit_file ?f)))
      (:method create
        :parameters (?f - file)
        :task (change ?f)
        :precondition (and (to_create ?f) (not (present ?f)))
        :subtasks (and (create_file ?f)))
      ;@ executor file.edit
      (:action edit_file
        :parameters (?f - file)
        :precondition (and (present ?f) (todo ?f))
        :effect (and (not (todo ?f)) (not (tests_pass))))
      (:action create_file
        :parameters (?f - file)
        :precondition (and (not (present ?f)) (todo ?f))
        :effect (and (present ?f) (not (todo ?f)) (not (tests_pass))))
      (:action run_tests
        :parameters ()
        :effect (tests_pass))
      (:action validate
        :parameters ()
        :precondition (and (tests_pass) (forall (?f - file) (not (todo ?f))))
        :effect (validated))
      (:action commit
        :parameters ()
        :precondition (validated)))
    """

  /// A problem with so many files, every third to be created and the rest edited.
  static func files(_ count: Int, missing: Set<Int> = []) throws -> Problem {
    let domain = try Domain(hddl: files)
    let names = (0..<count).map { "f\($0)" }
    var facts: [Fact] = [Fact("head", ["f0"]), Fact("last", ["f\(count - 1)"])]
    for (index, name) in names.enumerated() {
      facts.append(Fact("todo", [name]))
      if index + 1 < count { facts.append(Fact("next", [name, names[index + 1]])) }
      if index % 3 == 2 {
        facts.append(Fact("to_create", [name]))
      } else {
        facts.append(Fact("to_edit", [name]))
        if !missing.contains(index) { facts.append(Fact("present", [name])) }
      }
    }
    return try Problem(
      name: "files",
      domain: domain,
      objects: names.map { TypedObject($0, TypeExpression("file")) },
      facts: facts,
      tasks: [Subtask("fix_bug")]
    )
  }

  /// Two tasks that can only be done with their actions interleaved: each opens a door the other
  /// needs.
  static let doors = """
    (define (domain doors)
      (:types side)
      (:predicates (open ?s - side) (passed ?s - side) (other ?s ?t - side))
      (:task pass :parameters (?s - side))
      (:method through
        :parameters (?s ?t - side)
        :task (pass ?s)
        :precondition (and (other ?s ?t) (not (open ?t)))
        :ordered-subtasks (and (unlock ?t) (walk ?s)))
      (:method after
        :parameters (?s ?t - side)
        :task (pass ?s)
        :precondition (and (other ?s ?t) (open ?s))
        :ordered-subtasks (and (unlock ?t) (walk ?s)))
      (:action unlock :parameters (?s - side) :effect (open ?s))
      (:action walk
        :parameters (?s - side)
        :precondition (open ?s)
        :effect (and (passed ?s) (not (open ?s)))))
    """

  static let doorsProblem = """
    (define (problem both)
      (:domain doors)
      (:objects left right - side)
      (:htn :parameters () :subtasks (and (pass left) (pass right)))
      (:init (other left right) (other right left))
      (:goal (and (passed left) (passed right))))
    """

  /// Lamps and switches: `forall`, `exists`, `imply` and `when`, in conditions and effects.
  static let lamps = """
    (define (domain lamps)
      (:types lamp room)
      (:predicates (in ?l - lamp ?r - room) (on ?l - lamp) (broken ?l - lamp) (dark ?r - room)
        (checked ?r - room))
      (:task light :parameters (?r - room))
      (:method by_switch
        :parameters (?r - room)
        :task (light ?r)
        :precondition (exists (?l - lamp) (and (in ?l ?r) (not (broken ?l))))
        :ordered-subtasks (and (flip ?r) (check ?r)))
      (:method by_repair
        :parameters (?r - room ?l - lamp)
        :task (light ?r)
        :precondition (and (in ?l ?r) (broken ?l))
        :ordered-subtasks (and (repair ?l) (flip ?r) (check ?r)))
      (:action flip
        :parameters (?r - room)
        :effect (and (not (dark ?r))
          (forall (?l - lamp) (when (and (in ?l ?r) (not (broken ?l))) (on ?l)))))
      (:action repair :parameters (?l - lamp) :precondition (broken ?l) :effect (not (broken ?l)))
      (:action check
        :parameters (?r - room)
        :precondition (and (forall (?l - lamp) (imply (in ?l ?r) (or (on ?l) (broken ?l))))
          (exists (?l - lamp) (and (in ?l ?r) (on ?l))))
        :effect (checked ?r)))
    """

  static let lampsProblem = """
    (define (problem evening)
      (:domain lamps)
      (:objects a b c d - lamp hall cellar - room)
      (:htn :parameters () :subtasks (and (light hall) (light cellar)))
      (:init (in a hall) (in b hall) (in c cellar) (in d cellar) (broken b) (broken c) (broken d)
        (dark hall) (dark cellar))
      (:goal (and (checked hall) (checked cellar) (not (on b)))))
    """

  /// Packages by several trucks, in a partial order with shared resources.
  static let trucks = """
    (define (domain trucks)
      (:types place thing - object truck package - thing)
      (:predicates (at ?x - thing ?p - place) (in ?k - package ?t - truck) (free ?t - truck)
        (road ?p ?q - place))
      (:task deliver :parameters (?k - package ?p - place))
      (:task bring :parameters (?t - truck ?p - place))
      (:method by_truck
        :parameters (?k - package ?t - truck ?from ?to - place)
        :task (deliver ?k ?to)
        :precondition (and (at ?k ?from) (not (= ?from ?to)))
        :ordered-subtasks (and (bring ?t ?from) (load ?k ?t ?from) (bring ?t ?to)
          (unload ?k ?t ?to)))
      (:method there_already
        :parameters (?k - package ?to - place)
        :task (deliver ?k ?to)
        :precondition (at ?k ?to)
        :subtasks ())
      (:method stay
        :parameters (?t - truck ?p - place)
        :task (bring ?t ?p)
        :precondition (at ?t ?p)
        :subtasks ())
      (:method drive_there
        :parameters (?t - truck ?p ?q - place)
        :task (bring ?t ?q)
        :precondition (and (at ?t ?p) (road ?p ?q))
        :subtasks (and (drive ?t ?p ?q)))
      (:action load
        :parameters (?k - package ?t - truck ?p - place)
        :precondition (and (at ?k ?p) (at ?t ?p) (free ?t))
        :effect (and (in ?k ?t) (not (at ?k ?p)) (not (free ?t))))
      (:action unload
        :parameters (?k - package ?t - truck ?p - place)
        :precondition (and (in ?k ?t) (at ?t ?p))
        :effect (and (at ?k ?p) (not (in ?k ?t)) (free ?t)))
      (:action drive
        :parameters (?t - truck ?p ?q - place)
        :precondition (and (at ?t ?p) (road ?p ?q))
        :effect (and (at ?t ?q) (not (at ?t ?p)))))
    """

  static let trucksProblem = """
    (define (problem three)
      (:domain trucks)
      (:objects t1 t2 - truck k1 k2 k3 k4 - package x y z - place)
      (:htn :parameters ()
        :subtasks (and (a (deliver k1 y)) (b (deliver k2 z)) (c (deliver k3 x)) (d (deliver k4 x)))
        :ordering (< a c))
      (:init (at t1 x) (at t2 y) (free t1) (free t2) (at k1 x) (at k2 y) (at k3 z) (at k4 x)
        (road x y) (road y x) (road y z) (road z y) (road x z) (road z x)))
    """

  static func problem(_ domain: String, _ problem: String) throws -> Problem {
    try Problem(hddl: problem, domain: try Domain(hddl: domain))
  }
}

/// A small generator of numbers that look random and are the same on every run.
struct Seeded: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
