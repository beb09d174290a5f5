extension MetricRegistry {
  /// All metrics in Prometheus' text format 0.0.4, sorted, so that two readings can be compared.
  public var prometheusText: String {
    let (families, metrics) = contents.withLock { ($0.families, $0.metrics) }
    var rows: [String: [(labels: String, value: Int)]] = [:]
    for (node, metrics) in metrics {
      for (key, metric) in metrics { rows[key.name, default: []].append((Self.labels(of: key, node), metric.current)) }
    }
    var out = ""
    for (name, family) in families.sorted(by: { $0.key < $1.key }) {
      out += "# HELP \(name) \(Self.escape(family.help, quotes: false))\n# TYPE \(name) \(family.kind.rawValue)\n"
      for row in (rows[name] ?? []).sorted(by: { $0.labels < $1.labels }) {
        out += "\(name)\(row.labels) \(JSON.number(Double(row.value) * family.scale).compact)\n"
      }
    }
    return out
  }

  /// The metrics of one node, by name; a label's value is appended after a colon.
  public func values(of node: NodeID) -> JSON {
    let (families, metrics) = contents.withLock { ($0.families, $0.metrics[node] ?? [:]) }
    let members = metrics.map { key, metric in
      let scaled = Double(metric.current) * (families[key.name]?.scale ?? 1)
      return JSON.Member(key.value.isEmpty ? key.name : "\(key.name):\(key.value)", .number(scaled))
    }
    return .object(members.sorted { $0.key < $1.key })
  }

  private static func labels(of key: Key, _ node: String) -> String {
    var pairs: [String] = []
    if !node.isEmpty { pairs.append("node=\"\(escape(node, quotes: true))\"") }
    if let label = key.label { pairs.append("\(label.rawValue)=\"\(escape(key.value, quotes: true))\"") }
    return pairs.isEmpty ? "" : "{\(pairs.joined(separator: ","))}"
  }

  private static func escape(_ text: String, quotes: Bool) -> String {
    var out = ""
    for character in text {
      switch character {
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\"" where quotes: out += "\\\""
      default: out.append(character)
      }
    }
    return out
  }
}
