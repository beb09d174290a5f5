extension TLSSettings: OptionValue {
  public static var schema: JSON {
    [
      "anyOf": [
        ["const": false], ["const": "auto"],
        [
          "type": "object", "properties": ["cert": ["type": "string"], "key": ["type": "string"]],
          "required": ["cert", "key"], "additionalProperties": false,
        ],
      ]
    ]
  }
  public static var typeName: String { "false, \"auto\" or {cert, key}" }

  public init(json: JSON) throws(Mismatch) {
    switch json {
    case .bool(false): self = .off
    case .string("auto"): self = .auto
    case .object(let members):
      let (files, problems) = CertificateFiles.decode(members, over: CertificateFiles(), in: .none)
      guard problems.isEmpty else { throw Mismatch(inside: problems) }
      self = .files(cert: files.cert, key: files.key)
    default: throw Mismatch("false, \"auto\" or {\"cert\": path, \"key\": path}")
    }
  }

  public var json: JSON {
    switch self {
    case .off: false
    case .auto: "auto"
    case .files(let cert, let key): ["cert": .string(cert), "key": .string(key)]
    }
  }
}

/// `tls: {cert, key}`.
private struct CertificateFiles: Configuration {
  var cert = ""
  var key = ""

  static var options: [Option<Self>] {
    [
      Option("cert", \.cert, required: true, "PEM file with the certificate and its chain."),
      Option("key", \.key, required: true, "PEM file with the private key."),
    ]
  }
}

extension ListenerLimits: Configuration, OptionValue {
  public static var options: [Option<Self>] {
    [
      Option("connections", \.connections, 1...1_000_000, live: true, "Connections in all."),
      Option(
        "connectionsPerAddress", \.connectionsPerAddress, 1...1_000_000, live: true,
        "Connections of one address; loopback is exempt."),
      Option("headerBytes", \.headerBytes, 256...1_048_576, unit: "bytes", live: true, "Request line and fields."),
      Option(
        "headerSeconds", \.headerSeconds, 0.1...3600, unit: "s", live: true,
        "Time from connect, or from the request before, to the end of the head."),
      Option(
        "bodySeconds", \.bodySeconds, 0.1...86_400, unit: "s", live: true,
        "Time for a body to arrive, and a second more for each 32 KiB of it."),
      Option(
        "idleSeconds", \.idleSeconds, 0.1...86_400, unit: "s", live: true,
        "Kept-alive connection without a request; not for WebSockets."),
      Option(
        "writeSeconds", \.writeSeconds, 0.1...3600, unit: "s", live: true,
        "A peer that takes nothing for this long while there is output is closed."),
    ]
  }
}

/// `allow`: never empty, since then nobody could connect.
struct AllowList: OptionValue {
  var ranges: [AddressRange]

  static var schema: JSON { ["type": "array", "items": AddressRange.schema, "minItems": 1] }
  static var typeName: String { "list of addresses and ranges" }

  init(ranges: [AddressRange]) { self.ranges = ranges }

  init(json: JSON) throws(Mismatch) {
    ranges = try [AddressRange](json: json)
    if ranges.isEmpty {
      throw Mismatch(message: "nobody could connect", hint: "\"0.0.0.0/0\" and \"::/0\" let everyone in")
    }
  }
  var json: JSON { ranges.json }
}

extension FeedSettings.WhenFull: OptionValue {}
