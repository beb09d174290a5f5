import RouterCore

/// How a recorder's files are laid out. Pure.
enum FileLayout: Equatable, Sendable {
  /// Each frame with its twelve bytes of head, as microphones send them; the handshake before if asked for.
  case frames(IngestHandshake.Codec, prefix: [UInt8])
  case wav(WAVHead)

  /// Of file names.
  var ending: String { if case .wav = self { "wav" } else { "bin" } }
  /// What ``FileEvent`` calls it.
  var content: String { if case .wav = self { "wav" } else { "frames" } }

  /// The first bytes of a file that is being written.
  var start: [UInt8] {
    switch self {
    case .frames(_, let prefix): prefix
    case .wav(let head): head.bytes(dataBytes: nil)
    }
  }

  /// What stands at the start of a file of so many bytes; nil where that does not depend on its size.
  func start(ofSize size: Int) -> [UInt8]? {
    guard case .wav(let head) = self else { return nil }
    return head.bytes(dataBytes: max(0, size - head.count))
  }

  /// Bytes before each payload.
  var headBytes: Int { if case .frames = self { IngestFrame.headBytes } else { 0 } }

  /// Bytes a file may have at most.
  var limit: Int {
    if case .wav(let head) = self, !head.isLarge { WAVHead.smallLimit } else { .max }
  }

  /// Bytes of silence in the place of so many frames; nil where gaps are left as they are.
  func silence(frames: Int) -> Int? {
    guard case .wav(let head) = self else { return nil }
    return frames * head.format.bytesPerFrame
  }
}
