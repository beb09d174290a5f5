import RouterCore

/// The payload of one IMA frame: for each channel four bytes of state, then for each channel its nibbles (planar; one
/// channel is the plain case). Every channel's part is a mono frame of its own.
///
/// The state is the encoder's before the frame; its predictor is no sample. So each frame decodes alone.
struct ADPCMPayload {
  static let stateBytes = 4
  let channels: Int
  /// Bytes of nibbles of each channel.
  let nibbleBytes: Int

  /// Samples of each channel.
  var frames: Int { nibbleBytes * 2 }

  /// nil if the bytes cannot be a payload of so many channels.
  init?(byteCount: Int, channels: Int) {
    let nibbles = byteCount - ADPCMPayload.stateBytes * channels
    guard channels > 0, nibbles >= 0, nibbles.isMultiple(of: channels) else { return nil }
    self.channels = channels
    nibbleBytes = nibbles / channels
  }

  /// What a channel's header says; nil if its step index is beyond the table.
  func state(of channel: Int, in payload: RawSpan) -> IMAState? {
    let offset = channel * ADPCMPayload.stateBytes
    let index = payload.u8(offset + 2)
    guard index <= UInt8(IMATable.lastIndex) else { return nil }
    return IMAState(predictor: payload.i16le(offset), index: index)
  }

  /// Where a channel's nibbles are.
  func nibbles(of channel: Int) -> Range<Int> {
    let first = channels * ADPCMPayload.stateBytes + channel * nibbleBytes
    return first..<first + nibbleBytes
  }

  /// Decodes all channels, interleaved.
  ///
  /// - Parameter target: Room for `frames * channels` samples.
  /// - Returns: false if a header is wrong; nothing useful is in `target` then.
  func decode(_ payload: RawSpan, _ order: NibbleOrder, into target: inout MutableSpan<Int16>) -> Bool {
    for channel in 0..<channels {
      guard var state = state(of: channel, in: payload) else { return false }
      IMADecoder.decode(
        &state, payload.extracting(nibbles(of: channel)), order, into: &target, first: channel, stride: channels)
    }
    return true
  }

  /// Encodes interleaved samples: the payload's bytes for as many samples of each channel as `samples` holds.
  ///
  /// - Parameters:
  ///   - states: Of each channel before the frame; they go on behind its last sample.
  ///   - target: Room for ``size(frames:channels:)`` bytes.
  static func encode(
    _ samples: Span<Int16>, _ states: inout [IMAState], _ order: NibbleOrder, into target: inout MutableRawSpan
  ) {
    let channels = states.count
    let frames = samples.count / channels
    for channel in 0..<channels {
      let header = channel * stateBytes
      target.storeBytes(of: states[channel].predictor.littleEndian, toByteOffset: header, as: Int16.self)
      target.storeBytes(of: states[channel].index, toByteOffset: header + 2, as: UInt8.self)
      target.storeBytes(of: 0, toByteOffset: header + 3, as: UInt8.self)
      IMAEncoder.encode(
        &states[channel], samples, first: channel, stride: channels, count: frames, order, into: &target,
        at: channels * stateBytes + channel * (frames / 2))
    }
  }

  /// Bytes of a payload of so many samples a channel.
  static func size(frames: Int, channels: Int) -> Int { channels * (stateBytes + frames / 2) }
}
