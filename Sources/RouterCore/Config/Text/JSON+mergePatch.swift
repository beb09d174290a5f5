extension JSON {
  /// This value after a merge patch: members of the patch replace, null removes, everything but an object replaces
  /// the whole. Members keep their order; new ones come last.
  ///
  /// Source: RFC 7396 section 2.
  public func patched(by patch: JSON) -> JSON {
    guard case .object(let changes) = patch else { return patch }
    var members = self.members ?? []
    for change in changes {
      let index = members.firstIndex { $0.key == change.key }
      if change.value == .null {
        if let index { members.remove(at: index) }
      } else if let index {
        members[index].value = members[index].value.patched(by: change.value)
      } else {
        members.append(Member(change.key, JSON.null.patched(by: change.value)))
      }
    }
    return .object(members)
  }
}
