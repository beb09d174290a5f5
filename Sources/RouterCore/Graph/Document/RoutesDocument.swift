/// A routes document that was read and checked: everything the host needs to run it.
public struct RoutesDocument: Sendable {
  public var admin = AdminSettings()
  public var log = LogSettings()
  /// Threads that serve sockets, 1 to 64.
  public var ioThreads = 1
  /// Limits of listeners that set none.
  public var limits = ListenerLimits()
  /// In the order of the text.
  public var nodes: [PlannedNode] = []
  /// Chains taken apart, in the order of the text.
  public var links: [PlannedLink] = []
  /// The value as read, without comments; secrets as written.
  public var json: JSON = .object([])

  public init() {}
}

/// `admin` of the routes document.
public struct AdminSettings: Sendable, Equatable {
  public var listen = PeerAddress(host: "127.0.0.1", port: 8700)
  public var token: String?
  public var tls = TLSSettings.off
  public init() {}
}

/// `log` of the routes document.
public struct LogSettings: Sendable, Equatable {
  public enum Format: String, Sendable, CaseIterable { case text, json }
  public var format = Format.text
  public var level = LogLevel.info
  public init() {}
}

/// One entry of `nodes`, decoded.
public struct PlannedNode: Sendable {
  public var id: NodeID
  public var type: NodeType
  public var config: NodeConfig
  public var settings: NodeSettings
  /// As written, secrets as written.
  public var json: JSON

  public init(id: NodeID, type: NodeType, config: NodeConfig, settings: NodeSettings, json: JSON) {
    self.id = id
    self.type = type
    self.config = config
    self.settings = settings
    self.json = json
  }
}

/// What every node takes beside its type's options.
public struct NodeSettings: Sendable, Equatable {
  public var isDisabled = false
  public var label: String?
  /// Where the dashboard draws it.
  public var position: Position?
  /// Counts for `/ready`.
  public var isEssential = false
  public var logLevel: LogLevel?

  public struct Position: Sendable, Equatable {
    public var x: Double
    public var y: Double
    public init(x: Double, y: Double) {
      self.x = x
      self.y = y
    }
  }
  public init() {}
}

/// One link between two ports.
public struct PlannedLink: Sendable, Equatable {
  public enum Kind: String, Sendable { case audio, event }
  public var from: PortReference
  public var to: PortReference
  public var kind: Kind
  /// `phone.audio->speaker.audio`.
  public var id: LinkID { "\(from)->\(to)" }

  public init(from: PortReference, to: PortReference, kind: Kind) {
    self.from = from
    self.to = to
    self.kind = kind
  }
}

/// A port of a node: `phone.audio`.
public struct PortReference: Hashable, Sendable, CustomStringConvertible {
  public var node: NodeID
  public var port: String
  public init(node: NodeID, port: String) {
    self.node = node
    self.port = port
  }
  public var description: String { "\(node).\(port)" }
}
