internal import Synchronization

/// One stream's way from its loop into a reader with a clock: a sound card's thread, a mixer's timer.
///
/// Bytes travel as they came through a lock-free ring; all conversion happens on the reader's side. A voice carries one
/// format: a new format, or a new session, is a new voice, so that old sound is never heard again.
public enum Voice {
  /// Makes both ends. Control side: allocates all that the ends will ever need.
  ///
  /// - Parameters:
  ///   - input: PCM of any sample type, 1,000 to 768,000 Hz, 1 to 32 channels.
  ///   - output: What the reader mixes into: frames per second and channels.
  ///   - settings: Limits of the adaptive delay.
  ///   - record: Where `queuedFrames`, `queueCapacityFrames`, `underruns` and `overruns` are written; the stream's own.
  ///   - at: Now, on the clock that stamps packets.
  /// - Returns: Both ends; take them apart with `consume`.
  /// - Throws: ``ConversionError`` if the formats cannot meet.
  public static func make(
    input: StreamFormat, output: (sampleRate: Int, channels: Int), settings: JitterSettings, record: PathRecord,
    at: Instant
  ) throws(ConversionError) -> Ends {
    let rate = try RateConverter.between(input, output.sampleRate, output.channels)
    let capacity = Duration.seconds(2) + settings.ceiling * 2
    let frames = Int(capacity.seconds * Double(input.sampleRate))
    let audio = Ring.make(capacity: frames * input.bytesPerFrame)
    let arrivals = Ring.make(capacity: Arrival.size * 4096)
    let statistics = VoiceStatistics(record: record)
    record.queueCapacityFrames.store(frames, ordering: .relaxed)
    let supply = VoiceSupply(
      input: VoiceInput(format: input, ring: audio.reader), channels: output.channels, rate: rate)
    let writer = VoiceWriter(format: input, audio: audio.writer, arrivals: arrivals.writer, statistics: statistics)
    let reader = VoiceReader(
      supply: supply, arrivals: arrivals.reader, sampleRate: output.sampleRate, settings: settings,
      statistics: statistics, at: at)
    return Ends(writer: writer, reader: reader)
  }

  /// Both ends of one voice; take them apart with `consume`.
  @frozen public struct Ends: ~Copyable, Sendable {
    /// For the stage, on the loop.
    public let writer: VoiceWriter
    /// For the thread of the device.
    public let reader: VoiceReader
  }
}

/// What a voice did in one call of ``VoiceReader/mix(into:frames:now:)``.
public enum VoiceState: Sendable, Equatable {
  /// Sound was added.
  case playing
  /// Nothing (or the last fade) was added: the buffer fills up, at the start or after an underrun.
  case buffering
  /// The stream is over and everything was played; the voice can go.
  case ended
}
