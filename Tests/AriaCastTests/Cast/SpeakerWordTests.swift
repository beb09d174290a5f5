import RouterCore
import Support
import Testing

@testable import AriaCast

@Suite struct SpeakerWordTests {
  @Test(arguments: [
    (#"{"status":"READY","volume_available":true,"current_volume":50}"#, SpeakerWord.volume(VolumeEvent(percent: 50))),
    (#"{"command":"volume","level":12.5}"#, .volume(VolumeEvent(percent: 12.5))),
    (#"{"command":"VOLUME_SET","level":300}"#, .volume(VolumeEvent(percent: 100))),
    (#"{"command":"mute","level":7,"muted":true}"#, .volume(VolumeEvent(percent: 7, isMuted: true))),
    (#"{"action":"Play"}"#, .transport(TransportEvent(.play))),
    (#"{"command":"pause","action":"pause"}"#, .transport(TransportEvent(.pause))),
    (#"{"action":"seek","position_ms":1500}"#, .transport(TransportEvent(.seek, positionMs: 1500))),
  ])
  func `what a speaker says is understood`(text: String, word: SpeakerWord) { #expect(SpeakerWord.read(text) == word) }

  @Test(arguments: [
    "", "x", "[]", "{}", #"{"current_volume":-1}"#, #"{"command":"volume","level":-1}"#,
    #"{"command":"volume","level":5,"success":false}"#, #"{"command":"volume","level":"5"}"#,
    #"{"command":"next","success":true}"#, #"{"action":"next","success":true}"#, #"{"action":"explode"}"#,
    #"{"action":5}"#, #"{"action":"seek"}"#, #"{"action":"seek","position_ms":-1}"#, #"{"error":"no"}"#,
  ])
  func `answers and nonsense mean nothing`(text: String) { #expect(SpeakerWord.read(text) == nil) }

  @Test func `mutated texts never do harm`() {
    var random = SeededGenerator(seed: 9)
    let whole = Array(#"{"action":"seek","position_ms":1500,"current_volume":7}"#.utf8)
    for count in 0..<whole.count {
      #expect(SpeakerWord.read(String(decoding: whole.prefix(count), as: UTF8.self)) == nil)
    }
    for _ in 0..<Effort.times(100_000) {
      var bytes = whole
      Mutation.apply(to: &bytes, using: &random)
      if case .volume(let volume) = SpeakerWord.read(String(decoding: bytes, as: UTF8.self)) {
        #expect((0...100).contains(volume.percent))
      }
    }
  }
}

@Suite struct OutgoingMetadataTests {
  static let event: MetadataEvent = {
    var event = MetadataEvent()
    event.title = "Song"
    event.artworkURL = "http://10.0.0.1/a.jpg"
    event.durationMs = 10_000
    event.positionMs = 9_000
    event.isPlaying = true
    return event
  }()

  static func data(_ event: MetadataEvent?, age: Duration = .zero, isCasting: Bool = true) -> JSON? {
    OutgoingMetadata.body(event, age: age, isCasting: isCasting)["data"]
  }

  @Test func `all seven keys are there, unknown ones null`() {
    let keys = ["title", "artist", "album", "artworkUrl", "durationMs", "positionMs", "isPlaying"]
    #expect(Self.data(Self.event)?.members?.map(\.key) == keys)
    #expect(Self.data(nil)?.members?.map(\.key) == keys)
    #expect(Self.data(nil)?["title"] == .null && Self.data(nil)?["isPlaying"] == true)
    #expect(Self.data(Self.event)?["artist"] == .null && Self.data(Self.event)?["title"] == "Song")
  }

  @Test func `a playing title moves on, to its end`() {
    #expect(Self.data(Self.event, age: .milliseconds(400))?["positionMs"] == 9_400)
    #expect(Self.data(Self.event, age: .seconds(60))?["positionMs"] == 10_000)
    var paused = Self.event
    paused.isPlaying = false
    #expect(Self.data(paused, age: .seconds(60))?["positionMs"] == 9_000)
    #expect(Self.data(paused)?["isPlaying"] == false)
    #expect(Self.data(Self.event, isCasting: false)?["isPlaying"] == false)
  }

  @Test func `a picture on one of our own pages is left out`() {
    var event = Self.event
    event.artworkURL = "/artwork"
    #expect(Self.data(event)?["artworkUrl"] == .null)
    #expect(Self.data(Self.event)?["artworkUrl"] == "http://10.0.0.1/a.jpg")
  }
}
