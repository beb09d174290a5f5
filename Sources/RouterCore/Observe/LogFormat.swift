/// One log line as text for people or as a JSON object for collectors. Pure.
enum LogFormatter {
  /// `2026-11-20T21:42:01.123Z warning phone: waiting: … (key=value)`
  static func text(_ line: LogLine, at time: WallTime, held: Int) -> String {
    var out = "\(time.iso8601) \(line.level.word) \(line.source): \(oneLine(line.message))"
    let facts = line.facts.map { "\($0.0)=\(oneLine($0.1))" } + (held > 0 ? ["heldBack=\(held)"] : [])
    if !facts.isEmpty { out += " (" + facts.joined(separator: " ") + ")" }
    return out + "\n"
  }

  static func json(_ line: LogLine, at time: WallTime, held: Int) -> String {
    var members: [JSON.Member] = [
      .init("time", .string(time.iso8601)), .init("level", .string(line.level.word)),
      .init("source", .string(line.source)), .init("message", .string(line.message)),
    ]
    members += line.facts.map { .init($0.0, .string($0.1)) }
    if held > 0 { members.append(.init("heldBack", .integer(Int64(held)))) }
    return JSON.object(members).compact + "\n"
  }

  /// A peer's words must not make lines of their own.
  private static func oneLine(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 }) else { return text }
    return String(text.unicodeScalars.map { $0.value < 32 || $0.value == 127 ? " " : Character($0) })
  }
}
