import GoalLedger

/// What goes wrong: workers die or stand still, clocks jump, others start under names that are taken.
struct Troubles {
  let stage: Stage
  let roster: Roster

  /// Starts them, and the workers; they end when it becomes calm.
  func start() {
    for number in 1...stage.scenario.workers {
      SimulatedWorker.start(stage, name: "w\(number)", roster: roster)
    }
    for number in 0..<stage.scenario.sqlWorkers { _ = SQLWorker.start(stage, name: "sql\(number)") }
    let process = stage.scheduler.makeProcess()
    stage.spawn("trouble", in: process) { thread throws(LedgerError) in
      var started = self.stage.scenario.workers
      while !self.stage.isCalm {
        try await thread.sleep(Int64(thread.number(5...180)))
        await self.strike(thread, &started)
      }
      self.stage.scheduler.thaw()
      thread.note("is over")
      // Whoever was killed may have left nobody.
      SimulatedWorker.start(self.stage, name: "last", roster: self.roster)
      self.stage.scheduler.kill(process)
    }
  }

  private func strike(_ thread: SimulatedThread, _ started: inout Int) async {
    let alive = roster.alive(stage.scheduler)
    let lease = Int(stage.scenario.lease)
    switch thread.number(1...100) {
    case 1...25:
      guard !alive.isEmpty else { return }
      let worker = thread.pick(alive)
      let isClosed = thread.happens(50)
      thread.note("kills \(worker.name)\(isClosed ? "" : ", its connections open")")
      stage.world.count("kills")
      stage.scheduler.kill(worker.process)
      if isClosed { await worker.store.close() }
      roster.forget(worker)
    case 26...50:
      guard !alive.isEmpty else { return }
      let worker = thread.pick(alive)
      let pause = Int64(thread.number(lease / 4...lease * 3))
      thread.note("holds up \(worker.name) for \(pause) ms")
      stage.world.count("pauses")
      stage.scheduler.freeze(worker.process, for: pause)
    case 51...60:
      guard stage.scenario.jumps else { return }
      let distance = Int64(thread.pick([500, lease, 3_000, 60_000]))
      let jump = thread.happens(60) ? distance : -distance
      thread.note("sets the clock by \(jump) ms")
      stage.world.count("clock jumps")
      stage.scheduler.jump(jump)
    case 61...85:
      guard alive.count < 4 else { return }
      started += 1
      // Sometimes under the name of one that runs, or that was killed.
      let name = thread.happens(30) ? "w\(thread.number(1...started))" : "w\(started)"
      thread.note("starts \(name)")
      SimulatedWorker.start(stage, name: name, roster: roster)
    case 86...90:
      guard let worker = alive.first else { return }
      thread.note("stops \(worker.name)")
      worker.drain()
    default: break
    }
  }
}
