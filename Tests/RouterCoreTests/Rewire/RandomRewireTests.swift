import Support
import Testing

@testable import RouterCore

/// Random graphs follow each other while ramps run through them; after each, every sink has what the model says.
@Suite struct RandomRewireTests {
  /// One random document over a fixed set of ids.
  struct Layout {
    var gains: [Bool] = []
    var marks: [Int] = []
    var heavy = false
    var links: Set<[Int]> = []

    static let sources = 2
    static let transforms = 4
    static let sinks = 3
    static var count: Int { sources + transforms + sinks }

    static func name(_ index: Int) -> String {
      if index < sources { return "s\(index)" }
      return index < sources + transforms ? "t\(index - sources)" : "k\(index - sources - transforms)"
    }

    init(_ random: inout SplitMix) {
      gains = (0..<Layout.transforms).map { _ in Bool.random(using: &random) }
      marks = (0..<Layout.sinks).map { _ in Int.random(in: 0..<8, using: &random) == 0 ? 1 : 0 }
      for _ in 0..<Int.random(in: 0...9, using: &random) { toggle(&random) }
    }

    /// A few steps from here.
    func changed(_ random: inout SplitMix) -> Layout {
      if Int.random(in: 0..<12, using: &random) == 0 { return Layout(&random) }
      var next = self
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        switch Int.random(in: 0..<6, using: &random) {
        case 0: next.gains[Int.random(in: 0..<Layout.transforms, using: &random)].toggle()
        case 1: next.heavy.toggle()
        default: next.toggle(&random)
        }
      }
      return next
    }

    private mutating func toggle(_ random: inout SplitMix) {
      let from = Int.random(in: 0..<Layout.sources + Layout.transforms, using: &random)
      let to = Int.random(in: max(Layout.sources, from + 1)..<Layout.count, using: &random)
      if links.remove([from, to]) == nil { links.insert([from, to]) }
    }

    var text: String {
      let nodes = (0..<Layout.count).map { index -> String in
        let type: String
        if index < Layout.sources {
          type = "\"type\": \"stand.source\""
        } else if index < Layout.sources + Layout.transforms {
          let slot = index - Layout.sources
          type = slot == 3 && heavy ? "\"type\": \"stand.heavy\"" : "\"type\": \"\(gains[slot] ? "gain" : "meter")\""
        } else {
          type = "\"type\": \"stand.sink\", \"mark\": \(marks[index - Layout.sources - Layout.transforms])"
        }
        return "\"\(Layout.name(index))\": {\(type)}"
      }
      let links = links.sorted { $0.lexicographicallyPrecedes($1) }.map {
        "\"\(Layout.name($0[0])) -> \(Layout.name($0[1]))\""
      }
      return "{\"nodes\": {\(nodes.joined(separator: ", "))}, \"links\": [\(links.joined(separator: ", "))]}"
    }

    /// Ways from a source to a sink: as many places the stream has there.
    func ways(from: Int, to: Int) -> Int {
      if from == to { return 1 }
      return links.filter { $0[0] == from }.reduce(0) { $0 + ways(from: $1[1], to: to) }
    }
  }

  @Test(arguments: 1...Effort.seeds) func `after each of many random rewires every sink goes on where it was`(
    seed: UInt64
  ) async throws {
    var random = SplitMix(seed: seed)
    let rig = try RewireRig()
    var layout = Layout(&random)
    try await rig.start(layout.text)
    // Each source's ramp has a sign of its own, so that a sink's places can be told apart.
    let streams = [await rig.open(from: "s0"), await rig.open(from: "s1")]
    await streams[1].push(20_000)
    for round in 0..<Effort.rewires {
      layout = layout.changed(&random)
      let crossfade = Duration.milliseconds([0, 5, 20][Int.random(in: 0..<3, using: &random)])
      try await rig.rewire(layout.text, crossfade: crossfade)
      if Int.random(in: 0..<6, using: &random) == 0 { continue }
      if Int.random(in: 0..<8, using: &random) == 0 { await rig.clearOverlaps() }
      for stream in streams { for _ in 0..<2 { await stream.push(960) } }
      await rig.worker.perform { _ in }
      let found = lag(rig, layout, streams)
      #expect(found.isEmpty, "seed \(seed), round \(round)")
      if !found.isEmpty { break }
    }
    #expect(breaks(rig) == [], "seed \(seed)")
    await rig.stop()
  }

  /// Which sinks have not as many places as ways lead to them, or have not heard the newest frame.
  private func lag(_ rig: RewireRig, _ layout: Layout, _ streams: [RampStream]) -> [String] {
    var faults: [String] = []
    let newest = streams.map { Int16(truncatingIfNeeded: $0.frames - 1) }
    for sink in Layout.sources + Layout.transforms..<Layout.count {
      let name = Layout.name(sink)
      let expected = (0..<Layout.sources).reduce(0) { $0 + layout.ways(from: $1, to: sink) }
      let live = rig.book.live(name)
      if live.count != expected { faults.append("\(name) has \(live.count) places, not \(expected)") }
      for recording in live where !layout.heavy {
        let last = recording.packets.last?.bytes.int16Samples.last
        if last.map({ newest.contains($0) }) != true { faults.append("\(name) lags: \(last ?? 0) of \(newest)") }
      }
    }
    return faults
  }

  /// Where any place of any sink lost or repeated a frame.
  private func breaks(_ rig: RewireRig) -> [String] {
    var faults: [String] = []
    for sink in Layout.sources + Layout.transforms..<Layout.count {
      let name = Layout.name(sink)
      for recording in rig.book.paths(name) {
        let heard = recording.int16
        for index in heard.indices.dropFirst() where heard[index] != heard[index - 1] &+ 1 {
          faults.append("\(name) heard \(heard[index]) after \(heard[index - 1])")
        }
        if !recording.gaps.isEmpty { faults.append("\(name) was told of a gap") }
      }
    }
    return faults
  }

  enum Effort {
    static var seeds: UInt64 { isSoaking ? 200 : 8 }
    static var rewires: Int { isSoaking ? 500 : 60 }
  }
}
