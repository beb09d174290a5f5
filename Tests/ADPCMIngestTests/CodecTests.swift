import RouterCore
import Support
import Testing

@testable import ADPCMIngest

@Suite struct CodecTests {
  private static func decode(_ frame: [UInt8], channels: Int, _ order: NibbleOrder = .high) -> [Int16]? {
    guard let payload = ADPCMPayload(byteCount: frame.count, channels: channels) else { return nil }
    var samples = [Int16](repeating: 0, count: payload.frames * channels)
    var target = samples.mutableSpan
    return unsafe payload.decode(frame.span.bytes, order, into: &target) ? samples : nil
  }

  private static func encode(_ samples: [Int16], _ states: inout [IMAState], _ order: NibbleOrder = .high) -> [UInt8] {
    var bytes = [UInt8](
      repeating: 0xAA, count: ADPCMPayload.size(frames: samples.count / states.count, channels: states.count))
    var span = bytes.mutableSpan
    var target = unsafe span.mutableBytes
    ADPCMPayload.encode(samples.span, &states, order, into: &target)
    return bytes
  }

  private static func swapped(_ frame: [UInt8], channels: Int) -> [UInt8] {
    frame.enumerated().map { $0 < 4 * channels ? $1 : $1 << 4 | $1 >> 4 }
  }

  @Test func `there are vectors`() {
    #expect(Vector.all.count == 19)
    #expect(Vector.all.allSatisfy { !$0.coded.isEmpty && !$0.input.isEmpty && !$0.decoded.isEmpty })
  }

  @Test(arguments: Vector.all)
  func `every vector decodes bit for bit`(vector: Vector) {
    var out: [Int16] = []
    for frame in vector.frames { out += Self.decode(frame, channels: vector.channels) ?? [] }
    let isEqual = out.pcmBytes == vector.decoded
    #expect(isEqual)
  }

  @Test(arguments: Vector.all)
  func `every vector is encoded bit for bit`(vector: Vector) {
    var states = [IMAState](repeating: IMAState(), count: vector.channels)
    var out: [UInt8] = []
    for block in vector.blocks { out += Self.encode(block, &states) }
    let isEqual = out == vector.coded
    #expect(isEqual)
  }

  @Test(arguments: Vector.all)
  func `the lower half first is the same with the halves exchanged`(vector: Vector) {
    var states = [IMAState](repeating: IMAState(), count: vector.channels)
    var isEqual = true
    for (block, frame) in zip(vector.blocks, vector.frames) {
      let low = Self.encode(block, &states, .low)
      isEqual = isEqual && low == Self.swapped(frame, channels: vector.channels)
      let decoded = Self.decode(low, channels: vector.channels, .low)
      isEqual = isEqual && decoded == Self.decode(frame, channels: vector.channels)
    }
    #expect(isEqual)
  }

  @Test func `random bytes decode as audioop decodes them`() throws {
    let cases = try #require(Vector.json("decode_random.json")?["cases"]?.items)
    #expect(cases.count == 64)
    for item in cases {
      let predictor = Int16(try #require(item["predictor"]?.int))
      var state = IMAState(predictor: predictor, index: UInt8(try #require(item["index"]?.int)))
      let nibbles = Vector.bytes(hex: try #require(item["data"]?.text))
      var samples = [Int16](repeating: 0, count: 2 * nibbles.count)
      var target = samples.mutableSpan
      unsafe IMADecoder.decode(&state, nibbles.span.bytes, .high, into: &target)
      #expect(samples.pcmBytes == Vector.bytes(hex: try #require(item["out_le"]?.text)))
      let end = try #require(item["end"]?.items)
      #expect(Int(state.predictor) == end[0].int && Int(state.index) == end[1].int)
    }
  }

  /// The recommendation's algorithm, branch for branch.
  private static func plain(_ state: inout IMAState, _ code: Int) -> Int16 {
    let step = IMATable.steps[Int(state.index)]
    var difference = step >> 3
    if code & 4 != 0 { difference += step }
    if code & 2 != 0 { difference += step >> 1 }
    if code & 1 != 0 { difference += step >> 2 }
    let value = Int32(state.predictor) + (code & 8 != 0 ? -difference : difference)
    state.predictor = Int16(clamping: value)
    state.index = UInt8(min(max(Int(state.index) + IMATable.moves[code & 7], 0), 88))
    return state.predictor
  }

  @Test func `the table decodes as the plain algorithm from every index, random frames and extreme predictors`() {
    var random = SeededGenerator(seed: 7)
    for index in 0...88 {
      for predictor in [Int16.min, -1, 0, 1, Int16.max, Int16.random(in: .min ... .max, using: &random)] {
        let nibbles = (0..<40).map { _ in UInt8.random(in: 0...255, using: &random) }
        var (fast, slow) = (IMAState(predictor: predictor, index: UInt8(index)), IMAState())
        slow = fast
        var samples = [Int16](repeating: 0, count: 80)
        var target = samples.mutableSpan
        unsafe IMADecoder.decode(&fast, nibbles.span.bytes, .high, into: &target)
        let expected = nibbles.flatMap { [Self.plain(&slow, Int($0 >> 4)), Self.plain(&slow, Int($0 & 15))] }
        let isEqual = samples == expected && fast == slow
        #expect(isEqual, "index \(index), predictor \(predictor)")
      }
    }
  }

  @Test func `what was encoded decodes to the encoder's own idea of it, up to eight channels`() {
    var random = SeededGenerator(seed: 11)
    for channels in 1...8 {
      for frames in [0, 1, 2, 3, 160, 441] {
        var states = (0..<channels).map { _ in
          IMAState(
            predictor: .random(in: .min ... .max, using: &random), index: UInt8.random(in: 0...88, using: &random))
        }
        let before = states
        let samples = (0..<frames * channels).map { _ in Int16.random(in: .min ... .max, using: &random) }
        let frame = Self.encode(samples, &states)
        #expect(frame.count == channels * (4 + frames / 2))
        let decoded = Self.decode(frame, channels: channels) ?? []
        var isEqual = decoded.count == frames / 2 * 2 * channels
        for channel in 0..<channels where isEqual {
          var state = before[channel]
          for number in 0..<frames / 2 * 2 {
            let sample = samples[number * channels + channel]
            _ = IMAEncoder.code(for: sample, &state)
            isEqual = isEqual && decoded[number * channels + channel] == state.predictor
          }
        }
        #expect(isEqual, "\(channels) channels, \(frames) frames")
      }
    }
  }

  @Test func `a step index beyond the table decodes to nothing, in any channel`() {
    for channels in 1...3 {
      for channel in 0..<channels {
        for index in [89, 128, 255] as [UInt8] {
          var frame = [UInt8](repeating: 0, count: channels * 24)
          frame[4 * channel + 2] = index
          #expect(Self.decode(frame, channels: channels) == nil)
          frame[4 * channel + 2] = 88
          #expect(Self.decode(frame, channels: channels) != nil)
        }
      }
    }
  }

  @Test func `a payload has whole nibbles of every channel`() {
    #expect(ADPCMPayload(byteCount: 3, channels: 1) == nil)
    #expect(ADPCMPayload(byteCount: 4, channels: 1)?.frames == 0)
    #expect(ADPCMPayload(byteCount: 84, channels: 1)?.frames == 160)
    #expect(ADPCMPayload(byteCount: 7, channels: 2) == nil)
    #expect(ADPCMPayload(byteCount: 9, channels: 2) == nil)
    #expect(ADPCMPayload(byteCount: 10, channels: 2)?.frames == 2)
    #expect(ADPCMPayload(byteCount: 10, channels: 0) == nil)
  }
}
