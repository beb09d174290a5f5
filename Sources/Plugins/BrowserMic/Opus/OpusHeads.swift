internal import COpus

/// The two packets an Opus stream in Ogg begins with. Pure.
///
/// Source: RFC 7845 sections 5.1 and 5.2.
struct OpusHeads: Equatable {
  /// 1 or 2.
  var channels: Int
  /// Frames at 48 kHz a decoder drops at the beginning.
  var preSkip: Int
  /// Of the sound before it was encoded, in Hz; for people.
  var inputRate: Int
  /// What people call the stream; empty: nothing is said.
  var title: String

  /// `OpusHead`: 19 bytes, mapping family 0.
  var identification: [UInt8] {
    var head = Array("OpusHead".utf8)
    head += [1, UInt8(clamping: channels)]
    head += OpusHeads.bytes(UInt16(clamping: preSkip))
    head += OpusHeads.bytes(UInt32(clamping: inputRate))
    // No gain; mono or stereo as they are.
    return head + [0, 0, 0]
  }

  /// `OpusTags`: who made it, and what it is.
  var comments: [UInt8] {
    let vendor = unsafe opus_get_version_string().map { unsafe String(cString: $0) } ?? "libopus"
    var tags = Array("OpusTags".utf8) + OpusHeads.text(vendor)
    let comments = ["ENCODER=media-router"] + (title.isEmpty ? [] : ["TITLE=\(title.prefix(200))"])
    tags += OpusHeads.bytes(UInt32(comments.count))
    for comment in comments { tags += OpusHeads.text(comment) }
    return tags
  }

  /// Each on a page of its own, as every listener gets them first.
  func pages(_ ogg: inout OggWriter) -> [UInt8] {
    var pages: [UInt8] = []
    for packet in [identification, comments] {
      unsafe ogg.add(packet.span.bytes, granule: 0)
      pages += ogg.remaining()
    }
    return pages
  }

  private static func text(_ text: String) -> [UInt8] { bytes(UInt32(text.utf8.count)) + Array(text.utf8) }

  private static func bytes<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
    (0..<Value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> Value(8 * $0)) }
  }
}
