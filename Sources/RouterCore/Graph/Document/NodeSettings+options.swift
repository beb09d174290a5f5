extension NodeSettings: Configuration {
  public static var options: [Option<Self>] {
    [
      Option("disabled", \.isDisabled, "The node is not started; its links stay."),
      Option("label", \.label, "What people call the node."),
      Option("position", \.position, "Where the dashboard draws it."),
      Option("essential", \.isEssential, "The router is ready only while this node runs."),
      Option("logLevel", \.logLevel, "The least level that is logged for this node; the document's if left out."),
    ]
  }

  /// Keys of a node that do not belong to its type.
  static let keys = ["type"] + options.map(\.name)
}

extension NodeSettings.Position: Configuration, OptionValue {
  public init() { self.init(x: 0, y: 0) }

  public static var options: [Option<Self>] {
    [
      Option("x", \.x, -1e6...1e6, required: true, "To the right, in pixels."),
      Option("y", \.y, -1e6...1e6, required: true, "Down, in pixels."),
    ]
  }
}
