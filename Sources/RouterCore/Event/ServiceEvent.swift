/// A network service that a node offers: what Avahi and the UDP announcer publish.
public struct ServiceEvent: EventPayload {
  public static let name = "service"
  public static let kind = EventKind.state
  public static let shape = #"{"name":text,"type":text,"port":number,"txt":{key:text}}"#

  /// The instance's name; unique per receiver.
  public var instance: String
  /// DNS-SD type: `_audiocast._tcp`.
  public var type: String
  public var port: Int
  /// TXT keys in order.
  public var txt: [(key: String, value: String)]
  /// Where who publishes the service says under which name it stands on the network. Not part of the value: neither
  /// equality nor JSON see it.
  public let nameInForce: ServiceName

  /// - Parameter nameInForce: The source's own cell, if it wants to learn the name; one per source, not per event.
  public init(
    instance: String, type: String, port: Int, txt: [(key: String, value: String)], nameInForce: ServiceName? = nil
  ) {
    self.nameInForce = nameInForce ?? ServiceName(instance)
    self.instance = instance
    self.type = type
    self.port = port
    self.txt = txt
  }

  public var json: JSON {
    [
      "name": .string(instance), "type": .string(type), "port": .integer(Int64(port)),
      "txt": .object(txt.map { JSON.Member($0.key, .string($0.value)) }),
    ]
  }

  public static func == (a: ServiceEvent, b: ServiceEvent) -> Bool { a.json == b.json }
}
