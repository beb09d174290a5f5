import RouterCore

/// `router schema`: JSON Schema of routes documents, for editors.
enum SchemaCommand: Command {
  static let name = "schema"
  static let usage = "router schema"
  static let summary = "prints the JSON Schema of routes documents, for editors"
  static let flags = [Flag.json]
  static let positional: [String] = []

  static func run(_ arguments: Arguments) async throws(UsageError) -> Int32 {
    Terminal.out(SchemaWriter(types: PluginList.makeRegistrar()).document().pretty())
    return 0
  }
}
