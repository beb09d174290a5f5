extension Configuration {
  /// JSON Schema of the options.
  static var schema: (properties: [JSON.Member], required: [String]) {
    let fresh = Self()
    let properties = options.map { option in
      var members = option.schema.members ?? []
      let value = option.value(fresh)
      if !option.isRequired, !option.isSecret, value != .null { members.append(.init("default", value)) }
      members.append(.init("description", .string(option.help + (option.unit.map { " (\($0))" } ?? ""))))
      return JSON.Member(option.name, .object(members))
    }
    return (properties, options.filter(\.isRequired).map(\.name))
  }

  /// The same as the schema of one object.
  static var objectSchema: JSON {
    let (properties, required) = schema
    var members: [JSON.Member] = [
      .init("type", "object"), .init("additionalProperties", false), .init("properties", .object(properties)),
    ]
    if !required.isEmpty { members.append(.init("required", .array(required.map { .string($0) }))) }
    return .object(members)
  }
}
