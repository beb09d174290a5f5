/// Outgoing connections that carry plain bytes, over TCP or TLS: what Redis and its like are spoken over. Control side.
public protocol ByteStreamClient: Sendable {
  /// Connects, and secures the connection where `target.tls` asks for it; the handler lives on `loop`.
  /// - Throws: `HTTPFailure` naming what failed: name, connection, TLS or time.
  func connect(
    to target: ByteStreamTarget, on loop: Loop,
    handler: @escaping @Sendable (isolated Loop, any ByteStreamPeer) -> any ByteStreamHandler
  ) async throws(HTTPFailure) -> any ByteStreamPeer
}

/// Where bytes go.
public struct ByteStreamTarget: Sendable, Equatable {
  /// A name, IPv4, or IPv6 without brackets.
  public var host: String
  /// 1 to 65535.
  public var port: Int
  /// nil: no TLS.
  public var tls: ByteStreamTLS?
  /// From the name to the end of the TLS handshake.
  public var timeout: Duration

  public init(host: String, port: Int, tls: ByteStreamTLS? = nil, timeout: Duration = .seconds(5)) {
    self.host = host
    self.port = port
    self.tls = tls
    self.timeout = timeout
  }

  /// `host:port`, with brackets around IPv6.
  public var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// Whom a TLS connection trusts. The server's name or address is checked.
public struct ByteStreamTLS: Sendable, Equatable {
  /// A PEM file with an authority that may vouch for the server, beside those of the system.
  public var authority: String?

  public init(authority: String? = nil) { self.authority = authority }
}

/// Takes what comes over one byte stream. Confined to the connection's loop.
public protocol ByteStreamHandler: AnyObject {
  /// Bytes as they come, cut anywhere; lent for the call.
  /// - Returns: nil to go on, else why the connection ends.
  func receive(_ bytes: RawSpan, on loop: isolated Loop) -> String?
  /// The last call.
  /// - Parameter reason: Why it is over, in words; nil after `ByteStreamPeer.close`.
  func closed(_ reason: String?, on loop: isolated Loop)
}

/// The other side of one byte stream. Any thread.
public protocol ByteStreamPeer: Sendable {
  var address: PeerAddress { get }
  /// Queues bytes. - Returns: false when the connection is gone or 128 MiB wait; then nothing is sent.
  @discardableResult
  func send(_ bytes: [UInt8]) -> Bool
  /// Ends the connection; what is queued may be lost.
  func close()
}
