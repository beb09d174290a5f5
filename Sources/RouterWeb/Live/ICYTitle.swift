/// What plays, as SHOUTcast puts it into a body: a byte that counts units of 16, then
/// `StreamTitle='…';` filled up with NUL. Pure.
///
/// There is no standard; players look for `StreamTitle='` and the next `';`, and some for the next apostrophe.
struct ICYTitle: Sendable, Equatable {
  /// The longest block that can be counted: 255 times 16 bytes.
  static let limit = 255 * 16

  /// Raised with every title, so that a listener knows whether it was told.
  private(set) var number = 0
  private(set) var block: [UInt8] = [0]

  /// Nothing plays.
  init() {}

  /// The next title. Apostrophes become typographic ones, control characters blanks; what is too long is cut at a
  /// character.
  func followed(by title: String) -> ICYTitle {
    var next = ICYTitle()
    next.number = number + 1
    next.block = ICYTitle.block(title)
    return next
  }

  private static func block(_ title: String) -> [UInt8] {
    let (head, tail) = (Array("StreamTitle='".utf8), Array("';".utf8))
    var text: [UInt8] = []
    for scalar in title.unicodeScalars {
      let more = Array(String(clean(scalar)).utf8)
      guard head.count + text.count + more.count + tail.count <= limit else { break }
      text += more
    }
    let whole = head + text + tail
    let units = (whole.count + 15) / 16
    return [UInt8(units)] + whole + [UInt8](repeating: 0, count: units * 16 - whole.count)
  }

  private static func clean(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    if scalar == "'" { return "\u{2019}" }
    return scalar.properties.generalCategory == .control ? " " : scalar
  }
}
