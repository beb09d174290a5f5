import Glibc
import RouterCore
import Testing

@testable import RouterWeb

/// A folder of its own with one file; gone at the end.
private struct TemporaryFile {
  let path: String

  init(_ bytes: [UInt8], name: String = "page.html") {
    var template = Array("/tmp/router-files-XXXXXX".utf8CString)
    let folder = unsafe mkdtemp(&template).map { unsafe String(cString: $0) } ?? "/tmp"
    path = folder + "/" + name
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    _ = unsafe write(descriptor, bytes, bytes.count)
    _ = close(descriptor)
  }

  func remove() {
    _ = unsafe unlink(path)
    _ = unsafe rmdir(String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]))
  }
}

@Suite struct FileServingTests {
  @Test func `a file goes out whole, in part, or not at all if it is known`() async throws {
    let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let file = TemporaryFile(bytes)
    defer { file.remove() }
    let path = file.path
    let route = Route("GET", "/f") { _ in HTTPResponse(body: .file(path: path)) }
    try await withServer([route]) { _, port in
      let client = try await RawClient(port: port)
      await client.send("GET /f HTTP/1.1\r\n\(withHost)\r\n")
      let head = await client.readHead()
      #expect(
        head.contains("Content-Type: text/html; charset=utf-8\r\n") && head.contains("Cache-Control: no-cache\r\n"))
      #expect(await client.read(bytes.count) == bytes)
      let tag = try #require(head.split(separator: "\r\n").first { $0.hasPrefix("ETag: ") }).dropFirst(6)
      await client.send("GET /f HTTP/1.1\r\n\(withHost)If-None-Match: \(tag)\r\n\r\n")
      #expect(await client.readHead().hasPrefix("HTTP/1.1 304"))
      await client.send("GET /f HTTP/1.1\r\n\(withHost)Range: bytes=70000-169999\r\nIf-Range: \(tag)\r\n\r\n")
      #expect(await client.readHead().contains("Content-Range: bytes 70000-169999/200000\r\n"))
      #expect(await client.read(100_000) == Array(bytes[70_000..<170_000]))
      await client.send("GET /f HTTP/1.1\r\n\(withHost)Range: bytes=-5\r\n\r\n")
      #expect(await client.readHead().hasPrefix("HTTP/1.1 206"))
      #expect(await client.read(5) == Array(bytes.suffix(5)))
      await client.send("GET /f HTTP/1.1\r\n\(withHost)Range: bytes=200000-\r\n\r\n")
      #expect(await client.readHead().contains("Content-Range: bytes */200000\r\n"))
      await client.send("HEAD /f HTTP/1.1\r\n\(withHost)\r\n")
      #expect(await client.readHead().contains("Content-Length: 200000\r\n"))
    }
  }

  @Test func `what is no regular file is not there`() async throws {
    let folder = Route("GET", "/d") { _ in HTTPResponse(body: .file(path: "/tmp")) }
    let missing = Route("GET", "/m") { _ in HTTPResponse(body: .file(path: "/tmp/router-none")) }
    try await withServer([folder, missing]) { _, port in
      for path in ["/d", "/m"] {
        #expect(
          await exchange(port, "GET \(path) HTTP/1.1\r\n\(withHost)Connection: close\r\n\r\n").hasPrefix("HTTP/1.1 404")
        )
      }
    }
  }

  @Test(arguments: [
    ("bytes=0-0", 206, 0..<1), ("bytes=5-", 206, 5..<10), ("bytes=5-99", 206, 5..<10), ("bytes=-3", 206, 7..<10),
    ("bytes=-99", 206, 0..<10), ("bytes=10-", 416, 0..<0), ("bytes=-0", 416, 0..<0), ("bytes=5-4", 200, 0..<10),
    ("bytes=0-1,3-4", 200, 0..<10), ("lines=1-2", 200, 0..<10), ("bytes=a-b", 200, 0..<10), ("bytes", 200, 0..<10),
    ("bytes=99999999999999999999-", 416, 0..<0),
  ])
  func `a range is understood or left aside`(_ range: String, _ status: Int, _ expected: Range<Int>) {
    let facts = FileAnswer.Facts(size: 10, changed: 1_000_000_000)
    let answer = FileAnswer(
      facts, path: "a.wav", method: "GET", request: HTTPFields([("Range", range)]), response: HTTPFields())
    #expect(answer.status == status && answer.range == expected)
  }

  @Test func `conditions follow tag and date`() {
    let facts = FileAnswer.Facts(size: 10, changed: 784_111_777_000_000_000)
    func status(_ fields: [(String, String)]) -> Int {
      FileAnswer(facts, path: "a", method: "GET", request: HTTPFields(fields), response: HTTPFields()).status
    }
    #expect(status([("If-None-Match", "W/\(facts.etag), \"x\"")]) == 304)
    #expect(status([("If-None-Match", "*")]) == 304)
    #expect(status([("If-None-Match", "\"x\""), ("If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT")]) == 200)
    #expect(status([("If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT")]) == 304)
    #expect(status([("If-Modified-Since", "Sun, 06 Nov 1994 08:49:36 GMT")]) == 200)
    #expect(status([("Range", "bytes=0-1"), ("If-Range", "\"other\"")]) == 200)
    #expect(status([("Range", "bytes=0-1"), ("If-Range", "Sun, 06 Nov 1994 08:49:37 GMT")]) == 206)
  }

  @Test func `dates are written and read`() {
    #expect(HTTPDate.text(784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
    #expect(HTTPDate.text(0) == "Thu, 01 Jan 1970 00:00:00 GMT")
    for seconds in stride(from: -2_000_000_000, to: 5_000_000_000, by: 86_399 * 31) {
      #expect(HTTPDate.parse(HTTPDate.text(seconds)) == seconds)
    }
    #expect(HTTPDate.parse("nonsense") == nil)
  }
}
