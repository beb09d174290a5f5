import RouterCore
import Synchronization

/// What the page shows and lets one hear.
extension MicrophoneIngestNode {
  /// Streams the page shows; the counts are of all.
  static let streamsShown = 500
  /// Listeners of one stream.
  static let mostListeners = 20

  /// `GET /api/microphones`. Levels are measured from the first question on.
  func listing() -> JSON {
    let now = context.time.now
    if watchedUntil == nil { for seat in seats.values { seat.microphone.sound.watch(true) } }
    watchedUntil = now + MicrophoneIngestNode.watchTime
    let open = seats.values.filter { $0.stream != nil }.sorted { $0.microphone.id < $1.microphone.id }
    let shown = open.prefix(MicrophoneIngestNode.streamsShown).compactMap { seat in
      seat.handshake.map { json(of: seat.microphone, $0, now) }
    }
    return [
      "name": .string(context.label), "connected": .integer(Int64(seats.count)),
      "streaming": .integer(Int64(openStreams)), "frames": .integer(Int64(counters.frames.current)),
      "missing": .integer(Int64(counters.missing.current)), "held": .integer(Int64(counters.held.current)),
      "fileCount": .integer(Int64(fileCount)), "streams": .array(shown),
      "files": .array(files.reversed().map(\.json)),
    ]
  }

  private func json(of microphone: Microphone, _ handshake: IngestHandshake, _ now: Instant) -> JSON {
    let level = microphone.sound.level
    func count(_ number: borrowing Atomic<Int>) -> JSON { .integer(Int64(number.load(ordering: .relaxed))) }
    let last = microphone.lastFrame.load(ordering: .relaxed)
    return [
      "id": .integer(Int64(microphone.id)), "label": .string(label(of: microphone, handshake)),
      "streamId": .integer(Int64(handshake.stream)),
      "hwid": microphone.hardware.map { .string($0.description) } ?? .null,
      "peer": .string(microphone.peer.description), "codec": handshake.codec == .pcm ? "pcm" : "adpcm",
      "sampleRate": .integer(Int64(handshake.sampleRate)), "channels": .integer(Int64(handshake.channels)),
      "frameSamples": .integer(Int64(handshake.frameSamples)),
      "seconds": .number((now - microphone.since).seconds), "frames": count(microphone.frames),
      "bytes": count(microphone.bytes), "gaps": count(microphone.gaps), "missing": count(microphone.missing),
      "duplicates": count(microphone.duplicates), "reordered": count(microphone.reordered),
      "silentSeconds": .number(last == 0 ? 0 : (now - Instant(nanoseconds: last)).seconds),
      "held": .bool(microphone.record.hold.isHeld), "peak": .number(Double(level.peak)),
      "rms": .number(Double(level.rms)), "listeners": .integer(Int64(microphone.sound.listeners?.listeners ?? 0)),
    ]
  }

  // MARK: Listening

  /// `GET /listen/12.wav`: the stream as it comes, as a WAV without end.
  func listen(to name: String) -> HTTPResponse {
    let number = name.split(separator: ".").first.flatMap { UInt64($0) }
    guard let seat = number.flatMap({ seats[$0] }), seat.stream != nil, let handshake = seat.handshake else {
      return .text("404 Not Found: no such stream\n", status: 404)
    }
    let sound = seat.microphone.sound
    let feed = sound.listeners ?? makeFeed(handshake)
    if sound.listeners == nil { sound.connect(feed) }
    idleFeeds[seat.microphone.id] = nil
    let fields = HTTPFields([
      ("Content-Type", "audio/wav"), ("Cache-Control", "no-cache, no-store"), ("Accept-Ranges", "none"),
    ])
    return HTTPResponse(fields: fields, body: .live(feed))
  }

  private func makeFeed(_ handshake: IngestHandshake) -> any LiveFeed {
    let format = StreamFormat(sampleRate: handshake.sampleRate, channels: handshake.channels)
    return context.web.makeFeed(
      FeedSettings(
        opening: LiveWAVHead.bytes(of: format),
        capacity: max(2 * format.sampleRate * format.bytesPerFrame, 2 * 65_536 * format.bytesPerFrame),
        maxListeners: MicrophoneIngestNode.mostListeners, alignment: format.bytesPerFrame))
  }

  /// Streams that nobody has listened to at two looks in a row are no longer decoded for it.
  func disconnectIdleFeeds() async {
    for (id, seat) in seats {
      guard let feed = seat.microphone.sound.listeners else { continue }
      if feed.listeners > 0 {
        idleFeeds[id] = nil
      } else if idleFeeds[id, default: 0] < 1 {
        idleFeeds[id, default: 0] += 1
      } else {
        await disconnectListeners(seat.microphone)
      }
    }
  }

  func disconnectListeners(_ microphone: Microphone) async {
    idleFeeds[microphone.id] = nil
    guard let feed = microphone.sound.listeners else { return }
    microphone.sound.connect(nil)
    await feed.close()
  }
}

/// The head of a WAV file of 16-bit PCM that never ends, as players read it from a live source.
enum LiveWAVHead {
  static func bytes(of format: StreamFormat) -> [UInt8] {
    var rest = LittleEndian()
    rest.put(UInt32(16))
    rest.put(UInt16(1))
    rest.put(UInt16(clamping: format.channels))
    rest.put(UInt32(clamping: format.sampleRate))
    rest.put(UInt32(clamping: format.sampleRate * format.bytesPerFrame))
    rest.put(UInt16(clamping: format.bytesPerFrame))
    rest.put(UInt16(16))
    let endless = [UInt8](repeating: 0xFF, count: 4)
    return Array("RIFF".utf8) + endless + Array("WAVEfmt ".utf8) + rest.bytes + Array("data".utf8) + endless
  }
}
