// Every write path of the store, failed at its first, second, third ... operation until none is left.
import TestSupport
import Testing

@testable import GoalLedger

@Suite("A disk that fails")
struct StoreFaultTests {
  @Test(
    "at any operation leaves a write whole or undone, and what was reported is there",
    arguments: FaultScenario.asking + FaultScenario.working
  )
  func everyPoint(scenario: FaultScenario) async throws {
    let run = try await FaultRun(scenario)
    let operations = try await run.operations()
    var counts = (faults: 0, fired: 0, told: 0, inDoubt: 0)
    for kind in FaultDisk.Kind.allCases {
      let total = operations[kind] ?? 0
      for fault in DiskFault.all(
        of: kind,
        operations: total,
        most: kind == .write ? 3 : kind == .sync ? 2 : 1
      ) {
        let outcome = try await run.run(fault)
        counts.faults += 1
        counts.fired += outcome.fired ? 1 : 0
        counts.told += outcome.reported ? 0 : 1
        counts.inDoubt += outcome.whole && !outcome.reported ? 1 : 0
        // Beyond the last operation there is nothing to fail, or it was not all of them.
        #expect(
          outcome.fired || fault.nth > total,
          "\(scenario.name), \(fault): it was not reached"
        )
        if fault.nth > total { #expect(!outcome.fired, "\(scenario.name), \(fault): one more") }
      }
    }
    #expect(counts.told > 0, "\(scenario.name): no fault was told to the caller")
    let points = FaultDisk.Kind.allCases.map { "\($0) \(operations[$0] ?? 0)" }
    FaultPoints.report(
      "\(scenario.name): points: \(points.joined(separator: ", ")); \(counts.faults) runs, "
        + "\(counts.fired) failed, \(counts.told) told, \(counts.inDoubt) of those done all the same"
    )
  }
}
