import RouterCore

/// What this program is called and which release it is.
enum Release {
  static let name = "media-router"
  static let version = "0.1.0"
}

/// `router version`.
enum VersionCommand: Command {
  static let name = "version"
  static let usage = "router version [--json]"
  static let summary = "prints the release"
  static let flags = [Flag.json]
  static let positional: [String] = []

  static func run(_ arguments: Arguments) async throws(UsageError) -> Int32 {
    let json: JSON = ["name": .string(Release.name), "version": .string(Release.version)]
    Terminal.out(arguments.has("--json") ? json.compact : "\(Release.name) \(Release.version)")
    return 0
  }
}
