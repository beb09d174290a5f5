import RouterCore
import Testing

@testable import MediaMTXMonitor

@Suite struct StreamBookTests {
  private func path(
    _ name: String = "cam", bytes: UInt64? = 1000, id: String = "a", type: String = "srtConn", live: Bool = true
  ) -> MediaPath {
    MediaPath(
      name: name, confName: "all_others", isAvailable: live, isOnline: live, since: live ? "2026-11-20T15:05:58Z" : nil,
      source: live ? MediaPeer(type: type, id: id) : nil, tracks: [], media: [], readers: [], inboundBytes: bytes,
      outboundBytes: 0, framesInError: 0)
  }

  // MARK: Records

  @Test func `the first collector's records come out as it made them, own keys behind`() throws {
    let expected = try #require(JSONReader.read(Recorded.bytes("10-seed-era-collector-output"), .strict).root?.json)
    let wanted = try #require(expected.items)
    var book = StreamBook()
    let records = try #require(book.take(try Recorded.look("03-srt-pub-srt-reader")).streams?.records)
    let keys = ["name", "sourceType", "tracks", "bytesReceived", "readers", "rtt", "recvRateMbps", "linkCapacityMbps"]
    for record in records {
      let name = try #require(record["name"]?.text)
      guard let model = wanted.first(where: { $0["name"]?.text == name }) else { continue }
      let own = try #require(record.members?.map(\.key))
      let theirs = try #require(model.members?.map(\.key))
      #expect(Array(own.prefix(theirs.count)) == theirs && theirs == keys.filter { theirs.contains($0) })
      #expect(record["sourceType"] == model["sourceType"] && record["tracks"] == model["tracks"])
    }
    let srt = try #require(records.first { $0["name"] == "studio/cam1" })
    let connection = try #require(
      try Recorded.connections(.srtConns, "03-srt-pub-srt-reader").first { $0.state == "publish" })
    #expect(srt["rtt"]?.double == connection.srt?.rttMs && srt["rtt"] != nil)
    #expect(srt["recvRateMbps"]?.double == connection.srt?.receiveMibit)
    #expect(srt["linkCapacityMbps"]?.double == connection.srt?.linkCapacityMibit)
    #expect(records.filter { $0["rtt"] != nil }.count == 1)
  }

  @Test func `a publisher is joined by its id, though a reader of its path stands first`() throws {
    var book = StreamBook()
    let connections = try Recorded.connections(
      .srtConns, in: Recorded.bytes("13-always-available-online.srtconns-list"))
    #expect(connections.map(\.state) == ["read", "publish"])
    var reader = AnswerReader(Recorded.bytes("13-always-available-online.paths-get"))
    let path = try #require(try MediaPath.read(&reader))
    let record = try #require(book.take(Recorded.snapshot([path], [.srtConns: connections])).streams?.record("always"))
    #expect(record.state == .live)
    #expect(record.rtt == 0.39831021489406093 && record.recvRateMbps == 1.5024906805475937)
    #expect(record.srt?.receiveMbit == 1.5024906805475937 * 1.048576)
    #expect(record.readersByType == ["srt": 1])
  }

  @Test func `rates are those of the recorded series`() throws {
    var book = StreamBook()
    var last: StreamsEvent?
    for look in try Recorded.series() {
      let outcome = book.take(look)
      #expect(outcome.changes.isEmpty)
      last = outcome.streams
    }
    let record = try #require(last?.record("studio/cam1"))
    #expect(abs((record.rates.in60s ?? 0) - 1.6137) < 0.001)
    #expect(abs((record.rates.in5s ?? 0) - 1.6138) < 0.001)
    #expect(record.state == .live && record.lastData == record.collected)
    let srt = try #require(record.srt)
    // The median of ten guesses between 120 and 4 075 Mibit/s.
    #expect(abs((srt.linkCapacityMbit ?? 0) - (455.6190180856224 + 1009.5629438531442) / 2 * 1.048576) < 0.001)
    #expect(abs((srt.receiveMbit ?? 0) - 1.6260462563261264 * 1.048576) < 1e-9)
    #expect(srt.last60s?.received == 3997 - 887 && srt.last60s?.lost == 0)
  }

  @Test func `HLS viewers are counted where the release tells them, and said not to be where it does not`() throws {
    var book = StreamBook()
    let new = book.take(try Recorded.look("05-mixed-protocols", [.hlsSessions, .rtspSessions])).streams
    #expect(new?.record("live/cam3")?.readersByType == ["hls": 1])
    #expect(new?.record("live/cam3")?.countsEveryViewer == true)
    #expect(new?.record("live/cam3")?.readerList.first?.connection?.userAgent == "Lavf/59.27.100")
    var older = StreamBook()
    let old = older.take(try Recorded.look("v1.13.1-02-srt-pub-reader-rtsp-hls", [.hlsMuxers, .srtConns])).streams
    #expect(old?.record("rtsp/cam2")?.readersByType == ["hls": 1])
    #expect(old?.record("rtsp/cam2")?.countsEveryViewer == false)
  }

  @Test func `the states of recorded paths`() throws {
    var book = StreamBook()
    let streams = book.take(try Recorded.look("05-mixed-protocols")).streams
    let states = Dictionary(uniqueKeysWithValues: (streams?.streams ?? []).map { ($0.name, $0.state) })
    #expect(
      states == [
        "live/cam3": .live, "notready": .offline, "pull-failing": .waiting, "pulled-ondemand": .waiting,
        "remote/lossy": .live, "rtsp/cam2": .live, "studio/cam1": .live,
      ])
    var reader = AnswerReader(Recorded.bytes("13-always-available-offline.paths-get"))
    let always = try #require(try MediaPath.read(&reader))
    #expect(book.take(Recorded.snapshot([always])).streams?.record("always")?.state == .waiting)
  }

  // MARK: From look to look

  @Test func `a publisher that is killed is stalled while the server still calls it ready`() {
    var book = StreamBook()
    var changes: [StreamChangeEvent.Change] = []
    var states: [StreamState] = []
    for (second, bytes) in [(0, 1000), (2, 2000), (4, 3000), (6, 3000), (8, 3000), (10, 3000), (12, 4000)] {
      let outcome = book.take(Recorded.snapshot([path(bytes: UInt64(bytes))], seconds: Double(second)))
      changes += outcome.changes.map(\.change)
      states += outcome.streams.map { $0.streams.map(\.state) } ?? []
    }
    #expect(states == [.live, .live, .live, .live, .stalled, .stalled, .live])
    #expect(changes == [.stalled, .resumed])
  }

  @Test func `coming, going and being replaced is told, what the first look finds is not`() {
    var book = StreamBook()
    func look(_ second: Int, _ paths: [MediaPath]) -> [StreamChangeEvent] {
      book.take(Recorded.snapshot(paths, seconds: Double(second))).changes
    }
    #expect(look(0, [path("one"), path("two", live: false)]).isEmpty)
    #expect(look(2, [path("one", bytes: 2000), path("two")]).map(\.change) == [.up])
    let other = look(4, [path("one", bytes: 100, id: "b"), path("two", bytes: 2000)])
    #expect(other.map(\.change) == [.publisherChanged] && other.first?.stream == "one")
    let down = look(6, [path("one", live: false)])
    #expect(down.map(\.change) == [.down, .down] && Set(down.map(\.stream)) == ["one", "two"])
    #expect(down.first { $0.stream == "two" }?.seconds == 4)
  }

  @Test func `another publisher's counter makes no rate, neither negative nor giant`() {
    var book = StreamBook()
    func rate(_ second: Int, _ bytes: UInt64, _ id: String) -> Double? {
      book.take(Recorded.snapshot([path(bytes: bytes, id: id)], seconds: Double(second))).streams?.streams[0].rates.in5s
    }
    #expect(rate(0, 1_000_000, "a") == nil)
    #expect(rate(2, 2_000_000, "a") == 4)
    #expect(rate(4, 500_000, "b") == nil)
    #expect(rate(6, 1_000_000, "b") == 2)
    // A pull source has no id: only the counter tells.
    #expect(rate(8, 10, "b") == nil)
    #expect(rate(10, 1_000_010, "b") == 4)
  }

  @Test func `the largest counter there is does not trap`() throws {
    var book = StreamBook()
    let paths = try Recorded.paths("constructed/hostile-future-fields")
    _ = book.take(Recorded.snapshot(paths))
    let record = book.take(Recorded.snapshot(paths, seconds: 2)).streams?.record("z")
    #expect(record?.bytesReceived == .max && record?.rates.in5s == 0 && record?.sourceType == "quicFutureSession")
    #expect(record?.readersByType == ["futureReader": 1])
  }

  @Test func `a join that misses keeps the record and leaves SRT out`() throws {
    var book = StreamBook()
    let connections = try Recorded.connections(.srtConns, "02b-srt-pub-steady")
    let record = book.take(Recorded.snapshot([path(id: "not there")], [.srtConns: connections])).streams?.streams[0]
    #expect(record?.rtt == nil && record?.recvRateMbps == nil && record?.srt?.data == .absent)
    #expect(record?.state == .live && record?.sourceType == "srtConn")
  }

  @Test func `an old list of connections is said to be old, and its raw numbers are not told as new`() throws {
    var book = StreamBook()
    var look = try Recorded.look("02b-srt-pub-steady")
    #expect(book.take(look).streams?.record("studio/cam1")?.rtt != nil)
    look.connections[.srtConns] = look.connections[.srtConns]?.failed("timeout")
    look.look = 2
    let record = book.take(look).streams?.record("studio/cam1")
    #expect(record?.rtt == nil && record?.srt?.data == .stale && record?.srt?.rttMs != nil)
    #expect(record?.publisherData == .stale)
  }

  @Test func `while the paths cannot be read nothing is told of streams, and the server is lost once`() {
    var book = StreamBook()
    #expect(book.take(Recorded.snapshot([path()])).streams != nil)
    var changes: [StreamChangeEvent.Change] = []
    for second in [2.0, 4, 6] {
      var lost = Recorded.snapshot([path()], seconds: second)
      lost.paths = lost.paths.failed("refused")
      let outcome = book.take(lost)
      #expect(outcome.streams == nil && !outcome.server.isReachable && outcome.server.problem == "refused")
      changes += outcome.changes.map(\.change)
    }
    changes += book.take(Recorded.snapshot([path(bytes: 2000)], seconds: 8)).changes.map(\.change)
    #expect(changes == [.serverLost, .serverBack])
  }

  @Test func `peak readers are those since the publisher came`() {
    var book = StreamBook()
    func peak(_ second: Int, readers: Int, id: String = "a") -> Int? {
      var one = path(bytes: UInt64(1000 + second), id: id)
      one.readers = (0..<readers).map { MediaPeer(type: "rtspSession", id: "\($0)") }
      return book.take(Recorded.snapshot([one], seconds: Double(second))).streams?.streams[0].peakReaders
    }
    #expect(peak(0, readers: 2) == 2)
    #expect(peak(2, readers: 5) == 5)
    #expect(peak(4, readers: 1) == 5)
    #expect(peak(6, readers: 1, id: "b") == 1)
  }
}

