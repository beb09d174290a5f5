import RouterCore

/// `router graph [FILE]`: the graph of a document as text or for drawing programs.
enum GraphCommand: Command {
  static let name = "graph"
  static let usage = "router graph [FILE] [--format text|dot|mermaid|json]"
  static let summary = "draws the graph of a routes document"
  static let flags = [
    Flag("--format", value: "FORMAT", help: "text (default), dot (Graphviz), mermaid (Markdown) or json"), Flag.json,
  ]
  static let positional = ["FILE"]

  static func run(_ arguments: Arguments) async throws(UsageError) -> Int32 {
    let word = arguments.value("--format") ?? (arguments.has("--json") ? "json" : "text")
    guard let format = GraphDrawing.Format(rawValue: word) else {
      throw UsageError("--format takes text, dot, mermaid or json, found \"\(word)\"")
    }
    let file = arguments.positional.first ?? "routes.json"
    let loaded = DocumentFile.load(file, PluginList.makeRegistrar())
    guard let document = loaded.document else {
      Terminal.error(loaded.report)
      return 1
    }
    let nodes = document.nodes.map { GraphDrawing.Box(id: $0.id, type: $0.type.name, label: $0.settings.label) }
    Terminal.out(GraphDrawing(nodes: nodes, links: document.links).text(as: format))
    return 0
  }
}

/// A graph as text. Pure.
struct GraphDrawing {
  enum Format: String, CaseIterable { case text, dot, mermaid, json }

  struct Box {
    var id: NodeID
    var type: String
    var label: String?
  }

  var nodes: [Box]
  var links: [PlannedLink]

  func text(as format: Format) -> String {
    switch format {
    case .text: lines
    case .dot: dot
    case .mermaid: mermaid
    case .json: json.pretty()
    }
  }

  private var lines: String {
    let width = nodes.map(\.id.count).max() ?? 0
    return nodes.map { node in
      let out = links.filter { $0.from.node == node.id }.map { link in
        "\n" + String(repeating: " ", count: width) + "  .\(link.from.port) -> \(link.to)"
      }
      return Help.pad(node.id, width) + "  \(node.type)" + out.joined()
    }.joined(separator: "\n")
  }

  private var dot: String {
    let boxes = nodes.map { "  \(quoted($0.id)) [label=\(quoted("\($0.label ?? $0.id)\\n\($0.type)"))];" }
    let arrows = links.map { link in
      let style = link.kind == .event ? ", style=dashed" : ""
      let ports = quoted("\(link.from.port) → \(link.to.port)")
      return "  \(quoted(link.from.node)) -> \(quoted(link.to.node)) [label=\(ports)\(style)];"
    }
    return (["digraph router {", "  rankdir=LR; node [shape=box];"] + boxes + arrows + ["}"]).joined(separator: "\n")
  }

  private var mermaid: String {
    let names = Dictionary(uniqueKeysWithValues: nodes.enumerated().map { ($1.id, "n\($0)") })
    let boxes = nodes.map { "  \(names[$0.id] ?? $0.id)[\(quoted("\($0.label ?? $0.id)<br/>\($0.type)"))]" }
    let arrows = links.map { link in
      let arrow = link.kind == .event ? "-." : "--"
      let end = link.kind == .event ? ".->" : "-->"
      let from = names[link.from.node] ?? link.from.node
      return "  \(from) \(arrow) \(link.from.port) \(end) \(names[link.to.node] ?? link.to.node)"
    }
    return (["flowchart LR"] + boxes + arrows).joined(separator: "\n")
  }

  private var json: JSON {
    [
      "nodes": .array(nodes.map { ["id": .string($0.id), "type": .string($0.type)] }),
      "links": .array(
        links.map { link in
          [
            "id": .string(link.id), "from": .string(link.from.description), "to": .string(link.to.description),
            "kind": .string(link.kind.rawValue),
          ]
        }),
    ]
  }

  /// Labels are people's words: quotes must not end the string, nor angle brackets make markup.
  private func quoted(_ text: String) -> String {
    var out = "\""
    for character in text { out += character == "\"" ? "'" : String(character) }
    return out + "\""
  }
}
