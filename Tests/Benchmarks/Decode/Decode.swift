import ADPCMIngest
import Glibc

/// Measures how fast IMA frames are decoded; prints millions of samples a second, the best of seven runs.
///
/// usage: bench-decode FILE BYTES: a file of mono payloads of that many bytes each.
@main struct Decode {
  static func main() {
    let arguments = CommandLine.arguments
    guard arguments.count == 3, let size = Int(arguments[2]), size > 4 else { exit(2) }
    let bytes = read(arguments[1])
    var samples = [Int16](repeating: 0, count: 2 * (size - 4))
    let frames = bytes.count / size
    let clock = ContinuousClock()
    var best = Double.infinity
    for _ in 0..<7 {
      let took = clock.measure {
        for number in 0..<frames { decode(bytes, at: number * size, size, into: &samples) }
      }
      best = min(best, Double(took.components.attoseconds) * 1e-18 + Double(took.components.seconds))
    }
    print(Double(frames * samples.count) / best / 1e6)
  }

  private static func decode(_ bytes: [UInt8], at start: Int, _ size: Int, into samples: inout [Int16]) {
    let frame = unsafe bytes.span.bytes.extracting(start..<start + size)
    let predictor = unsafe Int16(littleEndian: frame.unsafeLoadUnaligned(fromByteOffset: 0, as: Int16.self))
    var state = IMAState(predictor: predictor, index: unsafe frame.unsafeLoad(fromByteOffset: 2, as: UInt8.self))
    var target = samples.mutableSpan
    IMADecoder.decode(&state, frame.extracting(droppingFirst: 4), .high, into: &target)
  }

  private static func read(_ path: String) -> [UInt8] {
    guard let file = unsafe fopen(path, "r") else { exit(2) }
    defer { unsafe fclose(file) }
    unsafe fseek(file, 0, SEEK_END)
    var bytes = [UInt8](repeating: 0, count: unsafe ftell(file))
    unsafe rewind(file)
    return unsafe fread(&bytes, 1, bytes.count, file) == bytes.count ? bytes : []
  }
}
