import RouterCore
import Synchronization

/// `state.json` beside the document: what nodes remember. Written at most once a second, whole or not at all.
actor StateFile {
  private let path: String
  private let blocking: any BlockingCalls
  private let log: Log
  private var nodes: [String: [String: JSON]] = [:]
  private var writer: Task<Void, Never>?
  private var isChanged = false
  /// Old ids to new ones, oldest first: a node that runs on knows only the id it was made with.
  private var renames: [[NodeID: NodeID]] = []
  private nonisolated let renameCount = Atomic<Int>(0)

  /// - Parameter path: Read at once if it is there; a file that makes no sense is reported and begun anew.
  init(path: String, blocking: any BlockingCalls, log: Log) {
    self.path = path
    self.blocking = blocking
    self.log = log
    guard let bytes = try? DocumentFile.read(path, limit: 1 << 20) else { return }
    guard let json = try? JSON(strict: bytes), let members = json.members else {
      log.warning("\(path) is not JSON: what nodes remembered is lost")
      return
    }
    for node in members {
      nodes[node.key] = Dictionary((node.value.members ?? []).map { ($0.key, $0.value) }) { first, _ in first }
    }
  }

  /// What a node that is made now keeps its values in. Any thread.
  nonisolated func drawer(of node: NodeID) -> StateDrawer {
    StateDrawer(file: self, node: node, age: renameCount.load(ordering: .acquiring))
  }

  func value(_ key: String, in drawer: StateDrawer) -> JSON? { nodes[id(of: drawer)]?[key] }

  func set(_ key: String, in drawer: StateDrawer, to value: JSON) {
    let node = id(of: drawer)
    if nodes[node]?[key] == value { return }
    nodes[node, default: [:]][key] = value
    changed()
  }

  /// Nodes go on under other ids, and what they remember with them. No new id is an old one.
  func rename(_ pairs: [NodeID: NodeID]) {
    guard !pairs.isEmpty else { return }
    renames.append(pairs)
    renameCount.store(renames.count, ordering: .releasing)
    for (old, new) in pairs {
      // What an earlier node of the new name remembered is not its own.
      let values = nodes.removeValue(forKey: old)
      if values != nodes[new] { changed() }
      nodes[new] = values
    }
  }

  private func id(of drawer: StateDrawer) -> NodeID {
    renames.dropFirst(drawer.age).reduce(drawer.node) { $1[$0] ?? $0 }
  }

  private func changed() {
    isChanged = true
    if writer == nil { writer = Task { await self.writeSoon() } }
  }

  /// Writes what is not on disk yet. Called at the stop.
  func flush() async {
    writer?.cancel()
    await writer?.value
    await write()
  }

  private func writeSoon() async {
    try? await SystemTime().sleep(until: .now() + .seconds(1))
    await write()
    writer = nil
  }

  private func write() async {
    guard isChanged else { return }
    isChanged = false
    let members = nodes.sorted { $0.key < $1.key }.map { node, values in
      JSON.Member(node, .object(values.sorted { $0.key < $1.key }.map { JSON.Member($0.key, $0.value) }))
    }
    let (path, bytes) = (path, Array((JSON.object(members).pretty() + "\n").utf8))
    let failure = await blocking.run { AtomicFile.write(bytes, to: path) }
    if let failure { log.warning("cannot write \(path): \(failure)") }
  }
}

/// One node's drawer in the state file.
struct StateDrawer: NodeStore {
  fileprivate let file: StateFile
  /// Its id when it was made.
  fileprivate let node: NodeID
  /// Renames before it was made.
  fileprivate let age: Int

  func value(_ key: String) async -> JSON? { await file.value(key, in: self) }
  func set(_ key: String, to value: JSON) async { await file.set(key, in: self, to: value) }
}
