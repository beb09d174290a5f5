internal import RouterCore

/// What a request for a file is answered: whole, in part, or not at all. Pure. RFC 9110 sections 13 and 14.
struct FileAnswer: Equatable {
  var status: Int
  /// Bytes to send.
  var range: Range<Int>
  var fields: HTTPFields

  /// What is known of a file.
  struct Facts: Equatable, Sendable {
    var size: Int
    /// Last change, nanoseconds since 1970.
    var changed: Int64
    var etag: String { "\"\(String(changed, radix: 16))-\(String(size, radix: 16))\"" }
    var seconds: Int { Int(changed / 1_000_000_000) }
  }

  init(_ facts: Facts, path: String, method: String, request: HTTPFields, response: HTTPFields) {
    fields = response
    fields.set("ETag", facts.etag)
    fields.set("Last-Modified", HTTPDate.text(facts.seconds))
    fields.set("Accept-Ranges", "bytes")
    if fields["Cache-Control"] == nil { fields.set("Cache-Control", "no-cache") }
    if fields["Content-Type"] == nil { fields.set("Content-Type", MediaType.of(path)) }
    status = 200
    range = 0..<facts.size
    if FileAnswer.isUnchanged(facts, request) {
      status = 304
      range = 0..<0
      return
    }
    guard method == "GET", let wanted = request["Range"], FileAnswer.mayBePart(facts, request["If-Range"]) else {
      return
    }
    switch FileAnswer.parse(wanted, size: facts.size) {
    case .whole: break
    case .part(let part):
      status = 206
      range = part
      fields.set("Content-Range", "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(facts.size)")
    case .unsatisfiable:
      status = 416
      range = 0..<0
      fields.set("Content-Range", "bytes */\(facts.size)")
    }
  }

  /// If-None-Match wins over If-Modified-Since. RFC 9110 section 13.2.2.
  private static func isUnchanged(_ facts: Facts, _ request: HTTPFields) -> Bool {
    let tags = request.values("If-None-Match")
    if !tags.isEmpty {
      return tags.flatMap { $0.split(separator: ",") }.map(RequestHead.trimmed).contains {
        $0 == "*" || $0 == facts.etag || $0 == "W/" + facts.etag
      }
    }
    guard let since = request["If-Modified-Since"].flatMap(HTTPDate.parse) else { return false }
    return facts.seconds <= since
  }

  /// RFC 9110 section 13.1.5: the part is sent only if the whole is still the same.
  private static func mayBePart(_ facts: Facts, _ condition: String?) -> Bool {
    guard let condition else { return true }
    if condition.hasPrefix("\"") { return condition == facts.etag }
    return HTTPDate.parse(condition) == facts.seconds
  }

  private enum Wanted { case whole, part(Range<Int>), unsatisfiable }

  /// One range; several, another unit or nonsense give the whole, as RFC 9110 section 14.2 allows.
  private static func parse(_ text: String, size: Int) -> Wanted {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, RequestHead.trimmed(parts[0]).lowercased() == "bytes", !parts[1].contains(",") else {
      return .whole
    }
    let ends = RequestHead.trimmed(parts[1]).split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count == 2, ends.allSatisfy({ $0.utf8.allSatisfy(ByteClass.isDigit) }) else { return .whole }
    if ends[0].isEmpty {
      guard !ends[1].isEmpty else { return .whole }
      let count = Int(ends[1]) ?? Int.max
      return count == 0 || size == 0 ? .unsatisfiable : .part(max(0, size - count)..<size)
    }
    let first = Int(ends[0]) ?? Int.max
    let last = ends[1].isEmpty ? Int.max : Int(ends[1]) ?? Int.max
    guard last >= first else { return .whole }
    return first < size ? .part(first..<min(last, size - 1) + 1) : .unsatisfiable
  }
}

/// Media types by the end of a file's name.
enum MediaType {
  static func of(_ path: String) -> String {
    let name = path.split(separator: "/").last ?? ""
    guard let dot = name.lastIndex(of: ".") else { return "application/octet-stream" }
    return types[name[name.index(after: dot)...].lowercased()] ?? "application/octet-stream"
  }

  private static let types = [
    "html": "text/html; charset=utf-8", "htm": "text/html; charset=utf-8", "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8", "mjs": "text/javascript; charset=utf-8",
    "json": "application/json", "map": "application/json", "txt": "text/plain; charset=utf-8",
    "md": "text/markdown; charset=utf-8", "csv": "text/csv; charset=utf-8", "xml": "application/xml",
    "svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif",
    "webp": "image/webp", "ico": "image/x-icon", "wav": "audio/wav", "mp3": "audio/mpeg", "ogg": "audio/ogg",
    "opus": "audio/ogg", "oga": "audio/ogg", "flac": "audio/flac", "m4a": "audio/mp4", "aac": "audio/aac",
    "mp4": "video/mp4", "webm": "video/webm", "m3u8": "application/vnd.apple.mpegurl", "ts": "video/mp2t",
    "pdf": "application/pdf", "wasm": "application/wasm", "woff": "font/woff", "woff2": "font/woff2",
    "crt": "application/x-x509-ca-cert", "pem": "application/x-pem-file", "zip": "application/zip",
    "webmanifest": "application/manifest+json",
  ]
}
