// A thread of its own for the actor that owns a connection. SQLite blocks: for locks, for fsync. On
// the cooperative pool, which has as many threads as the machine has cores, that would hold up every
// other task. What must stay true: jobs run one at a time, in the order they came, on one thread; no
// job that was enqueued is lost; the thread ends when nobody can enqueue any more.
import CSQLite
import Glibc

/// A serial executor with one dedicated thread.
///
/// ```swift
/// actor Store {
///   private let executor: DatabaseExecutor
///   nonisolated var unownedExecutor: UnownedSerialExecutor {
///     unsafe executor.asUnownedSerialExecutor()
///   }
/// }
/// ```
///
/// A hop onto it costs some ten microseconds, so batch the work. The thread ends after the last
/// reference is gone; the actor must keep one.
public final class DatabaseExecutor: SerialExecutor, @unchecked Sendable {
  // @unchecked for this: the reference never changes, and what is behind it is read and changed
  // under its own mutex.
  private let queue: JobQueue

  /// Starts the thread.
  ///
  /// - Parameters:
  ///   - name: the thread's name, as `top -H` shows it; cut to 15 bytes.
  ///   - onEnd: is called on the thread as the last thing it does.
  /// - Throws: ``ResultCode/noMemory`` where the system refuses another thread.
  public init(
    name: String = "sqlite",
    onEnd: @escaping @Sendable () -> Void = {}
  ) throws(SQLiteError) {
    queue = JobQueue(name: name, onEnd: onEnd)
    let code = queue.start()
    guard code == 0 else {
      throw SQLiteError(
        .noMemory,
        "cannot start a thread for the database: error \(code)",
        hint: "raise the limit on threads (ulimit -u)"
      )
    }
  }

  deinit {
    queue.stop()
  }

  /// Queues a job; called by the concurrency runtime.
  public func enqueue(_ job: consuming ExecutorJob) {
    queue.append(.job(UnownedJob(job)), for: self)
  }

  /// Runs `body` on the thread, after what is queued already: for those who need neither a task nor an
  /// answer.
  public func perform(_ body: @escaping @Sendable () -> Void) {
    queue.append(.call(body), for: self)
  }

  /// Whether the caller runs on this executor's thread.
  public var isCurrent: Bool { queue.isCurrent }

  /// Whether the caller runs on this executor's thread, for `assumeIsolated`.
  public func isIsolatingCurrentContext() -> Bool? { isCurrent }

  /// Stops the program unless the caller runs on this executor's thread.
  public func checkIsolated() {
    precondition(isCurrent, "not on the database's thread")
  }
}

/// The jobs and the thread that runs them. The thread holds the queue and not the executor, so that
/// the executor can end; while there are jobs, the queue holds the executor, since a job may drop
/// the last other reference to it.
@safe private final class JobQueue {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>
  private let name: String
  private let onEnd: @Sendable () -> Void
  private var jobs: [Job] = []
  private var executor: DatabaseExecutor?
  private var isStopping = false
  private var thread = pthread_t()

  enum Job {
    case job(UnownedJob)
    case call(@Sendable () -> Void)
  }

  init(name: String, onEnd: @escaping @Sendable () -> Void) {
    self.name = String(decoding: name.utf8.prefix(15), as: UTF8.self)
    self.onEnd = onEnd
    // A mutex must not move, so it lives on the heap.
    unsafe mutex = .allocate(capacity: 1)
    unsafe condition = .allocate(capacity: 1)
    unsafe pthread_mutex_init(mutex, nil)
    unsafe pthread_cond_init(condition, nil)
  }

  deinit {
    unsafe pthread_cond_destroy(condition)
    unsafe pthread_mutex_destroy(mutex)
    unsafe condition.deallocate()
    unsafe mutex.deallocate()
  }

  var isCurrent: Bool {
    locked { pthread_equal(thread, pthread_self()) != 0 }
  }

  func start() -> Int32 {
    // Signals are for the threads that expect them.
    var (all, before) = (sigset_t(), sigset_t())
    unsafe sigfillset(&all)
    unsafe pthread_sigmask(SIG_SETMASK, &all, &before)
    defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
    let context = unsafe Unmanaged.passRetained(self)
    return locked {
      let code = unsafe pthread_create(
        &thread,
        nil,
        { context in
          guard let context = unsafe context else { return nil }
          unsafe Unmanaged<JobQueue>.fromOpaque(context).takeRetainedValue().run()
          return nil
        },
        context.toOpaque()
      )
      if code == 0 {
        pthread_detach(thread)
      } else {
        unsafe context.release()
      }
      return code
    }
  }

  func append(_ job: Job, for executor: DatabaseExecutor) {
    locked {
      self.executor = executor
      jobs.append(job)
      unsafe pthread_cond_signal(condition)
    }
  }

  func stop() {
    locked {
      isStopping = true
      unsafe pthread_cond_signal(condition)
    }
  }

  private func run() {
    unsafe csqlite_name_thread(name)
    while let (batch, executor) = nextBatch() {
      for job in batch {
        switch job {
        case .job(let job): unsafe job.runSynchronously(on: executor.asUnownedSerialExecutor())
        case .call(let body): body()
        }
      }
    }
    onEnd()
  }

  /// Waits for jobs; nil when there are none and will be none.
  private func nextBatch() -> ([Job], DatabaseExecutor)? {
    locked {
      while true {
        if let executor, !jobs.isEmpty {
          let batch = jobs
          jobs.removeAll(keepingCapacity: true)
          self.executor = nil
          return (batch, executor)
        }
        if isStopping { return nil }
        unsafe pthread_cond_wait(condition, mutex)
      }
    }
  }

  private func locked<T>(_ body: () -> T) -> T {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    return body()
  }
}
