import CAllocationCounter
import RouterCore
import Support
import Testing

@testable import SelectionPanel

/// What comes out block by block: bit for bit, with fades, and exact ends.
@Suite struct DeckTests {
  private let format = StreamFormat(codec: .pcm, sampleRate: 48_000, channels: 1, sample: .int16)

  private func tape(_ samples: [Int16], play: Int = 1, slot: Int = 3) async throws -> Tape {
    let file = try TemporaryFile(
      WAVBytes.file(format: WAVBytes.format(channels: 1), sound: samples.flatMap { WAVBytes.le($0) }))
    let tape = Tape(play: play, slot: slot, format: format)
    tape.start(file.path)
    #expect(await tape.beginning.value == nil)
    while !tape.hasAll { await Task.yield() }
    return tape
  }

  /// One block, and what it brought.
  private func block(_ deck: inout Deck) -> ([Int16], Deck.News) {
    var samples: [Int16] = []
    let news = deck.next { bytes in samples = (0..<bytes.byteCount / 2).map { bytes.i16le(2 * $0) } }
    return (samples, news)
  }

  @Test func `a 16-bit file comes out bit for bit, and its end is told when it is over`() async throws {
    let samples = (0..<2_500).map { Int16(truncatingIfNeeded: $0 &* 7_919) }
    var deck = Deck(format, frames: 960, fade: 480, linger: 2)
    #expect(deck.play(try await tape(samples)) == true)
    var heard: [Int16] = []
    for expected in [Deck.News.playing, .playing, .playing, .ended(play: 1, slot: 3)] {
      let (block, news) = block(&deck)
      heard += block
      #expect(news == expected)
    }
    #expect(heard == samples + [Int16](repeating: 0, count: 4 * 960 - 2_500))
  }

  @Test func `what is stopped falls silent within the fade`() async throws {
    var deck = Deck(format, frames: 960, fade: 480, linger: 2)
    #expect(deck.play(try await tape([Int16](repeating: 10_000, count: 9_600))) == true)
    #expect(block(&deck).0.allSatisfy { $0 == 10_000 })
    deck.stop()
    let (fading, _) = block(&deck)
    #expect(fading[0] == 10_000 && fading[240] == 5_000 && fading[480...].allSatisfy { $0 == 0 })
    #expect(zip(fading, fading.dropFirst()).allSatisfy { $0 >= $1 }, "no step")
    #expect(block(&deck).1 == .silent)
  }

  @Test func `a new sound begins at once, the old one fades below it`() async throws {
    var deck = Deck(format, frames: 960, fade: 480, linger: 2)
    #expect(deck.play(try await tape([Int16](repeating: 10_000, count: 9_600))) == true)
    _ = block(&deck)
    #expect(deck.play(try await tape([Int16](repeating: 500, count: 960), play: 2, slot: 4)) == true)
    let (mixed, _) = block(&deck)
    #expect(mixed[0] == 10_500 && mixed[480...].allSatisfy { $0 == 500 })
    #expect(block(&deck).1 == .ended(play: 2, slot: 4))
  }

  @Test func `loud sounds do not wrap`() async throws {
    var deck = Deck(format, frames: 960, fade: 480, linger: 2)
    #expect(deck.play(try await tape([Int16](repeating: 32_000, count: 9_600))) == true)
    _ = block(&deck)
    #expect(deck.play(try await tape([Int16](repeating: 32_000, count: 9_600), play: 2)) == true)
    #expect(block(&deck).0.allSatisfy { $0 >= 32_000 })
  }

  @Test func `after the last sound the stream lingers, then it is over and takes no more`() async throws {
    var deck = Deck(format, frames: 960, fade: 0, linger: 2)
    #expect(deck.play(try await tape([Int16](repeating: 1, count: 960))) == true)
    #expect(block(&deck).1 == .playing)
    #expect(block(&deck).1 == .ended(play: 1, slot: 3))
    #expect(block(&deck).1 == .silent)
    #expect(block(&deck).1 == .silent)
    #expect(block(&deck).1 == .over)
    #expect(deck.play(try await tape([1, 2])) == false)
  }

  @Test(.enabled(if: allocation_counter_works())) func `blocks are made without an allocation`() async throws {
    var deck = Deck(format, frames: 960, fade: 480, linger: 10)
    let (first, second) = (try await tape([Int16](repeating: 9, count: 40_000)), try await tape([1, 2], play: 2))
    #expect(deck.play(first) == true)
    for _ in 0..<5 { _ = deck.next { _ in } }
    let before = allocation_count()
    for _ in 0..<10 { _ = deck.next { _ in } }
    deck.stop()
    for _ in 0..<3 { _ = deck.next { _ in } }
    _ = deck.play(second)
    _ = deck.next { _ in }
    #expect(allocation_count() - before == 0)
  }

  @Test func `files that are no sound say why`() async throws {
    let file = try TemporaryFile(Array("this is no sound, whatever its name says".utf8))
    let tape = Tape(play: 1, slot: 3, format: format)
    tape.start(file.path)
    #expect(await tape.beginning.value != nil)
  }
}
