import RouterCore

/// What a dashboard knows from its event inputs. Pure.
struct DashboardState {
  /// What of the page has to be told anew.
  struct Change: OptionSet {
    let rawValue: Int
    static let metadata = Change(rawValue: 1)
    static let volume = Change(rawValue: 2)
    static let services = Change(rawValue: 4)
    static let log = Change(rawValue: 8)
  }

  /// What one source plays, and since when that is known.
  private struct Track {
    var source: String
    var event: MetadataEvent
    var at: Instant
  }
  /// The newest stands last.
  private var tracks: [Track] = []
  private var volumes: [(source: String, event: VolumeEvent)] = []
  private var services: [(source: String, event: ServiceEvent)] = []
  private(set) var artwork: Artwork?
  /// Of the picture's bytes: part of its address, so that browsers load each picture once.
  private(set) var artworkTag = ""
  var log = DashboardLog()

  var metadata: MetadataEvent { tracks.last?.event ?? MetadataEvent() }
  var volume: VolumeEvent? { volumes.last?.event }
  /// The name of the first speaker.
  var speakerName: String? { services.first?.event.instance }

  mutating func apply(_ event: Event, at now: Instant) -> Change {
    let source = event.source + "\u{0}" + event.key
    switch event.payload {
    case let metadata as MetadataEvent: return apply(metadata, from: source, event.isWithdrawn, at: now)
    case let volume as VolumeEvent: return apply(volume, from: source, event.isWithdrawn, at: now)
    case let service as ServiceEvent:
      services.removeAll { $0.source == source }
      if !event.isWithdrawn { services.append((source, service)) }
      return .services
    case let transport as TransportEvent:
      log.add(.command, [transport.action.rawValue], at: now)
      return .log
    default: return []
    }
  }

  private mutating func apply(_ event: MetadataEvent, from source: String, _ isWithdrawn: Bool, at now: Instant)
    -> Change
  {
    let before = metadata
    tracks.removeAll { $0.source == source }
    if !isWithdrawn { tracks.append(Track(source: source, event: event, at: now)) }
    var change = Change.metadata
    let after = metadata
    if let title = after.title, !title.isEmpty, title != before.title || after.artist != before.artist {
      log.add(.track, [title, after.artist ?? ""], at: now)
      change.insert(.log)
    }
    if after.artwork != artwork {
      artwork = after.artwork
      artworkTag = artwork.map { EmbeddedFile.tag(of: $0.bytes) } ?? ""
    }
    return change
  }

  private mutating func apply(_ event: VolumeEvent, from source: String, _ isWithdrawn: Bool, at now: Instant) -> Change
  {
    let before = volume
    volumes.removeAll { $0.source == source }
    if !isWithdrawn { volumes.append((source, event)) }
    guard let before, let after = volume, before != after else { return .volume }
    let words = [String(Int(after.percent.rounded()))]
    log.add(after.isMuted && !before.isMuted ? .muted : .volume, words, at: now)
    return [.volume, .log]
  }

  // MARK: What the page is told

  /// Title and friends; the picture as a path of this node; how old the position is.
  func metadataJSON(at now: Instant) -> JSON {
    let event = metadata
    var members = event.json.members ?? []
    members.removeAll { $0.key == "artworkUrl" }
    if artwork != nil { members.append(.init("artwork", .string("\(PageRoute.artwork)?v=\(artworkTag)"))) }
    let age = tracks.last.map { (now - $0.at).nanoseconds / 1_000_000 } ?? 0
    members.append(.init("ageMs", .integer(age)))
    return .object(members)
  }

  /// The object of AriaCast's `/metadata` and `/api/metadata`.
  var castMetadata: JSON {
    let event = metadata
    var cast = CastMetadata()
    (cast.title, cast.artist, cast.album) = (event.title, event.artist, event.album)
    (cast.durationMs, cast.positionMs, cast.isPlaying) = (event.durationMs, event.positionMs, event.isPlaying)
    return cast.json(artwork: artwork == nil ? nil : PageRoute.artwork)
  }

  var volumeJSON: JSON { volume?.json ?? .null }

  var servicesJSON: JSON {
    .array(services.map { ["name": .string($0.event.instance), "port": .integer(Int64($0.event.port))] })
  }

  func logJSON(since number: Int, at now: Instant) -> JSON { .array(log.since(number).map { $0.json(at: now) }) }
}
