extension LocatedJSON {
  /// Keys that stand twice in one object, at their second place.
  func repeatedKeys(limit: Int) -> [Problem] {
    var problems: [Problem] = []
    collect(&problems, limit: limit)
    return problems
  }

  private func collect(_ problems: inout [Problem], limit: Int) {
    switch content {
    case .array(let items):
      for (index, item) in items.enumerated() {
        item.inner(limit) { $0.under(index) }.forEach { problems.append($0) }
      }
    case .object(let members):
      var lines: [String: Int] = [:]
      for member in members {
        if let line = lines[member.key] {
          problems.append(.repeated(member, line))
        } else {
          lines[member.key] = member.keyPlace.line
        }
        member.value.inner(limit) { $0.under(member.key) }.forEach { problems.append($0) }
      }
    default: break
    }
    if problems.count > limit { problems.removeSubrange(limit...) }
  }

  private func inner(_ limit: Int, _ seen: (Problem) -> Problem) -> [Problem] { repeatedKeys(limit: limit).map(seen) }
}

extension Problem {
  fileprivate static func repeated(_ member: LocatedJSON.Member, _ line: Int) -> Problem {
    var problem = Problem(
      path: "", line: member.keyPlace.line, column: member.keyPlace.column, message: "repeated key",
      hint: "first on line \(line)"
    ).under(member.key)
    problem.aim = .key
    return problem
  }
}
