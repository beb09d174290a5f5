import RouterCore
import Testing

private struct Door: ListeningConfiguration {
  var listener = ListenerSettings(listen: PeerAddress(host: "0.0.0.0", port: 8090))
  var discovery = OrFalse<PeerAddress>.on(PeerAddress(host: "0.0.0.0", port: 12888))
  var path = "/stream.wav"

  static var options: [Option<Self>] {
    listenerOptions(defaultPort: 8090) + [
      Option("discovery", \.discovery, "Where to answer."), Option("path", \.path, "Where it plays."),
    ]
  }
}

private func problems(_ json: JSON, in surroundings: Surroundings = .none) -> [String] {
  Door.decode(json, in: surroundings).1.map { $0.text(file: "") }
}

@Suite struct ListenerOptionsTests {
  @Test(arguments: [
    ("127.0.0.1:80" as JSON, "127.0.0.1:80"), (":80", "0.0.0.0:80"), ("80", "0.0.0.0:80"), (80, "0.0.0.0:80"),
    ("[::1]:80", "[::1]:80"), ("[0:0::0001]:80", "[::1]:80"), ("localhost:0", "127.0.0.1:0"),
    ("127.0.0.1", "127.0.0.1:8090"), ("[::]", "[::]:8090"),
    ("[::ffff:10.0.0.1]:1", "10.0.0.1:1"),
  ])
  func `an address reads in all its forms`(json: JSON, expected: String) {
    let (config, problems) = Door.decode(["listen": json])
    #expect(problems.isEmpty)
    #expect(config.listener.listen.description == expected)
  }

  @Test(arguments: [
    "", ":", "a:b", ":65536", "65536", ":-1", ":080", "1.2.3:80", "01.2.3.4:80", "::1:80x", "[::1", "[::1]80",
    "[1.2.3.4]:80",
    "host:80", "::1", "::1:80", "[::1]x", "[:::]:80", "[1:2:3:4:5:6:7:8:9]:80", "[1::2::3]:80", "1.2.3.4:", "[g::]:1",
    "[::+1]:1",
  ])
  func `what is no address is refused`(text: String) {
    #expect(problems(["listen": .string(text)]).count == 1)
  }

  @Test func `every problem is told with its path`() {
    let found = problems([
      "listen": true, "tls": ["cert": "a.pem", "kee": "b"], "allow": ["10.0.0.0/8", "10.0.0.0/33", 4],
      "token": 5, "limits": ["headerBytes": 1, "idleSecond": 4], "discovery": "x", "path": 3, "pth": 1,
    ])
    #expect(
      found == [
        #"error: listen: expected "host:port", found true"#,
        #"error: tls.kee: unknown key (did you mean "key"?)"#,
        "error: tls.key: is missing (PEM file with the private key)",
        #"error: allow[1]: expected an address or a range such as "192.168.0.0/16", found "10.0.0.0/33""#,
        #"error: allow[2]: expected an address or a range such as "192.168.0.0/16", found 4"#,
        #"error: token: expected a text, "$ENV_NAME" or {"file": path}"#,
        "error: limits.headerBytes: expected 256 to 1048576 bytes, found 1",
        #"error: limits.idleSecond: unknown key (did you mean "idleSeconds"?)"#,
        #"error: discovery: expected "host:port", or false, found "x" (the host is a numeric address of this machine)"#,
        "error: path: expected a text, found 3 (put it in quotes)",
        #"error: pth: unknown key (did you mean "path"?)"#,
      ])
  }

  @Test func `a fix is a merge patch from the same root`() {
    let (_, problems) = Door.decode(["limits": ["idleSecond": 4]])
    #expect(problems.map(\.fix) == [["limits": ["idleSecond": .null, "idleSeconds": 4]]])
    #expect(problems.map(\.pointer) == ["/limits/idleSecond"])
  }

  @Test func `limits left out keep the document's`() {
    var surroundings = Surroundings.none
    surroundings.limits.connections = 7
    let (config, problems) = Door.decode(["limits": ["idleSeconds": 1]], in: surroundings)
    #expect(problems.isEmpty)
    #expect(config.listener.limits.connections == 7)
    #expect(config.listener.limits.idleSeconds == 1)
  }

  @Test func `tls, allow and discovery read what is right`() {
    let (config, problems) = Door.decode([
      "tls": ["cert": "c", "key": "k"], "allow": ["10.1.2.3/8", "::1"], "discovery": false,
    ])
    #expect(problems.isEmpty)
    #expect(config.listener.tls == .files(cert: "c", key: "k"))
    #expect(config.listener.allow == ["10.0.0.0/8", "::1"])
    #expect(config.discovery == .off)
    #expect(Door.decode(["tls": "auto"]).0.listener.tls == .auto)
    #expect(Door.decode(["tls": false]).0.listener.tls == .off)
  }

  @Test func `an empty list of allowed addresses is refused`() {
    #expect(
      problems(["allow": []]) == [
        #"error: allow: nobody could connect ("0.0.0.0/0" and "::/0" let everyone in)"#
      ])
  }

  @Test func `the default ranges survive a round trip`() {
    #expect(
      Door().json["allow"] == .array(ListenerSettings.privateRanges.map { .string($0.replacing("/128", with: "")) }))
    #expect(Door.decode(Door().json).1.isEmpty)
  }
}
