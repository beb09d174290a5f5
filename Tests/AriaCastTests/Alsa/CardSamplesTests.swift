import RouterCore
import Support
import Testing

@testable import AriaCast

@Suite struct CardSamplesTests {
  func written(_ samples: [Float], as encoding: CardEncoding) -> [UInt8] {
    var bytes = [UInt8](repeating: 0xEE, count: samples.count * encoding.size)
    var target = bytes.mutableSpan
    var raw = unsafe target.mutableBytes
    writeCardSamples(samples.span, as: encoding, into: &raw)
    return bytes
  }

  /// Reads whole samples of `size` bytes back, sign-extended.
  func read(_ bytes: [UInt8], size: Int) -> [Int] {
    stride(from: 0, to: bytes.count, by: size).map { start in
      let value = (0..<size).reduce(0) { $0 | Int(bytes[start + $1]) << (8 * $1) }
      return value >= 1 << (8 * size - 1) ? value - 1 << (8 * size) : value
    }
  }

  @Test func `every 16-bit sample reaches every card exactly`() {
    let samples = (Int(Int16.min)...Int(Int16.max)).map { Float($0) / 32768 }
    #expect(read(written(samples, as: .int16), size: 2) == Array(-32768...32767))
    #expect(read(written(samples, as: .int24), size: 3) == (-32768...32767).map { $0 << 8 })
    #expect(read(written(samples, as: .int32), size: 4) == (-32768...32767).map { $0 << 16 })
    #expect(written(samples, as: .float32).floatSamples == samples)
  }

  @Test(arguments: [CardEncoding.int16, .int24, .int32])
  func `what is too loud saturates and what is no number is silence`(encoding: CardEncoding) {
    let top = 1 << (8 * encoding.size - 1)
    let samples: [Float] = [1, -1, 2, -2, .infinity, -.infinity, .nan, 0]
    #expect(
      read(written(samples, as: encoding), size: encoding.size) == [
        top - 1, -top, top - 1, -top, top - 1, -top, 0, 0,
      ])
  }

  @Test func `samples without room are left out`() {
    var bytes: [UInt8] = [9, 9, 9, 9, 9]
    var target = bytes.mutableSpan
    var raw = unsafe target.mutableBytes
    let samples: [Float] = [1, 1]
    writeCardSamples(samples.span, as: .int24, into: &raw)
    #expect(bytes == [0xFF, 0xFF, 0x7F, 9, 9])
  }
}
