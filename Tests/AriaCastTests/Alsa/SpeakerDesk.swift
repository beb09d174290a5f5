import RouterCore
import Support

@testable import AriaCast

/// Streams, their voices and the mixer of one card, without card and threads, on a clock moved by hand.
struct SpeakerDesk: ~Copyable {
  static let stereo = StreamFormat(sampleRate: 48_000, channels: 2)
  static let card = CardFormat(
    sampleRate: 48_000, channels: 2, encoding: .int16, periodFrames: 480, bufferFrames: 1920)

  let table = VoiceTable()
  let volume = SpeakerVolume()
  let tuning: SpeakerTuning
  let wakeUp: WakeUp
  var mixer: SpeakerMixer
  var now = Instant(nanoseconds: 1_000_000_000)
  private var streams: [(input: SpeakerInput, bench: StageBench)] = []

  init(_ combination: Combination = .mix) throws {
    wakeUp = try WakeUp()
    tuning = SpeakerTuning(ceiling: JitterSettings().ceiling, combination: combination)
    mixer = SpeakerMixer(table: table, tuning: tuning, volume: volume, format: Self.card)
  }

  /// A stream without a card.
  mutating func open() -> Int {
    let input = SpeakerInput(format: Self.stereo, record: PathRecord(), order: streams.count + 1)
    let bench = StageBench(SpeakerStage(input), format: Self.stereo)
    streams.append((input, bench))
    return streams.count - 1
  }

  func input(_ stream: Int) -> SpeakerInput { streams[stream].input }

  /// Gives the stream a voice on the card.
  func connect(_ stream: Int) throws -> Bool {
    let input = streams[stream].input
    let ends = try Voice.make(
      input: Self.stereo, output: (48_000, 2), settings: JitterSettings(), record: input.record, at: now)
    guard table.add(ends.reader, order: input.order, record: input.record) else { return false }
    input.connect(SpeakerVoice(writer: ends.writer, wakeUp: wakeUp))
    return true
  }

  /// Sends one packet of 20 ms.
  func push(_ bytes: [UInt8], to stream: Int) {
    let bench = streams[stream].bench
    bench.now = now
    bench.push(bytes)
  }

  func finish(_ stream: Int) { streams[stream].bench.finish() }

  /// Plays one period.
  mutating func period() -> [Int16] {
    _ = mixer.render(at: now)
    now = now + .milliseconds(10)
    return heard
  }

  /// The last period.
  var heard: [Int16] {
    let period = mixer.period
    return (0..<period.byteCount / 2).map { period.i16le(2 * $0) }
  }

  /// 20 ms of one value on both channels.
  static func packet(_ value: Int16) -> [UInt8] { [Int16](repeating: value, count: 1920).pcmBytes }

  /// Sends and plays 20 ms; the streams send these values.
  mutating func play(_ values: [(stream: Int, value: Int16)], times: Int) -> [Int16] {
    var all: [Int16] = []
    for _ in 0..<times {
      for (stream, value) in values { push(Self.packet(value), to: stream) }
      all += period()
      all += period()
    }
    return all
  }
}
