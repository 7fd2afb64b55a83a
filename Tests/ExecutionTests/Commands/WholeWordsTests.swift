// At a cut no part of a word is shown: half a secret would be written as it is.
import Testing

@testable import Execution

@Suite("What is shown of a cut output")
struct WholeWordsTests {
  private func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

  @Test(
    "the end begins with a whole line, or after three words",
    arguments: [
      ("7jK9 rest\nline one\nline two\n", "line one\nline two\n"),
      ("hunter2x9 and more of it", "of it"), ("= hunter2x9 end of it", "of it"),
      (": \"hunter2x9\", \"x\": 1", ": 1"), ("7jK9mN1pQ2sT4vW6", ""), ("", ""),
      ("a b\n\nc", "\nc"),
    ]
  )
  func end(cut: String, shown: String) {
    #expect(text(WholeWords.end(of: Array(cut.utf8)[...])) == shown)
  }

  @Test(
    "the beginning ends with a whole line, or a whole word",
    arguments: [
      ("one\ntwo\nghp_aB3d", "one\ntwo\n"), ("one two ghp_aB3d", "one two "),
      (#"{"password":"hunt"#, #"{"password":""#), ("ghp_aB3dE5gH", ""), ("", ""),
    ]
  )
  func beginning(cut: String, shown: String) {
    #expect(text(WholeWords.beginning(of: Array(cut.utf8)[...])) == shown)
  }

  @Test("a line break far away is not gone back to")
  func far() {
    let long = "x\n" + String(repeating: "word ", count: 1_000) + "ghp_aB"
    #expect(text(WholeWords.beginning(of: Array(long.utf8)[...])).hasSuffix("word word "))
  }

  @Test("an output that was not cut is shown whole")
  func whole() {
    let all = CapturedOutput(head: [1, 2], tail: [3], totalBytes: 3, sha256: "")
    #expect(all.wholeHead == [1, 2] && all.wholeTail == [3])
    let cut = CapturedOutput(
      head: Array("a ghp_".utf8),
      tail: Array("x\ny".utf8),
      totalBytes: 99,
      sha256: ""
    )
    #expect(cut.wholeHead == Array("a ".utf8) && cut.wholeTail == Array("y".utf8))
  }

  @Test("a sentence is followed by whole lines, or the last words of a long one")
  func lastLines() {
    let many = (1...9).map { "line \($0)" }.joined(separator: "\n")
    let short = TaskResult(exitCode: 1, outputHead: many)
    #expect(short.lastLines == ":\nline 5\nline 6\nline 7\nline 8\nline 9")
    let line = "password = hunter2hunter2 " + String(repeating: "y", count: 300)
    let lines = TaskResult(exitCode: 1, outputHead: "\(line)\n\(line)")
    #expect(lines.lastLines == ":\n\(line)")
    // A line too long, cut at each place of an assignment.
    let assignment = "password = hunter2hunter2 "
    for cut in 0...assignment.utf8.count {
      let rest = String(repeating: "word ", count: 130).suffix(600 - assignment.utf8.count + cut)
      let long = String(repeating: "z", count: 300) + " " + assignment + rest
      let shown = TaskResult(exitCode: 1, outputHead: long).lastLines
      #expect(shown.hasSuffix("word word ") && !shown.contains("2"), "\(shown)")
    }
    #expect(
      TaskResult(exitCode: 1, outputHead: String(repeating: "q", count: 700)).lastLines.isEmpty
    )
  }
}
