/// Merge patches that make a problem go away. A merge patch cannot name one item of a list: `links` is replaced whole.
extension RoutesReader {
  /// The patch that puts another item in the place of one of `links`; nil takes it away.
  func linksFix(_ index: Int, _ item: JSON?) -> JSON {
    ["links": .array(links(with: item.map { [$0] } ?? [], at: index))]
  }

  /// The patch that gives a node another id, and its links too; nil where a secret would have to be shown.
  func renaming(_ member: JSON.Member, to id: NodeID) -> JSON? {
    let alone: JSON = ["nodes": .object([member])]
    guard RoutesDocument.redacted(alone, types: types) == alone else { return nil }
    var patch: [JSON.Member] = [.init("nodes", .object([.init(member.key, .null), .init(id, member.value)]))]
    let items = document.json["links"]?.items ?? []
    let renamed = items.map { LinkText.renaming(member.key, to: id, in: $0) }
    if renamed != items { patch.append(.init("links", .array(renamed))) }
    return .object(patch)
  }

  /// The patch that puts a node of that type into a link; nil where the type needs options that nobody can guess.
  func bridging(_ hop: LinkHop, by bridge: NodeType, at place: LinkPlace) -> JSON? {
    guard !bridge.options.contains(where: { $0.defaultValue == nil }),
      let item = document.json["links"]?.items?[place.index]
    else { return nil }
    let id = freeID(for: bridge)
    let (from, to) = (hop.from.text, hop.to.text)
    var chain = "\(from) -> \(id) -> \(to)"
    if let text = item.text, let ends = try? LinkEnd.chain(text) {
      let words = ends.flatMap { $0 == hop.from ? [$0.text, id] : [$0.text] }
      chain = words.joined(separator: " -> ")
    }
    let node = JSON.Member(id, ["type": .string(bridge.name)])
    return ["nodes": .object([node]), "links": .array(links(with: [.string(chain)], at: place.index))]
  }

  private func links(with new: [JSON], at index: Int) -> [JSON] {
    var items = document.json["links"]?.items ?? []
    if items.indices.contains(index) { items.replaceSubrange(index...index, with: new) }
    return items
  }

  /// `adpcm.decoder` becomes `decoder`, `decoder-2` if that is taken.
  private func freeID(for type: NodeType) -> NodeID {
    let word = RoutesReader.idLike(String(type.name.split(separator: ".").last ?? "node"))
    let base = RoutesReader.isID(word) ? word : "node"
    let taken = Set(document.json["nodes"]?.members?.map(\.key) ?? [])
    if !taken.contains(base) { return base }
    return (2...taken.count + 2).map { "\(base)-\($0)" }.first { !taken.contains($0) } ?? base
  }
}
