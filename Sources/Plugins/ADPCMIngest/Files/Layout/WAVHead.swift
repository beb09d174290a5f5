import RouterCore

/// The bytes before the samples of a WAV file. Pure.
///
/// Sizes that are not known yet are 0xFFFFFFFF, which players read as "to the end of the file". A file that may grow
/// beyond 4 GiB keeps room for the 64-bit sizes of RF64 in a chunk that players skip.
struct WAVHead: Equatable, Sendable {
  private static let unknown: UInt32 = 0xFFFF_FFFF
  private static let sizesBytes = 28
  /// Samples a file without room for 64-bit sizes may hold.
  static let smallLimit = 0xFFFF_0000

  let format: StreamFormat
  /// The file may grow beyond 4 GiB.
  let isLarge: Bool

  private var isFloat: Bool { format.sample == .float32 }
  /// More than two channels need the longer description.
  private var isExtensible: Bool { format.channels > 2 }
  private var formatBytes: Int { isExtensible ? 40 : 16 }

  /// Bytes of the head.
  var count: Int { 12 + (isLarge ? 8 + WAVHead.sizesBytes : 0) + 8 + formatBytes + (isFloat ? 12 : 0) + 8 }

  /// - Parameter dataBytes: Bytes of samples behind the head; nil while unknown.
  func bytes(dataBytes: Int?) -> [UInt8] {
    let riff = dataBytes.map { $0 + count - 8 }
    let isBeyond = isLarge && (riff ?? 0) >= Int(WAVHead.unknown)
    func size(_ value: Int?) -> UInt32 {
      isBeyond ? WAVHead.unknown : value.map(UInt32.init(clamping:)) ?? WAVHead.unknown
    }
    var out = LittleEndian()
    out.put(isBeyond ? "RF64" : "RIFF")
    out.put(size(riff))
    out.put("WAVE")
    if isLarge { putSizes(isBeyond ? (riff ?? 0, dataBytes ?? 0) : nil, into: &out) }
    putFormat(into: &out)
    if isFloat {
      out.put("fact")
      out.put(UInt32(4))
      out.put(size(dataBytes.map { $0 / format.bytesPerFrame }))
    }
    out.put("data")
    out.put(size(dataBytes))
    return out.bytes
  }

  private func putSizes(_ sizes: (riff: Int, data: Int)?, into out: inout LittleEndian) {
    out.put(sizes == nil ? "JUNK" : "ds64")
    out.put(UInt32(WAVHead.sizesBytes))
    out.put(UInt64(sizes?.riff ?? 0))
    out.put(UInt64(sizes?.data ?? 0))
    out.put(UInt64((sizes?.data ?? 0) / format.bytesPerFrame))
    out.put(UInt32(0))
  }

  private func putFormat(into out: inout LittleEndian) {
    let tag: UInt16 = isFloat ? 3 : 1
    out.put("fmt ")
    out.put(UInt32(formatBytes))
    out.put(isExtensible ? 0xFFFE : tag)
    out.put(UInt16(format.channels))
    out.put(UInt32(format.sampleRate))
    out.put(UInt32(format.sampleRate * format.bytesPerFrame))
    out.put(UInt16(format.bytesPerFrame))
    out.put(UInt16(8 * format.sample.size))
    guard isExtensible else { return }
    out.put(UInt16(22))
    out.put(UInt16(8 * format.sample.size))
    out.put(WAVHead.speakers(format.channels))
    out.put(tag)
    out.put(WAVHead.subformat)
  }

  /// Where the channels are, as the usual rooms have them.
  static func speakers(_ channels: Int) -> UInt32 {
    let masks: [UInt32] = [0, 0x4, 0x3, 0x7, 0x33, 0x37, 0x3F, 0x70F, 0x63F]
    return masks.indices.contains(channels) ? masks[channels] : 0
  }

  /// The rest of the identifier behind the tag.
  private static let subformat: [UInt8] = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]
}

extension LittleEndian {
  mutating func put(_ text: String) { put(Array(text.utf8)) }
}
