// Holds the JSON Schemas that clients read and the validator that decides in agreement, on the tables
// of right and wrong contexts. The schemas are judged by Python's jsonschema where it is installed.
import Foundation
import GoalLedger
import Testing

@testable import Execution

@Suite("The JSON Schemas of contexts")
struct ContextSchemaTests {
  static var folder: URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Schema/context")
  }

  static func schema(_ name: String) throws -> JSONValue {
    let file = folder.appending(path: "\(name).schema.json")
    return try JSONValue.parse(String(contentsOf: file, encoding: .utf8))
  }

  @Test("describe every task and every key of its context")
  func described() throws {
    for task in try CodingDomain().taskNames {
      let schema = try Self.schema(task)
      let form = ContextForm(task: task)
      #expect(schema["$schema"] == "https://json-schema.org/draft/2020-12/schema")
      #expect(schema.properties?.object?.keys.sorted() == form.keys.sorted(), "\(task)")
      #expect(schema.required?.array?.compactMap(\.string) == form.required, "\(task)")
      #expect(schema.additionalProperties == false)
      for (key, property) in schema.properties?.object ?? [:] {
        #expect(property["description"]?.string?.isEmpty == false, "\(task).\(key)")
      }
    }
  }

  @Test("give examples that the validator takes")
  func examples() throws {
    for task in try CodingDomain().taskNames {
      for example in try Self.schema(task).examples?.array ?? [] {
        _ = try GoalContext(json: example.text, task: task)
      }
    }
    for example in try Self.schema("success_metrics").examples?.array ?? [] {
      _ = try SuccessMetric.read(json: example.text)
    }
  }

  @Test(
    "accept and refuse what the validator accepts and refuses",
    .enabled(if: hasJSONSchema, "Python's jsonschema is not installed")
  )
  func agreement() throws {
    let good = goodContexts.map { JSONValue.array([.string($0.task), .string($0.json), true]) }
    let bad = badContexts.filter(\.schemaSees)
      .map { JSONValue.array([.string($0.task), .string($0.json), false]) }
    let script = """
      import json, sys, jsonschema
      folder, cases = sys.argv[1], json.loads(sys.argv[2])
      for task, text, expected in cases:
          schema = json.load(open(f"{folder}/{task}.schema.json"))
          jsonschema.Draft202012Validator.check_schema(schema)
          found = jsonschema.Draft202012Validator(schema).is_valid(json.loads(text))
          if found != expected:
              print(task, text, "accepted" if found else "refused")
      """
    let cases = JSONValue.array(good + bad).text
    let output = try python(["-c", script, Self.folder.path(), cases])
    #expect(output == "")
  }
}

/// Whether Python's jsonschema is there.
private let hasJSONSchema = (try? python(["-c", "import jsonschema"])) == ""

/// Runs Python and gives what it printed; throws if it failed.
private func python(_ arguments: [String]) throws -> String {
  let folder = FileManager.default.temporaryDirectory.appending(path: "schema-\(UUID())")
  try Data().write(to: folder)
  defer { try? FileManager.default.removeItem(at: folder) }
  let process = Process()
  process.executableURL = URL(filePath: "/usr/bin/env")
  process.arguments = ["python3"] + arguments
  let output = try FileHandle(forWritingTo: folder)
  process.standardOutput = output
  process.standardError = output
  try process.run()
  process.waitUntilExit()
  guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
  return try String(contentsOf: folder, encoding: .utf8)
}
