import RouterCore
import RouterWeb

/// A change carried out on paper: the document as it would be, before anything is started.
struct CheckedDocument: Sendable {
  var document: RoutesDocument
  /// What the file would hold.
  var text: [UInt8]
  var warnings: [Problem]
  /// Further members of the answer.
  var facts: [JSON.Member] = []
}

extension Host {
  /// The document after a change; every problem at once where it would not be right.
  func edited(by change: DocumentRequest.Change) async throws(DocumentRefusal) -> CheckedDocument {
    switch change {
    case .saved(let text): return try await read(text)
    case .undo:
      guard let text = history.previous else { throw DocumentRefusal(kind: .nothing, detail: "nothing to undo") }
      return try await read(text)
    case .redo:
      guard let text = history.next else { throw DocumentRefusal(kind: .nothing, detail: "nothing to redo") }
      return try await read(text)
    case .whole(let root, let text):
      return try await read(root.json, places: root, text: text)
    case .patch(let patch): return try await read(document.json.patched(by: patch))
    case .edit(let edit): return try await edited(by: edit)
    }
  }

  private func edited(by edit: DocumentEdit) async throws(DocumentRefusal) -> CheckedDocument {
    let result: EditedDocument
    do throws(Problem) { result = try document.applying(edit) } catch {
      var kind = DocumentRefusal.Kind.unknown
      if case .addLink = edit { kind = .refused }
      throw DocumentRefusal(kind: kind, detail: error.text(file: ""), problems: kind == .unknown ? [] : [error])
    }
    var checked = try await read(result.json)
    switch edit {
    case .removeNode: checked.facts = [.init("removedLinks", .array(result.removedLinks.map { .string($0) }))]
    case .addLink:
      let known = Set(document.links.map(\.id))
      if let new = checked.document.links.first(where: { !known.contains($0.id) }) {
        checked.facts = [.init("link", .string(new.id))]
      }
    default: break
    }
    return checked
  }

  /// A value that differs from the present document: the text follows, comments are kept where nothing changed.
  private func read(_ json: JSON, places: LocatedJSON? = nil, text: [UInt8] = []) async throws(DocumentRefusal)
    -> CheckedDocument
  {
    let whole = RoutesDocument.restoringSecrets(in: json, from: document.json, types: registrar)
    let (registrar, surroundings) = (registrar, Surroundings.process(folder: folder))
    let (read, problems) = await web.blocking.run {
      guard let places else { return RoutesDocument.read(whole, types: registrar, in: surroundings) }
      return RoutesDocument.read(whole, places: places, text: text, types: registrar, in: surroundings)
    }
    let edited = JSONEditor.rewrite(history.current, as: whole)
    return try checked(read, problems, text: edited)
  }

  private func read(_ text: [UInt8]) async throws(DocumentRefusal) -> CheckedDocument {
    let (registrar, surroundings) = (registrar, Surroundings.process(folder: folder))
    let (read, problems) = await web.blocking.run { RoutesDocument.read(text, types: registrar, in: surroundings) }
    return try checked(read, problems, text: text)
  }

  private func checked(_ read: RoutesDocument?, _ problems: [Problem], text: [UInt8]) throws(DocumentRefusal)
    -> CheckedDocument
  {
    guard var document = read else {
      let errors = problems.filter { $0.severity == .error }
      let count = CheckCommand.count(errors.count, "problem")
      let first = errors.first.map { ": " + $0.text(file: "") } ?? ""
      throw DocumentRefusal(kind: .refused, detail: "\(count)\(first)", problems: problems)
    }
    overrides.apply(to: &document)
    return CheckedDocument(document: document, text: text, warnings: problems)
  }
}
