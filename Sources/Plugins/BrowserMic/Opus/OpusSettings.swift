/// What one encoder is told. Pure.
struct OpusSettings: Equatable {
  /// 6 to 510.
  var kbps: Int
  /// 1 or 2.
  var channels: Int
  /// 0 is the quickest, 10 the best.
  var complexity = 9
  /// Packets of 20 ms in one page, 1 to 25.
  var packetsPerPage = 1

  /// Inside and out, in Hz: what every decoder gives back, whatever went in.
  static let sampleRate = 48_000
  /// Frames of one packet: 20 ms.
  static let packetFrames = 960
}
