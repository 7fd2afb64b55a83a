// swift-tools-version: 6.2
// GoalLedger: a goal queue you INSERT into and an audit trail you SELECT from.
// The arrows between targets point one way; nothing but SQLite imports CSQLite and CSQLiteMemory.
import PackageDescription

let house: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .strictMemorySafety(),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// A test target that mirrors the target of the same name under `Sources`.
func tests(_ name: String, _ more: Target.Dependency...) -> Target {
  .testTarget(
    name: "\(name)Tests",
    dependencies: [.target(name: name), "TestSupport"] + more,
    swiftSettings: house
  )
}

let package = Package(
  name: "GoalLedger",
  products: [
    .executable(name: "goalledger", targets: ["goalledger"]),
    .library(name: "HTN", targets: ["HTN"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2"),
  ],
  targets: [
    .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"])]),
    .target(name: "CSQLiteMemory", linkerSettings: [.linkedLibrary("sqlite3")]),
    .target(name: "CLinux"),
    .executableTarget(name: "EmbedText", swiftSettings: house),
    .plugin(
      name: "EmbedTextPlugin",
      capability: .buildTool(),
      dependencies: ["EmbedText"],
      path: "Sources/EmbedTextPlugin"
    ),
    .target(name: "SQLite", dependencies: ["CSQLite", "CSQLiteMemory"], swiftSettings: house),
    .target(
      name: "Migrations",
      path: "Migrations",
      swiftSettings: house,
      plugins: ["EmbedTextPlugin"]
    ),
    .target(
      name: "AuditQueries",
      path: "Schema/audit",
      swiftSettings: house,
      plugins: ["EmbedTextPlugin"]
    ),
    .target(name: "HTN", swiftSettings: house),
    .target(
      name: "GoalLedger",
      dependencies: [
        "SQLite", "Migrations", "AuditQueries", "CLinux",
        .product(name: "Crypto", package: "swift-crypto"),
      ],
      swiftSettings: house
    ),
    .target(
      name: "Execution",
      dependencies: [
        "GoalLedger", "HTN", "CLinux",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Subprocess", package: "swift-subprocess"),
      ],
      swiftSettings: house,
      plugins: ["EmbedTextPlugin"]
    ),
    .target(
      name: "Worker",
      dependencies: [
        "Execution",
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ],
      swiftSettings: house
    ),
    .executableTarget(
      name: "goalledger",
      dependencies: [
        "Worker", "CLinux",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ],
      swiftSettings: house
    ),

    .target(
      name: "TestSupport",
      dependencies: ["AuditQueries", "CFaultCalls", "CFaultVFS", "GoalLedger", "SQLite"],
      path: "Tests/TestSupport",
      swiftSettings: house
    ),
    .target(name: "CFaultVFS", dependencies: ["CSQLite"], path: "Tests/CFaultVFS"),
    .target(name: "CFaultCalls", path: "Tests/CFaultCalls"),
    .target(name: "CClockVFS", dependencies: ["CSQLite"], path: "Tests/CClockVFS"),
    .target(
      name: "Simulation",
      dependencies: [
        "GoalLedger", "SQLite", "AuditQueries", "CClockVFS", "TestSupport",
        .product(name: "Crypto", package: "swift-crypto"),
      ],
      path: "Tests/Simulation",
      swiftSettings: house
    ),
    .executableTarget(
      name: "simulate",
      dependencies: [
        "Simulation", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Tests/simulate",
      swiftSettings: house
    ),
    tests("SQLite"),
    tests("HTN"),
    tests(
      "GoalLedger",
      "SQLite",
      "Migrations",
      "AuditQueries",
      .product(name: "Subprocess", package: "swift-subprocess")
    ),
    tests("Execution", "GoalLedger", "HTN"),
    tests("Worker", "Execution", "GoalLedger", "HTN"),
    tests("Simulation"),
    tests("goalledger", "SQLite", .product(name: "Subprocess", package: "swift-subprocess")),
  ]
)
