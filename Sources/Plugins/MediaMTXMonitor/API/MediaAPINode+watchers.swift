import RouterCore

/// Those who watch over a WebSocket: everything at first, then what changes.
extension MediaAPINode {
  static let watcherLimit = 1000
  static let pingEvery = Duration.seconds(20)
  /// Messages are cut to about so many characters.
  static let messageLength = 200_000

  /// Lets one in; what is told from now on reaches it after the greeting.
  func admit() -> WebSocketAnswer {
    guard watchers.count < MediaAPINode.watcherLimit else {
      return .refuse(.text("503 Service Unavailable: \(watchers.count) watch already\n", status: 503))
    }
    lastWatcher += 1
    let (id, watcher) = (lastWatcher, Watcher())
    watchers[id] = watcher
    watching.set(watchers.count)
    let everything = board.everything(at: context.time.now)
    let greeting = JSON.object([.init("type", "snapshot")] + (everything.members ?? []))
    return .accept(
      WebSocketAcceptance(
        greeting: [.text(greeting.compact)], messageLimit: 4096, pingEvery: MediaAPINode.pingEvery
      ) { _, peer in
        watcher.attach(peer)
        return WatcherSocket(watcher) { Task { await self.left(id) } }
      })
  }

  func left(_ id: UInt64) {
    watchers[id] = nil
    watching.set(watchers.count)
  }

  /// One message per look; several where much has changed.
  func tell(_ difference: MonitorBoard.Difference) {
    guard !watchers.isEmpty else { return }
    var parts: [[JSON]] = [[]]
    var length = 0
    for change in difference.changed {
      let size = MediaAPINode.roughLength(change)
      if length + size > MediaAPINode.messageLength, length > 0 {
        parts.append([])
        length = 0
      }
      length += size
      parts[parts.count - 1].append(change)
    }
    for (index, part) in parts.enumerated() {
      let isLast = index == parts.count - 1
      var members: [JSON.Member] = [.init("type", "look"), .init("last", .bool(isLast))]
      members += board.ageMembers(at: context.time.now)
      members.append(.init("changed", .array(part)))
      if isLast { members.append(.init("gone", .array(difference.gone.map { .string($0) }))) }
      broadcast(.object(members))
    }
  }

  func tellEvent(_ event: JSON, as kind: String) {
    let told = JSON.object([.init("kind", .string(kind))] + (event.members ?? []))
    board.take(event: told)
    broadcast(["type": "event", "event": told])
  }

  func tellMembers(_ name: String, _ value: JSON) {
    broadcast(.object([.init("type", .string(name)), .init(name, value)]))
  }

  func broadcast(_ message: JSON) {
    guard !watchers.isEmpty else { return }
    let text = message.compact
    for (id, watcher) in watchers where !watcher.send(text) {
      dropped.add()
      left(id)
    }
  }

  /// Characters, more or less.
  private static func roughLength(_ value: JSON) -> Int {
    switch value {
    case .object(let members): members.reduce(2) { $0 + $1.key.utf8.count + 4 + roughLength($1.value) }
    case .array(let items): items.reduce(2) { $0 + 1 + roughLength($1) }
    case .string(let text): text.utf8.count + 2
    default: 12
    }
  }
}
