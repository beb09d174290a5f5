/// One input of a mixer at work: its voices and the sound of one block. Confined to the mixer's loop.
final class MixerBus {
  /// A reader in a box, so that voices can be kept in an array.
  private final class Seat {
    var reader: VoiceReader
    init(_ reader: consuming VoiceReader) { self.reader = reader }
  }

  let controls: MixerControls.Input
  /// The block's sound before any gain, interleaved.
  let block: Slab<Float>
  private var seats: [Seat] = []
  private let frames: Int
  private var presence = Presence()
  /// The factor at the end of the last block.
  private var factor: Float

  init(_ controls: MixerControls.Input, frames: Int, channels: Int) {
    self.controls = controls
    self.frames = frames
    block = Slab(repeating: 0, count: frames * channels)
    factor = controls.gain.value
  }

  var voices: Int { seats.count }

  /// Takes a voice in. A job of the loop, not the data path.
  func add(_ reader: consuming VoiceReader) { seats.append(Seat(reader)) }

  /// Brings the voices' next frames into ``block``. A voice that ended is freed: once per stream. Data thread.
  func render(at now: Instant) {
    let block = block
    var target = block.mutableSpan(0..<block.count)
    for index in target.indices { target[index] = 0 }
    var index = 0
    while index < seats.count {
      if seats[index].reader.mix(into: &target, frames: frames, now: now) == .ended {
        seats.remove(at: index)
      } else {
        index += 1
      }
    }
  }

  /// Decibels by which this input wants the others lowered in this block. Data thread.
  func wantedDuckDb(threshold: Float, hold: Float, seconds: Float) -> Float {
    let wanted = controls.duckDb.value
    let rms = wanted < 0 ? 0 : rootMeanSquare() * controls.gain.value
    let isHeard = presence.hears(rms, threshold: threshold, hold: hold, seconds: seconds)
    return wanted > 0 && isHeard ? wanted : 0
  }

  /// Adds the block to the mixture, gliding from the last block's factor to this one's. Data thread.
  /// - Parameter duck: What the ducker leaves of inputs without priority.
  func mix(into sum: inout MutableSpan<Float>, channels: Int, duck: Float) {
    let goal = controls.gain.value * (controls.duckDb.value < 0 ? duck : 1)
    let block = block
    if goal == factor {
      mixAdd(block.span(0..<block.count), gain: goal, into: &sum)
    } else {
      var samples = block.mutableSpan(0..<block.count)
      applyGain(&samples, channels: channels, from: factor, to: goal)
      mixAdd(samples.span, into: &sum)
    }
    factor = goal
  }

  private func rootMeanSquare() -> Float {
    let block = block
    let samples = block.span(0..<block.count)
    var sum: Float = 0
    for index in samples.indices { sum += samples[index] * samples[index] }
    return (sum / Float(samples.count)).squareRoot()
  }
}
