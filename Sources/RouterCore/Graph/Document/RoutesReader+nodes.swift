extension RoutesReader {
  mutating func readNodes(_ nodes: JSON?) {
    guard let nodes else { return }
    guard let members = nodes.members else {
      problems.append(Problem(path: "nodes", message: "expected an object, found \(nodes.glimpse)", hint: "id to node"))
      return
    }
    for member in members {
      if !RoutesReader.isID(member.key) { reportBadID(member, among: members.map(\.key)) }
      let (node, found) = readNode(member)
      problems += found.map { $0.under(member.key).under("nodes") }
      guard entries[member.key] == nil else { continue }
      entries[member.key] = Entry(index: node == nil ? nil : document.nodes.count, isSound: !found.hasErrors)
      if let node { document.nodes.append(node) }
    }
  }

  /// Paths of the problems are relative to the node.
  private func readNode(_ member: JSON.Member) -> (PlannedNode?, [Problem]) {
    guard let members = member.value.members else {
      let hint = member.value.text.map { "write { \"type\": \(JSON.string($0).compact) }" }
      let fix: JSON? = member.value.text.map { ["type": .string($0)] }
      let message = "expected an object, found \(member.value.glimpse)"
      return (nil, [Problem(path: "", message: message, hint: hint, fix: fix)])
    }
    let common = members.filter { NodeSettings.keys.contains($0.key) && $0.key != "type" }
    let (settings, commonProblems) = NodeSettings.decode(common, over: NodeSettings(), in: surroundings)
    let (type, typeProblem) = type(of: member.value)
    guard let type else { return (nil, [typeProblem].compactMap(\.self) + commonProblems) }
    let own = members.filter { !NodeSettings.keys.contains($0.key) }
    let (config, ownProblems) = type.read(own, NodeSettings.keys, surroundings)
    let node = PlannedNode(id: member.key, type: type, config: config, settings: settings, json: member.value)
    return (node, commonProblems + ownProblems)
  }

  private func type(of node: JSON) -> (NodeType?, Problem?) {
    guard let json = node["type"] else {
      return (nil, Problem(path: "type", message: "is missing", hint: "`router types` lists the types"))
    }
    guard let name = json.text else {
      return (nil, Problem(path: "type", message: "expected a text, found \(json.glimpse)"))
    }
    if let type = types.type(name) { return (type, nil) }
    var problem = Problem(path: "type", message: "there is no type \(json.glimpse)")
    let names = types.types.map(\.name)
    if let meant = closest(to: name, in: names) ?? names.first(where: { $0.hasSuffix("." + name) }) {
      problem.hint = "did you mean \"\(meant)\"?"
      problem.fix = ["type": .string(meant)]
    } else {
      problem.hint = "`router types` lists the types"
    }
    return (nil, problem)
  }

  private mutating func reportBadID(_ member: JSON.Member, among ids: [String]) {
    var problem = Problem(
      path: "", message: "is not an id", hint: "an id holds a-z, 0-9 and -, and begins with a letter")
    problem.aim = .key
    problem = problem.under(member.key).under("nodes")
    let better = RoutesReader.idLike(member.key)
    if RoutesReader.isID(better), !ids.contains(better) {
      problem.hint = "did you mean \"\(better)\"?"
      problem.fix = renaming(member, to: better)
    }
    problems.append(problem)
  }

  /// `[a-z][a-z0-9-]*`
  static func isID(_ text: String) -> Bool {
    guard let first = text.utf8.first, (97...122).contains(first) else { return false }
    return text.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == UInt8(ascii: "-") }
  }

  /// `Living Room` becomes `living-room`, `usbMic` becomes `usb-mic`.
  static func idLike(_ text: String) -> String {
    var out = ""
    for character in text {
      if character.isUppercase, let last = out.last, last != "-" { out += "-" }
      switch character {
      case " ", "_", ".", "-": if out.last != "-" { out += "-" }
      default: out += character.lowercased()
      }
    }
    return out
  }
}
