import CAllocationCounter
import RouterCore
import Support
import Testing

@testable import AriaCast

@Suite struct SpeakerMixerTests {
  @Test func `three loud streams are summed wide and limited once`() throws {
    var desk = try SpeakerDesk()
    let streams = [desk.open(), desk.open(), desk.open()]
    for stream in streams { #expect(try desk.connect(stream)) }
    let heard = desk.play([(0, 30_000), (1, 30_000), (2, -30_000)], times: 10)
    #expect(Set(heard) == [0, 30_000])
    #expect(Set(desk.play([(0, 30_000), (1, 30_000), (2, 0)], times: 10).suffix(4000)) == [32_767])
    #expect(Set(desk.play([(0, -30_000), (1, -30_000), (2, 0)], times: 10).suffix(4000)) == [-32_768])
  }

  @Test func `the newest stream takes over within a period and gives back within one`() throws {
    var desk = try SpeakerDesk(.newest)
    let old = desk.open()
    #expect(try desk.connect(old))
    #expect(desk.play([(old, 8000)], times: 10).last == 8000)
    let new = desk.open()
    #expect(try desk.connect(new))
    let taking = desk.play([(old, 8000), (new, -4000)], times: 10)
    #expect(taking.first == 8000)
    #expect(taking.last == -4000)
    let between = taking.filter { $0 != 8000 && $0 != -4000 }
    #expect(!between.isEmpty && between.count <= 960)
    desk.finish(new)
    let giving = desk.play([(old, 8000)], times: 10)
    #expect(giving.last == 8000)
  }

  @Test func `the first sound of a newest stream begins at full level`() throws {
    var desk = try SpeakerDesk(.newest)
    let stream = desk.open()
    #expect(try desk.connect(stream))
    let heard = desk.play([(stream, 1234)], times: 10)
    #expect(Set(heard) == [0, 1234])
  }

  @Test func `the last period fades to silence`() throws {
    var desk = try SpeakerDesk()
    let stream = desk.open()
    #expect(try desk.connect(stream))
    _ = desk.play([(stream, 9600)], times: 10)
    desk.push(SpeakerDesk.packet(9600), to: stream)
    _ = desk.mixer.render(at: desk.now, isLast: true)
    let last = desk.heard
    #expect(last.first == 9600)
    #expect(last.last == 20)
    let steps = zip(last, last.dropFirst()).map { Int($0) - Int($1) }
    #expect(steps.allSatisfy { (0...21).contains($0) })
  }

  @Test func `without streams a period is silent`() throws {
    var desk = try SpeakerDesk()
    #expect(desk.period() == [Int16](repeating: 0, count: 960))
    #expect(desk.mixer.voices == 0)
  }

  @Test(.enabled(if: allocation_counter_works()))
  func `neither a packet nor a period asks the heap for memory`() throws {
    for combination in Combination.allCases {
      var desk = try SpeakerDesk(combination)
      let streams = [desk.open(), desk.open()]
      for stream in streams { #expect(try desk.connect(stream)) }
      _ = desk.play([(0, 5), (1, 6)], times: 20)
      let packet = SpeakerDesk.packet(7)
      var (packets, periods) = (UInt64(0), UInt64(0))
      for _ in 0..<100 {
        let begin = allocation_count()
        desk.push(packet, to: 0)
        desk.push(packet, to: 1)
        let middle = allocation_count()
        _ = desk.mixer.render(at: desk.now)
        desk.now = desk.now + .milliseconds(10)
        _ = desk.mixer.render(at: desk.now)
        desk.now = desk.now + .milliseconds(10)
        packets += middle - begin
        periods += allocation_count() - middle
      }
      // Unoptimised code of a voice allocates where optimised code does not.
      let isOptimised = !_isDebugAssertConfiguration()
      #expect(
        packets == 0 && (periods == 0 || !isOptimised), "\(combination): \(packets) by packets, \(periods) by periods")
    }
  }
}
