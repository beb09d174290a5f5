import RouterCore
import Synchronization

/// What the API tells: names and shapes are those of the first servers, with more members.
extension BrowserMicNode {
  /// Listeners of one stream.
  static let mostListeners = 50

  var configJSON: JSON {
    [
      "web_port": .integer(Int64(plain?.address.port ?? 0)),
      "https_port": secure.map { .integer(Int64($0.address.port)) } ?? .null,
      "default_stream_port": .integer(Int64(config.streamPort)),
      "max_bitrate": .integer(Int64(config.maxBitrateKbps)), "min_bitrate": .integer(Int64(config.minBitrateKbps)),
      "sample_rate": .integer(Int64(config.sampleRate)), "channels": .integer(Int64(config.channels)),
      "chunk_size": .integer(Int64(config.chunkSize)), "name": .string(context.label),
    ]
  }

  func configuration() -> JSON { ["success": true, "config": configJSON] }

  func listing() -> JSON {
    ["success": true, "streams": streamList, "totalStreams": .integer(Int64(registry.streams.count))]
  }

  var streamList: JSON { .array(registry.inOrder.map { entry(of: $0) }) }

  func network() async -> JSON {
    let port = plain?.address.port ?? 0
    let found = await context.blocking.run { InterfaceList.current() }
    let cards = found.map { card -> JSON in
      [
        "interface": .string(card.name), "address": .string(card.address), "family": "IPv4",
        "netmask": .string(card.netmask), "mac": .string(card.hardware),
        "url": .string("http://\(card.address):\(port)/"),
        "secure_url": secure.map { .string("https://\(card.address):\($0.address.port)/") } ?? .null,
      ]
    }
    return ["success": true, "network": .array(cards)]
  }

  func health() -> JSON {
    [
      "status": "healthy", "service": "media-router browser.mic", "version": "2.0.0",
      "active_streams": .integer(Int64(registry.streams.count)), "connected_clients": .integer(Int64(followers.count)),
      "timestamp": .string(WallTime.now().iso8601),
    ]
  }

  func entry(of stream: MicStream) -> JSON {
    let path = paths[stream.id]
    let sender = path?.seat.flatMap { seats[$0]?.sender }
    var state = "live"
    if case .reserved = stream.state { state = "reserved" }
    if case .away = stream.state { state = "away" }
    return [
      "id": .string(stream.id), "client_ip": .string(stream.client), "port": .integer(Int64(port(of: stream))),
      "bitrate": .integer(Int64(stream.bitrate)), "audio_source": .string(stream.source),
      "name": .string(stream.name), "start_time": .string(stream.began.iso8601), "is_active": true,
      "state": .string(state), "codec": stream.format.map { .string($0.codec.rawValue) } ?? .null,
      "sample_rate": stream.format.map { .integer(Int64($0.rate)) } ?? .null,
      "channels": stream.format.map { .integer(Int64($0.channels)) } ?? .null,
      "muted": .bool(sender?.isMuted.load(ordering: .relaxed) ?? false),
      "listeners": .integer(Int64(path?.sound.listeners?.listeners ?? 0)),
      "urls": path.map { places(of: stream, $0).json } ?? [:],
    ]
  }

  // MARK: Where a stream is heard

  struct Places: Equatable {
    var json: JSON
    /// Of the first sink that listens for this stream alone.
    var port: Int?
  }

  /// The port where a stream is heard, else the one it asked for, else the first there is.
  func port(of stream: MicStream) -> Int {
    paths[stream.id].flatMap { places(of: stream, $0).port } ?? stream.wishedPort ?? config.streamPort
  }

  func places(of stream: MicStream, _ path: Path) -> Places {
    let addresses = path.record.listeningAddresses
    var members = [JSON.Member("http", .string("/listen/\(stream.id).wav"))]
    if let tcp = addresses.first(where: { $0.hasPrefix("tcp://") }) { members.append(.init("tcp", .string(tcp))) }
    if addresses.count > 0 { members.append(.init("all", .array(addresses.map { .string($0) }))) }
    let port = addresses.lazy.compactMap { $0.split(separator: ":").last.flatMap { Int($0.prefix { $0.isNumber }) } }
    return Places(json: .object(members), port: port.first)
  }

  // MARK: Listening

  /// `GET /listen/<id>.wav`: the stream as it comes, as a WAV without end.
  func listen(to file: String) -> HTTPResponse {
    let id = file.hasSuffix(".wav") ? String(file.dropLast(4)) : file
    guard let path = paths[id] else { return .text("404 Not Found: no such stream\n", status: 404) }
    let feed = path.sound.listeners ?? makeFeed(path.format.stream)
    if path.sound.listeners == nil { path.sound.connect(feed) }
    paths[id]?.idleLooks = 0
    let fields = HTTPFields([
      ("Content-Type", "audio/wav"), ("Cache-Control", "no-cache, no-store"), ("Accept-Ranges", "none"),
    ])
    return HTTPResponse(fields: fields, body: .live(feed))
  }

  private func makeFeed(_ format: StreamFormat) -> any LiveFeed {
    context.web.makeFeed(
      FeedSettings(
        opening: EndlessWAV.head(for: format), capacity: 2 * format.sampleRate * format.bytesPerFrame,
        maxListeners: BrowserMicNode.mostListeners, alignment: format.bytesPerFrame))
  }
}
