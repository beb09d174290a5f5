extension NodeType {
  /// What the admin API answers for one type: ports, options, actions.
  public var json: JSON {
    var members: [JSON.Member] = [
      .init("name", .string(name)), .init("description", .string(summary)),
      .init("ports", .array(defaultPorts.map(\.json))), .init("options", .array(options.map(\.json))),
    ]
    if !actions.isEmpty { members.append(.init("actions", .array(actions.map { .string($0) }))) }
    let choices = choices()
    if !choices.isEmpty {
      let sorted = choices.sorted { $0.key < $1.key }
      members.append(
        .init("choices", .object(sorted.map { .init($0.key, .array($0.value.map { .string($0) })) })))
    }
    return .object(members)
  }
}

extension OptionDescription {
  /// `schema` holds type and limits for programs; `typeName` and `range` are for people.
  public var json: JSON {
    var members: [JSON.Member] = [.init("name", .string(name)), .init("type", .string(typeName))]
    if let unit { members.append(.init("unit", .string(unit))) }
    if let range { members.append(.init("range", .string(range))) }
    if let value = defaultValue, value != .null { members.append(.init("default", value)) }
    members += [
      .init("required", .bool(defaultValue == nil)), .init("live", .bool(isLive)), .init("secret", .bool(isSecret)),
      .init("description", .string(help)), .init("schema", schema),
    ]
    return .object(members)
  }
}

extension Port {
  /// `{name, direction, kind, codecs | payload, description}`; a payload of null takes any.
  public var json: JSON {
    var members: [JSON.Member] = [
      .init("name", .string(name)), .init("direction", .string(direction.rawValue)),
      .init("kind", .string(isAudio ? "audio" : "event")),
    ]
    switch carries {
    case .audio(let codecs): members.append(.init("codecs", .array(codecs.map { .string($0.rawValue) })))
    case .event(let payload): members.append(.init("payload", .string(payload)))
    case .anyEvent: members.append(.init("payload", .null))
    }
    members.append(.init("description", .string(help)))
    return .object(members)
  }
}
