internal import RouterCore

/// Where a card's loudness is set: on the card if it has a usual control, or on the control of that name.
enum MixerChoice: OptionValue {
  case auto
  case control(String)

  /// The control's name; nil picks a usual one.
  var name: String? { if case .control(let name) = self { name } else { nil } }

  static let schema = String.schema
  static let typeName = "\"auto\", or the name of a control"
  init(json: JSON) throws(Mismatch) {
    let text = try String(json: json)
    self = text == "auto" ? .auto : .control(text)
  }
  var json: JSON { .string(name ?? "auto") }
}
