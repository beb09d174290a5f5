import RouterCore
import Support
import Testing

@testable import RouterWeb

private func decode(_ text: String, limit: Int = 1000, cutEvery: Int = .max) -> (BodyDecoder.Step, BodyDecoder) {
  decode(Array(text.utf8), limit: limit, cutEvery: cutEvery)
}

private func decode(_ bytes: [UInt8], limit: Int = 1000, cutEvery: Int = .max) -> (BodyDecoder.Step, BodyDecoder) {
  var decoder = BodyDecoder(.chunked, limit: limit)
  var used = 0
  var step = BodyDecoder.Step.needMore(taken: 0)
  while used < bytes.count {
    let end = cutEvery == .max ? bytes.count : min(bytes.count, used + cutEvery)
    step = decoder.take(unsafe bytes.span.bytes.extracting(used..<end))
    switch step {
    case .needMore(let taken): used += taken
    case .done(let taken): return (.done(taken: used + taken), decoder)
    case .refuse: return (step, decoder)
    }
  }
  return (step, decoder)
}

private func text(_ decoder: BodyDecoder) -> String { String(decoding: decoder.body, as: UTF8.self) }

@Suite struct BodyDecoderTests {
  private let valid = "3\r\nabc\r\n00a;x=\"y\" ; z\r\n0123456789\r\n0\r\nX: y\r\nZ: \r\n\r\n"

  @Test func `chunks with extensions and trailers give the body, cut anywhere`() {
    for cut in 1..<valid.utf8.count {
      let (step, decoder) = decode(valid + "GET", cutEvery: cut)
      #expect(step == .done(taken: valid.utf8.count))
      #expect(text(decoder) == "abc0123456789")
    }
  }

  @Test func `every prefix waits for more`() {
    for count in 0..<valid.utf8.count {
      guard case .needMore = decode(Array(valid.utf8.prefix(count))).0 else {
        Issue.record("prefix \(count)")
        return
      }
    }
  }

  @Test(arguments: [
    ("\r\n", 400), ("g\r\n", 400), ("-1\r\n", 400), ("0x3\r\n", 400), ("3\nabc", 400), ("3\r\nabcd\r\n", 400),
    ("3\r\nabc\n", 400), ("3;\u{1}\r\n", 400), ("ffffffffffffffff\r\n", 400), ("10000000000000000000\r\n", 400),
    ("0\r\n: x\r\n\r\n", 400), ("0\r\n x\r\n\r\n", 400), ("0\r\nX: y\n\r\n", 400), ("3e9\r\n", 413),
    ("3e8\r\n\(String(repeating: "a", count: 1000))\r\n1\r\n", 413), (" 3\r\n", 400), ("3\r\r\n", 400),
  ])
  func `broken chunks are refused`(_ bytes: String, _ status: Int) {
    guard case .refuse(let refusal) = decode(bytes).0 else {
      Issue.record("taken")
      return
    }
    #expect(refusal.status == status)
  }

  @Test func `the largest body is taken and one byte more is not`() {
    let body = String(repeating: "b", count: 1000)
    #expect(text(decode("3E8\r\n\(body)\r\n0\r\n\r\n").1) == body)
    #expect(!BodyDecoder(.length(1000), limit: 1000).isTooLarge)
    #expect(BodyDecoder(.length(1001), limit: 1000).isTooLarge)
  }

  @Test func `extensions and trailers have a limit over all chunks`() {
    let chunk = "1;" + String(repeating: "x", count: 1000) + "\r\na\r\n"
    guard case .refuse(let refusal) = decode(String(repeating: chunk, count: 10)).0 else {

      Issue.record("taken")
      return
    }
    #expect(refusal.status == 431)
  }

  @Test func `mutations never crash it and never give more than the limit`() {
    var generator = SeededGenerator(seed: 99)
    let seed = Array(valid.utf8)
    for _ in 0..<mutationCount {
      let (_, decoder) = decode(mutated(seed, &generator), limit: 20, cutEvery: 7)
      #expect(decoder.body.count <= 20)
    }
  }
}
