internal import RouterCore

/// Which services are to be published, under which names, and what is to be done next. Pure.
struct ServiceBook {
  /// Who offers a service: source port and key of the state event.
  struct Key: Hashable {
    let source: String
    let key: String
  }

  enum Action: Equatable {
    case publish(Publication)
    case update(Publication)
    case remove(Int)
    /// The service stands on the network; tell who offers it.
    case announce(Key, name: String)
    /// The wanted name is taken.
    case sayTaken(name: String, next: String)
    case sayUnfit(name: String, words: String)
    case sayDropped(name: String, keys: [String])
  }

  private enum Phase: Equatable {
    /// Not published: the server is not ready.
    case waiting
    case publishing(Int)
    case established(Int)
    /// Given up until the service changes.
    case unfit
  }

  private struct Entry {
    var service: ServiceEvent
    /// The name that is tried or stands.
    var name: String
    var phase = Phase.waiting
    /// Names that were taken since the service was last established.
    var taken = 0

    /// The publication of a service that is published or about to be.
    var id: Int? {
      switch phase {
      case .publishing(let id), .established(let id): id
      case .waiting, .unfit: nil
      }
    }
  }

  /// So many taken names in a row mean that something else is wrong.
  static let patience = 50

  private let rename: @Sendable (String) -> String
  private var entries: [Key: Entry] = [:]
  private var order: [Key] = []
  private var isServerRunning = false
  private var lastID = 0

  /// - Parameter rename: The name to try after one that was taken.
  init(rename: @escaping @Sendable (String) -> String) { self.rename = rename }

  /// Services that stand on the network.
  var established: Int { entries.values.count { if case .established = $0.phase { true } else { false } } }

  func service(_ key: Key) -> ServiceEvent? { entries[key]?.service }

  // MARK: Services

  /// A service is offered, or has changed.
  mutating func offer(_ service: ServiceEvent, by key: Key) -> [Action] {
    guard let old = entries[key] else {
      order.append(key)
      entries[key] = Entry(service: service, name: service.instance)
      return publish(key)
    }
    let isSamePlace =
      old.service.instance == service.instance && old.service.type == service.type && old.service.port == service.port
    guard isSamePlace, let id = old.id else {
      let removal = withdraw(key)
      return removal + offer(service, by: key)
    }
    entries[key]?.service = service
    return [.update(publication(of: service, as: old.name, id: id).0)]
  }

  /// A service is not offered any more.
  mutating func withdraw(_ key: Key) -> [Action] {
    order.removeAll { $0 == key }
    return entries.removeValue(forKey: key)?.id.map { [.remove($0)] } ?? []
  }

  // MARK: What Avahi says

  mutating func take(_ event: PublisherEvent) -> [Action] {
    switch event {
    case .running: return serverRuns()
    case .settling: return serverSettles()
    case .established(let id): return stands(id)
    case .taken(let id): return refused(id, .taken)
    case .lost:
      serverLeft()
      return []
    }
  }

  /// The connection is over, and with it everything that was published. Names stay, for the next time.
  mutating func serverLeft() {
    isServerRunning = false
    for key in order where entries[key]?.phase != .unfit { entries[key]?.phase = .waiting }
  }

  /// A publication was refused. What concerns the connection comes as an event too.
  mutating func refused(_ id: Int, _ problem: AvahiProblem) -> [Action] {
    guard let key = key(of: id), let entry = entries[key] else { return [] }
    switch problem.kind {
    case .taken where entry.taken < Self.patience:
      let next = rename(entry.name)
      entries[key]?.name = next
      entries[key]?.taken += 1
      entries[key]?.phase = .waiting
      return [.remove(id), .sayTaken(name: entry.name, next: next)] + publish(key)
    case .taken, .unfit:
      entries[key]?.phase = .unfit
      return [.remove(id), .sayUnfit(name: entry.name, words: problem.words)]
    case .forbidden, .lost:
      return []
    }
  }

  private mutating func serverRuns() -> [Action] {
    guard !isServerRunning else { return [] }
    isServerRunning = true
    return order.filter { entries[$0]?.phase == .waiting }.flatMap { publish($0) }
  }

  private mutating func serverSettles() -> [Action] {
    let removals = order.compactMap { entries[$0]?.id }.map { Action.remove($0) }
    serverLeft()
    return removals
  }

  private mutating func stands(_ id: Int) -> [Action] {
    guard let key = key(of: id), let entry = entries[key], entry.phase != .established(id) else { return [] }
    entries[key]?.phase = .established(id)
    entries[key]?.taken = 0
    return [.announce(key, name: entry.name)]
  }

  // MARK: Publishing

  private mutating func publish(_ key: Key) -> [Action] {
    guard isServerRunning, let entry = entries[key] else { return [] }
    lastID += 1
    entries[key]?.phase = .publishing(lastID)
    let (publication, dropped) = publication(of: entry.service, as: entry.name, id: lastID)
    return [.publish(publication)] + (dropped.isEmpty ? [] : [.sayDropped(name: entry.name, keys: dropped)])
  }

  /// The TXT key `name`, where it repeats the wanted name, follows the name in force: nobody is told two names.
  private func publication(of service: ServiceEvent, as name: String, id: Int) -> (Publication, dropped: [String]) {
    let pairs = service.txt.map { pair in
      pair.key == "name" && pair.value == service.instance ? (key: pair.key, value: name) : pair
    }
    let txt = TXTStrings(pairs)
    let port = UInt16(exactly: service.port) ?? 0
    return (Publication(id: id, name: name, type: service.type, port: port, txt: txt.strings), txt.dropped)
  }

  private func key(of id: Int) -> Key? { order.first { entries[$0]?.id == id } }
}
