import RouterCore

/// Where the API is and who asks. Pure.
struct ServerTarget: Sendable {
  /// Items asked for in one page: MediaMTX gives 100 unless told.
  static let itemsPerPage = 1000
  /// More pages than this are no list any more.
  static let pageLimit = 1000
  /// Largest answer in bytes.
  static let bodyLimit = 64 << 20

  /// Without a slash at the end, without `/v3`.
  let base: String
  let fields: HTTPFields
  let timeout: Duration
  let trustsAnyCertificate: Bool
  let authorities: String?

  func call(_ path: String) -> HTTPCall {
    HTTPCall(
      url: "\(base)/v3/\(path)", fields: fields, timeout: timeout, bodyLimit: ServerTarget.bodyLimit,
      trustsAnyCertificate: trustsAnyCertificate, authorities: authorities)
  }

  static func page(_ number: Int, of list: String) -> String {
    "\(list)/list?itemsPerPage=\(itemsPerPage)&page=\(number)"
  }

  /// `Authorization` as MediaMTX reads it.
  static func fields(user: String, password: String, token: String?) -> HTTPFields {
    var fields = HTTPFields([("Accept", "application/json")])
    if let token {
      fields.add("Authorization", "Bearer \(token)")
    } else if !user.isEmpty || !password.isEmpty {
      fields.add("Authorization", "Basic \(base64(Array("\(user):\(password)".utf8)))")
    }
    return fields
  }

  /// Source: RFC 4648 section 4.
  static func base64(_ bytes: [UInt8]) -> String {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var out: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
      for place in 0..<4 {
        out.append(place <= group.count ? letters[Int(bits >> UInt32(18 - 6 * place) & 63)] : UInt8(ascii: "="))
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
}
