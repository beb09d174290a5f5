import RouterCore
import Testing

@testable import MediaMTXMonitor

/// Recorded answers of three releases, field by field.
@Suite struct ReleaseTests {
  @Test func `1.20: a path by its new names`() throws {
    let paths = try Recorded.paths("05-mixed-protocols")
    #expect(
      paths.map(\.name) == [
        "live/cam3", "notready", "pull-failing", "pulled-ondemand", "remote/lossy", "rtsp/cam2", "studio/cam1",
      ])
    let path = try #require(paths.last)
    #expect(path.confName == "studio/cam1")
    #expect(path.isAvailable && path.isOnline)
    #expect(path.since == "2026-11-20T15:05:27.892362304Z")
    #expect(path.source == MediaPeer(type: "srtConn", id: "1df22b3a-ab1c-4f1e-8e2d-11391469cf6f"))
    #expect(path.tracks == ["H264", "MPEG-4 Audio"])
    #expect(
      path.media.map(\.json.compact) == [
        #"{"codec":"H264","width":640,"height":360,"profile":"Baseline","level":"3"}"#,
        #"{"codec":"MPEG-4 Audio","sampleRate":48000,"channelCount":1}"#,
      ])
    #expect(path.readers == [MediaPeer(type: "srtConn", id: "48bc9519-eb24-4eb2-957e-c24b263b716d")])
    #expect(path.inboundBytes == 8_186_347)
    #expect(path.outboundBytes == 6_755_755)
    #expect(path.framesInError == 0)
  }

  @Test(arguments: [
    ("v1.13.1-02-srt-pub-reader-rtsp-hls", "2026-11-20T15:10:16.283766415Z", UInt64(2_596_067), UInt64(1_977_368)),
    ("v1.16.3-02-srt-pub-reader-rtsp-hls", "2026-11-20T15:18:59.054911466Z", 2_402_621, 1_795_217),
    ("constructed/v1.8.0", "2026-11-20T15:10:16.283766415Z", 2_596_067, 1_977_368),
    ("constructed/v1.5.1", "2026-11-20T15:10:16.283766415Z", 2_596_067, 1_977_368),
  ])
  func `older releases: a path by its old names`(scene: String, since: String, received: UInt64, sent: UInt64) throws {
    let path = try #require(try Recorded.paths(scene).last)
    #expect(path.name == "studio/cam1")
    #expect(path.isLive)
    #expect(path.since == since)
    #expect(path.source?.type == "srtConn")
    #expect(path.tracks == ["H264", "MPEG-4 Audio"])
    #expect(path.media == path.tracks.map { MediaTrack(codec: $0) })
    #expect(path.inboundBytes == received)
    #expect(path.outboundBytes == sent)
    #expect(path.framesInError == nil)
  }

  @Test func `1.2: what it does not say is unknown, not 0`() throws {
    let path = try #require(try Recorded.paths("constructed/v1.2.0").last)
    #expect(path.isLive && path.inboundBytes == 2_596_067 && path.outboundBytes == nil)
    let connection = try #require(try Recorded.connections(.srtConns, "constructed/v1.2.0").first)
    #expect(connection.inboundBytes == 2_853_672 && connection.outboundBytes == 0)
    #expect(connection.srt?.rttMs == nil && connection.srt?.receiveMibit == nil)
  }

  @Test(arguments: ["v1.13.1-01-idle", "v1.16.3-01-idle", "01-idle"])
  func `idle paths of three releases are not live`(scene: String) throws {
    let paths = try Recorded.paths(scene)
    #expect(paths.contains { $0.name == "pull-failing" && $0.source?.type == "rtspSource" })
    #expect(paths.allSatisfy { !$0.isLive && $0.since == nil })
  }

  @Test func `an SRT publisher's numbers are as sent`() throws {
    let connection = try #require(try Recorded.connections(.srtConns, "02b-srt-pub-steady").first)
    #expect(connection.id == "1df22b3a-ab1c-4f1e-8e2d-11391469cf6f")
    #expect(connection.remote == "127.0.0.1:44809" && connection.state == "publish")
    #expect(connection.path == "studio/cam1" && connection.inboundBytes == 1_569_752)
    let srt = try #require(connection.srt)
    #expect(srt.rttMs == 0.31160176414926183)
    #expect(srt.receiveMibit == 1.6686500883696058)
    #expect(srt.linkCapacityMibit == 3211.9373813535994)
    #expect(srt.receiveLatencyMs == 120 && srt.sendLatencyMs == 120)
    #expect(srt.received == SRTPackets(packets: 1238, unique: 1238))
    #expect(srt.sent == SRTPackets())
  }

  @Test func `a lossy SRT publisher's packets are counted by what became of them`() throws {
    let all = try Recorded.connections(.srtConns, "04-srt-lossy-25ms-3pct")
    let srt = try #require(all.first { $0.path == "remote/lossy" }?.srt)
    #expect(srt.received.lost == 72 && srt.received.retransmitted == 77 && srt.received.dropped == 5)
    #expect(srt.receivedLossRate == 4.21792618629174 && srt.rttMs == 52.90911320561541)
  }

  @Test func `RTSP and RTMP sessions keep what old and new releases say`() throws {
    let new = try Recorded.connections(.rtspSessions, "05-mixed-protocols")
    #expect(new.map(\.state) == ["publish", "read"] && new.map(\.transport) == ["TCP", "UDP"])
    #expect(new[0].inboundBytes == 3_035_482 && new[0].jitterTicks == 1107.3250400122138)
    #expect(new[0].packetsLost == 0 && new[0].packetsInError == 0 && new[0].userAgent == "Lavf59.27.100")
    let old = try Recorded.connections(.rtspSessions, "v1.13.1-02-srt-pub-reader-rtsp-hls")
    #expect(old[0].inboundBytes == 2_007_805 && old[0].jitterTicks == 953.2108984334213 && old[0].packetsLost == 0)
    let rtmp = try Recorded.connections(.rtmpConns, "05-mixed-protocols")
    #expect(rtmp[0].inboundBytes == 2_387_095 && rtmp[0].framesDiscarded == 0)
  }

  @Test func `HLS muxers go by their path, sessions by their id`() throws {
    let muxer = try #require(try Recorded.connections(.hlsMuxers, "05-mixed-protocols").first)
    #expect(muxer.id.isEmpty && muxer.path == "live/cam3" && muxer.outboundBytes == 1_497_119)
    #expect(muxer.lastRequest == "2026-11-20T15:06:07.37652549Z")
    let old = try #require(try Recorded.connections(.hlsMuxers, "v1.13.1-02-srt-pub-reader-rtsp-hls").first)
    #expect(old.path == "rtsp/cam2" && old.outboundBytes == 1_508_689)
    let session = try #require(try Recorded.connections(.hlsSessions, "05-mixed-protocols").first)
    #expect(session.id == "9a3f7f22-4acb-4871-b132-33e8a61998a4" && session.notes == [.init("isCDN", false)])
  }

  @Test func `hostile answers are taken for what they are worth`() throws {
    let future = try #require(try Recorded.paths("constructed/hostile-future-fields").first)
    #expect(future.source == MediaPeer(type: "quicFutureSession", id: "q1"))
    #expect(future.tracks == ["VVC"] && future.inboundBytes == .max && future.readers.count == 1)
    #expect(try Recorded.paths("constructed/hostile-items-null").isEmpty)
    let missing = try Recorded.paths("constructed/hostile-missing-fields")
    #expect(missing.map(\.name) == ["x", "y"])
    #expect(missing.allSatisfy { $0.source == nil && $0.readers.isEmpty && !$0.isLive && $0.inboundBytes == nil })
  }
}
