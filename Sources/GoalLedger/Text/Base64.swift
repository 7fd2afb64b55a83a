// Base 64 as RFC 4648, section 4 has it, with padding and no line breaks.
//
// What must stay true: bytes have one text, and a text that is not the one its bytes would get is no
// base 64: nobody can alter a text without altering what it says.

/// Bytes as base 64.
func base64(_ bytes: some Sequence<UInt8>) -> String {
  let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  let bytes = Array(bytes)
  var text: [UInt8] = []
  text.reserveCapacity(bytes.count / 3 * 4 + 4)
  for start in stride(from: 0, to: bytes.count, by: 3) {
    let group = bytes[start..<min(start + 3, bytes.count)]
    var bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    bits <<= UInt32(8 * (3 - group.count))
    for place in 0...group.count { text.append(digits[Int(bits >> UInt32(18 - 6 * place) & 63)]) }
    for _ in group.count..<3 { text.append(UInt8(ascii: "=")) }
  }
  return String(decoding: text, as: UTF8.self)
}

/// The bytes of a text in base 64; nil where it is none.
func bytesOfBase64(_ text: some StringProtocol) -> [UInt8]? {
  let letters = Array(text.utf8)
  guard letters.count.isMultiple(of: 4) else { return nil }
  let padding = letters.reversed().prefix { $0 == UInt8(ascii: "=") }.count
  guard padding <= 2 else { return nil }
  var bytes: [UInt8] = []
  bytes.reserveCapacity(letters.count / 4 * 3)
  var bits: UInt32 = 0
  for (place, letter) in letters.dropLast(padding).enumerated() {
    let digit: UInt8
    switch letter {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): digit = letter - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): digit = letter - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = letter - UInt8(ascii: "0") + 52
    case UInt8(ascii: "+"): digit = 62
    case UInt8(ascii: "/"): digit = 63
    default: return nil
    }
    bits = bits << 6 | UInt32(digit)
    if place & 3 == 3 {
      bytes += [UInt8(bits >> 16 & 255), UInt8(bits >> 8 & 255), UInt8(bits & 255)]
    }
  }
  // The bits that the padding cuts off must be 0.
  switch padding {
  case 1:
    guard bits & 3 == 0 else { return nil }
    bytes += [UInt8(bits >> 10 & 255), UInt8(bits >> 2 & 255)]
  case 2:
    guard bits & 15 == 0 else { return nil }
    bytes.append(UInt8(bits >> 4 & 255))
  default: break
  }
  return bytes
}
