import RouterCore

/// One stream at an `adpcm.encoder`: made 16 bit, cut into frames, encoded. Data thread.
///
/// The last frame is as short as what is left; an odd last sample gets a silent one behind it. Missing sound is told on
/// before the frame that is in hand.
final class ADPCMEncoderStage: Stage {
  private let input: StreamFormat
  private let frameSamples: Int
  private let order: NibbleOrder
  private let counter: Metric
  private var converter: PCMConverter
  /// One frame's samples, filled up to `held` of each channel.
  private var block: [Int16]
  private var held = 0
  private var states: [IMAState]
  private var payload: [UInt8]
  private var sequence: UInt64 = 0
  private var lastArrival = Instant(nanoseconds: 0)
  /// Said to be missing, by packets or by ``gap(frames:_:)``, since the last frame went out.
  private var missing = 0
  private var told = 0

  init(converter: consuming PCMConverter, frameSamples: Int, _ order: NibbleOrder, frames: Metric) {
    input = converter.input
    self.frameSamples = frameSamples
    self.order = order
    counter = frames
    let channels = converter.input.channels
    block = [Int16](repeating: 0, count: frameSamples * channels)
    states = [IMAState](repeating: IMAState(), count: channels)
    payload = [UInt8](repeating: 0, count: ADPCMPayload.size(frames: frameSamples, channels: channels))
    self.converter = converter
  }

  func receive(_ packet: Packet, _ next: Branch) -> Verdict {
    lastArrival = packet.arrival
    missing += max(0, packet.missing - told)
    told = 0
    var verdict = Verdict.go
    var place = 0
    while true {
      place += fill(packet.bytes.extracting(droppingFirst: place)) * input.bytesPerFrame
      guard held == frameSamples else { return verdict }
      verdict = verdict.joined(with: encode(next))
    }
  }

  func gap(frames: Int, _ next: Branch) {
    told += frames
    missing += frames
    next.sendGap(frames: frames)
  }

  func finish(_ end: StreamEnd, _ next: Branch) {
    guard held > 0 else { return }
    if !held.isMultiple(of: 2) {
      for channel in 0..<states.count { block[held * states.count + channel] = 0 }
      held += 1
    }
    _ = encode(next)
  }

  /// - Returns: Input frames used.
  private func fill(_ bytes: RawSpan) -> Int {
    var span = block.mutableSpan
    var target = unsafe span.mutableBytes
    var free = target._mutatingExtracting(held * 2 * states.count..<target.byteCount)
    let done = converter.convert(bytes, into: &free)
    held += done.made
    return done.used
  }

  private func encode(_ next: Branch) -> Verdict {
    let frames = held
    held = 0
    let size = ADPCMPayload.size(frames: frames, channels: states.count)
    encodeBlock(frames)
    counter.add()
    let lent = payload
    let bytes = unsafe lent.span.bytes.extracting(0..<size)
    let packet = Packet(bytes: bytes, frames: frames, sequence: sequence, arrival: lastArrival, missing: missing)
    missing = 0
    sequence &+= 1
    return next.send(packet)
  }

  private func encodeBlock(_ frames: Int) {
    var span = payload.mutableSpan
    var target = unsafe span.mutableBytes
    let lent = block
    let samples = lent.span.extracting(0..<frames * states.count)
    ADPCMPayload.encode(samples, &states, order, into: &target)
  }
}
