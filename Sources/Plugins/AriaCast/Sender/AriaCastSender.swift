public import RouterCore

/// Casts a WAV file to an AriaCast receiver, as a phone would: one message of 20 ms every 20 ms.
public struct AriaCastSender: Sendable {
  /// How far a file is.
  public struct Progress: Sendable, Equatable {
    /// Sound sent.
    public var sent: Duration
    /// Length of the file; nil if it is not known or repeated.
    public var total: Duration?
    /// Messages sent.
    public var messages: Int
  }

  /// What was sent.
  public struct Summary: Sendable, Equatable {
    public var messages = 0
    public var bytes = 0
    /// From the first message to the last.
    public var elapsed = Duration.zero
    /// Messages sent more than 100 ms after their time.
    public var late = 0
    /// Length of the sound sent.
    public var sound: Duration { .milliseconds(20 * messages) }
    public init() {}
  }

  /// Why nothing, or not everything, was sent.
  public enum Failure: Error, Sendable, Equatable, CustomStringConvertible {
    case file(WAVFailure)
    case conversion(ConversionError)
    case connection(HTTPFailure)
    /// The receiver's first text was not the handshake, or none came in 3 s.
    case handshake(String)
    /// The receiver ended the connection: its close code (1006: it broke) and reason.
    case closed(code: UInt16, reason: String)

    public var description: String {
      switch self {
      case .file(let failure): "\(failure)"
      case .conversion(let failure): "\(failure)"
      case .connection(let failure): "cannot connect: \(failure.message)"
      case .handshake(let found): "no AriaCast receiver: \(found)"
      case .closed(let code, let reason):
        "the receiver ended the connection: \(code)\(reason.isEmpty ? "" : " \(reason)")"
      }
    }
  }

  /// How long a receiver may take to greet.
  static let greetingWithin = Duration.seconds(3)
  /// Time between two looks at a full queue.
  static let queueWait = Duration.milliseconds(5)

  let client: any WebSocketClient
  let loop: Loop
  let blocking: any BlockingCalls
  let time: any TimeSource

  /// - Parameters:
  ///   - client: Makes the connection.
  ///   - loop: Drives it.
  ///   - blocking: Reads the file.
  public init(
    client: any WebSocketClient, loop: Loop, blocking: any BlockingCalls, time: any TimeSource = SystemTime()
  ) {
    self.client = client
    self.loop = loop
    self.blocking = blocking
    self.time = time
  }

  /// Sends a file and says goodbye. Cancelling the task ends it early, with a summary of what was sent.
  ///
  /// - Parameters:
  ///   - file: Path of a WAV file, or `-` for standard input.
  ///   - url: `ws://host:12889/audio`; a URL without a path gets `/audio`.
  ///   - realtime: One message every 20 ms on an absolute schedule; else as fast as the receiver takes them.
  ///   - loop: Begins again at the end of the file, without a gap, until cancelled.
  ///   - progress: Called after each message, on this task.
  /// - Throws: ``Failure``; the connection is closed then.
  public func run(
    file: String, url: String, realtime: Bool = true, loop: Bool = false,
    progress: @Sendable (Progress) -> Void = { _ in }
  ) async throws(Failure) -> Summary {
    let source = try await CastSource.open(file, isRepeated: loop, blocking)
    let connection = try await CastConnection.open(
      AriaCastSender.address(url), client: client, on: self.loop, time: time)
    let (peer, link) = (connection.peer, connection.link)
    defer { connection.close() }
    var summary = try await send(source, to: peer, link, realtime: realtime, progress)
    connection.close()
    await connection.awaitEnd(time)
    if let lost = link.closed, lost.code == 1006 { throw .closed(code: lost.code, reason: lost.reason) }
    summary.bytes = summary.messages * CastFormat.packetBytes
    return summary
  }

  /// `ws://host:port` means its `/audio`.
  static func address(_ url: String) -> String {
    guard let scheme = url.firstRange(of: "://") else { return AriaCastSender.address("ws://" + url) }
    let rest = url[scheme.upperBound...]
    guard let slash = rest.firstIndex(of: "/") else { return url + "/audio" }
    return rest.index(after: slash) == rest.endIndex ? url + "audio" : url
  }
}
