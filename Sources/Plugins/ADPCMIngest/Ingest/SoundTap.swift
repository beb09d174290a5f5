import RouterCore

/// Shows one stream to the page while it is looked at: decodes, measures, lends to listeners. Confined to the
/// connection's loop; costs two atomic loads a frame while nobody looks.
final class SoundTap {
  private let window: SoundWindow
  private let handshake: IngestHandshake
  private var generation = 0
  private var feed: (any LiveFeed)?
  private var level = Level()
  private var judge: NibbleJudge?
  private var samples: [Int16] = []

  init(_ window: SoundWindow, _ handshake: IngestHandshake) {
    self.window = window
    self.handshake = handshake
  }

  /// Data thread. Memory is made when somebody begins to look.
  func lend(_ payload: RawSpan, sequence: UInt32) {
    let current = window.current
    if current != generation {
      generation = current
      feed = window.listeners
    }
    let wantsLevel = window.wantsLevel
    guard wantsLevel || feed != nil else { return }
    if handshake.codec == .pcm { return show(payload, wantsLevel) }
    guard let frame = ADPCMPayload(byteCount: payload.byteCount, channels: handshake.channels) else { return }
    if samples.count < frame.frames * frame.channels { makeRoom(frame) }
    judge?.look(at: frame, payload, sequence: sequence, isOdd: !handshake.frameSamples.isMultiple(of: 2))
    var target = samples.mutableSpan
    guard frame.decode(payload, order, into: &target) else { return }
    let lent = samples
    show(unsafe lent.span.bytes.extracting(0..<2 * frame.frames * frame.channels), wantsLevel)
  }

  private var order: NibbleOrder { handshake.isLowFirst ? .low : judge?.order ?? .high }

  private func makeRoom(_ frame: ADPCMPayload) {
    samples = [Int16](repeating: 0, count: frame.frames * frame.channels)
    judge = NibbleJudge(largest: frame.frames)
  }

  private func show(_ pcm: RawSpan, _ wantsLevel: Bool) {
    feed?.write(pcm)
    guard wantsLevel else { return }
    level.measure(pcm, as: .int16)
    guard level.samples >= handshake.sampleRate * handshake.channels / 4 else { return }
    window.publish(level)
    level = Level()
  }
}
