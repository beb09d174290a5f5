import RouterCore

/// `router check FILE`: every problem of a routes document, as a compiler prints them.
enum CheckCommand: Command {
  static let name = "check"
  static let usage = "router check [routes.json …] [--json]"
  static let summary = "checks routes documents and prints every problem with its place and fix"
  static let flags = [Flag.json]
  static let positional = Array(repeating: "FILE", count: 1000)

  static func run(_ arguments: Arguments) async throws(UsageError) -> Int32 {
    let files = arguments.positional.isEmpty ? ["routes.json"] : arguments.positional
    let registrar = PluginList.makeRegistrar()
    var isRefused = false
    var reports: [JSON] = []
    for file in files {
      let loaded = DocumentFile.load(file, registrar)
      isRefused = isRefused || loaded.document == nil
      if arguments.has("--json") {
        reports.append([
          "file": .string(file), "ok": .bool(loaded.document != nil),
          "problems": .array(loaded.problems.map(\.json)),
        ])
      } else if let document = loaded.document {
        if !loaded.report.isEmpty { Terminal.error(loaded.report) }
        Terminal.out("\(file): fine: \(count(document.nodes.count, "node")), \(count(document.links.count, "link"))")
      } else {
        Terminal.error(loaded.report)
      }
    }
    if arguments.has("--json") { Terminal.out(JSON.array(reports).pretty()) }
    return isRefused ? 1 : 0
  }

  static func count(_ number: Int, _ word: String) -> String { "\(number) \(word)\(number == 1 ? "" : "s")" }
}
