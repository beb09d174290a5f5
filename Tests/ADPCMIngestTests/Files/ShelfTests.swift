import Glibc
import RouterCore
import Support
import Testing

@testable import ADPCMIngest

@Suite struct ShelfTests {
  private static let now = WallTime(seconds: 1_795_235_171)
  /// One file a day, the newest today, 100 bytes each.
  private static let files = (0..<10).reversed().map { days in
    let stamp = (now - .seconds(86_400 * days)).stamp
    return ShelvedFile(path: "/r/stream_1_\(stamp).wav", size: 100, stamp: stamp)
  }

  @Test(
    arguments: [
      (RetentionPlan(), nil, 0),
      (RetentionPlan(keepFiles: 4), nil, 6),
      (RetentionPlan(keepFiles: 100), nil, 0),
      (RetentionPlan(keepDays: 2.5), nil, 7),
      (RetentionPlan(keepDays: 100), nil, 0),
      (RetentionPlan(keepFree: 1_000), 750, 3),
      (RetentionPlan(keepFree: 1_000), 1_000, 0),
      (RetentionPlan(keepFree: 1_000_000), 0, 10),
      (RetentionPlan(keepFree: 1_000), nil, 0),
      (RetentionPlan(keepFiles: 8, keepFree: 1_000), 850, 2),
      (RetentionPlan(keepDays: 8.5, keepFiles: 8, keepFree: 1_000), 650, 4),
    ] as [(RetentionPlan, Int?, Int)])
  func `the oldest files go, as many as the strictest rule asks`(plan: RetentionPlan, free: Int?, gone: Int) {
    #expect(plan.surplus(of: Self.files, free: free, now: Self.now) == Array(Self.files.prefix(gone)))
  }

  @Test func `files that are needed stay, and others go in their place`() {
    let needed = [Self.files[0], Self.files[2]]
    func gone(_ plan: RetentionPlan, free: Int? = nil) -> [ShelvedFile] {
      plan.surplus(of: Self.files, free: free, now: Self.now) { !needed.contains($0) }
    }
    #expect(gone(RetentionPlan(keepFiles: 8)) == [Self.files[1], Self.files[3]])
    #expect(gone(RetentionPlan(keepFree: 1_000), free: 850) == [Self.files[1], Self.files[3]])
    #expect(gone(RetentionPlan(keepDays: 6.5)) == [Self.files[1]])
    #expect(RetentionPlan(keepFiles: 1).surplus(of: Self.files, free: nil, now: Self.now) { _ in false } == [])
  }

  @Test func `a file is done when there are uploaders and none waits to upload it`() {
    let (first, second) = (PendingPaths(), PendingPaths())
    let path = "/done/\(UInt64.random(in: 0 ... .max))"
    #expect(first.insert(path) && !first.insert(path))
    PendingUploads.add(second)
    #expect(PendingUploads.isDone(path), "of an uploader that is not there yet")
    PendingUploads.add(first)
    PendingUploads.add(first)
    #expect(!PendingUploads.isDone(path) && PendingUploads.isDone(path + "2"))
    #expect(first.remove(path) && !first.remove(path))
    #expect(PendingUploads.isDone(path))
    PendingUploads.remove(first)
    PendingUploads.remove(second)
  }

  @Test func `a shelf finds a recorder's files and nothing else`() throws {
    let folder = TemporaryFolder()
    unsafe mkdir(folder.path + "/AA_BB", 0o755)
    folder.write([1, 2, 3], to: "AA_BB/stream_2_AA_BB_20261121_042612.wav")
    folder.write([1], to: "stream_1_20261121_042611.wav")
    folder.write([1], to: "stream_1_20261121_042611.bin")
    folder.write([1], to: "holiday.wav")
    var shelf = Shelf(in: folder.path, ending: "wav")
    #expect(shelf.files.map(\.size) == [1, 3])
    shelf.add(folder.path + "/stream_1_20261121_042500.wav", size: 9, ending: "wav")
    shelf.add(folder.path + "/stream_1_20261121_042500.wav", size: 9, ending: "wav")
    #expect(shelf.files.map(\.size) == [9, 1, 3])
    shelf.remove([shelf.files[1]])
    #expect(shelf.files.map(\.size) == [9, 3])
  }

