extension RoutesReader {
  /// Sound may not go in circles; every link that closes one is told.
  mutating func checkCycles() {
    let links = document.links.indices.filter { document.links[$0].kind == .audio }
    var next: [NodeID: [NodeID]] = [:]
    for index in linksOnCycles(links) {
      let (from, to) = (document.links[index].from.node, document.links[index].to.node)
      if let way = way(from: to, to: from, by: next) {
        let circle = ([from] + way).joined(separator: " -> ")
        report("sound would go in a circle: \(circle)", at: origins[index])
      } else {
        next[from, default: []].append(to)
      }
    }
  }

  /// The links that remain when nodes without an input are taken away again and again.
  private func linksOnCycles(_ links: [Int]) -> [Int] {
    var inputs: [NodeID: Int] = [:]
    var following: [NodeID: [NodeID]] = [:]
    for index in links {
      let link = document.links[index]
      inputs[link.to.node, default: 0] += 1
      inputs[link.from.node, default: 0] += 0
      following[link.from.node, default: []].append(link.to.node)
    }
    var free = inputs.filter { $0.value == 0 }.map(\.key)
    while let node = free.popLast() {
      inputs[node] = nil
      for other in following[node] ?? [] {
        inputs[other, default: 0] -= 1
        if inputs[other] == 0 { free.append(other) }
      }
    }
    return links.filter { inputs[document.links[$0].from.node] != nil && inputs[document.links[$0].to.node] != nil }
  }

  /// A shortest way along links, both ends included; nil if there is none.
  private func way(from: NodeID, to: NodeID, by next: [NodeID: [NodeID]]) -> [NodeID]? {
    var before: [NodeID: NodeID] = [from: from]
    var queue = [from]
    var head = 0
    while head < queue.count {
      let node = queue[head]
      head += 1
      if node == to { return path(to: node, from: from, before) }
      for other in next[node] ?? [] where before[other] == nil {
        before[other] = node
        queue.append(other)
      }
    }
    return nil
  }

  private func path(to end: NodeID, from start: NodeID, _ before: [NodeID: NodeID]) -> [NodeID] {
    var path = [end]
    while let last = path.last, last != start, let node = before[last] { path.append(node) }
    return path.reversed()
  }
}
