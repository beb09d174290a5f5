import Support

@testable import RouterCore

/// Options of the nodes a rewire is tested with.
struct StandConfig: Configuration {
  /// How `prepare` ends.
  var fails = "no"
  /// Differs to have the node replaced.
  var mark = 0
  /// Says how its lamp is while it prepares.
  var says = false
  /// Stops only when the book says so.
  var lingers = false
  /// A sound card nobody else may hold.
  var device = ""
  static let options: [Option<StandConfig>] = [
    Option("fails", \.fails, "missing, blocked, broken or never"), Option("mark", \.mark, "any number"),
    Option("lingers", \.lingers, "that it stops late"),
    Option("says", \.says, "that the lamp is on"),
    Option("device", \.device, "held by one"),
  ]
}

/// A node that records its lives, its streams and its events in the book of the rig.
final class StandNode: Node {
  private let config: StandConfig
  private let context: NodeContext
  private let isTransform: Bool
  private var book: StandBook? { context.store as? StandBook }

  init(_ config: StandConfig, _ context: NodeContext, isTransform: Bool = false) {
    self.config = config
    self.context = context
    self.isTransform = isTransform
    book?.join(context.graph, as: context.id)
  }

  func prepare() async throws(NodeFailure) {
    if config.says { await context.graph.emit(LampEvent(isOn: true), on: "lamp", key: "") }
    switch config.fails {
    case "missing": throw NodeFailure(.missing, "no card", hint: "plug it in")
    case "blocked": throw NodeFailure(.blocked, "the port is taken")
    case "broken": throw NodeFailure(.broken, "it is broken")
    case "never": try? await context.time.sleep(until: context.time.now + .seconds(3600))
    default:
      if book?.hold(config.device) == false { throw NodeFailure(.blocked, "\(config.device) is busy") }
      book?.prepared(context.id)
    }
  }

  func stop() async {
    if config.lingers { await book?.linger() }
    book?.release(config.device)
    book?.stopped(context.id)
  }

  func makeStage(for request: StageRequest) async throws(StageRefusal) -> sending MadeStage {
    if isTransform { return MadeStage(PassStage(), output: request.format) }
    guard let book else { throw StageRefusal("no book") }
    return MadeStage(CollectStage(book.open(at: context.id)))
  }

  func receive(_ event: Event, on port: String) async {
    let value = event.isWithdrawn ? "withdrawn" : event.payload.json.compact
    book?.note("\(event.source) \(value)", at: context.id)
  }
}

enum StandSource: NodeDefinition {
  static let type = "stand.source"
  static let summary = "Streams are opened by the test."
  static func ports(for config: StandConfig) -> [Port] {
    [.audioOut("audio", "sound"), .eventOut("lamp", LampEvent.self, "state")]
  }
  static func make(_ config: StandConfig, _ context: NodeContext) -> any Node { StandNode(config, context) }
}

enum StandSink: NodeDefinition {
  static let type = "stand.sink"
  static let summary = "Records every stream."
  static func ports(for config: StandConfig) -> [Port] {
    [.audioIn("audio", "sound"), .eventIn("lamp", LampEvent.self, "state")]
  }
  static func claims(of config: StandConfig) -> [Claim] { config.device.isEmpty ? [] : [.device(config.device)] }
  static func make(_ config: StandConfig, _ context: NodeContext) -> any Node { StandNode(config, context) }
}

enum StandHeavy: NodeDefinition {
  static let type = "stand.heavy"
  static let summary = "Passes sound on a worker."
  static var traits: NodeTraits { .worker }
  static func ports(for config: StandConfig) -> [Port] { [.audioIn("audio", "sound"), .audioOut("audio", "sound")] }
  static func make(_ config: StandConfig, _ context: NodeContext) -> any Node {
    StandNode(config, context, isTransform: true)
  }
}