  @Test func `a WAV file that a crash left gets its sizes, and loses half a frame`() throws {
    let folder = TemporaryFolder()
    let head = WAVHead(format: StreamFormat(sampleRate: 8_000, channels: 2), isLarge: false)
    let samples = (0..<400).map { UInt8(truncatingIfNeeded: $0) }
    folder.write(head.bytes(dataBytes: nil) + samples + [1, 2, 3], to: "stream_1_20261121_042611.wav")
    folder.write(head.bytes(dataBytes: 400) + samples, to: "stream_2_20261121_042611.wav")
    folder.write(head.bytes(dataBytes: nil), to: "stream_3_20261121_042611.wav")
    folder.write([], to: "stream_4_20261121_042611.wav")
    folder.write(Array("RIFF of somebody else, long enough to be one of ours".utf8), to: "stream_5_20261121_042611.wav")
    let mended = Leftovers(directory: folder.path, ending: "wav").mend()
    #expect(mended.map(\.size) == [444] && mended.first?.seconds == 100 / 8_000)
    #expect(folder.bytes("stream_1_20261121_042611.wav") == head.bytes(dataBytes: 400) + samples)
    #expect(
      folder.files == ["stream_1_20261121_042611.wav", "stream_2_20261121_042611.wav", "stream_5_20261121_042611.wav"])
    #expect(Leftovers(directory: folder.path, ending: "wav").mend() == [])
  }

  @Test func `files finished just before a crash are found, with what stands beside them`() throws {
    let folder = TemporaryFolder()
    func finish(_ name: String, _ seconds: Int, _ beside: String) {
      folder.write([1, 2, 3], to: name)
      folder.write(Array(beside.utf8), to: name + ".json")
      let times = [timespec(), timespec()].map { _ in timespec(tv_sec: 1_795_000_000 + seconds, tv_nsec: 0) }
      _ = unsafe utimensat(AT_FDCWD, "\(folder.path)/\(name).json", times, 0)
    }
    let facts = """
      {"content": "wav", "label": "Kitchen", "startedAt": "2026-11-21T04:26:11.000Z", "sampleRate": 8000, "frames": 4000,
       "reason": "rotated"}
      """
    finish("stream_1_20261121_042611.wav", 0, facts)
    finish("stream_3_20261121_042621.wav", 100, facts)
    finish("stream_2_20261121_042621.wav", 95, facts)
    finish("stream_4_20261121_042621.wav", 99, "{")
    finish("stream_5_20261121_042621.bin", 99, facts)
    folder.write([1], to: "stream_6_20261121_042621.wav")
    let found = Untold.files(in: folder.path, ending: "wav")
    #expect(found.map { $0.path.split(separator: "_")[1] } == ["2", "4", "3"])
    #expect(found.map(\.seconds) == [0.5, nil, 0.5] && found.map(\.size) == [3, 3, 3])
    #expect(found.map(\.label) == ["Kitchen", "", "Kitchen"] && found.allSatisfy { $0.content == "wav" })
    #expect(found.map(\.reason) == ["rotated", "repaired", "rotated"])
  }

  @Test func `only a run that ended in the midst leaves its mark`() throws {
    let folder = TemporaryFolder()
    let mark = folder.path + "/state/recording-a"
    let first = Untold(mark: mark)
    #expect(try !first.begin())
    let next = Untold(mark: mark)
    #expect(try !next.begin(), "the same run")
    try first.end()
    #expect(Folder.facts(of: mark) != nil, "the next one lives")
    try next.end()
    #expect(Folder.facts(of: mark) == nil)
    #expect(try !first.begin())
    folder.write(Array("another run.1".utf8), to: "state/recording-a")
    #expect(try Untold(mark: mark).begin())
  }

  @Test func `a .bin file that a crash left ends with its last whole frame`() throws {
    let folder = TemporaryFolder()
    let frame = IngestFrame(codec: .adpcm, sequence: 9).head(payload: 84) + [UInt8](repeating: 5, count: 84)
    let handshake = IngestHandshake(
      stream: 1, sampleRate: 8_000, channels: 1, codec: .adpcm, frameSamples: 160, timestamp: 0)
    for cut in 0..<frame.count {
      folder.write(frame + frame + frame[..<cut], to: "stream_1_20261121_042611.bin")
      let mended = Leftovers(directory: folder.path, ending: "bin").mend()
      #expect(mended.count == (cut == 0 ? 0 : 1))
      #expect(folder.bytes("stream_1_20261121_042611.bin") == frame + frame)
    }
    folder.write(handshake.bytes + frame + [1], to: "stream_1_20261121_042611.bin")
    #expect(Leftovers(directory: folder.path, ending: "bin").mend().count == 1)
    #expect(folder.bytes("stream_1_20261121_042611.bin") == handshake.bytes + frame)
  }

  @Test func `a whole file that nobody was told of is told of once`() throws {
    let folder = TemporaryFolder()
    let frame = IngestFrame(codec: .adpcm, sequence: 9).head(payload: 84) + [UInt8](repeating: 5, count: 84)
    folder.write(frame + frame, to: "stream_1_20261121_042611.bin")
    folder.write([], to: "stream_2_20261121_042611.bin")
    let leftovers = Leftovers(directory: folder.path, ending: "bin", hasSidecars: true)
    #expect(leftovers.mend().map(\.size) == [192])
    #expect(folder.files == ["stream_1_20261121_042611.bin", "stream_1_20261121_042611.bin.json"])
    #expect(leftovers.mend().isEmpty)
  }

  @Test func `a file that somebody writes, or that is finished, is left alone`() throws {
    let folder = TemporaryFolder()
    let file = try OpenFile(creating: folder.path + "/stream_1_20261121_042611.bin")
    try unsafe file.append(([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13] as [UInt8]).span.bytes)
    folder.write([1, 2, 3], to: "stream_2_20261121_042611.bin")
    folder.write([], to: "stream_2_20261121_042611.bin.json")
    #expect(Leftovers(directory: folder.path, ending: "bin").mend() == [])
    #expect(folder.bytes("stream_1_20261121_042611.bin")?.count == 13)
  }
}
