import GoalLedger
import Worker

/// JSON given on the command line as itself, as `@FILE`, or as `-` for standard input: checked
/// before anything is opened or written.
enum JSONArgument {
  /// The text of a JSON object.
  /// - throws: `.invalid` where it is none, `.unavailable` where the file cannot be read.
  static func object(_ argument: String, _ name: String) throws(LedgerError) -> String {
    let (text, value) = try read(argument, name)
    guard value.object != nil else {
      throw LedgerError(.invalid, "\(name) must be a JSON object, not \(value.kind)")
    }
    return text
  }

  /// The text of a JSON array.
  /// - throws: as ``object(_:_:)``.
  static func array(_ argument: String, _ name: String) throws(LedgerError) -> String {
    let (text, value) = try read(argument, name)
    guard value.array != nil else {
      throw LedgerError(.invalid, "\(name) must be a JSON array, not \(value.kind)")
    }
    return text
  }

  private static func read(
    _ argument: String,
    _ name: String
  ) throws(LedgerError) -> (String, JSONValue) {
    let text: String
    var hint: String?
    if argument == "-" {
      text = try TextFile.readStandardInput()
    } else if argument.hasPrefix("@") {
      text = try TextFile.read(String(argument.dropFirst()))
    } else {
      text = argument
      hint = "quote it for the shell, or name a file as @FILE"
    }
    do throws(JSONError) {
      return (text, try JSONValue.parse(text))
    } catch {
      throw LedgerError(.invalid, "\(name) is not JSON: \(error)", hint: hint)
    }
  }
}
