import RouterCore

/// `router types [NAME]`: node types with ports and options.
enum TypesCommand: Command {
  static let name = "types"
  static let usage = "router types [NAME] [--json]"
  static let summary = "lists the node types, or one type with its ports, options and the devices found"
  static let flags = [Flag.json]
  static let positional = ["NAME"]

  static func run(_ arguments: Arguments) async throws(UsageError) -> Int32 {
    let registrar = PluginList.makeRegistrar()
    guard let name = arguments.positional.first else {
      let types = registrar.types.sorted { $0.name < $1.name }
      Terminal.out(arguments.has("--json") ? JSON.array(types.map(\.json)).pretty() : table(types, registrar))
      return 0
    }
    guard let type = registrar.type(name) else {
      let hint = closest(to: name, in: registrar.types.map(\.name)).map { " (did you mean \"\($0)\"?)" } ?? ""
      Terminal.error("router types: there is no node type \"\(name)\"\(hint)")
      return 1
    }
    Terminal.out(arguments.has("--json") ? type.json.pretty() : OptionTable.text(for: type))
    return 0
  }

  private static func table(_ types: [NodeType], _ registrar: Registrar) -> String {
    let width = types.map(\.name.count).max() ?? 0
    let ports = types.map { "\(names($0, .input)) | \(names($0, .output))" }
    let portWidth = ports.map(\.count).max() ?? 0
    var lines = zip(types, ports).map { type, ports in
      "\(Help.pad(type.name, width))  \(Help.pad(ports, portWidth))  \(type.summary)"
    }
    lines += ["", "Event payloads:"]
    lines += registrar.payloads.map { "\(Help.pad($0.name, width))  \(Help.pad($0.kind.rawValue, 10))  \($0.shape)" }
    return lines.joined(separator: "\n")
  }

  private static func names(_ type: NodeType, _ direction: Port.Direction) -> String {
    let names = type.defaultPorts.filter { $0.direction == direction }.map(\.name)
    return names.isEmpty ? "–" : names.joined(separator: ", ")
  }
}
