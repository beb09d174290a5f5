public import RouterCore

/// `bitrateKbps`: a number, or what each stream's sender asked for.
public enum MP3Bitrate: OptionValue {
  case kbps(Int)
  /// The stream's attribute `bitrateKbps`, else ``standard``.
  case stream

  /// From 64 kbit/s on: below that MP3 needs the half rates of MPEG-2, and sounds like it.
  static let choices = MP3FrameHeader.bitrates.filter { $0 >= 64 }
  static let standard = 192
  private static let words = choices.map { "\($0)" }.joined(separator: ", ") + " or \"stream\""

  public static var schema: JSON { ["enum": .array(choices.map { .integer(Int64($0)) } + ["stream"])] }
  public static var typeName: String { words }

  public init(json: JSON) throws(Mismatch) {
    if json == "stream" {
      self = .stream
    } else if let number = json.int, MP3Bitrate.choices.contains(number) {
      self = .kbps(number)
    } else {
      let near = json.double.map { MP3Bitrate.nearest(to: $0) }
      throw Mismatch(MP3Bitrate.words, hint: near.map { "the nearest is \($0)" })
    }
  }

  public var json: JSON {
    switch self {
    case .kbps(let number): .integer(Int64(number))
    case .stream: "stream"
    }
  }

  /// For one stream, in kbit/s; a wish that is not offered becomes the nearest that is.
  func resolved(_ attributes: [String: String]) -> Int {
    switch self {
    case .kbps(let number): number
    case .stream:
      attributes["bitrateKbps"].flatMap { Double($0) }.map { MP3Bitrate.nearest(to: $0) } ?? MP3Bitrate.standard
    }
  }

  /// The choice next to a number; of two equally far the higher one.
  private static func nearest(to wish: Double) -> Int {
    var best = standard
    for choice in choices where abs(Double(choice) - wish) <= abs(Double(best) - wish) { best = choice }
    return best
  }
}
