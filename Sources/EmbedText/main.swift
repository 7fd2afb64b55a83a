// Writes text files into Swift source as raw string literals, so that a binary carries its SQL and
// HDDL wherever it is moved. Called by EmbedTextPlugin: EmbedText OUTPUT INPUT...
//
// What must stay true: the text read back from the literal is the file, byte for byte.
import Foundation

let hashes = String(repeating: "#", count: 8)
let arguments = CommandLine.arguments.dropFirst()
guard let output = arguments.first, arguments.count > 1 else {
  FileHandle.standardError.write(Data("usage: EmbedText OUTPUT INPUT...\n".utf8))
  exit(64)
}

var swift = "enum EmbeddedText {\n  static let files: [(name: String, text: String)] = [\n"
for path in arguments.dropFirst() {
  let text = try String(contentsOf: URL(filePath: path), encoding: .utf8)
  guard !text.contains("\"\"\"" + hashes), !text.contains("\r"), text.hasSuffix("\n") else {
    let complaint = "\(path): must end with a newline and hold no CR and no \"\"\"\(hashes)\n"
    FileHandle.standardError.write(Data(complaint.utf8))
    exit(65)
  }
  let name = URL(filePath: path).lastPathComponent
  swift += "    (\"\(name)\", \(hashes)\"\"\"\n\(text)\n\"\"\"\(hashes)),\n"
}
swift += "  ]\n}\n"
try Data(swift.utf8).write(to: URL(filePath: output))
