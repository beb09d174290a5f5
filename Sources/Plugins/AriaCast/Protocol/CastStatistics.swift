import RouterCore

/// One message of `/stats`: the union of what all senders and dashboards look for. Pure.
///
/// In AriaCast a frame is a message of 20 ms.
struct CastStatistics: Equatable {
  /// Messages of sound of this session.
  var received = 0
  /// Periods handed to the sound card.
  var played = 0
  var underruns = 0
  var overruns = 0
  /// Messages of this session that were thrown away.
  var dropped = 0
  /// Frames (samples per channel) in the speaker's buffer, and most it may hold.
  var queuedFrames = 0
  var capacityFrames = 0
  /// Of the stream.
  var sampleRate = CastFormat.sampleRate

  var json: JSON {
    let queued = JSON.integer(Int64(queuedFrames / max(1, sampleRate / 50)))
    let level = capacityFrames > 0 ? min(1, Double(queuedFrames) / Double(capacityFrames)) : 0
    let tenths = Int((level * 1_000).rounded())
    return [
      "receivedFrames": .integer(Int64(received)), "playedCallbacks": .integer(Int64(played)),
      "underruns": .integer(Int64(underruns)), "overruns": .integer(Int64(overruns)), "queuedFrames": queued,
      "bufferedFrames": queued, "droppedFrames": .integer(Int64(dropped + overruns)),
      "bufferLevel": .string("\(tenths / 10).\(tenths % 10)%"),
    ]
  }
}
