// The canonical bytes of an entry are the same in Swift and in the stock sqlite3 shell, for every
// storage class, NUL bytes, text that is no UTF-8 and a megabyte of detail.
import SQLite
import TestSupport
import Testing

@testable import GoalLedger

@Suite("Canonical bytes")
struct CanonicalTests {
  /// Thirteen columns that take anything, as those of a ledger whose types were tampered with.
  static let table = "CREATE TABLE entries(\(CanonicalBytes.entryColumns))"

  /// The expression of the file's head, for a column.
  static func expression(_ v: String) -> String {
    """
    CASE typeof(\(v)) WHEN 'null' THEN 'n0:' WHEN 'integer' THEN 'i' || length(\(v)) || ':' || \(v)
      WHEN 'real' THEN 'r8:' || ieee754_to_blob(\(v))
      WHEN 'text' THEN 't' || length(CAST(\(v) AS BLOB)) || ':' || \(v)
      ELSE 'b' || length(\(v)) || ':' || \(v) END
    """
  }

  static func hashes(in database: Connection) async throws -> [String] {
    var batch = EntryBatch()
    try database.forEach("SELECT \(CanonicalBytes.entryColumns) FROM entries ORDER BY rowid") {
      row throws(SQLiteError) in
      batch.append(row)
      return true
    }
    let hashes = await batch.hashes().entries
    return (0..<batch.count).map { hexadecimal(hashes[32 * $0..<32 * $0 + 32]) }
  }

  @Test("are hashed to the known answers", arguments: CanonicalVectors.all)
  func vectors(values: String, hash: String) async throws {
    let database = try Connection(path: ":memory:")
    try database.execute(Self.table)
    try database.execute("INSERT INTO entries VALUES (\(values))")
    #expect(try await Self.hashes(in: database) == [hash])
  }

  @Test("are the same in Swift and in the sqlite3 shell, for 10,000 random entries")
  func shell() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/entries.db"
    var random = SplitMix(state: 2_026)
    do {
      let database = try Connection(path: path)
      try database.execute(Self.table)
      try database.transaction { () throws(SQLiteError) in
        for number in 0..<10_000 {
          // Every other one of the classes that a ledger has, and a megabyte now and then.
          let values = (0..<13).map { column in
            let longest = number % 2_500 < 2 && column == 12 ? 1 << 20 : 40
            return number % 2 == 0
              ? random.value(longest: longest) : random.usual(column, longest: longest)
          }
          // A TEXT's bytes go in as a BLOB, so that they need not be UTF-8.
          let places = values.map { $0.isText ? "CAST(? AS TEXT)" : "?" }.joined(separator: ", ")
          try database.run(
            "INSERT INTO entries VALUES (\(places))",
            arguments: Arguments(values.map(\.value))
          )
        }
      }
    }
    let swift = try await Self.hashes(in: try Connection(path: path))
    let columns = CanonicalBytes.entryColumns.split(separator: ", ").map(String.init)
    let canonical = columns.map(Self.expression).joined(separator: "\n|| ")
    let plain = "sha3(CAST('goalledger-entry-v1' || char(10) || \(canonical) AS BLOB), 256)"
    let verify = try Repository.text("Schema/audit/verify.sql")
    let leaves = try #require(
      verify.firstMatch(of: /leaves AS NOT MATERIALIZED \(\n  SELECT seq, ((?s).*?) AS leaf\n/)?.1
    )
    for expression in [plain, String(leaves)] {
      let answer = try Shell.succeed([
        "sqlite3", "-batch", path, "SELECT lower(hex(\(expression))) FROM entries ORDER BY rowid",
      ])
      let shell = answer.split(separator: "\n").map(String.init)
      #expect(shell.count == 10_000)
      let differences = zip(shell, swift).enumerated().filter { $0.element.0 != $0.element.1 }
      #expect(differences.isEmpty, "first in row \(differences.first?.offset ?? 0)")
    }
    #expect(Set(swift).count == 10_000)
  }
}

extension SplitMix {
  /// Up to `longest` bytes that are likely to be mistaken for something else.
  mutating func bytes(longest: Int) -> [UInt8] {
    let few = Array("\0:0139nirtb-".utf8) + [0xff, 0xc3, 0x80]
    let plain = Bool.random(using: &self)
    return (0..<Int.random(in: 0...longest, using: &self)).map { _ in
      plain ? .random(in: 0...255, using: &self) : few.randomElement(using: &self) ?? 0
    }
  }

  /// A value as a ledger has it in one of its columns, or nearly.
  mutating func usual(_ column: Int, longest: Int) -> (value: Value, isText: Bool) {
    let chance = Int.random(in: 0..<100, using: &self)
    if chance == 0 { return value(longest: longest) }
    if chance < 20 && column > 4 { return (.null, false) }
    if column == 0 || (5...8).contains(column) {
      return (.integer(.random(in: 1...1_000_000, using: &self)), false)
    }
    if chance == 99 { return (.blob(bytes(longest: longest)), true) }
    let letters = (0..<Int.random(in: 0...longest, using: &self)).map { _ in
      UInt8.random(in: 1...127, using: &self)
    }
    return (.blob(letters), true)
  }

  /// A value of any storage class.
  mutating func value(longest: Int) -> (value: Value, isText: Bool) {
    switch Int.random(in: 0..<5, using: &self) {
    case 0: return (.null, false)
    case 1:
      let shift = Int64.random(in: 0..<64, using: &self)
      return (.integer(.random(in: .min ... .max, using: &self) >> shift), false)
    case 2:
      let real = Double(bitPattern: next())
      return (real.isFinite ? .real(real) : .real(0.1), false)
    case 3: return (.blob(bytes(longest: longest)), false)
    default: return (.blob(bytes(longest: longest)), true)
    }
  }
}
