/// Reads a routes document from JSON, collecting every problem.
struct RoutesReader {
  let types: Registrar
  var surroundings: Surroundings
  var document = RoutesDocument()
  var problems: [Problem] = []
  /// Every id of the document, also of nodes that are wrong.
  var entries: [NodeID: Entry] = [:]
  /// Where each link of the document stands, in the order of `document.links`.
  var origins: [LinkPlace] = []
  /// Index in `document.links`.
  var linkIndices: [LinkID: Int] = [:]

  /// What is known of an id.
  struct Entry {
    /// Index in `document.nodes`; nil if its type is unknown.
    var index: Int?
    /// All its options are right, so its ports are what the writer means.
    var isSound: Bool
  }

  init(types: Registrar, surroundings: Surroundings) {
    self.types = types
    self.surroundings = surroundings
  }

  mutating func read(_ json: JSON) {
    guard let members = json.members else {
      problems.append(Problem(path: "", message: "expected an object with nodes and links, found \(json.glimpse)"))
      return
    }
    document.json = json
    readSettings(members)
    readNodes(json["nodes"])
    readLinks(json["links"])
    checkCycles()
    checkClaims()
    if !problems.hasErrors {
      checkOneStream()
      checkLinkedNodes()
    }
  }

  private mutating func readSettings(_ members: [JSON.Member]) {
    let own = members.filter { $0.key != "nodes" && $0.key != "links" }
    let (settings, found) = DocumentSettings.decode(
      own, over: DocumentSettings(), in: surroundings, otherKeys: ["nodes", "links"])
    problems += found
    if !members.contains(where: { $0.key == "version" }) {
      problems.append(
        Problem(.warning, path: "version", message: "is missing", hint: "write \"version\": 1", fix: ["version": 1]))
    }
    document.admin = settings.admin
    document.log = settings.log
    document.ioThreads = settings.ioThreads
    document.limits = settings.limits
    surroundings.limits = settings.limits
  }

  /// The decoded node of an id; nil if there is none or its type is unknown.
  func node(_ id: NodeID) -> PlannedNode? { entries[id]?.index.map { document.nodes[$0] } }
}
