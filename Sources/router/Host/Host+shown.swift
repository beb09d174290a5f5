import RouterCore

/// The document as anybody with access may see it.
struct ShownDocument: Sendable {
  /// Plain secrets are placeholders.
  var document: JSON
  var revision: Int
  var tag: String
  var file: String
  /// Of the file as it was last saved, if it could not be applied.
  var problems: [Problem]
  var canUndo: Bool
  var canRedo: Bool
}

extension Host {
  func shownDocument() -> ShownDocument {
    ShownDocument(
      document: RoutesDocument.redacted(document.json, types: registrar), revision: revision, tag: tag,
      file: file.path, problems: documentProblems, canUndo: history.previous != nil, canRedo: history.next != nil)
  }
}
