/// A node type as its plugin writes it: name, ports, options, constructor.
public protocol NodeDefinition: SendableMetatype {
  associatedtype Config: Configuration
  /// The name in routes documents: `ariacast.receiver`.
  static var type: String { get }
  /// What it does, in a sentence or two; ends with a full stop.
  static var summary: String { get }
  /// Main ports first. May depend on options (the mixer's inputs).
  static func ports(for config: Config) -> [Port]
  /// Names of actions beside options.
  static var actions: [String] { get }
  static var traits: NodeTraits { get }
  /// Resources only one node can hold, known before anything starts: the check finds two nodes that claim one.
  static func claims(of config: Config) -> [Claim]
  /// What one sees only beside the nodes at the other ends of this node's links: options that should agree. Paths are
  /// relative to the node; warnings do not refuse the document.
  static func check(_ config: Config, linkedTo others: [LinkedNode]) -> [Problem]
  /// Devices, peers and values found on this machine now, for `router types NAME` (sound cards); option name to choices.
  static func choices() -> [String: [String]]
  static func make(_ config: Config, _ context: NodeContext) -> any Node
}

extension NodeDefinition {
  public static var actions: [String] { [] }
  public static var traits: NodeTraits { [] }
  public static func claims(of config: Config) -> [Claim] { [] }
  public static func check(_ config: Config, linkedTo others: [LinkedNode]) -> [Problem] { [] }
  public static func choices() -> [String: [String]] { [:] }
}

/// Something only one node can hold.
public enum Claim: Sendable, Hashable {
  /// A route on a TCP listener: `GET /stream.wav`. Many nodes may share a port, not a route on it.
  case route(PeerAddress, String)
  /// A device by name.
  case device(String)
}

/// What the host must know of a type beyond its ports.
public struct NodeTraits: OptionSet, Sendable {
  public let rawValue: Int
  public init(rawValue: Int) { self.rawValue = rawValue }
  /// Opens a sound device: disabled by `--web-only`.
  public static let soundDevice = NodeTraits(rawValue: 1)
  /// Takes one stream at a time (the newest) and has no clock to mix by: the check advises a mixer.
  public static let oneStream = NodeTraits(rawValue: 2)
  /// Looks at something again and again. `router run --once` runs such nodes and what they feed: its action `poll` does
  /// one look, and where `NodeContext.isOnce` it does none by itself.
  public static let poller = NodeTraits(rawValue: 4)
  /// Its stages are heavy: they run on worker loops, behind a ring, each stream pinned to one worker.
  public static let worker = NodeTraits(rawValue: 8)
  /// Makes one stream of all that reach it: what follows sees one source.
  public static let mixes = NodeTraits(rawValue: 16)
  /// Holds something that two nodes cannot hold at once (a sound card, names on the network): where it is replaced, the
  /// old one stops before the new one prepares.
  public static let exclusive = NodeTraits(rawValue: 32)
}

/// What a plugin registers with. Collects node types; refuses a second one of the same name.
public struct Registrar: Sendable {
  public private(set) var types: [NodeType] = []
  /// Event payloads known by name, for `router types`.
  public private(set) var payloads: [PayloadDescription] = []

  public init() {}

  public mutating func add<D: NodeDefinition>(_ definition: D.Type) throws(RegistrationError) {
    if types.contains(where: { $0.name == D.type }) { throw .duplicateType(D.type) }
    types.append(NodeType(definition))
  }

  public mutating func add<P: EventPayload>(_ payload: P.Type) throws(RegistrationError) {
    if payloads.contains(where: { $0.name == P.name }) { throw .duplicatePayload(P.name) }
    payloads.append(PayloadDescription(name: P.name, kind: P.kind, shape: P.shape))
  }

  public func type(_ name: String) -> NodeType? { types.first { $0.name == name } }
}

public enum RegistrationError: Error, Equatable {
  case duplicateType(String)
  case duplicatePayload(String)
}

/// An event payload as `router types` prints it.
public struct PayloadDescription: Sendable {
  public let name: String
  public let kind: EventKind
  public let shape: String
}

/// A statically linked set of node types.
public protocol Plugin: SendableMetatype {
  static func register(with registrar: inout Registrar) throws(RegistrationError)
}
