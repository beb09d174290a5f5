extension Configuration {
  /// Reads all members and reports every problem, not the first. Paths are the bare option names.
  static func decode(_ members: [JSON.Member]) -> (Self, [Problem]) {
    var config = Self()
    var problems: [Problem] = []
    for member in members {
      guard let option = options.first(where: { $0.name == member.key }) else {
        problems.append(Problem(path: member.key, message: "unknown key"))
        continue
      }
      do throws(Mismatch) {
        try option.read(member.value, &config)
      } catch {
        problems.append(
          Problem(path: member.key, message: "expected \(error.expected)", hint: error.hint))
      }
    }
    for option in options where option.isRequired && !members.contains(where: { $0.key == option.name }) {
      problems.append(Problem(path: option.name, message: "is missing"))
    }
    return (config, problems + config.check())
  }

  /// JSON Schema of the options.
  static var schema: (properties: [JSON.Member], required: [String]) {
    let fresh = Self()
    let properties = options.map { option in
      var members = option.schema.members ?? []
      if !option.isRequired, !option.isSecret { members.append(.init("default", option.value(fresh))) }
      members.append(.init("description", .string(option.help + (option.unit.map { " (\($0))" } ?? ""))))
      return JSON.Member(option.name, .object(members))
    }
    return (properties, options.filter(\.isRequired).map(\.name))
  }
}
