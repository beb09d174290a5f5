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
          "problems": .array(loaded.problems.map(ProblemJSON.object)),
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

/// A problem as the API and `--json` give it.
enum ProblemJSON {
  static func object(_ problem: Problem) -> JSON {
    var members: [JSON.Member] = [
      .init("severity", .string(problem.severity.rawValue)), .init("path", .string(problem.path)),
      .init("pointer", .string(problem.pointer)),
    ]
    if let line = problem.line { members.append(.init("line", .integer(Int64(line)))) }
    if let column = problem.column { members.append(.init("column", .integer(Int64(column)))) }
    members.append(.init("message", .string(problem.message)))
    if let hint = problem.hint { members.append(.init("hint", .string(hint))) }
    if let fix = problem.fix { members.append(.init("fix", fix)) }
    return .object(members)
  }
}
