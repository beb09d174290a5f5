import RouterCore

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
