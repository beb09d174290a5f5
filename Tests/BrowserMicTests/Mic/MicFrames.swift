@testable import BrowserMic

/// Messages as the page makes them.
enum MicFrames {
  static let hello =
    #"{"type":"start","proto":1,"name":"Kitchen","audioSource":"microphone","codec":"pcm16","sampleRate":48000,"channels":1,"frameSamples":960,"bitrate":192,"port":null}"#

  static func frame(
    _ sequence: UInt32, index: UInt64, payload: [UInt8], codec: UInt8 = 0, flags: UInt16 = 0, version: UInt8 = 1
  ) -> [UInt8] {
    func little(_ value: UInt64, _ size: Int) -> [UInt8] {
      (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
    }
    return [version, codec] + little(UInt64(flags), 2) + little(UInt64(sequence), 4) + little(index, 8) + payload
  }

  /// 20 ms of 48 kHz mono.
  static func sound(_ sequence: UInt32, fill: UInt8 = 1, flags: UInt16 = 0) -> [UInt8] {
    frame(sequence, index: UInt64(sequence) * 960, payload: [UInt8](repeating: fill, count: 1_920), flags: flags)
  }

  static func read(_ bytes: [UInt8], of format: MicFormat) throws(MicFrame.Fault) -> MicFrame {
    try MicFrame(unsafe bytes.span.bytes, of: format)
  }
}
