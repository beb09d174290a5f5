import RouterCore

/// Which streams there are and what becomes of them: reserved, live, away, gone. Pure; the time is handed in.
struct StreamRegistry {
  /// Why a stream is not let in; the words are for people.
  enum Refusal: String, Error, Sendable {
    case full = "too many streams"
    case notFound = "Stream not found"
    case forbidden = "the token of the stream or of the router is needed"
  }

  /// What came of a start message.
  struct Begun: Equatable, Sendable {
    var stream: MicStream
    /// It was live before, or reserved.
    var isKnown: Bool
    /// It had another format before: the path must be built anew.
    var isReshaped: Bool
  }

  /// kb/s.
  var bitrates: ClosedRange<Int>
  var most: Int
  private(set) var streams: [String: MicStream] = [:]

  /// A reservation without sound ends after this time.
  static let reservedFor = Duration.seconds(30)
  /// A stream whose connection broke is kept so long.
  static let keptFor = Duration.seconds(10)
  /// kb/s where a browser says nothing.
  static let usualBitrate = 128.0

  /// In the order they began.
  var inOrder: [MicStream] { streams.values.sorted { ($0.since, $0.id) < ($1.since, $1.id) } }

  /// Makes room for a stream whose sound may come.
  mutating func reserve(
    _ wish: StreamWish, client: String, secret: String, at now: Instant, _ wall: WallTime
  ) throws(Refusal) -> MicStream {
    guard streams.count < most else { throw .full }
    let state = MicStream.State.reserved(until: now + StreamRegistry.reservedFor)
    let stream = make(wish, client: client, secret: secret, state, at: now, wall)
    streams[stream.id] = stream
    return stream
  }

  /// A browser begins, or goes on with what it has the secret of.
  mutating func begin(
    _ hello: MicHello, client: String, secret: String, at now: Instant, _ wall: WallTime
  ) throws(Refusal) -> Begun {
    if let known = hello.stream.flatMap({ streams[$0] }), StreamRegistry.same(known.secret, hello.secret) {
      var stream = known
      stream.format = hello.format
      stream.state = .live
      streams[stream.id] = stream
      let isReshaped = known.format.map { $0.stream != hello.format.stream } ?? false
      return Begun(stream: stream, isKnown: true, isReshaped: isReshaped)
    }
    var stream = try reserve(hello.wish, client: client, secret: secret, at: now, wall)
    stream.format = hello.format
    stream.state = .live
    streams[stream.id] = stream
    return Begun(stream: stream, isKnown: false, isReshaped: false)
  }

  /// The connection of a live stream broke.
  mutating func leave(_ id: String, at now: Instant) {
    if streams[id]?.state == .live { streams[id]?.state = .away(until: now + StreamRegistry.keptFor) }
  }

  /// Takes out and returns what nobody came for in time.
  mutating func expire(at now: Instant) -> [MicStream] {
    let over = inOrder.filter { stream in
      switch stream.state {
      case .live: false
      case .reserved(let until), .away(let until): until <= now
      }
    }
    for stream in over { streams[stream.id] = nil }
    return over
  }

  @discardableResult
  mutating func remove(_ id: String) -> MicStream? { streams.removeValue(forKey: id) }

  /// Whether somebody may stop a stream: who knows its secret, whom the router trusts, and for a reservation the
  /// address that made it.
  func mayStop(_ id: String, secret: String?, client: String, isTrusted: Bool) throws(Refusal) -> MicStream {
    guard let stream = streams[id] else { throw .notFound }
    if isTrusted || StreamRegistry.same(stream.secret, secret) { return stream }
    if case .reserved = stream.state, stream.client == client { return stream }
    throw .forbidden
  }

  private func make(
    _ wish: StreamWish, client: String, secret: String, _ state: MicStream.State, at now: Instant, _ wall: WallTime
  ) -> MicStream {
    var milliseconds = wall.seconds * 1_000 + Int64(wall.nanoseconds / 1_000_000)
    let address = String(client.map { $0 == "." || $0 == ":" || $0 == "%" ? "_" : $0 })
    while streams["stream_\(milliseconds)_\(address)"] != nil { milliseconds += 1 }
    let (lowest, highest) = (Double(bitrates.lowerBound), Double(bitrates.upperBound))
    let bitrate = min(max(wish.bitrate ?? StreamRegistry.usualBitrate, lowest), highest)
    return MicStream(
      id: "stream_\(milliseconds)_\(address)", secret: secret, client: client,
      name: wish.name ?? "Stream from \(client)", source: wish.source, bitrate: Int(bitrate.rounded()),
      wishedPort: wish.port, began: wall, since: now, format: nil, state: state)
  }

  /// Takes equally long whatever is wrong.
  private static func same(_ secret: String, _ given: String?) -> Bool {
    guard let given else { return false }
    let (wanted, bytes) = (Array(secret.utf8), Array(given.utf8))
    var difference = wanted.count ^ bytes.count
    for index in wanted.indices { difference |= Int(wanted[index] ^ (index < bytes.count ? bytes[index] : 0)) }
    return difference == 0
  }
}
