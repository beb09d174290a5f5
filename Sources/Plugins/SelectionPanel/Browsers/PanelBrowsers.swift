public import RouterCore

/// `panel.browsers`: what a panel plays, in every browser that looks.
public enum PanelBrowsers: NodeDefinition {
  public static let type = "panel.browsers"
  public static let summary =
    "The page of a selection panel on port 8080: shows the picture and plays the sound of the slot that was chosen, in "
    + "every browser at once; serves and checks the media folder, and takes new media."

  /// The options of ``PanelBrowsers``.
  public struct Config: ListeningConfiguration, PanelMediaConfiguration {
    public var listener = ListenerSettings(listen: PeerAddress(host: "0.0.0.0", port: 8080))
    var media = "media"
    var mediaCount = 10
    var base = 0
    /// Empty: the node's label.
    var name = ""
    /// Folder with an `index.html` of one's own; empty: the page that is built in.
    var page = ""
    /// Seconds.
    var leaveSeconds = 2.0
    var maxClients = 512
    var maxUploadMiB = 32

    public init() {}

    public static var options: [Option<Config>] {
      listenerOptions(
        defaultPort: 8080,
        tokenHelp:
          "Asked for by those who upload or delete media; without one \"admin.token\" counts, without that they must be on "
          + "this machine.") + mediaOptions(live: true) + [
          Option("name", \.name, live: true, "Heading of the page; the node's label if empty."),
          Option(
            "page", \.page, live: true,
            "Folder of a page of your own: its index.html at /, its files below /static. Empty: the page that is built in."
          ),
          Option(
            "leaveSeconds", \.leaveSeconds, 0...60, unit: "s", live: true,
            "When the last browser that plays is lost, a play counts as left after this time, unless it comes back."),
          Option("maxClients", \.maxClients, 1...10_000, live: true, "Browsers at a time; more are answered 503."),
          Option(
            "maxUploadMiB", \.maxUploadMiB, 1...256, unit: "MiB", live: true, "Largest media file that may be uploaded."
          ),
        ]
    }
  }

  public static func ports(for config: Config) -> [Port] {
    [
      .eventIn("playback", PlaybackEvent.self, "What is to be heard now, from panel.selector."),
      .eventIn(
        "status", PanelStatusEvent.self, "How the panel is, from panel.serial: for /status, /health and the page."),
      .eventOut(
        "ended", EndedEvent.self, "Somebody began to play; the last who played came to the end, failed or left."),
      .eventOut("presses", PressEvent.self, "What is chosen by /test/play/{id} and /test/stop."),
    ]
  }

  public static func claims(of config: Config) -> [Claim] {
    BrowsersRoute.all.map { .route(config.listener.listen, $0) }
  }

  public static func check(_ config: Config, linkedTo others: [LinkedNode]) -> [Problem] {
    config.mediaProblems(type, linkedTo: others)
  }

  public static func make(_ config: Config, _ context: NodeContext) -> any Node {
    BrowsersNode(config: config, context: context)
  }
}

/// The paths of a `panel.browsers`.
enum BrowsersRoute {
  static let page = "/"
  static let files = "/page/{file}"
  static let ownFiles = "/static/*"
  static let icon = "/favicon.ico"
  static let socket = "/ws"
  static let media = "/media/*"
  static let play = "/test/play/{id}"
  static let stop = "/test/stop"
  static let status = "/status"
  static let health = "/health"
  static let library = "/library"
  static let list = "/api/media"
  static let change = "/api/media/{slot}/{role}"

  /// As claims name them.
  static let all =
    [page, files, ownFiles, icon, socket, media, play, stop, status, health, library, list].map { "GET \($0)" } + [
      "PUT \(change)", "DELETE \(change)",
    ]
}
