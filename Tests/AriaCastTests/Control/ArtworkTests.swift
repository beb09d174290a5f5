import RouterCore
import Support
import Testing

@testable import AriaCast

@Suite struct ArtworkTests {
  static let policy = ArtworkPolicy(publicHosts: ["i.scdn.co", "*.Example.org"])

  @Test(
    arguments: [
      ("http://192.168.1.20:8090/artwork.jpg", true), ("HTTP://192.168.1.20/a", true), ("http://192.168.1.20", true),
      ("http://192.168.1.21/a.jpg", false), ("https://192.168.1.20/a.jpg", false), ("ftp://192.168.1.20/a", false),
      ("file:///etc/passwd", false), ("//192.168.1.20/a", false), ("", false), ("http://", false),
      ("http://192.168.1.20@127.0.0.1/", false), ("http://127.0.0.1:8700/api", false), ("http://localhost/", false),
      ("http://192.168.1.20.evil.org/", false), ("http://3232235796/", false), ("http://0xc0a80114/", false),
      ("http://192.168.276/", false), ("http://192.168.1.020/", false), ("http://192.168.1.20:0/", false),
      ("http://192.168.1.20:99999/", false), ("http://192.168.1.20:80:90/", false), ("http://192.168.1.20:/", false),
      ("http://192.168.1.20\\@127.0.0.1/", false), ("http://192.168.1.20/a b", false),
      ("http://192.168.1.20/\r\nHost: x", false), ("http://192.168.1.20#@127.0.0.1/", true),
      ("http://192.168.1.20?@127.0.0.1/", true), ("http://192.168%2e1.20/", false), ("http://[::1]/", false),
      ("http://[::ffff:192.168.1.20]/", true), ("http://[::1", false), ("http://192.168.1.20/ü", false),
      ("https://i.scdn.co/image/1", true), ("https://I.SCDN.CO/image/1", true), ("http://i.scdn.co/image/1", false),
      ("https://i.scdn.co:8443/image", false), ("https://x.i.scdn.co/image", false), ("https://a.example.org/i", true),
      ("https://example.org/i", false), ("https://evilexample.org/i", false),
      ("https://a.example.org.evil.net/", false),
    ])
  func `only the sender itself and listed hosts are asked`(_ url: String, _ isAllowed: Bool) {
    #expect(Self.policy.allows(url, from: "192.168.1.20") == isAllowed)
  }

  @Test(arguments: [
    ("i.scdn.co", true), ("*.example.org", true), ("localhost", false), ("*", false), ("*.", false),
    ("10.0.0.1", false),
    ("https://i.scdn.co", false), ("a..", false),
  ])
  func `entries of the list are host names`(_ text: String, _ isRight: Bool) {
    #expect(ArtworkPolicy.isPattern(text) == isRight)
  }

  @Test func `whatever damage an address takes, only the sender is asked`() {
    let whole = Array("http://192.168.1.20:8090/artwork.jpg".utf8)
    let begin = "http://192.168.1.20"
    var random = SeededGenerator(seed: 13)
    var allowed = 0
    for _ in 0..<Effort.times(100_000) {
      var bytes = whole
      Mutation.apply(to: &bytes, using: &random)
      let url = String(decoding: bytes, as: UTF8.self)
      guard Self.policy.allows(url, from: "192.168.1.20") else { continue }
      allowed += 1
      let next = url.lowercased().dropFirst(begin.count).first
      #expect(url.lowercased().hasPrefix(begin) && (next.map { ":/?#".contains($0) } ?? true), "\(url)")
    }
    #expect(allowed > 1_000)
    for end in whole.indices where end < 19 {
      #expect(!Self.policy.allows(String(decoding: whole[..<end], as: UTF8.self), from: "192.168.1.20"))
    }
  }

  @Test func `the bytes say what picture it is`() {
    #expect(ArtworkType.sniff([0xFF, 0xD8, 0xFF, 0xE0]) == "image/jpeg")
    #expect(ArtworkType.sniff([0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10, 0]) == "image/png")
    #expect(ArtworkType.sniff(Array("GIF89a".utf8)) == "image/gif")
    #expect(ArtworkType.sniff(Array("RIFF0000WEBPVP8 ".utf8)) == "image/webp")
    #expect(ArtworkType.sniff(Array("RIFF0000WAVE".utf8)) == nil)
    #expect(ArtworkType.sniff(Array("<html><script>".utf8)) == nil)
    #expect(ArtworkType.sniff(Array("<svg onload=x>".utf8)) == nil)
    #expect(ArtworkType.sniff([]) == nil && ArtworkType.sniff([0xFF, 0xD8]) == nil)
  }

  // MARK: When

  static let start = Instant(nanoseconds: 0)
  static func at(_ milliseconds: Int) -> Instant { start + .milliseconds(milliseconds) }

  @Test func `a picture is fetched 200 ms after it was named, and again with each track`() throws {
    var desk = ArtworkDesk()
    let named = desk.changed(url: "u", track: ["a"], sender: "s", at: Self.at(0))
    let early = desk.take(at: Self.at(199))
    #expect(named && early == nil)
    let taken = desk.take(at: Self.at(200))
    let order = try #require(taken)
    let again = desk.take(at: Self.at(300))
    let repeated = desk.changed(url: "u", track: ["a"], sender: "s", at: Self.at(300))
    #expect(order.url == "u" && again == nil && !repeated)
    let next = desk.finished(order, Artwork(type: "image/png", bytes: [1]))
    #expect(next == nil && desk.version == 1)
    let track = desk.changed(url: "u", track: ["b"], sender: "s", at: Self.at(1_000))
    #expect(track && desk.artwork?.bytes == [1])
    let later = desk.take(at: Self.at(1_200))
    let second = try #require(later)
    _ = desk.finished(second, nil)
    #expect(desk.artwork == nil && desk.version == 2)
  }

  @Test func `a track that comes during a fetch is fetched after it, and the late picture is not shown`() throws {
    var desk = ArtworkDesk()
    _ = desk.changed(url: "u", track: ["a"], sender: "s", at: Self.at(0))
    let firstOrder = desk.take(at: Self.at(200))
    let first = try #require(firstOrder)
    _ = desk.changed(url: "u", track: ["b"], sender: "s", at: Self.at(300))
    let early = desk.take(at: Self.at(600))
    let due = desk.finished(first, Artwork(type: "image/png", bytes: [1]))
    #expect(early == nil && due == Self.at(500) && desk.artwork == nil)
    let secondOrder = desk.take(at: Self.at(600))
    let second = try #require(secondOrder)
    _ = desk.finished(second, Artwork(type: "image/png", bytes: [2]))
    #expect(desk.artwork?.bytes == [2])
    let cleared = desk.changed(url: nil, track: ["b"], sender: "s", at: Self.at(700))
    #expect(!cleared && desk.artwork == nil)
  }
}
