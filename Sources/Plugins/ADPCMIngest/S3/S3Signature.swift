import RouterCore

/// Signs requests to S3 (AWS Signature Version 4). Pure.
///
/// Source: "Signature Version 4 signing process" of the AWS General Reference.
struct S3Signature {
  /// Who signs.
  struct Key: Equatable, Sendable {
    var id: String
    var secret: String
    /// Of temporary keys.
    var token: String?
  }

  /// What is signed.
  struct Request: Equatable, Sendable {
    var method: String
    /// As it stands in the field `Host`.
    var host: String
    /// Not encoded, with the slash in front.
    var path: String
    var query: [(name: String, value: String)] = []
    var fields: [(name: String, value: String)] = []
    /// SHA-256 of the body, hexadecimal.
    var payload: String

    static func == (a: Request, b: Request) -> Bool {
      a.method == b.method && a.host == b.host && a.path == b.path && a.payload == b.payload
    }
  }

  let key: Key
  let region: String

  /// The fields to send along: those given, `x-amz-…` and `Authorization`.
  func fields(for request: Request, at time: WallTime) -> HTTPFields {
    let stamp = S3Signature.stamp(time)
    let day = String(stamp.prefix(8))
    var signed = request.fields.map { (name: $0.name.lowercased(), value: $0.value) }
    signed += [
      ("host", request.host), ("x-amz-content-sha256", request.payload), ("x-amz-date", stamp),
    ]
    if let token = key.token { signed.append(("x-amz-security-token", token)) }
    signed.sort { $0.name < $1.name }
    let names = signed.map(\.name).joined(separator: ";")
    let scope = "\(day)/\(region)/s3/aws4_request"
    let canonical = [
      request.method, S3Signature.encoded(request.path, keepsSlash: true), S3Signature.query(request.query),
      signed.map { "\($0.name):\($0.value)\n" }.joined(), names, request.payload,
    ].joined(separator: "\n")
    let text = "AWS4-HMAC-SHA256\n\(stamp)\n\(scope)\n\(Digest.hex(Digest.sha256(Array(canonical.utf8))))"
    let signature = Digest.hex(Digest.hmac(signingKey(day), text))
    var fields = HTTPFields()
    for (name, value) in signed where name != "host" { fields.add(name, value) }
    fields.add(
      "Authorization",
      "AWS4-HMAC-SHA256 Credential=\(key.id)/\(scope), SignedHeaders=\(names), Signature=\(signature)")
    return fields
  }

  private func signingKey(_ day: String) -> [UInt8] {
    [day, region, "s3", "aws4_request"].reduce(Array("AWS4\(key.secret)".utf8)) { Digest.hmac($0, $1) }
  }

  /// `20261121T042611Z`
  private static func stamp(_ time: WallTime) -> String {
    String(time.stamp.map { $0 == "_" ? "T" : $0 }) + "Z"
  }

  /// In the order of names, as it is signed and sent.
  static func query(_ items: [(name: String, value: String)]) -> String {
    items.map { (encoded($0.name), encoded($0.value)) }.sorted { $0 < $1 }.map { "\($0)=\($1)" }.joined(separator: "&")
  }

  /// Everything but unreserved characters as `%41`.
  static func encoded(_ text: String, keepsSlash: Bool = false) -> String {
    var out = ""
    for byte in text.utf8 {
      switch byte {
      case 48...57, 65...90, 97...122, 45, 46, 95, 126: out.unicodeScalars.append(Unicode.Scalar(byte))
      case 47 where keepsSlash: out += "/"
      default: out += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      }
    }
    return out
  }
}
