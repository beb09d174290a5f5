import RouterCore

extension Configuration {
  /// Names of the options that may change while a node runs.
  static var liveOptions: [String] { options.filter(\.isLive).map(\.name) }
}

extension ListeningConfiguration {
  /// The same without those every listening node has: the host applies them to what the node leased.
  static var ownLiveOptions: [String] { liveOptions.filter { !["allow", "token", "limits"].contains($0) } }
}
