import RouterCore
import RouterWeb

/// A change carried out on paper: the document as it would be, before anything is started.
struct EditedDocument: Sendable {
  var document: RoutesDocument
  /// What the file would hold.
  var text: [UInt8]
  var warnings: [Problem]
  /// Further members of the answer.
  var facts: [JSON.Member] = []
}

extension Host {
  /// The document after a change; every problem at once where it would not be right.
  func edited(by change: DocumentRequest.Change) async throws(DocumentRefusal) -> EditedDocument {
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
    case .setNode(let id, let node):
      return try await read(DocumentEdit.setNode(id, to: node, in: document.json))
    case .patchNode(let id, let patch):
      guard let node = document.json["nodes"]?[id] else { throw unknownNode(id) }
      return try await read(DocumentEdit.setNode(id, to: node.patched(by: patch), in: document.json))
    case .removeNode(let id): return try await withoutNode(id)
    case .addLink(let from, let to): return try await withLink(from, to)
    case .removeLink(let id):
      guard let json = DocumentEdit.removeLink(id, in: document) else { throw unknownLink(id) }
      return try await read(json)
    }
  }

  private func withoutNode(_ id: NodeID) async throws(DocumentRefusal) -> EditedDocument {
    guard document.json["nodes"]?[id] != nil else { throw unknownNode(id) }
    let (json, links) = DocumentEdit.removeNode(id, in: document)
    var edited = try await read(json)
    edited.facts = [.init("removedLinks", .array(links.map { .string($0) }))]
    return edited
  }

  private func withLink(_ from: String, _ to: String) async throws(DocumentRefusal) -> EditedDocument {
    var edited = try await read(DocumentEdit.addLink(from: from, to: to, in: document.json))
    let known = Set(document.links.map(\.id))
    if let new = edited.document.links.first(where: { !known.contains($0.id) }) {
      edited.facts = [.init("link", .string(new.id))]
    }
    return edited
  }

  /// A value that differs from the present document: the text follows, comments are kept where nothing changed.
  private func read(_ json: JSON, places: LocatedJSON? = nil, text: [UInt8] = []) async throws(DocumentRefusal)
    -> EditedDocument
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

  private func read(_ text: [UInt8]) async throws(DocumentRefusal) -> EditedDocument {
    let (registrar, surroundings) = (registrar, Surroundings.process(folder: folder))
    let (read, problems) = await web.blocking.run { RoutesDocument.read(text, types: registrar, in: surroundings) }
    return try checked(read, problems, text: text)
  }

  private func checked(_ read: RoutesDocument?, _ problems: [Problem], text: [UInt8]) throws(DocumentRefusal)
    -> EditedDocument
  {
    guard var document = read else {
      let errors = problems.filter { $0.severity == .error }
      let count = CheckCommand.count(errors.count, "problem")
      let first = errors.first.map { ": " + $0.text(file: "") } ?? ""
      throw DocumentRefusal(kind: .refused, detail: "\(count)\(first)", problems: problems)
    }
    overrides.apply(to: &document)
    return EditedDocument(document: document, text: text, warnings: problems)
  }

  private func unknownNode(_ id: NodeID) -> DocumentRefusal {
    let meant = closest(to: id, in: document.nodes.map(\.id)).map { "; did you mean \"\($0)\"?" } ?? ""
    return DocumentRefusal(kind: .unknown, detail: "there is no node \(JSON.string(id).compact)\(meant)")
  }

  private func unknownLink(_ id: LinkID) -> DocumentRefusal {
    let meant = closest(to: id, in: document.links.map(\.id)).map { "; did you mean \"\($0)\"?" } ?? ""
    return DocumentRefusal(kind: .unknown, detail: "there is no link \(JSON.string(id).compact)\(meant)")
  }
}
