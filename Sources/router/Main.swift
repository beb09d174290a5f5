import RouterCore

/// The program: finds the command and runs it. Exit status 0 fine, 1 refused or failed, 2 wrong usage.
@main struct Main {
  static func main() async {
    FileLimit.raise()
    var words = Array(CommandLine.arguments.dropFirst())
    let command: any Command.Type
    if let first = words.first, let named = commands.first(where: { $0.name == first }) {
      command = named
      words.removeFirst()
    } else if let first = words.first, ["-h", "--help", "help"].contains(first) {
      Terminal.out(Help.overview)
      Terminal.exit(0)
    } else if let first = words.first, !first.hasPrefix("-"), !first.hasSuffix(".json") {
      let hint = closest(to: first, in: commands.map { $0.name }).map { " (did you mean \"\($0)\"?)" } ?? ""
      Terminal.error("router: there is no command \"\(first)\"\(hint); see router --help")
      Terminal.exit(2)
    } else {
      command = RunCommand.self
    }
    Terminal.exit(await run(command, words))
  }

  private static func run(_ command: any Command.Type, _ words: [String]) async -> Int32 {
    if words.contains("--help") || words.contains("-h") {
      Terminal.out(Help.page(for: command))
      return 0
    }
    do throws(UsageError) {
      let arguments = try Arguments(words, for: command)
      return try await command.run(arguments)
    } catch {
      Terminal.error("router \(command.name): \(error.message)\nusage: \(command.usage)")
      return 2
    }
  }
}
