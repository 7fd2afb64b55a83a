// Runs one process to its end, and its descendants with it. The process gets a session of its own;
// when its time is up, when the surrounding task is cancelled, and also when it just ends, nothing
// of its group or of what it started stays alive. Standard output and standard error share one
// pipe, read as it fills; a descendant that keeps the pipe open cannot keep the runner waiting.
// Standard input is a file in memory: no pipe means no SIGPIPE. Subprocess kills its direct child
// at once when its task is cancelled, so it runs in a task of its own, which is never cancelled.

import CLinux
import Glibc
import Subprocess
import SystemPackage

/// Runs commands.
public struct CommandRunner: Sendable {
  /// Whether orphans of commands become children of this process, which finds escaped ones fast.
  private static let isSubreaper: Bool = gl_become_subreaper() == 0

  /// Makes a runner, and this process a child subreaper.
  public init() { _ = Self.isSubreaper }

  /// Runs a process to its end. Cancelling the surrounding task ends the process; the outcome then
  /// says `.cancelled`.
  /// - Throws: `.unavailable` (no such program), `.notFound` (no such folder), `.spawnFailed`.
  public func run(_ request: CommandRequest) async throws(ExecutionError) -> CommandOutcome {
    let configuration = try Self.configuration(for: request)
    let control = CommandControl()
    let started = ContinuousClock.now
    let process = Task { () -> Result<Finished, ExecutionError> in
      await Self.execute(request, configuration, control)
    }
    let timer = Task {
      try await Task.sleep(for: request.timeout)
      await control.stop(.timedOut, grace: request.grace)
    }
    let result = await withTaskCancellationHandler {
      await process.value
    } onCancel: {
      Task { await control.stop(.cancelled, grace: request.grace) }
    }
    timer.cancel()
    let finished = try result.get()
    return CommandOutcome(
      exit: control.verdict ?? finished.exit,
      output: finished.output,
      duration: ContinuousClock.now - started,
      cpuTime: finished.cpuTime,
      strays: finished.strays
    )
  }

  // MARK: - One process

  private struct Finished: Sendable {
    var exit: CommandExit
    var output: CapturedOutput
    var cpuTime: Duration?
    var strays: Int
  }

  private struct Body: Sendable {
    var output: CapturedOutput
    var cpuTime: Duration?
    var strays: Int
  }

  private static func execute(
    _ request: CommandRequest,
    _ configuration: Configuration,
    _ control: CommandControl
  ) async -> Result<Finished, ExecutionError> {
    SpawnRegister.begin()
    defer { SpawnRegister.end(control.process) }
    do {
      let input = try MemoryFile(request.standardInput ?? [])
      defer { input.close() }
      let result = try await Subprocess.run(
        configuration,
        input: .fileDescriptor(input.descriptor, closeAfterSpawningProcess: false),
        output: .sequence,
        error: .combinedWithOutput
      ) { execution in
        try await follow(execution, request, control)
      }
      let exit: CommandExit =
        switch result.terminationStatus {
        case .exited(let code): .exited(code)
        case .signaled(let signal): .signalled(signal)
        }
      return .success(
        Finished(
          exit: exit,
          output: result.closureResult.output,
          cpuTime: result.closureResult.cpuTime,
          strays: result.closureResult.strays
        )
      )
    } catch {
      return .failure(Self.explain(error, request))
    }
  }

  /// Reads the output until the process ends, then kills what it left. The process is not reaped
  /// before this returns, so its number means nobody else.
  private static func follow(
    _ execution: Execution<FileDescriptorInput, SequenceOutput, CombinedErrorOutput>,
    _ request: CommandRequest,
    _ control: CommandControl
  ) async throws -> Body {
    let child = execution.processIdentifier
    SpawnRegister.started(
      child.value,
      commandStart: ProcessTable.entry(child.value)?.startTime ?? 0
    )
    let watch = Task { await control.watchDescendants() }
    defer { watch.cancel() }
    if control.started(child.value) {
      Task { await control.terminate(grace: request.grace) }
    }
    var capture = OutputCapture(headBytes: request.headBytes, tailBytes: request.tailBytes)
    var strays = 0
    var bytesAfterEnd: Int?
    do {
      for try await piece in execution.standardOutput {
        unsafe piece.withUnsafeBytes { unsafe capture.append($0) }
        if let bytes = bytesAfterEnd {
          // What the pipe still held may come; a survivor that goes on writing may not.
          bytesAfterEnd = bytes + piece.count
          if bytes > 1 << 20 { break }
        } else if hasEnded(child) {
          bytesAfterEnd = 0
          strays += await clear(child.value, request, control)
        }
      }
    } catch {
      // A pipe that cannot be read ends the output; the process is waited for all the same.
    }
    await waitForEnd(of: child)
    let ticks = ProcessTable.entry(child.value)?.cpuTicks
    strays += await clear(child.value, request, control)
    return Body(
      output: capture.finish(),
      cpuTime: ticks.map { .milliseconds(Int64($0) * 1000 / Int64(sysconf(Int32(_SC_CLK_TCK)))) },
      strays: strays
    )
  }

  private static func clear(
    _ leader: pid_t,
    _ request: CommandRequest,
    _ control: CommandControl
  ) async -> Int {
    control.finished()
    return await ProcessSweep.killStrays(
      session: leader,
      marker: request.marker,
      known: control.known
    )
  }

  private static func hasEnded(_ child: ProcessIdentifier) -> Bool {
    child.processDescriptor >= 0
      ? gl_child_ended(child.processDescriptor) == 1 : gl_child_ended_pid(child.value) == 1
  }

  /// Waits until the child is a zombie. Its pipe closes some microseconds before, so the first look
  /// or a short wait is nearly always enough; one that closed its output early is polled, and so is
  /// a git, whose few milliseconds must not become twice as many: each pause is an eighth of what
  /// has passed.
  static func waitForEnd(of child: ProcessIdentifier) async {
    let start = ContinuousClock.now
    var looks = 0
    while !hasEnded(child) {
      if looks < 2, child.processDescriptor >= 0 {
        _ = gl_wait_for_end(child.processDescriptor, 1)
      } else {
        let pause = (ContinuousClock.now - start) / 8
        try? await Task.sleep(for: min(max(pause, .milliseconds(1)), .milliseconds(20)))
      }
      looks += 1
    }
  }
}
