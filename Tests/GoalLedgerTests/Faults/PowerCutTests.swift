// The power cut at any moment: what was not synced is there, gone or torn, sector by sector.
import TestSupport
import Testing

@testable import GoalLedger

@Suite("A power cut")
struct PowerCutTests {
  /// Images of several workloads, each its own seed; 500, or a sample of 60.
  private func images(
    _ durability: SQLiteGoalStore.Durability,
    ignoringSyncs: Bool = false
  ) async throws -> [CutImage] {
    let (workloads, each) = FaultPoints.isFull ? (10, 50) : (2, 30)
    var images: [CutImage] = []
    for seed in 1...workloads {
      let run = try PowerCutRun(durability, seed: UInt64(seed), ignoringSyncs: ignoringSyncs)
      images += try await run.images(each)
    }
    // The power of a second run can go off a little later than its last operation.
    try #require(images.count > workloads * each * 9 / 10)
    return images
  }

  private func report(_ name: String, _ images: [CutImage]) {
    let losers = images.filter { $0.lost > 0 }
    FaultPoints.report(
      "power cut, \(name): \(images.count) images, \(losers.count) lost something, "
        + "\(images.map(\.lost).reduce(0, +)) entries of "
        + "\(images.map(\.committed).reduce(0, +)) in all, "
        + "\(images.map(\.lost).max() ?? 0) at most; "
        + "\(images.count { !$0.breaches.isEmpty }) broken"
    )
  }

  @Test("loses no commit that was reported, and tears none, where each commit waits for the disk")
  func full() async throws {
    let images = try await images(.full)
    report("synchronous=FULL", images)
    for image in images {
      #expect(image.breaches.isEmpty, "\(image.name): \(image.breaches)")
      #expect(
        image.lost == 0,
        "\(image.name): \(image.lost) entries of \(image.committed) are lost"
      )
    }
    // The cuts are real ones: in some of them a commit was on its way.
    #expect(images.contains { $0.last != $0.committed })
  }

  @Test("takes only the latest commits since the last checkpoint, where commits do not wait for it")
  func normal() async throws {
    let images = try await images(.normal)
    report("synchronous=NORMAL", images)
    for image in images {
      #expect(image.breaches.isEmpty, "\(image.name): \(image.breaches)")
      #expect(
        (image.last ?? 0) >= image.floor,
        "\(image.name): it ends at \(image.last ?? 0), and \(image.floor) was on the disk"
      )
    }
    // This is what the words about `normal` are for; if nothing is lost, the model is not one.
    #expect(images.contains { $0.lost > 0 })
  }

  @Test("loses commits on a disk that ignores syncs: the first test would see it")
  func attack() async throws {
    let images = try await images(.full, ignoringSyncs: true)
    report("synchronous=FULL on a disk that ignores syncs", images)
    #expect(images.contains { $0.lost > 0 })
  }
}
