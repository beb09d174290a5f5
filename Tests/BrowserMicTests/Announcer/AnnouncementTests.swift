import RouterCore
import Testing

@testable import BrowserMic

@Suite struct AnnouncementTests {
  private static func stream(_ number: Int, name: String = "Kitchen", ports: String = "9420-9519") -> Event {
    let service = ServiceEvent(
      instance: name, type: "_pimic-audio._tcp", port: 9_420 + number,
      txt: [
        ("stream", "stream_\(number)"), ("codec", "opus"), ("rate", "48000"), ("channels", "2"), ("ports", ports),
      ])
    return Event(source: "tcp.service", payload: service, key: "\(number)")
  }

  private static func read(_ services: AnnouncedServices, isGoodbye: Bool = false) throws -> (JSON, Int) {
    let bytes = Announcement(
      id: "abc", hostName: "pi", address: "192.168.1.7", time: 1.5, isGoodbye: isGoodbye
    ).bytes(services)
    return (try JSON(strict: bytes), bytes.count)
  }

  private static var nothing: AnnouncedServices { AnnouncedServices(webPort: 6969, ports: 420...519) }

  @Test func `without any service the fields of the old program are there`() throws {
    let (json, count) = try Self.read(Self.nothing)
    #expect(json["type"] == "pimic-audio-service" && json["port"] == 6969 && json["active_streams"] == 0)
    #expect(json["stream_ports"]?.items?.compactMap(\.int) == Array(420...519))
    #expect(json["timestamp"]?.double == 1.5 && json["hostname"] == "pi" && json["id"] == "abc")
    #expect(json["url"] == "http://192.168.1.7:6969" && json["tls"] == false && json["bye"] == nil)
    #expect(count < 900)
  }

  @Test func `streams are counted once and listed by port, and their range is told`() throws {
    var services = Self.nothing
    let told1 = services.take(Self.stream(0))
    #expect(told1)
    let told2 = services.take(Self.stream(0))
    #expect(!told2)
    var second = Self.stream(0)
    second = Event(source: second.source, payload: second.payload, key: "other port")
    let told3 = services.take(second)
    #expect(told3)
    let (json, _) = try Self.read(services)
    #expect(json["active_streams"] == 1 && json["streams"]?.items?.count == 2)
    #expect(json["stream_ports"]?.items?.first == 9_420)
    let first = json["streams"]?.items?.first
    #expect(first?["id"] == "stream_0" && first?["name"] == "Kitchen" && first?["port"] == 9_420)
    #expect(first?["codec"] == "opus" && first?["rate"] == 48_000 && first?["channels"] == 2)
    let told4 = services.take(Event(source: second.source, payload: second.payload, key: "0", isWithdrawn: true))
    #expect(told4)
    #expect(try Self.read(services).0["streams"]?.items?.count == 1)
  }

  @Test func `the page says its port and whether it has TLS`() throws {
    var services = Self.nothing
    let page = ServiceEvent(instance: "pi", type: "_http._tcp", port: 7_000, txt: [])
    let secure = ServiceEvent(instance: "pi", type: "_https._tcp", port: 6_943, txt: [])
    let told5 = services.take(Event(source: "mic.service", payload: secure, key: "tls"))
    #expect(told5)
    let told6 = services.take(Event(source: "mic.service", payload: page, key: "page"))
    #expect(told6)
    let (json, _) = try Self.read(services)
    #expect(json["port"] == 7_000 && json["tls"] == true && json["url"] == "http://192.168.1.7:7000")
    var named = Self.nothing
    let both = ServiceEvent(instance: "pi", type: "_http._tcp", port: 6_969, txt: [("https", "6943")])
    let told7 = named.take(Event(source: "mic.service", payload: both))
    #expect(told7)
    #expect(try Self.read(named).0["tls"] == true)
  }

  @Test func `it fits one datagram whatever streams are called; the newest are left out`() throws {
    var services = Self.nothing
    for number in 0..<100 {
      _ = services.take(Self.stream(number, name: String(repeating: "\u{1F3B5}\"\n", count: 40)))
    }
    let (json, count) = try Self.read(services)
    #expect(count <= 1_399)
    #expect(json["active_streams"] == 100)
    let told = json["streams"]?.items ?? []
    #expect(!told.isEmpty && told.first?["id"] == "stream_0")
    var wide = Self.nothing
    _ = wide.take(Self.stream(0, ports: "60000-65000"))
    #expect(try Self.read(wide).0["stream_ports"]?.items?.count == 100)
    #expect(try Self.read(wide).1 <= 1_399)
  }

  @Test(arguments: ["", "9", "9-8", "0-5", "1-99999", "a-b"]) func `a range that is none changes nothing`(text: String)
  {
    var services = Self.nothing
    _ = services.take(Self.stream(0, ports: text))
    #expect(services.ports == 420...519)
  }

  @Test func `the goodbye has no streams`() throws {
    var services = Self.nothing
    _ = services.take(Self.stream(0))
    let (json, _) = try Self.read(services, isGoodbye: true)
    #expect(json["bye"] == true && json["active_streams"] == 0 && json["streams"]?.items?.isEmpty == true)
  }
}
