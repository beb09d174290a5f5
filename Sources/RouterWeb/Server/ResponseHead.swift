internal import RouterCore

/// Writes a response's status line and fields. Pure. RFC 9110, RFC 9112 section 6.
struct ResponseHead {
  /// How the body is delimited.
  enum Framing: Equatable {
    /// Neither length nor coding: 1xx, 204, 304, 101.
    case none
    case length(Int)
    case chunked
    /// Ends with the connection.
    case close
  }

  var status: Int
  var fields: HTTPFields
  var framing: Framing
  var keepsAlive: Bool
  /// Of the request; HTTP/1.0 clients are told about keep-alive.
  var minorVersion: Int
  /// For Date. RFC 9110 section 6.6.1.
  var date: String

  /// The server's own: what a handler says about them is dropped.
  private static let owned = ["content-length", "transfer-encoding", "connection", "date", "keep-alive"]

  /// Fields whose name is no token or whose value holds CR, LF or NUL are dropped: a title from a stranger must not
  /// become a field of ours.
  var bytes: [UInt8] {
    var text = "HTTP/1.1 \(status) \(StatusText.of(status))\r\n"
    text.reserveCapacity(512)
    text += "Date: \(date)\r\n"
    for (name, value) in fields.all {
      guard ByteClass.isToken(name), value.utf8.allSatisfy(ByteClass.isFieldValue) else { continue }
      guard status == 101 || !ResponseHead.owned.contains(name.lowercased()) else { continue }
      text += "\(name): \(value)\r\n"
    }
    switch framing {
    case .none: break
    case .length(let length): text += "Content-Length: \(length)\r\n"
    case .chunked: text += "Transfer-Encoding: chunked\r\n"
    case .close: break
    }
    if status != 101 {
      if !keepsAlive {
        text += "Connection: close\r\n"
      } else if minorVersion == 0 {
        text += "Connection: keep-alive\r\n"
      }
    }
    text += "\r\n"
    return Array(text.utf8)
  }

  /// Whether a status never has a body. RFC 9112 section 6.3.
  static func isBodiless(_ status: Int) -> Bool { status < 200 || status == 204 || status == 304 }
}

/// Reason phrases. RFC 9110 section 15.
enum StatusText {
  static func of(_ status: Int) -> String { texts[status] ?? "Status" }

  private static let texts: [Int: String] = [
    100: "Continue", 101: "Switching Protocols", 200: "OK", 201: "Created", 202: "Accepted", 204: "No Content",
    206: "Partial Content", 301: "Moved Permanently", 302: "Found", 303: "See Other", 304: "Not Modified",
    307: "Temporary Redirect", 308: "Permanent Redirect", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden",
    404: "Not Found", 405: "Method Not Allowed", 406: "Not Acceptable", 408: "Request Timeout", 409: "Conflict",
    410: "Gone", 411: "Length Required", 412: "Precondition Failed", 413: "Content Too Large", 414: "URI Too Long",
    415: "Unsupported Media Type", 416: "Range Not Satisfiable", 417: "Expectation Failed",
    422: "Unprocessable Content", 426: "Upgrade Required", 428: "Precondition Required", 429: "Too Many Requests",
    431: "Request Header Fields Too Large", 500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway",
    503: "Service Unavailable", 504: "Gateway Timeout", 505: "HTTP Version Not Supported",
  ]
}
