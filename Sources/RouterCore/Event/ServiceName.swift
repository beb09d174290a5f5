/// The name under which a service stands on the network, told back to who offers it.
///
/// A name wanted by two is given to one; the publisher finds another one for the other. The source of a
/// ``ServiceEvent`` sends this cell along, the publisher writes into it, and whatever else the source tells the world
/// (discovery, pages) reads it. With several publishers the last word counts. Any thread, never the data path.
public final class ServiceName: Sendable {
  /// The name the source asked for.
  public let wanted: String
  private let given = PthreadLock<String?>(nil)

  public init(_ wanted: String) { self.wanted = wanted }

  /// The name in force; the wanted one as long as nobody said otherwise.
  public var current: String { given.withLock { $0 } ?? wanted }

  /// Says under which name the service stands now. Stays in force until the service is withdrawn.
  public func publish(as name: String) { given.withLock { $0 = name } }

  /// The service is not published any more: the wanted name holds again.
  public func withdraw() { given.withLock { $0 = nil } }
}
