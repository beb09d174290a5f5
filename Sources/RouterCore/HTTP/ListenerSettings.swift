/// What a listening node takes beside its own options: `listen`, `tls`, `allow`, `token`, `limits`.
public struct ListenerSettings: Sendable, Equatable {
  /// `host:port`; port 0 picks one.
  public var listen: PeerAddress
  public var tls: TLSSettings
  /// CIDR ranges that may connect; others are answered 403.
  public var allow: [String]
  /// Asked for by actions that change something; nil: loopback only.
  public var token: String?
  public var limits: ListenerLimits
  /// Other nodes may put routes on the same port. false: the port must be free, and nobody else gets onto it; a refusal
  /// has the kernel's number in ``NodeFailure/code``, also where this process itself has the port.
  public var isShared = true

  /// Loopback, link-local and private ranges.
  public static let privateRanges = [
    "127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fe80::/10",
    "fc00::/7",
  ]

  public init(
    listen: PeerAddress, tls: TLSSettings = .off, allow: [String] = privateRanges, token: String? = nil,
    limits: ListenerLimits = ListenerLimits()
  ) {
    self.listen = listen
    self.tls = tls
    self.allow = allow
    self.token = token
    self.limits = limits
  }
}

public enum TLSSettings: Sendable, Equatable {
  case off
  /// A certificate signed by a local CA that is kept beside the document and served at `/ca.crt`.
  case auto
  /// PEM files.
  case files(cert: String, key: String)
}

/// Limits of one listener; every refusal by one is counted.
public struct ListenerLimits: Sendable, Equatable {
  public var connections = 10_000
  /// Loopback is exempt.
  public var connectionsPerAddress = 256
  /// Bytes of request line and fields.
  public var headerBytes = 16_384
  /// Time from connect (or the request before) to the end of the head.
  public var headerSeconds = 10.0
  /// Time for a body to arrive, and a second more for each 32 KiB of it.
  public var bodySeconds = 30.0
  /// Keep-alive without a request; not for WebSockets.
  public var idleSeconds = 60.0
  /// A peer that takes nothing for this long while we have output is closed.
  public var writeSeconds = 20.0

  public init() {}
}
