extension RoutesDocument {
  /// The link that an id or a pair of ends means: `phone.audio->speaker.audio`, `phone -> speaker`.
  ///
  /// - Throws: A problem with the id that was probably meant.
  public func link(named text: String) throws(Problem) -> PlannedLink {
    if let link = links.first(where: { $0.id == text }) { return link }
    do throws(LinkMistake) {
      let ends = try LinkEnd.chain(text)
      guard ends.count == 2 else { throw LinkMistake(message: "names \(ends.count - 1) links", hint: "name one") }
      if let link = link(from: ends[0], to: ends[1]) { return link }
    } catch {
      throw Problem(path: "links", pointer: "/links", message: error.message, hint: error.hint)
    }
    let shown = JSON.string(text).compact
    let plain = text.filter { $0 != " " }
    let meant = closest(to: plain, in: links.map(\.id) + links.map { "\($0.from.node)->\($0.to.node)" })
    throw Problem(
      path: "links", pointer: "/links", message: "there is no link \(shown)",
      hint: meant.map { "did you mean \"\($0)\"?" })
  }

  private func link(from: LinkEnd, to: LinkEnd) -> PlannedLink? {
    let output = from.port ?? main(.output, of: from.node)
    let input = to.port ?? main(.input, of: to.node)
    return links.first {
      $0.from.node == from.node && $0.to.node == to.node && $0.from.port == output && $0.to.port == input
    }
  }

  private func main(_ direction: Port.Direction, of node: NodeID) -> String? {
    nodes.first { $0.id == node }?.config.mainPort(direction)?.name
  }

  /// The document without some links: what is left of a chain on both sides stays.
  func removingLinks(where isRemoved: (PlannedLink) -> Bool) -> EditedDocument {
    var rest = links[...]
    var removed: [LinkID] = []
    let edited = json.patchingLinks { items in
      items.flatMap { item -> [JSON] in
        // A checked document has one link for each pair of neighbours, in the order of the text.
        let own = Array(rest.prefix(LinkText.count(item)))
        rest = rest.dropFirst(own.count)
        let isGone = own.map(isRemoved)
        removed += zip(own, isGone).filter(\.1).map(\.0.id)
        return isGone.contains(true) ? LinkText.split(item, own, without: isGone) : [item]
      }
    }
    return EditedDocument(json: edited, removedLinks: removed)
  }
}

/// Items of `links` as written: chains and objects. Pure.
enum LinkText {
  /// Links an item stands for.
  static func count(_ item: JSON) -> Int {
    guard let text = item.text else { return 1 }
    return ((try? LinkEnd.chain(text))?.count ?? 2) - 1
  }

  /// What is left of an item.
  ///
  /// - Parameters:
  ///   - links: What the item stands for, in order.
  ///   - isGone: For each of them.
  static func split(_ item: JSON, _ links: [PlannedLink], without isGone: [Bool]) -> [JSON] {
    guard let text = item.text, let ends = try? LinkEnd.chain(text) else { return [] }
    let arrow = text.contains(" -> ") ? " -> " : "->"
    var chains: [JSON] = []
    var from = 0
    for index in links.indices.map({ $0 }) + [links.count] where index == links.count || isGone[index] {
      if index > from {
        let inner = ends[(from + 1)..<index].map(\.text)
        let words = [first(ends[from], links[from])] + inner + [last(ends[index], links[index - 1])]
        chains.append(.string(words.joined(separator: arrow)))
      }
      from = index + 1
    }
    return chains
  }

  /// An end that begins a chain names an output: in the middle it may have named its input, the output being the main
  /// one.
  private static func first(_ end: LinkEnd, _ link: PlannedLink) -> String {
    end.port == nil || end.port == link.from.port ? end.text : end.node
  }

  private static func last(_ end: LinkEnd, _ link: PlannedLink) -> String {
    end.port == nil || end.port == link.to.port ? end.text : end.node
  }

  /// The item with another id in the places of one.
  static func renaming(_ id: NodeID, to new: NodeID, in item: JSON) -> JSON {
    switch item {
    case .string(let text): return .string(renaming(id, to: new, in: text))
    case .object(let members):
      return .object(
        members.map { member in
          guard ["from", "to"].contains(member.key), let text = member.value.text else { return member }
          return JSON.Member(member.key, .string(renaming(id, to: new, in: text)))
        })
    default: return item
    }
  }

  private static func renaming(_ id: NodeID, to new: NodeID, in text: String) -> String {
    let ends = (try? LinkEnd.chain(text)) ?? (try? LinkEnd.single(text)).map { [$0] } ?? []
    var bytes = Array(text.utf8)
    for end in ends.reversed() where end.node == id {
      bytes.replaceSubrange(end.offset..<end.offset + id.utf8.count, with: Array(new.utf8))
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
