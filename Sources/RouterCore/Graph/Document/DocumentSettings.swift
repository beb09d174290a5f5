/// The top-level keys of a routes document beside `nodes` and `links`.
struct DocumentSettings: Configuration {
  var schema: String?
  var version = FormatVersion()
  var admin = AdminSettings()
  var log = LogSettings()
  var ioThreads = 1
  var limits = ListenerLimits()

  static var options: [Option<Self>] {
    [
      Option("$schema", \.schema, "Where editors find the schema: the output of `router schema`."),
      Option("version", \.version, "Version of the document's format."),
      Option("admin", \.admin, "The admin API."),
      Option("log", \.log, "What is logged and how."),
      Option("ioThreads", \.ioThreads, 1...64, "Threads that serve sockets."),
      Option("limits", \.limits, "Limits of listeners that set none."),
    ]
  }
}

/// The only format there is.
struct FormatVersion: OptionValue {
  static var schema: JSON { ["const": 1] }
  static var typeName: String { "1" }
  init() {}
  init(json: JSON) throws(Mismatch) {
    guard json.int == 1 else { throw Mismatch("1, the version this router reads", meant: 1) }
  }
  var json: JSON { 1 }
}

extension AdminSettings: Configuration, OptionValue {
  public static var options: [Option<Self>] {
    [
      Option("listen", \.listen, "Address of the admin API; host 0.0.0.0 unless said."),
      Option("token", \.secretToken, "Asked for by every request; required unless only this machine can connect."),
      Option("tls", \.tls, "TLS: off, with a certificate of the router's own local CA, or with yours (PEM files)."),
    ]
  }

  private var secretToken: Secret? {
    get { token.map { Secret($0) } }
    set { token = newValue?.value }
  }

  public func check() -> [Problem] {
    guard token == nil, !listen.isLoopback else { return [] }
    let message = "is missing: everyone who reaches \(listen) could change the graph"
    return [Problem(path: "token", message: message, hint: "set a token, or listen on 127.0.0.1:\(listen.port)")]
  }
}

extension LogSettings: Configuration, OptionValue {
  public static var options: [Option<Self>] {
    [
      Option("format", \.format, "Text for people or JSON lines for machines."),
      Option("level", \.level, "The least level that is logged."),
    ]
  }
}

extension LogSettings.Format: OptionValue {}
