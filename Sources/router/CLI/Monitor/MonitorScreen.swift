import RouterCore

/// The live table of `router monitor`, as lines that fit a terminal. Pure.
struct MonitorScreen {
  static let barWidth = 20
  /// The left end of a bar, dBFS.
  static let floorDb = -60.0

  var columns = 80
  var rows = 24
  var hasColour = false

  /// As many lines as fit; none is wider than the terminal.
  func lines(_ model: MonitorModel, at now: Instant, url: String, trouble: String? = nil) -> [String] {
    let streams = CheckCommand.count(model.streams, "stream")
    var lines = [line([("\(url)  revision \(model.revision)  \(streams)  q quits", .bold)])]
    if let trouble { lines.append(line([(trouble, .red)])) }
    if model.problems > 0 {
      let count = CheckCommand.count(model.problems, "problem")
      lines.append(line([("the saved document has \(count): router status", .red)]))
    }
    lines.append("")
    let nodes = nodes(model.nodes)
    let links = links(model.links(at: now))
    // Links are what moves: nodes make room, those that run first.
    let room = max(2, rows - lines.count - 1 - links.count)
    lines += nodes.prefix(room) + [""] + links
    return Array(lines.prefix(max(1, rows)))
  }

  // MARK: Rows

  private func nodes(_ nodes: [MonitorModel.Node]) -> [String] {
    let width = min(max(4, nodes.map(\.id.count).max() ?? 0), columns / 3)
    let typeWidth = min(max(4, nodes.map(\.type.count).max() ?? 0), columns / 3)
    let head = line([("\(cell("NODE", width))  \(cell("TYPE", typeWidth))  STATE", .dim)])
    let running = nodes.filter { $0.state == "running" }
    let rest = nodes.filter { $0.state != "running" }
    return [head]
      + (rest + running).map { node in
        line([
          ("\(cell(node.id, width))  \(cell(node.type, typeWidth))  ", .plain),
          (node.state, node.state == "running" ? .green : .red), (node.note.isEmpty ? "" : "  \(node.note)", .plain),
        ])
      }
  }

  private func links(_ links: [MonitorModel.Link]) -> [String] {
    let fixed = Self.barWidth + 36
    let width = min(max(4, links.map(\.id.count).max() ?? 0), max(10, columns - fixed))
    let names = [right("dBFS", 6), right("packets/s", 9), right("delay ms", 8), right("drops", 7)]
    let head = "\(cell("LINK", width))  \(cell("LEVEL", Self.barWidth))" + names.map { " " + $0 }.joined()
    return [line([(head, .dim)])] + links.filter(\.isAudio).map { row($0, width) }
      + links.filter { !$0.isAudio }.map { line([(cell($0.id, width) + "  events", .dim)]) }
  }

  private func row(_ link: MonitorModel.Link, _ width: Int) -> String {
    if let reason = link.notCarried { return line([(cell(link.id, width) + "  ", .plain), (reason, .red)]) }
    let numbers = [
      right(link.peakDb.map { Self.fixed($0, 1) } ?? "–", 6),
      right(link.packetsPerSecond.map { Self.fixed($0, 1) } ?? "–", 9),
      right(link.delayMs.map { Self.fixed($0, 1) } ?? "–", 8), right(String(link.drops), 7),
    ]
    let bar = Self.bar(link.rmsDb, peak: link.peakDb)
    return line([
      (cell(link.id, width) + "  ", .plain), (bar, (link.peakDb ?? -99) > -1 ? .red : .green),
      (numbers.map { " " + $0 }.joined(), .plain),
    ])
  }

  /// `██████·····▏········`: filled up to the effective value, a mark at the peak.
  static func bar(_ rms: Double?, peak: Double?) -> String {
    guard let rms, let peak else { return String(repeating: "·", count: barWidth) }
    let full = place(rms)
    let mark = place(peak)
    return (0..<barWidth).map { $0 < full ? "█" : $0 == mark - 1 ? "▏" : "·" }.joined()
  }

  /// Cells up to a level.
  private static func place(_ decibels: Double) -> Int {
    let part = (max(floorDb, min(0, decibels)) - floorDb) / -floorDb
    return Int((part * Double(barWidth)).rounded())
  }

  /// A number with a fixed count of decimals.
  static func fixed(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite, abs(value) < 1e12 else { return "–" }
    let scale = (0..<decimals).reduce(1.0) { scale, _ in scale * 10 }
    let whole = Int64((abs(value) * scale).rounded())
    let digits = String(whole % Int64(scale))
    let sign = value < 0 && whole != 0 ? "-" : ""
    let tail = decimals > 0 ? "." + String(repeating: "0", count: decimals - digits.count) + digits : ""
    return sign + String(whole / Int64(scale)) + tail
  }

  // MARK: Text

  enum Style: String {
    case plain = ""
    case bold = "1"
    case dim = "2"
    case green = "32"
    case red = "31"
  }

  /// Pieces put together, cut at the edge of the terminal.
  private func line(_ pieces: [(String, Style)]) -> String {
    var out = ""
    var left = columns
    for (text, style) in pieces {
      let visible = text.filter { !$0.isNewline }.prefix(left)
      left -= visible.count
      guard hasColour, style != .plain, !visible.isEmpty else {
        out += visible
        continue
      }
      out += "\u{1B}[\(style.rawValue)m\(visible)\u{1B}[0m"
    }
    return out
  }

  private func cell(_ text: String, _ width: Int) -> String {
    text.count <= width ? Help.pad(text, width) : text.prefix(max(0, width - 1)) + "…"
  }

  private func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
