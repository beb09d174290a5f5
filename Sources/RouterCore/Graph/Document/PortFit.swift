/// Whether two ports can be linked, and the words why not.
enum PortFit {
  static func fits(_ from: Port, _ to: Port) -> Bool {
    switch (from.carries, to.carries) {
    case (.audio(let sent), .audio(let taken)):
      sent.isEmpty || taken.isEmpty || sent.contains { taken.contains($0) }
    case (.event(let sent), .event(let taken)): sent == taken
    case (.event, .anyEvent), (.anyEvent, .event), (.anyEvent, .anyEvent): true
    default: false
    }
  }

  /// `pcm`, `pcm or mp3`, `volume events`, `any event`.
  static func words(_ port: Port) -> String {
    switch port.carries {
    case .audio(let codecs) where codecs.isEmpty: "sound of any codec"
    case .audio(let codecs): codecs.map(\.rawValue).joined(separator: " or ")
    case .event(let payload): "\(payload) events"
    case .anyEvent: "events"
    }
  }

  /// A type that takes what one port sends and sends what the other takes; nil where none is known or needed.
  static func bridge(_ from: Port, _ to: Port, among types: [NodeType]) -> NodeType? {
    guard case .audio(let sent) = from.carries, case .audio(let taken) = to.carries else { return nil }
    return types.first { type in
      let inputs = type.defaultPorts.filter { $0.direction == .input && $0.isAudio }
      let outputs = type.defaultPorts.filter { $0.direction == .output && $0.isAudio }
      return inputs.contains { $0.takes(sent) } && outputs.contains { $0.gives(taken) }
    }
  }
}

extension Port {
  fileprivate func takes(_ codecs: [Codec]) -> Bool {
    guard case .audio(let own) = carries else { return false }
    return own.isEmpty || own.contains { codecs.contains($0) }
  }

  fileprivate func gives(_ codecs: [Codec]) -> Bool {
    guard case .audio(let own) = carries else { return false }
    return own.contains { codecs.contains($0) }
  }
}
