public import RouterCore

/// `bitrateKbps` of `opus.encoder`: a number, or what each stream's sender asked for.
public enum OpusBitrate: OptionValue {
  case kbps(Int)
  /// The stream's attribute `bitrateKbps`, else ``standard``.
  case stream

  /// What libopus makes sound of.
  static let range = 6...510
  static let standard = 192

  public static var schema: JSON {
    [
      "anyOf": [
        [
          "type": "integer", "minimum": .integer(Int64(range.lowerBound)),
          "maximum": .integer(Int64(range.upperBound)),
        ], ["const": "stream"],
      ]
    ]
  }
  public static var typeName: String { "\(range.lowerBound) to \(range.upperBound), or \"stream\"" }

  public init(json: JSON) throws(Mismatch) {
    if json == "stream" {
      self = .stream
    } else if let number = json.int, OpusBitrate.range.contains(number) {
      self = .kbps(number)
    } else {
      let near = json.double.map { "the nearest is \(OpusBitrate.nearest(to: $0))" }
      throw Mismatch(OpusBitrate.typeName, hint: near)
    }
  }

  public var json: JSON {
    switch self {
    case .kbps(let number): .integer(Int64(number))
    case .stream: "stream"
    }
  }

  /// For one stream, in kbit/s; a wish outside the range becomes its nearest end, one that is no number none.
  func resolved(_ attributes: [String: String]) -> Int {
    switch self {
    case .kbps(let number): number
    case .stream: attributes["bitrateKbps"].flatMap { Double($0) }.map(OpusBitrate.nearest) ?? OpusBitrate.standard
    }
  }

  private static func nearest(to wish: Double) -> Int {
    guard !wish.isNaN else { return standard }
    return Int(min(max(wish, Double(range.lowerBound)), Double(range.upperBound)).rounded())
  }
}
