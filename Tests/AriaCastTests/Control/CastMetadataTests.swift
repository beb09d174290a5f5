import RouterCore
import Support
import Testing

@testable import AriaCast

@Suite struct CastMetadataTests {
  static func merged(_ texts: String...) throws -> CastMetadata {
    var metadata = CastMetadata()
    for text in texts { #expect(metadata.merge(try JSON(strict: Array(text.utf8)))) }
    return metadata
  }

  @Test func `both casings come in and snake case goes out`() throws {
    let camel = try Self.merged(
      #"{"data":{"title":"T","artist":"A","album":"L","artworkUrl":"http://h/a.jpg","durationMs":200000,"#
        + #""positionMs":12,"isPlaying":true}}"#)
    let snake = try Self.merged(
      #"{"title":"T","artist":"A","album":"L","artwork_url":"http://h/a.jpg","duration_ms":"200000","#
        + #""position_ms":12.4,"is_playing":1}"#)
    #expect(camel == snake)
    #expect(
      camel.json(artwork: nil).compact
        == #"{"title":"T","artist":"A","album":"L","artwork_url":"http://h/a.jpg","duration_ms":200000,"#
        + #""position_ms":12,"is_playing":true}"#)
    #expect(camel.json(artwork: "/artwork?v=1")["artwork_url"] == "/artwork?v=1")
    #expect(
      CastMetadata().json(artwork: nil).compact
        == #"{"title":null,"artist":null,"album":null,"artwork_url":null,"duration_ms":null,"position_ms":null,"#
        + #""is_playing":false}"#)
  }

  @Test func `absent fields stay, null clears, a wrong kind counts as absent`() throws {
    let metadata = try Self.merged(
      #"{"title":"T","artist":"A","duration_ms":5,"is_playing":true}"#,
      #"{"artist":null,"title":7,"durationMs":"long","isPlaying":"perhaps","album":["x"]}"#)
    #expect(metadata.title == "T" && metadata.artist == nil && metadata.album == nil)
    #expect(metadata.durationMs == 5 && metadata.isPlaying == true)
  }

  @Test func `of two spellings the one with a value counts`() throws {
    #expect(try Self.merged(#"{"duration_ms":null,"durationMs":9}"#).durationMs == 9)
    #expect(try Self.merged(#"{"duration_ms":8,"durationMs":9}"#).durationMs == 8)
    #expect(try Self.merged(#"{"duration_ms":8}"#, #"{"durationMs":null}"#).durationMs == nil)
  }

  @Test(arguments: ["[]", "5", #""x""#, "null", #"{"data":[]}"#, #"{"data":"x"}"#])
  func `what is no object is refused and changes nothing`(_ text: String) throws {
    var metadata = try Self.merged(#"{"title":"T"}"#)
    #expect(!metadata.merge(try JSON(strict: Array(text.utf8))))
    #expect(metadata.title == "T")
  }

  @Test func `texts of any content are kept, the longest whole and one more cut at a character`() throws {
    var metadata = CastMetadata()
    let odd = "He said \"é\"\\ \u{7}" + String(repeating: "ü", count: 150)
    #expect(metadata.merge(["title": .string(odd)]) && metadata.title == odd)
    let longest = String(repeating: "é", count: 512)
    #expect(metadata.merge(["title": .string(longest)]) && metadata.title == longest)
    #expect(metadata.merge(["title": .string("a" + longest)]) && metadata.title == "a" + longest.dropLast())
    let url = "http://h/" + String(repeating: "a", count: 2_039)
    #expect(metadata.merge(["artwork_url": .string(url)]) && metadata.artworkURL == url)
    #expect(metadata.merge(["artwork_url": .string(url + "a")]) && metadata.artworkURL == url)
  }

  @Test func `numbers without sense are no numbers`() throws {
    let metadata = try Self.merged(#"{"duration_ms":-3,"position_ms":1e300}"#)
    #expect(metadata.durationMs == 0 && metadata.positionMs == nil)
    #expect(CastNumber.number("inf") == nil && CastNumber.number("") == nil && CastNumber.number(.null) == nil)
  }

  @Test func `every beginning and every damage of a message is taken without harm`() throws {
    let whole = Array(
      #"{"type":"update","data":{"title":"a\"b","durationMs":"1e3","is_playing":null,"album":[1]}}"#.utf8)
    var random = SeededGenerator(seed: 12)
    var metadata = CastMetadata()
    for end in whole.indices {
      if let json = try? JSON(strict: Array(whole[..<end])) { _ = metadata.merge(json) }
    }
    for _ in 0..<Effort.times(100_000) {
      var bytes = whole
      Mutation.apply(to: &bytes, using: &random)
      if let json = try? JSON(strict: bytes) { _ = metadata.merge(json) }
    }
  }
}
