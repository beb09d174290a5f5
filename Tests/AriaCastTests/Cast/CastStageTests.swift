import CAllocationCounter
import Support
import Synchronization
import Testing

@testable import AriaCast
@testable import RouterCore

@Suite struct CastStageTests {
  static func ends(_ record: PathRecord) throws -> Voice.Ends {
    try Voice.make(
      input: CastBench.cd, output: (48_000, 2), settings: SpeakerCast.Config.toURL.jitter, record: record,
      at: Instant(nanoseconds: 1_000_000_000))
  }

  @Test func `a packet is taken without an allocation, also when there is no room`() throws {
    let gate = CastGate()
    gate.set(open: true)
    let record = PathRecord()
    let ends = try Self.ends(record)
    let stage = CastStage(ends.writer, gate, CastInput())
    let branch = Branch(node: "cast", format: CastBench.cd, stage: stage)
    let sound = ReceiverTests.sound(3_840)
    var now = Instant(nanoseconds: 1_000_000_000)
    let lend = {
      now = now + .milliseconds(20)
      _ = branch.lend(Packet(bytes: unsafe sound.span.bytes, frames: 960, arrival: now))
    }
    for _ in 0..<20 { lend() }
    let before = allocation_count()
    for _ in 0..<200 { lend() }
    if allocation_counter_works() { #expect(allocation_count() == before) }
    #expect(record.overruns.load(ordering: .relaxed) > 50)
  }

  @Test func `while the speaker is away nothing is kept, and nothing counted`() throws {
    let gate = CastGate()
    let record = PathRecord()
    let input = CastInput()
    let ends = try Self.ends(record)
    let reader = ends.reader
    let bench = StageBench(CastStage(ends.writer, gate, input), format: CastBench.cd)
    for _ in 0..<500 { #expect(bench.push(ReceiverTests.sound(3_840)) == .go) }
    bench.gap(frames: 10)
    #expect(record.overruns.load(ordering: .relaxed) == 0)
    #expect(reader.statistics.fillFrames == 0)
    #expect(!input.isOver)
    bench.finish()
    #expect(input.isOver)
  }
}
