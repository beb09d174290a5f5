/// A node type as `router types NAME` prints it.
public enum OptionTable {
  /// Summary, ports, options with type, unit, range, default and meaning, actions. Ends with a line break.
  ///
  /// - Parameter width: Characters of a line; help is wrapped to it.
  public static func text(for type: NodeType, width: Int = 100) -> String {
    var out = "\(type.name)\n" + wrapped(type.summary, indent: 2, width: width)
    if !type.defaultPorts.isEmpty {
      let names = type.defaultPorts.map { "\($0.direction.rawValue) \($0.name)" }
      let column = (names.map(\.count).max() ?? 0) + 4
      out += "\nports\n"
      for (name, port) in zip(names, type.defaultPorts) {
        out += row(name, "\(PortFit.words(port)). \(port.help)", column: column, width: width)
      }
    }
    if !type.options.isEmpty { out += "\noptions\n" + options(of: type, width: width) }
    if !type.actions.isEmpty { out += "\nactions\n  \(type.actions.joined(separator: ", "))\n" }
    return out
  }

  private static func options(of type: NodeType, width: Int) -> String {
    let column = (type.options.map(\.name.count).max() ?? 0) + 4
    let choices = type.choices()
    return type.options.map { option in
      row(option.name, facts(option), column: column, width: width)
        + wrapped(option.help, indent: column, width: width)
        + (choices[option.name].map { wrapped("here: " + $0.joined(separator: ", "), indent: column, width: width) }
          ?? "")
    }.joined()
  }

  /// `whole number, 1 to 86400 s, default 10, live`
  private static func facts(_ option: OptionDescription) -> String {
    var facts = [option.typeName]
    let unit = option.unit.map { " \($0)" } ?? ""
    if let range = option.range {
      facts.append(range + unit)
    } else if let unit = option.unit {
      facts.append("in \(unit)")
    }
    switch option.defaultValue {
    case nil: facts.append("required")
    case .null?: facts.append("no default")
    case let value?: facts.append("default \(value.compact)")
    }
    if option.isLive { facts.append("live") }
    if option.isSecret { facts.append("secret") }
    return facts.joined(separator: ", ")
  }

  private static func row(_ name: String, _ text: String, column: Int, width: Int) -> String {
    let head = "  " + name + String(repeating: " ", count: max(1, column - name.count - 2))
    return head + wrapped(text, indent: column, width: width).dropFirst(column)
  }

  /// Breaks at spaces.
  private static func wrapped(_ text: String, indent: Int, width: Int) -> String {
    let margin = String(repeating: " ", count: indent)
    var lines: [String] = []
    for word in text.split(separator: " ") {
      if let last = lines.last, indent + last.count + 1 + word.count <= width {
        lines[lines.count - 1] = last + " " + word
      } else {
        lines.append(String(word))
      }
    }
    return lines.map { margin + $0 + "\n" }.joined()
  }
}
