/// The end of a voice that a stage writes to. Owned by the loop of the stream. Data thread; allocates nothing.
public struct VoiceWriter: ~Copyable, Sendable {
  /// The one format this voice carries.
  public let format: StreamFormat
  /// What the voice tells about itself. Any thread.
  public let statistics: VoiceStatistics

  private var audio: RingWriter
  private var arrivals: RingWriter
  private let frameSize: Int
  private let silence: [UInt8]
  private var written = 0
  private var filledSincePacket = 0
  private var restarts = false

  init(
    format: StreamFormat, audio: consuming RingWriter, arrivals: consuming RingWriter, statistics: VoiceStatistics
  ) {
    self.format = format
    self.statistics = statistics
    self.audio = audio
    self.arrivals = arrivals
    frameSize = format.bytesPerFrame
    silence = [UInt8](repeating: 0, count: 256 * frameSize)
  }

  /// Copies one packet into the voice, behind silence for what its header says is missing and no ``gap(frames:)`` told.
  ///
  /// Trailing bytes that make no whole frame are ignored. After ``finish()`` nothing is taken.
  /// - Returns: False when there was no room: the packet is dropped and counted as an overrun.
  @discardableResult
  public mutating func write(_ packet: Packet) -> Bool {
    let frames = packet.bytes.byteCount / frameSize
    if packet.missing > filledSincePacket { fillGap(packet.missing - filledSincePacket) }
    filledSincePacket = 0
    guard frames > 0, !statistics.isFinished else { return frames == 0 }
    guard audio.write(packet.bytes.extracting(0..<frames * frameSize)) else {
      statistics.countOverflow()
      restarts = true
      return false
    }
    written += frames
    arrivals.write(Arrival(written: written, frames: frames, instant: packet.arrival, restarts: restarts))
    restarts = false
    return true
  }

  /// Puts silence where `frames` frames never arrived, so that what follows keeps its time.
  ///
  /// Silence that finds no room is left out: the voice is then far behind as it is.
  public mutating func gap(frames: Int) {
    guard frames > 0, !statistics.isFinished else { return }
    filledSincePacket += frames
    fillGap(frames)
  }

  /// The stream is over: what was written is played out, then the reader says ended. Repeating it changes nothing.
  public mutating func finish() { statistics.finish() }

  /// The stream is over at once: what waits is not played, and what sounds sinks to silence in 5 ms.
  public mutating func cut() { statistics.cut() }

  private mutating func fillGap(_ frames: Int) {
    var left = min(frames, audio.free / frameSize)
    if left < frames { restarts = true }
    let silence = silence
    while left > 0 {
      let count = min(left, silence.count / frameSize)
      guard audio.write(unsafe silence.span.bytes.extracting(0..<count * frameSize)) else { return }
      written += count
      left -= count
    }
  }
}
