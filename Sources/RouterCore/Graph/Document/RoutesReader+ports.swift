extension RoutesReader {
  /// The ports an end of a link means; nil where there is none, which is told, or where the node is not known.
  mutating func ports(of end: LinkEnd, _ role: LinkRole, at place: LinkPlace, source: String?)
    -> (input: Port?, output: Port?)
  {
    guard let entry = entries[end.node] else {
      reportUnknownNode(end, at: place, source: source)
      return (nil, nil)
    }
    guard let node = node(end.node) else { return (nil, nil) }
    let ports = node.config.ports
    guard let name = end.port else {
      let input = role == .from ? nil : node.config.mainPort(.input)
      let output = role == .to ? nil : node.config.mainPort(.output)
      if role != .from, input == nil { reportNoPort(.input, of: node, at: place) }
      if role != .to, output == nil { reportNoPort(.output, of: node, at: place) }
      return (input, output)
    }
    var input = ports.first { $0.direction == .input && $0.name == name }
    var output = ports.first { $0.direction == .output && $0.name == name }
    if role == .through, input != nil || output != nil {
      input = input ?? node.config.mainPort(.input)
      output = output ?? node.config.mainPort(.output)
      if input == nil { reportNoPort(.input, of: node, at: place) }
      if output == nil { reportNoPort(.output, of: node, at: place) }
    }
    let isThere = role == .from ? output != nil : role == .to ? input != nil : input != nil || output != nil
    if !isThere, entry.isSound { reportUnknownPort(name, of: node, role, at: place, source: source) }
    return (role == .from ? nil : input, role == .to ? nil : output)
  }

  private mutating func reportUnknownNode(_ end: LinkEnd, at place: LinkPlace, source: String?) {
    let meant = closest(to: end.node, in: document.json["nodes"]?.members?.map(\.key) ?? [])
    var better = end
    better.node = meant ?? ""
    report(
      "there is no node \(JSON.string(end.node).compact)", hint: meant.map { "did you mean \"\($0)\"?" },
      fix: meant.flatMap { _ in endFix(end, better, at: place, source: source) }, at: place)
  }

  private mutating func reportNoPort(_ direction: Port.Direction, of node: PlannedNode, at place: LinkPlace) {
    report(
      "\(node.id) has no \(direction.rawValue)",
      hint: "\(node.type.name) has only \(direction == .input ? "outputs" : "inputs")", at: place)
  }

  private mutating func reportUnknownPort(
    _ name: String, of node: PlannedNode, _ role: LinkRole, at place: LinkPlace, source: String?
  ) {
    let direction: Port.Direction = role == .from ? .output : .input
    let ports = node.config.ports
    let wanted = ports.filter { role == .through || $0.direction == direction }.map(\.name)
    let isOther = ports.contains { $0.name == name }
    let message =
      isOther
      ? "\(node.id).\(name) is \(role == .from ? "an input" : "an output")" : "\(node.id) has no port \"\(name)\""
    let meant = isOther ? nil : closest(to: name, in: wanted)
    let end = LinkEnd(node: node.id, port: name, offset: place.offset ?? 0)
    var better = end
    better.port = meant
    let words = role == .through ? "ports" : "\(direction.rawValue)s"
    report(
      message, hint: meant.map { "did you mean \"\($0)\"?" } ?? list(words, wanted),
      fix: meant.flatMap { _ in endFix(end, better, at: place, source: source) }, at: place)
  }

  private func list(_ words: String, _ names: [String]) -> String {
    names.isEmpty ? "it has no \(words)" : "its \(words): \(names.joined(separator: ", "))"
  }

  /// The patch that puts another end in the place of one.
  private func endFix(_ end: LinkEnd, _ better: LinkEnd, at place: LinkPlace, source: String?) -> JSON? {
    if let key = place.key, let object = document.json["links"]?.items?[place.index] {
      return linksFix(place.index, object.patched(by: .object([.init(key, .string(better.text))])))
    }
    guard let source else { return nil }
    var bytes = Array(source.utf8)
    let range = end.offset..<end.offset + end.text.utf8.count
    guard range.upperBound <= bytes.count else { return nil }
    bytes.replaceSubrange(range, with: Array(better.text.utf8))
    return linksFix(place.index, .string(String(decoding: bytes, as: UTF8.self)))
  }

  /// Two ports that cannot be linked: says what each carries, the pairs that fit, and what would bridge them.
  mutating func reportMisfit(_ hop: LinkHop, at place: LinkPlace) {
    let message =
      "\(hop.from.node).\(hop.output.name) carries \(PortFit.words(hop.output)), "
      + "\(hop.to.node).\(hop.input.name) takes \(PortFit.words(hop.input))"
    if let bridge = PortFit.bridge(hop.output, hop.input, among: types.types) {
      report(
        message, hint: "put a node of type \"\(bridge.name)\" between them",
        fix: bridging(hop, by: bridge, at: place), at: place)
      return
    }
    let pairs = fittingPairs(hop)
    var fix: JSON?
    if pairs.count == 1, let only = pairs.first, hop.isWhole {
      fix = linksFix(place.index, .string(only))
    }
    report(
      message, hint: pairs.isEmpty ? hopeless(hop) : "these fit: \(pairs.joined(separator: ", "))", fix: fix, at: place)
  }

  private func hopeless(_ hop: LinkHop) -> String {
    hop.output.isAudio && hop.input.isAudio
      ? "no node type makes the one of the other" : "no output of \(hop.from.node) fits an input of \(hop.to.node)"
  }

  /// `phone.service -> mdns.service`
  private func fittingPairs(_ hop: LinkHop) -> [String] {
    let outputs = node(hop.from.node)?.config.ports.filter { $0.direction == .output } ?? []
    let inputs = node(hop.to.node)?.config.ports.filter { $0.direction == .input } ?? []
    return outputs.flatMap { output in
      inputs.filter { PortFit.fits(output, $0) }.map {
        "\(hop.from.node).\(output.name) -> \(hop.to.node).\($0.name)"
      }
    }
  }
}
