extension JSON {
  /// Indented by two spaces, members of objects on lines of their own; arrays and objects without inner ones that
  /// fit into `width` characters stay on one line. Ends without a line break.
  public func pretty(width: Int = 100) -> String { JSONLayout(width: width).block(self, isRoot: true) }
}
