import RouterCore
import Synchronization

/// One play's sound on its way from the file to the loop, read ahead by a second.
final class Tape: @unchecked Sendable {
  // Unchecked because of the ring's ends: `writer` belongs to the reading thread alone, `reader` to the loop alone.
  private var writer: RingWriter
  var reader: RingReader

  let play: Int?
  let slot: Int
  let format: StreamFormat
  /// Nobody plays it any more.
  private let isDropped = Atomic<Bool>(false)
  /// Everything there is stands in the ring.
  private let isComplete = Atomic<Bool>(false)
  /// How its first piece was read: nil: it can be played.
  let beginning = OneShot<SoundFile.Failure?>()

  /// Frames of one piece, and the time the thread rests while the ring is full.
  private static let piece = 4_096
  private static let rest: Int32 = 50

  /// - Parameter format: What the loop wants: 16-bit PCM.
  init(play: Int?, slot: Int, format: StreamFormat) {
    let ring = Ring.make(capacity: format.sampleRate * format.bytesPerFrame)
    self.play = play
    self.slot = slot
    self.format = format
    writer = ring.writer
    reader = ring.reader
  }

  /// Whether the last frame of the file is in the ring; what was written before can be read by then.
  var hasAll: Bool { isComplete.load(ordering: .acquiring) }

  /// Nobody plays it any more: reading ends. Any thread.
  func drop() { isDropped.store(true, ordering: .relaxed) }

  /// Starts to read. Control side.
  func start(_ path: String) {
    do throws(SystemError) {
      let pause = try WakePipe()
      try OwnThread.start("media") { [self] in
        let failure = read(path, pause)
        isComplete.store(true, ordering: .releasing)
        beginning.fulfil(failure)
      }
    } catch { beginning.fulfil(.init(reason: "\(error)")) }
  }

  /// On the reading thread.
  private func read(_ path: String, _ pause: WakePipe) -> SoundFile.Failure? {
    do throws(SoundFile.Failure) {
      var file = try SoundFile(path)
      var converter: PCMConverter
      do throws(ConversionError) { converter = try PCMConverter(from: file.format, to: format) } catch {
        throw SoundFile.Failure(reason: "\(error)")
      }
      var samples = [Float](repeating: 0, count: Tape.piece * file.format.channels)
      var bytes = [UInt8](repeating: 0, count: converter.capacity(frames: Tape.piece) * format.bytesPerFrame)
      var isHeard = false
      while !isDropped.load(ordering: .relaxed) {
        let count = file.read(into: &samples)
        let made = count > 0 ? convert(&converter, samples, count, &bytes) : flush(&converter, &bytes)
        guard made > 0 || count > 0 else { break }
        isHeard = isHeard || made > 0
        write(bytes, made * format.bytesPerFrame, pause)
      }
      return isHeard || isDropped.load(ordering: .relaxed) ? nil : SoundFile.Failure(reason: "there is no sound in it")
    } catch { return error }
  }

  private func convert(
    _ converter: inout PCMConverter, _ samples: [Float], _ frames: Int, _ bytes: inout [UInt8]
  ) -> Int {
    let source = samples.span.extracting(0..<frames * converter.input.channels)
    var room = bytes.mutableSpan
    var target = unsafe room.mutableBytes
    return unsafe converter.convert(source.bytes, into: &target).made
  }

  private func flush(_ converter: inout PCMConverter, _ bytes: inout [UInt8]) -> Int {
    var room = bytes.mutableSpan
    var target = unsafe room.mutableBytes
    return converter.flush(into: &target)
  }

  /// Waits for room, unless nobody listens any more.
  private func write(_ bytes: [UInt8], _ count: Int, _ pause: WakePipe) {
    let source = bytes.span.extracting(0..<count)
    while unsafe !writer.write(source.bytes) {
      beginning.fulfil(nil)
      if isDropped.load(ordering: .relaxed) { return }
      pause.sleep(milliseconds: Tape.rest)
    }
    beginning.fulfil(nil)
  }
}
