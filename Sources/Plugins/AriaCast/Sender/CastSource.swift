import RouterCore

/// A file as AriaCast messages, read on a thread that may block.
final class CastSource: Sendable {
  /// Frames read at once; a tenth of a second at 48 kHz.
  private static let chunk = 4_800

  /// Unchecked because file and messages are touched only under the lock, by one call at a time.
  private final class Work: @unchecked Sendable {
    let file: WAVFile
    var frames: CastFrames
    var isOver = false
    init(_ file: WAVFile, _ frames: consuming CastFrames) {
      self.file = file
      self.frames = frames
    }
  }

  /// Length of the sound; nil if the file does not say or is repeated.
  let length: Duration?
  private let isRepeated: Bool
  private let blocking: any BlockingCalls
  private let work: PthreadLock<Work>

  private init(_ work: Work, isRepeated: Bool, _ blocking: any BlockingCalls) {
    let sound = work.file.sound
    let frames = isRepeated ? nil : sound.bytes.map { $0 / sound.bytesPerFrame }
    length = frames.map { .milliseconds(Int64($0) * 1_000 / Int64(sound.sampleRate)) }
    self.isRepeated = isRepeated
    self.blocking = blocking
    self.work = PthreadLock(work)
  }

  static func open(
    _ path: String, isRepeated: Bool, _ blocking: any BlockingCalls
  ) async throws(AriaCastSender.Failure) -> CastSource {
    let opened = await blocking.run { () -> Result<Work, AriaCastSender.Failure> in
      do {
        let file = try WAVFile(path: path)
        return .success(Work(file, try CastFrames(from: file.sound.format)))
      } catch let failure as WAVFailure {
        return .failure(.file(failure))
      } catch let failure as ConversionError {
        return .failure(.conversion(failure))
      } catch {
        return .failure(.file(.notWAV("\(error)")))
      }
    }
    return CastSource(try opened.get(), isRepeated: isRepeated, blocking)
  }

  /// The next messages, at times none; nil at the end.
  func next() async throws(AriaCastSender.Failure) -> [[UInt8]]? {
    let result = await blocking.run { [work, isRepeated] in
      work.withLock { work in Result { () throws(WAVFailure) in try CastSource.step(work, isRepeated) } }
    }
    do throws(WAVFailure) { return try result.get() } catch { throw .file(error) }
  }

  private static func step(_ work: Work, _ isRepeated: Bool) throws(WAVFailure) -> [[UInt8]]? {
    if work.isOver { return nil }
    var bytes = try work.file.read(frames: chunk)
    if bytes.isEmpty, isRepeated, work.file.rewind() { bytes = try work.file.read(frames: chunk) }
    if !bytes.isEmpty { return work.frames.take(bytes) }
    work.isOver = true
    return work.frames.end()
  }
}
