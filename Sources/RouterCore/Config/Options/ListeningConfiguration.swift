/// A node type that listens: its options begin with `listenerOptions`.
public protocol ListeningConfiguration: Configuration {
  var listener: ListenerSettings { get set }
}

extension ListeningConfiguration {
  /// `listen`, `tls`, `allow`, `token`, `limits`.
  ///
  /// - Parameters:
  ///   - defaultPort: What `listener.listen` of a fresh config holds, for the help text.
  ///   - tokenHelp: What the token guards, where that is not the usual.
  public static func listenerOptions(
    defaultPort: Int,
    tokenHelp: String =
      "Asked for by actions that change something; without one \"admin.token\" counts, without that they must come from "
      + "this machine."
  ) -> [Option<Self>] {
    [
      Option(
        "listen", \.listener.listen,
        "Address to listen on; host 0.0.0.0 and port \(defaultPort) unless said; port 0 picks a free one."),
      Option(
        "tls", \.listener.tls,
        "TLS: off, with a certificate of the router's own local CA, or with yours (PEM files)."),
      Option("allow", \.allowedRanges, live: true, "Who may connect; everyone else is answered 403."),
      Option("token", \.secretToken, live: true, tokenHelp),
      Option("limits", \.listener.limits, live: true, "Limits of this listener; the document's if left out."),
    ]
  }

  var allowedRanges: AllowList {
    get { AllowList(ranges: listener.allow.compactMap { AddressRange($0) }) }
    set { listener.allow = newValue.ranges.map(\.description) }
  }

  var secretToken: Secret? {
    get { listener.token.map { Secret($0) } }
    set { listener.token = newValue?.value }
  }
}
