import RouterCore

/// The connections of one look by list and id, so that a source is found by its id and never by its path's name.
struct ConnectionDirectory {
  private let lists: [ServerList: Reading<[MediaConnection]>]
  private let places: [ServerList: [String: Int]]
  let at: Instant
  let pause: Duration

  init(_ snapshot: SnapshotEvent) {
    lists = snapshot.connections
    at = snapshot.at
    pause = .milliseconds(3 * snapshot.intervalMs) + .seconds(5)
    places = snapshot.connections.mapValues { reading in
      var places: [String: Int] = [:]
      places.reserveCapacity(reading.value.count)
      for (index, connection) in reading.value.enumerated() {
        places[connection.id.isEmpty ? connection.path : connection.id] = index
      }
      return places
    }
  }

  /// What a path refers to, if its list holds it, fresh or stale.
  func connection(of peer: MediaPeer, path: String) -> MediaConnection? {
    guard let list = ServerList(holding: peer.type), let index = places[list]?[peer.id.isEmpty ? path : peer.id] else {
      return nil
    }
    return lists[list]?.value[index]
  }

  func state(_ list: ServerList) -> Reading<Bool>.State {
    switch lists[list]?.state {
    case .fresh: .fresh
    case .stale: .stale
    case .absent, nil: .absent
    }
  }

  func time(_ list: ServerList) -> Instant? { lists[list]?.at }
}
