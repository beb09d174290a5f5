import RouterCore

/// What the command line says against the document, for as long as the process runs.
struct RunOverrides: Sendable {
  /// `-v`: logs at level debug.
  var isVerbose = false
  /// `--web-only`: nodes that open a sound device are disabled.
  var isWebOnly = false
  /// `--no-save`: changes stay in memory.
  var keepsFile = false

  func apply(to document: inout RoutesDocument) {
    if isVerbose { document.log.level = .debug }
    guard isWebOnly else { return }
    for index in document.nodes.indices where document.nodes[index].type.traits.contains(.soundDevice) {
      document.nodes[index].settings.isDisabled = true
    }
  }
}
