import RouterCore

/// `router graph [FILE]`: the graph of a document, or of a running router, as text or for drawing programs.
enum GraphCommand: Command {
  static let name = "graph"
  static let usage = "router graph [FILE] [--format text|dot|mermaid|json] [--url URL] [--token TOKEN]"
  static let summary = "draws the graph of FILE; without one the running graph, or routes.json where no router runs"
  static let flags =
    [Flag("--format", value: "FORMAT", help: "text (default), dot (Graphviz), mermaid (Markdown) or json")] + Flag.admin
  static let positional = ["FILE"]

  static func run(_ arguments: Arguments) async throws(UsageError) -> Int32 {
    let word = arguments.value("--format") ?? (arguments.has("--json") ? "json" : "text")
    guard let format = GraphDrawing.Format(rawValue: word) else {
      throw UsageError("--format takes text, dot, mermaid or json, found \"\(word)\"")
    }
    if let file = arguments.positional.first { return draw(file, format) }
    let client = try AdminClient(arguments)
    do throws(AdminRefusal) {
      let graph = try await client.call("GET", "/graph", timeout: .seconds(5))
      Terminal.out(GraphDrawing(graph).text(as: format))
      return 0
    } catch {
      // Nobody was asked for by name and nobody is there: the document is meant.
      if error.status == nil, arguments.value("--url") == nil { return draw("routes.json", format) }
      Terminal.error(error.text(command: name))
      return 1
    }
  }

  private static func draw(_ file: String, _ format: GraphDrawing.Format) -> Int32 {
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

extension GraphDrawing {
  /// What `GET /graph` answers.
  init(_ graph: JSON) {
    nodes = (graph["nodes"]?.items ?? []).map { node in
      Box(id: node["id"]?.text ?? "", type: node["type"]?.text ?? "", label: node["label"]?.text)
    }
    links = (graph["links"]?.items ?? []).compactMap { link in
      guard let from = PortReference(link["from"]?.text), let to = PortReference(link["to"]?.text) else { return nil }
      return PlannedLink(from: from, to: to, kind: link["kind"]?.text == "audio" ? .audio : .event)
    }
  }
}

extension PortReference {
  /// `phone.audio`
  fileprivate init?(_ text: String?) {
    guard let words = text?.split(separator: ".", maxSplits: 1), words.count == 2 else { return nil }
    self.init(node: String(words[0]), port: String(words[1]))
  }
}
