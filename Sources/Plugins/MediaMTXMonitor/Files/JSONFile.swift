public import RouterCore

/// `json.file`: the newest event as a file.
public enum JSONFile: NodeDefinition {
  public static let type = "json.file"
  public static let summary =
    "Keeps the newest event, as JSON, in a file that is the old or the new one at every moment. Of events that come "
    + "faster than the disk writes, only the newest counts; after a full disk it goes on by itself."

  /// The options of ``JSONFile``.
  public struct Config: Configuration {
    var path = "data/latest.json"
    var indent = true
    var sync = true
    var whenWithdrawn = WhenWithdrawn.keep

    public init() {}

    public static var options: [Option<Config>] {
      [
        Option("path", \.path, "The file; relative paths count from the document's folder. Folders are made."),
        Option("indent", \.indent, live: true, "Lines for people, indented by two; else one line."),
        Option("sync", \.sync, live: true, "Waits until the disk has the file before it takes the old one's place."),
        Option(
          "whenWithdrawn", \.whenWithdrawn, live: true,
          "What happens when a state's source stops: the file is kept as it is, or deleted."),
      ]
    }

    public func check() -> [Problem] {
      guard path.isEmpty || path.hasSuffix("/") else { return [] }
      return [Problem(path: "path", message: "names no file", hint: "it is like data/latest.json")]
    }
  }

  public static func ports(for config: Config) -> [Port] {
    [Port("events", .input, .anyEvent, help: "Events of any payload.")]
  }

  public static func claims(of config: Config) -> [Claim] { [.device("file \(config.path)")] }

  public static func make(_ config: Config, _ context: NodeContext) -> any Node { JSONFileNode(config, context) }
}
