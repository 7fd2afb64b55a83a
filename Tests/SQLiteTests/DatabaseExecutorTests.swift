// The executor: one thread of its own, jobs in order, none lost, and an end.
import Glibc
import SQLite
import Synchronization
import Testing

@Suite struct DatabaseExecutorTests {
  /// An actor with a connection, as the layers above have one.
  actor Store {
    let executor: DatabaseExecutor
    let connection: Connection
    var order: [Int] = []

    nonisolated var unownedExecutor: UnownedSerialExecutor {
      unsafe executor.asUnownedSerialExecutor()
    }

    init(_ executor: DatabaseExecutor) throws {
      self.executor = executor
      connection = try Connection(path: ":memory:")
    }

    func thread() -> pthread_t { pthread_self() }
    func isOnThread() -> Bool { executor.isCurrent }
    func add(_ number: Int) throws -> Int {
      try connection.first("SELECT ? + 1", number) { row throws(SQLiteError) in
        try row.require(0, as: Int.self)
      } ?? 0
    }

    /// Queues `count` jobs, each of which notes its number.
    func note(_ count: Int) async -> [Int] {
      var tasks: [Task<Void, Never>] = []
      for number in 0..<count {
        tasks.append(Task { self.order.append(number) })
      }
      for task in tasks { await task.value }
      return order
    }
  }

  @Test("Everything runs on one thread that is neither the caller's nor the pool's")
  func oneThread() async throws {
    let store = try Store(try DatabaseExecutor(name: "store"))
    let thread = await store.thread()
    for _ in 0..<100 {
      await Task.yield()
      #expect(pthread_equal(await store.thread(), thread) != 0)
      #expect(pthread_equal(thread, pthread_self()) == 0)
    }
    #expect(await store.isOnThread())
    #expect(!store.executor.isCurrent)
  }

  @Test("What is neither a task nor answered runs there, too, in its turn")
  func calls() async throws {
    let store = try Store(try DatabaseExecutor(name: "store"))
    for number in 0..<100 {
      store.executor.perform { store.assumeIsolated { $0.order.append(number) } }
    }
    #expect(await store.order == Array(0..<100))
  }

  @Test("The thread has the name it was given, cut to what the kernel takes")
  func name() async throws {
    let executor = try DatabaseExecutor(name: "database-writer-1")
    let store = try Store(executor)
    let name = await store.threadName()
    #expect(name == "database-writer")
  }

  @Test("Jobs run in the order they came")
  func order() async throws {
    let store = try Store(try DatabaseExecutor())
    #expect(await store.note(10_000) == Array(0..<10_000))
  }

  @Test("Ten thousand hops all arrive")
  func hops() async throws {
    let store = try Store(try DatabaseExecutor())
    var number = 0
    for _ in 0..<10_000 { number = try await store.add(number) }
    #expect(number == 10_000)
  }

  @Test("Jobs from many tasks at once all arrive")
  func manyTasks() async throws {
    let store = try Store(try DatabaseExecutor())
    let sum = try await withThrowingTaskGroup(of: Int.self) { group in
      for number in 0..<1_000 { group.addTask { try await store.add(number) } }
      return try await group.reduce(0, +)
    }
    #expect(sum == 500_500)
  }

  @Test("The thread ends with its executor, whoever drops the last reference")
  func ends() async throws {
    for round in 0..<100 {
      let (ends, end) = AsyncStream.makeStream(of: Void.self)
      try await Self.use(round, end)
      // Waits for ever if the thread does not end.
      for await _ in ends { break }
    }
  }

  /// Leaves the last reference to the test or, where a task is still to run, to the thread.
  private static func use(_ round: Int, _ end: AsyncStream<Void>.Continuation) async throws {
    let store = try Store(try DatabaseExecutor { end.yield() })
    switch round % 3 {
    case 0: break
    case 1: #expect(try await store.add(round) == round + 1)
    default: Task { try await store.add(round) }
    }
  }

  @Test("An isolated context is recognised")
  func isolation() async throws {
    let store = try Store(try DatabaseExecutor())
    #expect(await store.assumesItself())
  }
}

extension DatabaseExecutorTests.Store {
  func assumesItself() -> Bool {
    // Checked at run time by asking the executor.
    let check: @Sendable () -> Int = { self.assumeIsolated { $0.order.count } }
    return check() == 0
  }

  func threadName() -> String {
    let descriptor = unsafe open("/proc/thread-self/comm", O_RDONLY)
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = unsafe read(descriptor, &bytes, 64)
    return String(decoding: bytes.prefix(max(0, count - 1)), as: UTF8.self)
  }
}
