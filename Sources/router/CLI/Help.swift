/// Every command, in the order of `router --help`.
let commands: [any Command.Type] = [
  RunCommand.self, CheckCommand.self, TypesCommand.self, SchemaCommand.self, GraphCommand.self, StatusCommand.self,
  LinkCommand.self, UnlinkCommand.self, SetCommand.self, UndoCommand.self, RedoCommand.self, MonitorCommand.self,
  SendCommand.self, DiscoverCommand.self, ServiceCommand.self, VersionCommand.self,
]

/// Help pages, made from the commands themselves.
enum Help {
  static var overview: String {
    let width = commands.map { $0.name.count }.max() ?? 0
    let rows = commands.map { "  \(pad($0.name, width))  \($0.summary)" }.joined(separator: "\n")
    return """
      The media router: takes sound and small events in, sends them through a graph, gives them out.

      usage: router [COMMAND] [ARGUMENTS]    (the default command is run)

      \(rows)

      router COMMAND --help tells more. Exit status: 0 fine, 1 refused or failed, 2 wrong usage.
      """
  }

  static func page(for command: any Command.Type) -> String {
    let names = command.flags.map { flag in
      flag.names.joined(separator: ", ") + (flag.value.map { " " + $0 } ?? "")
    }
    let width = names.map(\.count).max() ?? 0
    let rows = zip(names, command.flags).map { "  \(pad($0, width))  \($1.help)" }
    let table = rows.isEmpty ? "" : "\n\n" + rows.joined(separator: "\n")
    return "\(command.summary)\n\nusage: \(command.usage)\(table)"
  }

  static func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
