import RouterCore

extension NodeType {
  /// A node's config as it may be shown: plain secrets replaced, references to variables and files kept.
  func hidingSecrets(in config: JSON) -> JSON {
    guard let members = config.members else { return config }
    let secret = Set(options.filter(\.isSecret).map(\.name))
    return .object(
      members.map { member in
        guard secret.contains(member.key), case .string(let text) = member.value, !isReference(text) else {
          return member
        }
        return JSON.Member(member.key, .string(Secret.placeholder))
      })
  }

  private func isReference(_ text: String) -> Bool { text.hasPrefix("$") && !text.hasPrefix("$$") }
}
