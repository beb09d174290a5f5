import RouterCore
import Testing

@testable import MediaMTXMonitor

@Suite struct RedisURLTests {
  @Test func `URLs are taken apart`() throws {
    let plain = try RedisURL(json: "redis://localhost")
    #expect(plain.host == "localhost" && plain.port == 6379 && plain.database == 0)
    #expect(!plain.isSecure && plain.user == nil)
    let full = try RedisURL(json: "REDISS://media@redis.example.org:7000/3")
    #expect(full.host == "redis.example.org" && full.port == 7000 && full.database == 3)
    #expect(full.isSecure && full.user == "media")
    let six = try RedisURL(json: "redis://[::1]:6380/")
    #expect(six.host == "::1" && six.port == 6380)
    #expect(RedisServer(url: six).place == "redis://[::1]:6380")
    #expect(six.json == "redis://[::1]:6380/")
  }

  @Test(arguments: [
    "", "localhost", "http://localhost", "redis:/localhost", "redis://", "redis://:6379", "redis://h:0",
    "redis://h:65536",
    "redis://h:x", "redis://h/x", "redis://h/-1", "redis://h/1/2", "redis://a b", "redis://[::1", "redis://h?db=1",
    "redis://u:secret@h",
  ])
  func `everything else is refused`(text: String) {
    #expect(throws: Mismatch.self) { try RedisURL(json: .string(text)) }
  }

  @Test func `a password in the URL is not repeated by the message`() {
    let (_, problems) = RedisSink.Config.decode(["url": "redis://user:hunter2@localhost"])
    #expect(problems.count == 1 && problems[0].path == "url" && problems[0].message == "holds a password")
    #expect(!problems[0].text(file: "").contains("hunter2"))
  }
}
