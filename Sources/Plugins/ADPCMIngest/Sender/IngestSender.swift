public import RouterCore

/// Streams a WAV file to an `adpcm.ingest` as microphones do: a handshake, then a numbered message per frame.
public struct IngestSender: Sendable {
  /// What is sent, and how.
  public struct Plan: Sendable {
    /// A WAV file of any width, 1 to 8 channels, or `-` for standard input.
    public var file: String
    /// `ws://host:5096/ws`; a URL without a path gets `/ws`.
    public var url: String
    /// IMA ADPCM, else 16-bit PCM.
    public var isADPCM = true
    /// Connections, each with the whole file.
    public var streams = 1
    /// The first stream's id; the others count on.
    public var firstID: UInt32 = 1
    /// Length of a frame.
    public var frameMs = 20.0
    /// One frame each `frameMs` on an absolute schedule; else as fast as they are taken.
    public var isRealtime = false
    /// Begins again at the end of the file, until cancelled.
    public var isRepeated = false
    /// Hardware id, the last part of the path; `{n}` in it is the number of the stream from 0.
    public var hardware: String?

    public init(file: String, url: String) {
      self.file = file
      self.url = url
    }
  }

  /// How one stream went.
  public struct Result: Sendable, Equatable {
    public var stream: UInt32
    public var frames = 0
    /// Of all messages, heads included.
    public var bytes = 0
    /// Length of the sound sent.
    public var sound = Duration.zero
    /// From the handshake to the goodbye's answer.
    public var elapsed = Duration.zero
    /// The frame that went out latest after its time; zero where there is no time.
    public var latest = Duration.zero
    /// The server's close code: 1000 when all is well, 1006 when the connection broke, 0 without one.
    public var code: UInt16 = 0
    public var reason = ""
    /// Why there was no connection.
    public var failure: String?

    public var isGood: Bool { code == 1000 && failure == nil }
  }

  /// Why nothing can be sent.
  public enum Failure: Error, Sendable, Equatable, CustomStringConvertible {
    case file(WAVFailure)
    /// Sound of a kind that the protocol has no words for.
    case sound(String)
    /// Samples of each channel that a frame would have.
    case frame(Int)

    public var description: String {
      switch self {
      case .file(let failure): "\(failure)"
      case .sound(let found): "\(found); expected 1 to 8 channels at 1000 to 384000 Hz"
      case .frame(let samples): "a frame would have \(samples) samples; expected 1 to 65535"
      }
    }
  }

  private let client: any WebSocketClient
  private let loop: Loop
  private let blocking: any BlockingCalls
  private let time: any TimeSource

  /// - Parameters:
  ///   - client: Makes the connections.
  ///   - loop: Drives them.
  ///   - blocking: Reads the files.
  public init(
    client: any WebSocketClient, loop: Loop, blocking: any BlockingCalls, time: any TimeSource = SystemTime()
  ) {
    self.client = client
    self.loop = loop
    self.blocking = blocking
    self.time = time
  }

  /// Sends and says goodbye. Cancelling the task ends it early, with results of what was sent.
  /// - Parameter progress: Called after frames of the first stream: sound sent, length of the file if it is known.
  /// - Returns: a result for each stream, in their order.
  public func run(
    _ plan: Plan, progress: @escaping @Sendable (Duration, Duration?) -> Void = { _, _ in }
  ) async throws(Failure) -> [Result] {
    var sources: [FrameSource] = []
    for number in 0..<plan.streams {
      let id = plan.firstID &+ UInt32(truncatingIfNeeded: number)
      let opened = await blocking.run { () -> Swift.Result<FrameSource, Failure> in
        Swift.Result { () throws(Failure) in
          try FrameSource(
            plan.file, codec: plan.isADPCM ? .adpcm : .pcm, stream: id, frameMs: plan.frameMs,
            isRepeated: plan.isRepeated)
        }
      }
      sources.append(try opened.get())
    }
    var streams: [IngestStream] = []
    for (number, source) in sources.enumerated() {
      let address = IngestSender.address(plan, number)
      let connection = IngestStream.Connection(url: address, client: client, loop: loop, blocking: blocking, time: time)
      streams.append(
        IngestStream(source, connection, isRealtime: plan.isRealtime, progress: number == 0 ? progress : nil))
    }
    return await IngestSender.together(streams)
  }

  private static func together(_ streams: [IngestStream]) async -> [Result] {
    await withTaskGroup(of: Result.self, returning: [Result].self) { group in
      for stream in streams { group.addTask { await stream.run() } }
      var results: [Result] = []
      for await result in group { results.append(result) }
      return results.sorted { $0.stream < $1.stream }
    }
  }

  /// `ws://host:port` means its `/ws`; the hardware id is the path's end.
  static func address(_ plan: Plan, _ number: Int) -> String {
    var url = plan.url.contains("://") ? plan.url : "ws://" + plan.url
    let rest = url[(url.firstRange(of: "://")?.upperBound ?? url.startIndex)...]
    if !rest.contains("/") { url += "/" }
    if url.hasSuffix("/"), rest.split(separator: "/").count == 1 { url += "ws" }
    guard let hardware = plan.hardware else { return url }
    while url.hasSuffix("/") { url.removeLast() }
    let id: String = hardware.replacing("{n}", with: "\(number)")
    return "\(url)/\(escaped(id))"
  }

  private static func escaped(_ text: String) -> String {
    var out = ""
    for byte in text.utf8 {
      switch byte {
      case 48...58, 65...90, 97...122, 45, 46, 95, 126: out.unicodeScalars.append(Unicode.Scalar(byte))
      default: out += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      }
    }
    return out
  }
}
