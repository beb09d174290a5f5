/// A small typed fact that travels event links.
///
/// The JSON shape is what generic sinks write and what `router types` prints.
public protocol EventPayload: Sendable, Equatable {
  /// The payload's name, unique in the process: `service`, `volume`.
  static var name: String { get }
  static var kind: EventKind { get }
  /// The shape, for people: member name to type, as one line of JSON-like text.
  static var shape: String { get }
  var json: JSON { get }
  /// What `router run --once` prints and counts; nil of payloads that are no list.
  var records: [JSON]? { get }
}

extension EventPayload {
  public var records: [JSON]? { nil }
}

public enum EventKind: String, Sendable {
  /// The last value per source counts: conflated, given to every new link, withdrawn when the source stops.
  case state
  /// Every value counts, in order: queued up to 4,096, the rest dropped and counted.
  case occurrence
}

/// A payload on its way.
public struct Event: Sendable {
  /// `node.port` it came from first.
  public let source: String
  public let payload: any EventPayload
  /// What the source distinguishes by (a stream, a service name); state is kept per source and key.
  public let key: String
  /// The state named by source and key is no longer true.
  public let isWithdrawn: Bool
  /// Event links passed so far; an event dies after 16.
  public let hops: Int

  public init(source: String, payload: any EventPayload, key: String = "", isWithdrawn: Bool = false, hops: Int = 0) {
    self.source = source
    self.payload = payload
    self.key = key
    self.isWithdrawn = isWithdrawn
    self.hops = hops
  }
}
