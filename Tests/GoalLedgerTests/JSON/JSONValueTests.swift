import GoalLedger
import Testing

@Suite("JSON is read strictly and written one way")
struct JSONValueTests {
  @Test(
    "what is written reads back as the same value",
    arguments: [
      "null", "true", "-0.5", "1e300", "9223372036854775807", #""a\"\\\n\u0001é😀""#,
      #"{"a":[1,2,{"b":[]}],"z":{}}"#,
    ]
  )
  func roundTrip(text: String) throws {
    let value = try JSONValue.parse(text)
    #expect(try JSONValue.parse(value.text) == value)
    #expect(try JSONValue.parse(value.prettyText) == value)
  }

  @Test("keys are sorted, so equal objects have equal text")
  func sortedKeys() throws {
    #expect(
      try JSONValue.parse(#"{"b":1, "a":{"d":2,"c":3}}"#).text == #"{"a":{"c":3,"d":2},"b":1}"#
    )
  }

  @Test("escapes and surrogate pairs are read")
  func escapes() throws {
    #expect(try JSONValue.parse(#""\ud83d\ude00\u00e9\/\t""#) == "😀é/\t")
  }

  @Test(
    "mistakes are named with their place",
    arguments: [
      (#"{"a":1,"a":2}"#, "line 1, column 8: the key \"a\" is given twice"),
      (
        "[1,\n 2,]",
        "line 2, column 4: a value should start here: { [ \" a number, true, false or null"
      ),
      ("{} x", "line 1, column 4: there is more text after the value's end"),
      (#""\ud83d""#, "line 1, column 8: half of a surrogate pair stands alone"),
      (#""\u0000""#, "line 1, column 8: a NUL character is not taken"),
      ("01", "line 1, column 3: this is no number of JSON"),
      ("99999999999999999999", "line 1, column 21: a whole number beyond 64 bits"),
      ("1e999", "line 1, column 6: a number beyond the range of a double"),
      ("", "line 1, column 1: the text ends where a value should be"),
      (#"{"a" 1}"#, "line 1, column 6: a colon should follow the key"),
      ("\"a\nb\"", "line 1, column 3: a control character in a string must be escaped"),
    ]
  )
  func mistakes(text: String, sentence: String) {
    let error = #expect(throws: JSONError.self) { try JSONValue.parse(text) }
    #expect(error?.description == sentence)
  }

  @Test("values nested too deep are refused, not crashed on")
  func depth() {
    let deep = String(repeating: "[", count: 100_000)
    #expect(throws: JSONError.self) { try JSONValue.parse(deep) }
  }
}
