/// One subcommand of the program.
protocol Command: SendableMetatype {
  static var name: String { get }
  /// The line behind `usage:`.
  static var usage: String { get }
  /// What it does, in one sentence.
  static var summary: String { get }
  static var flags: [Flag] { get }
  /// Names of positional arguments in order; all may be left out unless the command says so.
  static var positional: [String] { get }
  static func run(_ arguments: Arguments) async throws(UsageError) -> Int32
}

/// An option of a command: `-v`, `--format FORMAT`.
struct Flag: Sendable {
  var names: [String]
  /// What its value is called; nil for a switch.
  var value: String?
  var help: String

  init(_ name: String, _ alias: String? = nil, value: String? = nil, help: String) {
    names = [name] + (alias.map { [$0] } ?? [])
    self.value = value
    self.help = help
  }

  static let json = Flag("--json", help: "prints JSON")
}

/// Words that make no sense to the command; exit status 2.
struct UsageError: Error {
  var message: String
  init(_ message: String) { self.message = message }
}

/// The words after the command, sorted into flags and positional arguments.
struct Arguments {
  private var switches: Set<String> = []
  private var values: [String: String] = [:]
  private(set) var positional: [String] = []

  init(_ words: [String], for command: any Command.Type) throws(UsageError) {
    var rest = words[...]
    var onlyPositional = false
    while let word = rest.popFirst() {
      if word == "--", !onlyPositional {
        onlyPositional = true
      } else if word.hasPrefix("-"), word.count > 1, !onlyPositional {
        try take(word, &rest, of: command)
      } else {
        positional.append(word)
      }
    }
    if positional.count > command.positional.count {
      throw UsageError("what is \"\(positional[command.positional.count])\"?")
    }
  }

  private mutating func take(
    _ word: String, _ rest: inout ArraySlice<String>, of command: any Command.Type
  ) throws(UsageError) {
    let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
    guard let flag = command.flags.first(where: { $0.names.contains(parts[0]) }) else {
      throw UsageError("unknown option \"\(parts[0])\"")
    }
    guard flag.value != nil else {
      if parts.count > 1 { throw UsageError("\(parts[0]) takes no value") }
      switches.insert(flag.names[0])
      return
    }
    guard let value = parts.count > 1 ? parts[1] : rest.popFirst() else {
      throw UsageError("\(parts[0]) needs a value")
    }
    values[flag.names[0]] = value
  }

  /// By the flag's first name.
  func has(_ name: String) -> Bool { switches.contains(name) }
  func value(_ name: String) -> String? { values[name] }

  /// A whole number in a range, or the fallback.
  func number(_ name: String, in range: ClosedRange<Int>, else fallback: Int) throws(UsageError) -> Int {
    guard let text = values[name] else { return fallback }
    guard let number = Int(text), range.contains(number) else {
      throw UsageError("\(name) takes \(range.lowerBound) to \(range.upperBound), found \"\(text)\"")
    }
    return number
  }
}
