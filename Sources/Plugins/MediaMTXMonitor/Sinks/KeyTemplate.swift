public import RouterCore

/// A key with placeholders that are filled from each event: `media:{name}`. Pure.
public struct KeyTemplate: Sendable, Equatable {
  private enum Part: Sendable, Equatable {
    case text(String)
    case event, source, node, port, key, name, host
  }

  /// What may stand between braces.
  static let placeholders = "{name}, {event}, {source}, {node}, {port}, {key} and {host}"

  private let parts: [Part]
  /// As it was written.
  private let text: String

  /// The port an event came from: `sum.streams`.
  public static let source = KeyTemplate(parts: [.source], text: "{source}")

  private init(parts: [Part], text: String) {
    self.parts = parts
    self.text = text
  }

  private static func part(_ word: Substring) -> Part? {
    switch word {
    case "event": .event
    case "source": .source
    case "node": .node
    case "port": .port
    case "key": .key
    case "name": .name
    case "host": .host
    default: nil
    }
  }

  /// Whether a list of named records gets one key for each.
  var namesRecords: Bool { parts.contains(.name) }

  /// - Parameter value: What is written under the key.
  func key(for event: Event, _ value: JSON, host: String) -> String {
    parts.map { part in
      switch part {
      case .text(let text): text
      case .event: type(of: event.payload).name
      case .source: event.source
      case .node: String(event.source.prefix { $0 != "." })
      case .port: String(event.source.drop { $0 != "." }.dropFirst())
      case .key: event.key
      case .name: name(of: event, value)
      case .host: host
      }
    }.joined()
  }

  /// What the value calls itself, else what its source distinguishes by, else what it is.
  private func name(of event: Event, _ value: JSON) -> String {
    for member in ["name", "stream", "label"] {
      if let text = value[member]?.text, !text.isEmpty { return text }
    }
    return event.key.isEmpty ? type(of: event.payload).name : event.key
  }

  /// The event as keys and values: one, or one for each record of a list where the key asks for their names.
  func records(of event: Event, host: String) -> [(key: String, value: JSON)] {
    let value = event.payload.json
    if namesRecords, let items = value.items, items.allSatisfy({ $0["name"]?.text != nil }) {
      return items.map { (key(for: event, $0, host: host), $0) }
    }
    return [(key(for: event, value, host: host), value)]
  }
}

extension KeyTemplate: OptionValue {
  public static var schema: JSON { ["type": "string", "minLength": 1] }
  public static var typeName: String { "text with placeholders" }

  public init(json: JSON) throws(Mismatch) {
    guard let text = json.text, !text.isEmpty else { throw Mismatch("a text that is not empty") }
    var parts: [Part] = []
    var rest = text[...]
    while let brace = rest.firstIndex(where: { $0 == "{" || $0 == "}" }) {
      guard rest[brace] == "{", let end = rest[brace...].firstIndex(of: "}"),
        let part = KeyTemplate.part(rest[rest.index(after: brace)..<end])
      else { throw Mismatch("no braces but \(KeyTemplate.placeholders)") }
      if brace > rest.startIndex { parts.append(.text(String(rest[..<brace]))) }
      parts.append(part)
      rest = rest[rest.index(after: end)...]
    }
    if !rest.isEmpty { parts.append(.text(String(rest))) }
    self.init(parts: parts, text: text)
  }

  public var json: JSON { .string(text) }
}
