/// One change of a routes document, as the admin API, the command line and the dashboard make them. Pure.
public enum DocumentEdit: Sendable, Equatable {
  /// Adds a node or replaces its whole entry.
  case setNode(NodeID, JSON)
  /// Merges into the entry of a node that is there.
  case patchNode(NodeID, JSON)
  /// Removes a node and its links.
  case removeNode(NodeID)
  /// Gives a node another id; its links follow.
  case renameNode(NodeID, to: NodeID)
  /// Adds a link; a port left out is the main port.
  case addLink(from: String, to: String)
  /// Removes one link: its id, or both ends with main ports left out. A chain it was part of is split.
  case removeLink(LinkID)
}

/// A document after an edit.
public struct EditedDocument: Sendable, Equatable {
  /// Not checked yet: `RoutesDocument.read` tells what is wrong with it.
  public var json: JSON
  /// Links that went because of the edit, in the order of the text.
  public var removedLinks: [LinkID] = []
}

extension RoutesDocument {
  /// The value of this document after an edit.
  ///
  /// - Throws: A problem that names what the edit speaks of and the document does not have, with what was probably
  ///   meant.
  public func applying(_ edit: DocumentEdit) throws(Problem) -> EditedDocument {
    switch edit {
    case .setNode(let id, let node): return EditedDocument(json: json.patchingNodes { $0.set(id, to: node) })
    case .patchNode(let id, let patch):
      let node = try entry(id)
      return EditedDocument(json: json.patchingNodes { $0.set(id, to: node.patched(by: patch)) })
    case .removeNode(let id):
      _ = try entry(id)
      var edited = removingLinks { $0.from.node == id || $0.to.node == id }
      edited.json = edited.json.patchingNodes { $0.removeAll { $0.key == id } }
      return edited
    case .renameNode(let id, let new): return EditedDocument(json: try renaming(id, to: new))
    case .addLink(let from, let to): return EditedDocument(json: try addingLink(from, to))
    case .removeLink(let id):
      let found = try link(named: id).id
      return removingLinks { $0.id == found }
    }
  }

  private func entry(_ id: NodeID) throws(Problem) -> JSON {
    if let node = json["nodes"]?[id] { return node }
    throw noNode(id, at: "nodes.\(Problem.word(id))")
  }

  private func noNode(_ id: NodeID, at path: String) -> Problem {
    let meant = closest(to: id, in: nodes.map(\.id))
    return Problem(
      path: path, message: "there is no node \(JSON.string(id).compact)", hint: meant.map { "did you mean \"\($0)\"?" })
  }

  private func renaming(_ id: NodeID, to new: NodeID) throws(Problem) -> JSON {
    _ = try entry(id)
    let path = "nodes.\(Problem.word(new))"
    guard RoutesReader.isID(new) else {
      throw Problem(
        path: path, message: "is not an id", hint: "an id holds a-z, 0-9 and -, and begins with a letter")
    }
    if new == id { return json }
    if json["nodes"]?[new] != nil { throw Problem(path: path, message: "there is a node of this id already") }
    let renamed = json.patchingNodes { members in
      for index in members.indices where members[index].key == id { members[index].key = new }
    }
    return renamed.patchingLinks { $0.map { LinkText.renaming(id, to: new, in: $0) } }
  }

  private func addingLink(_ from: String, _ to: String) throws(Problem) -> JSON {
    var ends: [String] = []
    for (key, text) in [("from", from), ("to", to)] {
      do throws(LinkMistake) { ends.append(try LinkEnd.single(text).text) } catch {
        throw Problem(path: key, pointer: "/\(key)", message: error.message, hint: error.hint)
      }
    }
    return json.patchingLinks { $0 + [.string(ends.joined(separator: " -> "))] }
  }
}

extension JSON {
  fileprivate func patchingNodes(_ change: (inout [Member]) -> Void) -> JSON {
    var nodes = self["nodes"]?.members ?? []
    change(&nodes)
    return setting("nodes", to: .object(nodes))
  }

  func patchingLinks(_ change: ([JSON]) -> [JSON]) -> JSON {
    let before = self["links"]?.items ?? []
    let after = change(before)
    return after == before ? self : setting("links", to: .array(after))
  }

  private func setting(_ key: String, to value: JSON) -> JSON {
    var members = self.members ?? []
    members.set(key, to: value)
    return .object(members)
  }
}

extension [JSON.Member] {
  /// Replaces the value of a key where it stands, or adds it last.
  fileprivate mutating func set(_ key: String, to value: JSON) {
    if let index = firstIndex(where: { $0.key == key }) {
      self[index].value = value
    } else {
      append(.init(key, value))
    }
  }
}
