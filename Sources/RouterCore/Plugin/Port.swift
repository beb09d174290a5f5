/// A named input or output of a node.
public struct Port: Sendable, Equatable {
  public enum Direction: String, Sendable { case input, output }

  /// What a port carries.
  public enum Carries: Sendable, Equatable {
    /// Streams of any of these codecs; empty takes every codec.
    case audio(codecs: [Codec])
    /// Events of one payload, by name.
    case event(String)
    /// Events of any payload: generic sinks.
    case anyEvent
  }

  public var name: String
  public var direction: Direction
  public var carries: Carries
  public var help: String

  public init(_ name: String, _ direction: Direction, _ carries: Carries, help: String) {
    self.name = name
    self.direction = direction
    self.carries = carries
    self.help = help
  }

  public static func audioIn(_ name: String = "audio", codecs: [Codec] = [.pcm], _ help: String) -> Port {
    Port(name, .input, .audio(codecs: codecs), help: help)
  }
  public static func audioOut(_ name: String = "audio", codecs: [Codec] = [.pcm], _ help: String) -> Port {
    Port(name, .output, .audio(codecs: codecs), help: help)
  }
  public static func eventIn<P: EventPayload>(_ name: String, _ payload: P.Type, _ help: String) -> Port {
    Port(name, .input, .event(P.name), help: help)
  }
  public static func eventOut<P: EventPayload>(_ name: String, _ payload: P.Type, _ help: String) -> Port {
    Port(name, .output, .event(P.name), help: help)
  }

  public var isAudio: Bool { if case .audio = carries { true } else { false } }
}
