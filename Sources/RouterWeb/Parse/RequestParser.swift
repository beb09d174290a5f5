internal import RouterCore

/// Reads request heads out of received bytes. Pure: bytes in, a head or a refusal out. RFC 9112 sections 2 to 5.
///
/// Strict where readers could differ: a line ends with CR LF and nothing else, folded lines are refused, one blank
/// separates the parts of the request line.
struct RequestParser: Sendable {
  enum Step: Sendable {
    case needMore
    /// - Parameter length: Bytes the head took, from the start of what was given.
    case head(RequestHead, length: Int)
    case refuse(Refusal)
  }

  static let fieldLimit = 100
  static let lineLimit = 8192

  private let headLimit: Int
  /// Up to here no end was found; belongs to the bytes given last.
  private var scanned = 0
  private var lineStart = 0
  private var lines: [Range<Int>] = []

  /// - Parameter headLimit: Largest head in bytes.
  init(headLimit: Int) { self.headLimit = headLimit }

  /// True while nothing of a request has arrived.
  var isFresh: Bool { scanned == 0 }

  /// Looks at everything received since the head before; give the same bytes and more after `needMore`.
  mutating func parse(_ bytes: RawSpan) -> Step {
    do throws(Refusal) {
      guard let length = try findEnd(bytes) else { return .needMore }
      let head = try makeHead(bytes)
      reset()
      return .head(head, length: length)
    } catch {
      reset()
      return .refuse(error)
    }
  }

  private mutating func reset() {
    scanned = 0
    lineStart = 0
    lines.removeAll(keepingCapacity: true)
  }

  private mutating func findEnd(_ bytes: RawSpan) throws(Refusal) -> Int? {
    let end = min(bytes.byteCount, headLimit)
    while scanned < end {
      let byte = bytes.u8(scanned)
      if scanned == lineStart, lines.isEmpty { try checkFirst(byte, bytes) }
      scanned += 1
      guard byte == 0x0A else { continue }
      let lineEnd = scanned - 2
      guard lineEnd >= lineStart, bytes.u8(lineEnd) == 0x0D else { throw Refusal(400, "bare LF") }
      let line = lineStart..<lineEnd
      lineStart = scanned
      if !line.isEmpty {
        guard lines.count <= RequestParser.fieldLimit else { throw Refusal(431, "too many fields") }
        lines.append(line)
      } else if !lines.isEmpty {
        return scanned
      }
    }
    if lines.isEmpty, scanned - lineStart > RequestParser.lineLimit { throw Refusal(414, "request line too long") }
    if bytes.byteCount >= headLimit {
      throw lines.isEmpty ? Refusal(414, "request line too long") : Refusal(431, "head too large")
    }
    return nil
  }

  /// What cannot begin a request is refused before the peer waits for its time limit.
  private func checkFirst(_ byte: UInt8, _ bytes: RawSpan) throws(Refusal) {
    if ByteClass.isToken(byte) || byte == 0x0D || byte == 0x0A { return }
    if byte == 0x16 { throw Refusal(400, "TLS on a plain port") }
    throw Refusal(400, "not HTTP")
  }

  private func makeHead(_ bytes: RawSpan) throws(Refusal) -> RequestHead {
    let (method, target, minorVersion) = try requestLine(bytes, lines[0])
    var fields = HTTPFields()
    for line in lines.dropFirst() {
      let (name, value) = try field(bytes, line)
      fields.add(name, value)
    }
    return try RequestHead(method: method, target: target, minorVersion: minorVersion, fields: fields)
  }

  private func requestLine(_ bytes: RawSpan, _ line: Range<Int>) throws(Refusal) -> (String, [UInt8], Int) {
    guard line.count <= RequestParser.lineLimit else { throw Refusal(414, "request line too long") }
    let text = RequestParser.copy(bytes, line)
    let parts = text.split(separator: 0x20, omittingEmptySubsequences: false)
    guard parts.count == 3 else { throw Refusal(400, "malformed request line") }
    let (method, target, version) = (parts[0], parts[1], Array(parts[2]))
    guard !method.isEmpty, method.allSatisfy(ByteClass.isToken) else { throw Refusal(400, "malformed method") }
    guard !target.isEmpty, target.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw Refusal(400, "malformed request target")
    }
    guard version.count == 8, version.starts(with: "HTTP/".utf8), version[6] == 0x2E,
      ByteClass.isDigit(version[5]), ByteClass.isDigit(version[7])
    else { throw Refusal(400, "malformed version") }
    guard version[5] == 0x31 else { throw Refusal(505, "HTTP version not supported") }
    return (String(decoding: method, as: UTF8.self), Array(target), version[7] == 0x30 ? 0 : 1)
  }

  private func field(_ bytes: RawSpan, _ line: Range<Int>) throws(Refusal) -> (String, String) {
    let text = RequestParser.copy(bytes, line)
    if let first = text.first, ByteClass.isBlank(first) { throw Refusal(400, "folded field") }
    guard let colon = text.firstIndex(of: 0x3A), colon > 0, text[..<colon].allSatisfy(ByteClass.isToken) else {
      throw Refusal(400, "malformed field name")
    }
    var value = text[(colon + 1)...]
    while let first = value.first, ByteClass.isBlank(first) { value.removeFirst() }
    while let last = value.last, ByteClass.isBlank(last) { value.removeLast() }
    guard value.allSatisfy(ByteClass.isFieldValue) else { throw Refusal(400, "malformed field value") }
    return (String(decoding: text[..<colon], as: UTF8.self), String(decoding: value, as: UTF8.self))
  }

  private static func copy(_ bytes: RawSpan, _ range: Range<Int>) -> [UInt8] {
    unsafe bytes.withUnsafeBytes { all in unsafe Array(all[range]) }
  }
}
