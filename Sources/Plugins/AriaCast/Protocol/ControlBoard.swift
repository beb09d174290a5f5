import RouterCore

/// Who is on `/control`, and who hears what. Pure.
///
/// The protocol does not say who is a sender and who a controller. A client is taken for a sender when it has the
/// address of the one that sends sound, or as long as it has given no command itself.
struct ControlBoard {
  private struct Client {
    var host: String
    var hasCommanded = false
  }
  private var clients: [UInt64: Client] = [:]

  mutating func join(_ client: UInt64, host: String) { clients[client] = Client(host: host) }
  mutating func leave(_ client: UInt64) { clients[client] = nil }

  /// The client gave a transport command. Volume keys do not count: phones have them too.
  mutating func commanded(_ client: UInt64) { clients[client]?.hasCommanded = true }

  /// Whom a transport command goes to: every sender but the originator, once.
  /// - Parameter audioHost: The address sound comes from; nil while nobody sends.
  func senders(except originator: UInt64?, audioHost: String?) -> [UInt64] {
    let others = clients.filter { $0.key != originator }
    return others.filter { !$0.value.hasCommanded || $0.value.host == audioHost }.keys.sorted()
  }

  /// Whom a change of volume is announced to.
  func others(than originator: UInt64?) -> [UInt64] { clients.keys.filter { $0 != originator }.sorted() }
}
