import RouterCore

/// `router status`: how a running router is.
enum StatusCommand: Command {
  static let name = "status"
  static let usage = "router status [--url URL] [--token TOKEN] [--json]"
  static let summary = "shows the running graph: nodes with states and reasons, streams, problems of the saved document"
  static let flags = Flag.admin
  static let positional: [String] = []

  static func run(_ arguments: Arguments) async throws(UsageError) -> Int32 {
    let client = try AdminClient(arguments)
    do throws(AdminRefusal) {
      let graph = try await client.call("GET", "/graph")
      let missing = try await client.readiness()
      let problems = graph["documentProblems"]?.items?.compactMap { Problem($0) } ?? []
      if arguments.has("--json") {
        let state: JSON = ["ready": .bool(missing.isEmpty), "reasons": .array(missing.map { .string($0) })]
        Terminal.out(graph.patched(by: state).pretty())
      } else {
        Terminal.out(text(graph, url: client.url, missing: missing))
        for problem in problems { Terminal.error(AdminRefusal.text(of: problem)) }
      }
      return missing.isEmpty && !problems.hasErrors ? 0 : 1
    } catch {
      if arguments.has("--json"), let json = error.json { Terminal.out(json.pretty()) }
      Terminal.error(error.text(command: name))
      return 1
    }
  }

  /// Pure.
  static func text(_ graph: JSON, url: String, missing: [String]) -> String {
    let word = missing.isEmpty ? "ready" : "not ready"
    var lines = ["\(url)  revision \(graph["revision"]?.int ?? 0)  \(word)"]
    lines += missing.map { "  \($0)" }
    lines += section("NODE", (graph["nodes"]?.items ?? []).map(node))
    lines += section("STREAM", (graph["streams"]?.items ?? []).map(stream))
    let refused = (graph["links"]?.items ?? []).filter { $0["notCarried"] != nil }
    lines += section("NOT CARRIED", refused.map { [$0["id"]?.text ?? "", $0["notCarried"]?.text ?? ""] })
    if graph["documentProblems"]?.items?.isEmpty == false {
      lines += ["", "The saved document has problems; the graph plays on as it was:"]
    }
    return lines.joined(separator: "\n")
  }

  private static func node(_ node: JSON) -> [String] {
    var notes = [node["reason"]?.text, node["hint"]?.text].compactMap(\.self)
    if let time = node["nextTry"]?.text { notes.append("next try \(time)") }
    let addresses = node["addresses"]?.items?.compactMap(\.text) ?? []
    return [
      node["id"]?.text ?? "", node["type"]?.text ?? "", node["state"]?.text ?? "",
      (addresses + (notes.isEmpty ? [] : [notes.joined(separator: "; ")])).joined(separator: "  "),
    ]
  }

  private static func stream(_ stream: JSON) -> [String] {
    [
      "\(stream["id"]?.int ?? 0)", stream["node"]?.text ?? "", stream["peer"]?.text ?? "",
      stream["format"]?.text ?? "", stream["label"]?.text ?? "",
    ]
  }

  private static func section(_ title: String, _ rows: [[String]]) -> [String] {
    rows.isEmpty ? [] : ["", title] + Columns.lines(rows).map { "  " + $0 }
  }
}

/// Rows of words, one below the other.
enum Columns {
  /// Without spaces at the end of a line.
  static func lines(_ rows: [[String]]) -> [String] {
    let count = rows.map(\.count).max() ?? 0
    let widths = (0..<count).map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
    return rows.map { row in
      let line = zip(row, widths).map { Help.pad($0, $1) }.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
  }
}
