/// One Ogg page, read by the letter of RFC 3533. What is wrong with it is nil.
struct OggPage: Equatable {
  var isFirst: Bool
  var isLast: Bool
  var isContinued: Bool
  var granule: Int64
  var serial: UInt32
  var number: UInt32
  /// Whole ones: the last segment of none is left open.
  var packets: [[UInt8]]

  /// Reads pages to the end of the bytes.
  /// - Returns: nil when anything else is in between, or a checksum is wrong.
  static func all(_ bytes: [UInt8]) -> [OggPage]? {
    var pages: [OggPage] = []
    var place = 0
    while place < bytes.count {
      guard let (page, size) = OggPage.read(Array(bytes[place...])) else { return nil }
      pages.append(page)
      place += size
    }
    return pages
  }

  private static func read(_ bytes: [UInt8]) -> (OggPage, Int)? {
    guard bytes.count >= 27, bytes.starts(with: Array("OggS".utf8)), bytes[4] == 0 else { return nil }
    let segments = Int(bytes[26])
    guard bytes.count >= 27 + segments else { return nil }
    let lacing = bytes[27..<27 + segments]
    let size = 27 + segments + lacing.reduce(0) { $0 + Int($1) }
    guard bytes.count >= size, checksum(Array(bytes[0..<size])) == little(bytes[22..<26]) else { return nil }
    var packets: [[UInt8]] = []
    var packet: [UInt8] = []
    var place = 27 + segments
    for length in lacing {
      packet += bytes[place..<place + Int(length)]
      place += Int(length)
      if length == 255 { continue }
      packets.append(packet)
      packet = []
    }
    guard packet.isEmpty else { return nil }
    let page = OggPage(
      isFirst: bytes[5] & 2 != 0, isLast: bytes[5] & 4 != 0, isContinued: bytes[5] & 1 != 0,
      granule: Int64(bitPattern: little(bytes[6..<14])), serial: UInt32(little(bytes[14..<18])),
      number: UInt32(little(bytes[18..<22])), packets: packets)
    return (page, size)
  }

  /// CRC of the polynomial 0x04C11DB7, unreflected, over the page with a checksum of zero.
  private static func checksum(_ page: [UInt8]) -> UInt64 {
    var crc: UInt32 = 0
    for (index, byte) in page.enumerated() {
      crc ^= UInt32((22..<26).contains(index) ? 0 : byte) << 24
      for _ in 0..<8 { crc = crc << 1 ^ (crc & 0x8000_0000 != 0 ? 0x04C1_1DB7 : 0) }
    }
    return UInt64(crc)
  }

  private static func little(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
