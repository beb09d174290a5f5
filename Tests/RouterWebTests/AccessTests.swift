import RouterCore
import Testing

@testable import RouterWeb

@Suite struct AccessTests {
  private let rule = AccessRule(served: ["localhost", "127.0.0.1", "::1", "box", "box.local", "192.168.1.5"])

  private func status(
    _ access: RouteAccess, _ authority: String, origin: String? = nil, changes: Bool = false, socket: Bool = false,
    isTLS: Bool = false
  ) -> Int {
    let facts = AccessRule.Facts(
      authority: authority, origin: origin, localHost: "10.0.0.7", isTLS: isTLS, changesState: changes,
      isWebSocket: socket)
    do throws(Refusal) {
      try rule.check(access, facts)
      return 200
    } catch {
      return error.status
    }
  }

  @Test(arguments: [
    ("localhost", 200), ("LOCALHOST:8700", 200), ("box.local.", 200), ("10.0.0.7:80", 200), ("192.168.1.5", 200),
    ("[::1]:8700", 200), ("[0:0:0:0:0:0:0:1]", 200), ("a.localhost", 200), ("", 200), ("evil.example", 403),
    ("8.8.8.8", 403), ("localhost.evil.example", 403), ("192.168.1.6", 403), ("box..", 403), ("a..localhost", 403),
  ])
  func `a page is served under our own names only`(_ authority: String, _ expected: Int) {
    #expect(status(.page, authority) == expected)
    #expect(status(.device, authority) == 200)
  }

  @Test(arguments: [
    ("http://localhost:8700", 200), ("http://localhost:8701", 403), ("https://localhost:8700", 200),
    ("http://evil.example", 403), ("null", 403), ("file://", 403), ("http://localhost", 403),
  ])
  func `a page's state is changed by its own origin only`(_ origin: String, _ expected: Int) {
    #expect(status(.page, "localhost:8700", origin: origin, changes: true) == expected)
    #expect(status(.page, "localhost:8700", origin: origin, socket: true) == expected)
    #expect(status(.page, "localhost:8700", origin: origin) == 200)
    #expect(status(.page, "localhost:8700", changes: true) == 200)
  }

  @Test(arguments: [
    ("file://", 200), ("null", 200), ("http://evil.example", 403), ("https://evil.example:1", 403),
    ("http://odd:80", 200), ("http://box.local", 200), ("nonsense", 200),
  ])
  func `a device refuses other web hosts only`(_ origin: String, _ expected: Int) {
    #expect(status(.device, "odd:12889", origin: origin, socket: true) == expected)
  }

  @Test(arguments: [
    ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("172.16.0.0/12", "172.31.255.255", true),
    ("172.16.0.0/12", "172.32.0.0", false), ("0.0.0.0/0", "8.8.8.8", true), ("0.0.0.0/0", "2001:db8::1", false),
    ("::/0", "8.8.8.8", false), ("::/0", "2001:db8::1", true), ("fe80::/10", "fe80::1%eth0", true),
    ("fe80::/10", "fec0::1", false),
    ("::1/128", "::1", true), ("192.0.2.7", "192.0.2.7", true), ("192.0.2.7", "192.0.2.8", false),
    ("2001:db8::/33", "2001:db8:7fff::", true),
    ("2001:db8::/33", "2001:db8:8000::", false),
  ])
  func `a range holds what it says`(_ range: String, _ host: String, _ expected: Bool) throws {
    #expect([try #require(AddressRange(range))].contains(host) == expected)
  }

  @Test(arguments: [
    "", "10.0.0.0/33", "10.0.0/8", "10.0.0.256", "a", "::1/129", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
    ":::", "10.0.0.0/-1", "10.0.0.0/8/8", "12345::", "1.2.3.4:5",
  ])
  func `what is no range is refused`(_ text: String) { #expect(AddressRange(text) == nil) }

  @Test func `a literal wins over a parameter, a parameter over the rest`() {
    func route(_ method: String, _ path: String) -> RouteTable.Entry {
      RouteTable.Entry(Route(method, path) { _ in .text(path) }, node: "n", lease: 1, allow: [])
    }
    let table = RouteTable([
      route("GET", "/*"), route("GET", "/a/{x}"), route("GET", "/a/b"), route("POST", "/a/{x}"), route("GET", "/"),
      route("GET", "/s/*"),
    ])
    func path(_ method: String, _ path: String) -> String {
      switch table.match(method: method, path: path, isUpgrade: false) {
      case .found(let entry, let parameters):
        entry.route.path + parameters.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
      case .otherMethods(let methods): methods.joined(separator: ",")
      case .none: "none"
      }
    }
    #expect(path("GET", "/a/b") == "/a/b")
    #expect(path("HEAD", "/a/c") == "/a/{x} x=c")
    #expect(path("POST", "/a/b") == "/a/{x} x=b")
    #expect(path("GET", "/a/b/c") == "/* *=a/b/c")
    #expect(path("GET", "/s/x/y") == "/s/* *=x/y")
    #expect(path("GET", "/") == "/")
    #expect(path("PUT", "/a/b") == "GET,HEAD,OPTIONS,POST")
  }
}
