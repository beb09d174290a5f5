import Glibc
import RouterCore
import Testing

/// The vectors of the format, made by CPython's `audioop`; see their manifest.
struct Vector: Sendable, CustomTestStringConvertible {
  let name: String
  let rate: Int
  let channels: Int
  let frameSamples: Int
  /// Bytes of every frame but the last.
  let frameBytes: Int

  var testDescription: String { name }

  static let all = read()

  var input: [UInt8] { Vector.file("\(name).pcm") }
  var coded: [UInt8] { Vector.file("\(name).adpcm") }
  var decoded: [UInt8] { Vector.file("\(name).decoded.pcm") }

  /// The coded frames.
  var frames: [[UInt8]] {
    let bytes = coded
    return stride(from: 0, to: bytes.count, by: frameBytes).map { Array(bytes[$0..<min($0 + frameBytes, bytes.count)]) }
  }

  /// Samples of each frame before coding, interleaved.
  var blocks: [[Int16]] {
    let samples = Vector.samples(input)
    let size = frameSamples * channels
    return stride(from: 0, to: samples.count, by: size).map { Array(samples[$0..<min($0 + size, samples.count)]) }
  }

  static func samples(_ bytes: [UInt8]) -> [Int16] {
    stride(from: 0, to: bytes.count - 1, by: 2).map {
      Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8)
    }
  }

  static func json(_ name: String) -> JSON? { JSONReader.read(file(name)).root?.json }

  static func file(_ name: String) -> [UInt8] {
    let folder = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
    guard let stream = unsafe fopen("/\(folder)/Fixtures/adpcm/\(name)", "rb") else { return [] }
    defer { unsafe fclose(stream) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 65_536)
    while case let count = unsafe fread(&part, 1, part.count, stream), count > 0 { bytes += part[..<count] }
    return bytes
  }

  static func bytes(hex text: String) -> [UInt8] {
    let digits = Array(text)
    return stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0...($0 + 1)]), radix: 16) }
  }

  private static func read() -> [Vector] {
    (json("manifest.json")?["vectors"]?.items ?? []).compactMap { item in
      guard let name = item["name"]?.text, let rate = item["rate"]?.int, let channels = item["channels"]?.int,
        let samples = item["frame_samples"]?.int, let bytes = item["frame_bytes"]?.int
      else { return nil }
      return Vector(name: name, rate: rate, channels: channels, frameSamples: samples, frameBytes: bytes)
    }
  }
}
