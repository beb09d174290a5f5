import RouterCore
import Support
import Synchronization
import Testing

@testable import AriaCast

/// A stream's life with a card that comes and goes.
@Suite struct SpeakerInputTests {
  @Test func `packets without a card are not kept for it`() throws {
    var desk = try SpeakerDesk()
    let stream = desk.open()
    for _ in 0..<50 { desk.push(SpeakerDesk.packet(11), to: stream) }
    #expect(try desk.connect(stream))
    let heard = desk.play([(stream, 22)], times: 10)
    #expect(Set(heard) == [0, 22])
  }

  @Test func `a card that was opened anew plays only what comes from then on`() throws {
    var first = try SpeakerDesk()
    let stream = first.open()
    #expect(try first.connect(stream))
    _ = first.play([(stream, 1)], times: 10)
    first.input(stream).disconnect()
    for _ in 0..<10 { first.push(SpeakerDesk.packet(2), to: stream) }
    #expect(try first.connect(stream))
    var both = first.play([(stream, 3)], times: 10)
    both.removeAll { $0 == 0 || $0 == 3 }
    #expect(Set(both).isSubset(of: [1]), "the old voice plays out beside the new one, nothing sent in between does")
  }

  @Test func `a stream that ended is played out and gives its place back`() throws {
    var desk = try SpeakerDesk()
    let stream = desk.open()
    #expect(try desk.connect(stream))
    let during = desk.play([(stream, 4)], times: 10)
    desk.finish(stream)
    #expect(desk.input(stream).isOver)
    let after = (0..<30).flatMap { _ in desk.period() }
    #expect((during + after).count { $0 == 4 } == 10 * 1920)
    #expect(desk.table.slots.allSatisfy { !$0.isFilled })
  }

  @Test func `a stream that ends without a packet gives its place back`() throws {
    var desk = try SpeakerDesk()
    let stream = desk.open()
    #expect(try desk.connect(stream))
    desk.finish(stream)
    _ = desk.period()
    #expect(desk.table.slots.allSatisfy { !$0.isFilled })
  }

  @Test func `a stream that ended before the card came takes no place for long`() throws {
    var desk = try SpeakerDesk()
    let stream = desk.open()
    desk.finish(stream)
    #expect(try desk.connect(stream))
    _ = desk.period()
    #expect(desk.table.slots.allSatisfy { !$0.isFilled })
  }

  @Test func `a card has 256 places and takes a stream again when one is free`() throws {
    var desk = try SpeakerDesk()
    for _ in 0..<VoiceTable.capacity { #expect(try desk.connect(desk.open())) }
    let late = desk.open()
    #expect(try !desk.connect(late))
    desk.finish(17)
    _ = desk.period()
    #expect(desk.mixer.voices == VoiceTable.capacity)
    #expect(try desk.connect(late))
  }

  @Test func `voices offered while packets fly are each taken once or replaced`() async throws {
    let input = SpeakerInput(format: SpeakerDesk.stereo, record: PathRecord(), order: 1)
    let wakeUp = try WakeUp()
    let isDone = Atomic<Bool>(false)
    let sink = Task.detached {
      let bench = StageBench(SpeakerStage(input), format: SpeakerDesk.stereo)
      let packet = SpeakerDesk.packet(1)
      while !isDone.load(ordering: .acquiring) { bench.push(packet) }
      bench.finish()
    }
    for _ in 0..<500 {
      let ends = try Voice.make(
        input: SpeakerDesk.stereo, output: (48_000, 2), settings: JitterSettings(), record: input.record, at: .now())
      input.connect(SpeakerVoice(writer: ends.writer, wakeUp: wakeUp))
      input.disconnect()
    }
    isDone.store(true, ordering: .releasing)
    await sink.value
    #expect(input.isOver)
  }

  @Test func `a wake-up reaches who sleeps and costs nobody who is awake`() throws {
    let wakeUp = try WakeUp()
    wakeUp.wakeIfAsleep()
    wakeUp.prepare()
    #expect(!wakeUp.sleep(milliseconds: 0))
    wakeUp.prepare()
    wakeUp.wakeIfAsleep()
    #expect(wakeUp.sleep(milliseconds: 0))
    wakeUp.prepare()
    #expect(!wakeUp.sleep(milliseconds: 0))
  }
}
