public import RouterCore

/// `avahi.advertiser`: services on the network, by mDNS.
public enum AvahiAdvertiser: NodeDefinition {
  /// `avahi.advertiser` has no options: what it says comes with the events, where it says it is Avahi's affair.
  public struct Config: Configuration {
    public init() {}
    public static var options: [Option<Config>] { [] }
  }

  public static let type = "avahi.advertiser"
  public static let summary = """
    Publishes every service that reaches it on the local network by mDNS (DNS-SD, IPv4), through the Avahi daemon of \
    this machine, and takes it back with a goodbye. A name that is taken gets a number ("Kitchen #2"), which the \
    service's own discovery uses too. Without Avahi the node waits.
    """

  public static let traits: NodeTraits = .exclusive

  public static func ports(for config: Config) -> [Port] {
    [
      .eventIn(
        "service", ServiceEvent.self, "Services to publish: name, type, port and TXT keys, while they are offered.")
    ]
  }

  public static func make(_ config: Config, _ context: NodeContext) -> any Node {
    AvahiAdvertiserNode(context, rename: AvahiName.alternative) { AvahiLink.connect() }
  }
}
