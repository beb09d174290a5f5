import RouterCore

/// What there is to announce, by what the services say of themselves. Pure.
struct AnnouncedServices: Equatable {
  private struct Key: Hashable {
    var source: String
    var key: String
  }
  /// In the order they came.
  private var entries: [(key: Key, service: ServiceEvent)] = []
  /// The range streams get their ports from, as the newest stream said.
  private(set) var ports: ClosedRange<Int>
  private let standardPort: Int

  init(webPort: Int, ports: ClosedRange<Int>) {
    standardPort = webPort
    self.ports = ports
  }

  static func == (a: AnnouncedServices, b: AnnouncedServices) -> Bool {
    a.ports == b.ports && a.entries.map(\.key) == b.entries.map(\.key)
      && a.entries.map(\.service) == b.entries.map(\.service)
  }

  /// - Returns: Whether anything is different now.
  mutating func take(_ event: Event) -> Bool {
    guard let service = event.payload as? ServiceEvent else { return false }
    let before = self
    let key = Key(source: event.source, key: event.key)
    let place = entries.firstIndex { $0.key == key }
    switch (event.isWithdrawn, place) {
    case (true, let place?): entries.remove(at: place)
    case (true, nil): break
    case (false, let place?): entries[place].service = service
    case (false, nil): entries.append((key, service))
    }
    if !event.isWithdrawn, let range = AnnouncedServices.range(service["ports"]) { ports = range }
    return self != before
  }

  /// Of the page.
  var webPort: Int { page?.port ?? standardPort }

  /// The page is there with TLS too: its service names the port in `https`.
  var hasTLS: Bool { entries.contains { _, service in service.type == "_https._tcp" || service["https"] != nil } }

  /// Every port at which a stream can be heard.
  var streams: [ServiceEvent] { entries.map(\.service).filter { $0["stream"] != nil } }

  private var page: ServiceEvent? {
    let pages = entries.map(\.service).filter { $0["stream"] == nil && $0.type != "_https._tcp" }
    return pages.first { $0.type == "_http._tcp" } ?? pages.first
  }

  /// `420-519`.
  private static func range(_ text: String?) -> ClosedRange<Int>? {
    let ends = (text ?? "").split(separator: "-").compactMap { Int($0) }
    guard ends.count == 2, ends[0] > 0, ends[0] <= ends[1], ends[1] < 65_536 else { return nil }
    return ends[0]...ends[1]
  }
}

extension ServiceEvent {
  /// The TXT value of that key.
  subscript(key: String) -> String? { txt.first { $0.key == key }?.value }
}
