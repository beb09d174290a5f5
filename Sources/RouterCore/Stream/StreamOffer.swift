public import Synchronization

/// What a source says when it opens a stream.
public struct StreamOffer: Sendable {
  /// The output port it leaves by; nil is the node's main output.
  public var port: String?
  public var format: StreamFormat
  /// The other side, as `address:port`, a path or a name; for people.
  public var peer: String
  /// What people call it: a phone's name, a microphone's id.
  public var label: String
  /// Facts that stages downstream may use: `hwid`, `bitrateKbps`.
  public var attributes: [String: String]
  /// Flows upstream: stages write, the source reads.
  public let record: PathRecord
  /// Called once, on any thread, when a person or the API ends the stream: lets the sender go, also one that sends
  /// nothing. Without it a sender is told with its next packet.
  public var onDisconnect: (@Sendable () -> Void)?

  public init(
    port: String? = nil, format: StreamFormat, peer: String, label: String, attributes: [String: String] = [:],
    record: PathRecord = PathRecord(), onDisconnect: (@Sendable () -> Void)? = nil
  ) {
    self.port = port
    self.format = format
    self.peer = peer
    self.label = label
    self.attributes = attributes
    self.record = record
    self.onDisconnect = onDisconnect
  }
}

/// What the stages of one path tell their source. Each field has one writing stage. Any thread.
public final class PathRecord: Sendable {
  /// Frames waiting in the speaker's buffer.
  public let queuedFrames = Atomic<Int>(0)
  /// Largest number of frames that buffer may hold.
  public let queueCapacityFrames = Atomic<Int>(0)
  /// Times the device asked and got nothing.
  public let underruns = Atomic<Int>(0)
  /// Times sound was thrown away because there was too much.
  public let overruns = Atomic<Int>(0)
  /// Periods handed to the device.
  public let playedPeriods = Atomic<Int>(0)
  /// Where stages hold the source.
  public let hold = SourceHold()
  /// What recorders have yet to write.
  public let unwritten = Unwritten()
  private let addresses = PthreadLock<[String]>([])

  public init() {}

  /// Where this stream can be heard: `tcp://…`, in the order they were opened; written by sinks that open a port per
  /// stream. Any thread, never the data path.
  public var listeningAddresses: [String] { addresses.withLock { $0 } }

  /// One more place. Control side.
  public func add(listeningAddress: String) { addresses.withLock { $0.append(listeningAddress) } }
  /// One place less. Control side.
  public func remove(listeningAddress: String) { addresses.withLock { $0.removeAll { $0 == listeningAddress } } }
}
