extension [Problem] {
  /// By line and column; those without a place last, else in the order they were found.
  public var inOrder: [Problem] {
    enumerated().sorted { a, b in
      let (x, y) = (a.element, b.element)
      let left = (x.line ?? .max, x.column ?? .max, a.offset)
      let right = (y.line ?? .max, y.column ?? .max, b.offset)
      return left < right
    }.map(\.element)
  }

  /// Whether one refuses what was checked; warnings do not.
  public var hasErrors: Bool { contains { $0.severity == .error } }
}
