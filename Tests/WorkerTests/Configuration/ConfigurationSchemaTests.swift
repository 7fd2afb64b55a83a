import Foundation
import GoalLedger
import Testing

@testable import Worker

@Suite("The configuration's JSON Schema")
struct ConfigurationSchemaTests {
  private let schema: JSONValue

  init() throws {
    // Tests/WorkerTests/Configuration/this file: the package's root is four up.
    var root = URL(filePath: #filePath)
    for _ in 0..<4 { root.deleteLastPathComponent() }
    let file = root.appending(path: "Schema/configuration.schema.json")
    schema = try JSONValue.parse(String(contentsOf: file, encoding: .utf8))
  }

  private func keys(_ object: JSONValue?) -> [String] {
    (object?.properties?.object ?? [:]).keys.sorted()
  }

  @Test("has the reader's keys, object by object, and no others")
  func sameKeys() {
    #expect(keys(schema) == ConfigurationKeys.root.sorted())
    let checkpoints = schema.properties?.checkpoints
    #expect(keys(checkpoints) == ConfigurationKeys.checkpoints.sorted())
    #expect(checkpoints?.additionalProperties?.bool == false)
    let interval = checkpoints?.properties?.interval_ms
    #expect(interval?.minimum?.integer == Int64(CheckpointRules.intervalRange.lowerBound))
    #expect(interval?.maximum?.integer == Int64(CheckpointRules.intervalRange.upperBound))
    #expect(interval?["default"]?.integer == Int64(CheckpointRules().intervalMilliseconds))
    #expect(keys(schema.properties?.worker) == ConfigurationKeys.worker.sorted())
    #expect(keys(schema["$defs"]?.workspace) == ConfigurationKeys.workspace.sorted())
    #expect(keys(schema["$defs"]?.command) == ConfigurationKeys.command.sorted())
    #expect(keys(schema.properties?.redaction) == ConfigurationKeys.redaction.sorted())
    #expect(keys(schema["$defs"]?.pattern) == ConfigurationKeys.pattern.sorted())
    for object in [
      schema, schema.properties?.worker, schema.properties?.redaction, schema["$defs"]?.workspace,
      schema["$defs"]?.command, schema["$defs"]?.pattern,
    ] {
      #expect(object?.additionalProperties?.bool == false)
    }
  }

  @Test("has the reader's ranges and defaults", arguments: WorkerLimits.all.map(\.key))
  func sameLimits(key: String) throws {
    let limit = try #require(WorkerLimits.all.first { $0.key == key })
    let property = schema.properties?.worker?.properties?[key]
    #expect(property?.minimum?.integer == Int64(limit.range.lowerBound))
    #expect(property?.maximum?.integer == Int64(limit.range.upperBound))
    #expect(property?["default"]?.integer == Int64(limit.defaultValue))
  }

  @Test("has the sizes' ranges")
  func sameSizes() {
    let workspace = schema["$defs"]?.workspace?.properties
    for (key, range) in [
      ("max_file_bytes", ConfigurationKeys.byteRange),
      ("max_total_bytes", ConfigurationKeys.byteRange),
      ("max_files", ConfigurationKeys.fileRange),
    ] {
      #expect(workspace?[key]?.minimum?.integer == Int64(range.lowerBound))
      #expect(workspace?[key]?.maximum?.integer == Int64(range.upperBound))
    }
    let timeout = schema["$defs"]?.command?.properties?.timeout_ms
    #expect(timeout?.maximum?.integer == Int64(ConfigurationKeys.timeoutRange.upperBound))
  }

  @Test("has the patterns' ranges and defaults, and the words of what becomes of contexts")
  func samePatterns() {
    let pattern = schema["$defs"]?.pattern?.properties
    #expect(pattern?.least?.minimum?.integer == Int64(ConfigurationKeys.leastRange.lowerBound))
    #expect(pattern?.least?.maximum?.integer == Int64(ConfigurationKeys.leastRange.upperBound))
    #expect(pattern?.least?["default"]?.integer == Int64(ConfigurationKeys.patternLeast))
    #expect(pattern?.characters?["default"]?.string == ConfigurationKeys.patternCharacters)
    let contexts = schema.properties?.redaction?.properties?.contexts
    #expect(contexts?["enum"]?.array?.map(\.string) == Redactor.Contexts.allCases.map(\.rawValue))
    #expect(contexts?["default"]?.string == RedactionSettings().contexts.rawValue)
  }
}
