import GoalLedger
import Testing

@Suite("Times are written as SQLite writes them")
struct TimestampTests {
  @Test(
    "known points in time",
    arguments: [
      (0, "1970-01-01T00:00:00.000Z"), (951_827_696_789, "2000-02-29T12:34:56.789Z"),
      (1_795_361_581_250, "2026-11-22T15:33:01.250Z"), (-1, "1969-12-31T23:59:59.999Z"),
      (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
    ] as [(Int64, String)]
  )
  func known(milliseconds: Int64, text: String) {
    #expect(Timestamp(milliseconds: milliseconds).description == text)
    #expect(Timestamp(text)?.milliseconds == milliseconds)
  }

  @Test(
    "what is no such time is refused",
    arguments: [
      "2026-02-30T00:00:00.000Z", "2026-11-22 15:33:01.250Z", "2026-11-22T15:33:01Z", "",
      "2026-13-01T00:00:00.000Z", "2026-11-22T24:00:00.000Z",
    ]
  )
  func refused(text: String) { #expect(Timestamp(text) == nil) }
}