@Suite struct CounterWindowTests {
  @Test func `it covers the window, or what there is, and begins anew after a pause`() {
    var window = CounterWindow<SIMD2<UInt64>>()
    func at(_ second: Double) -> Instant { Instant(nanoseconds: Int64(second * 1e9)) }
    for second in 0...100 {
      window.add(SIMD2(UInt64(second) * 125_000, 0), at: at(Double(second)), pause: .seconds(10))
    }
    #expect(window.megabits(0, over: .seconds(5)) == 1)
    #expect(abs((window.last(.seconds(60))?.seconds ?? 0) - 60) < 1e-9)
    window.add(SIMD2(99_000_000, 0), at: at(200), pause: .seconds(10))
    #expect(window.last(.seconds(5)) == nil)
  }

  @Test func `looks in quick succession do not make a rate of a few milliseconds`() {
    var window = CounterWindow<SIMD2<UInt64>>()
    window.add(SIMD2(0, 0), at: Instant(nanoseconds: 0), pause: .seconds(10))
    window.add(SIMD2(1000, 0), at: Instant(nanoseconds: 100_000_000), pause: .seconds(10))
    #expect(window.last(.seconds(5)) == nil)
    window.add(SIMD2(2000, 0), at: Instant(nanoseconds: 600_000_000), pause: .seconds(10))
    #expect(window.last(.seconds(5))?.counted == SIMD2(2000, 0))
  }
}
