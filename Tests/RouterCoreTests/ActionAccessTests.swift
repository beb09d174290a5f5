import RouterCore
import Testing

@Suite struct ActionAccessTests {
  private func request(
    from host: String, bearer: String? = nil, query: String? = nil
  ) -> HTTPRequest {
    HTTPRequest(
      method: "POST", path: "/", query: query.map { [(name: "token", value: $0)] } ?? [],
      fields: HTTPFields(bearer.map { [("Authorization", $0)] } ?? []), peer: PeerAddress(host: host, port: 5),
      local: PeerAddress(host: "192.168.1.5", port: 8090))
  }

  @Test(arguments: [("", false), ("secre", false), ("secret2", false), ("Secret", false), ("secret", true)])
  func `a token is right or wrong`(given: String, isRight: Bool) {
    #expect(ActionAccess(token: "secret").matches(given) == isRight)
    #expect(!ActionAccess(token: nil).matches(given))
  }

  @Test(arguments: [("127.0.0.1", true), ("127.8.0.1", true), ("::1", true), ("192.168.1.9", false), ("", false)])
  func `without a token this machine may`(host: String, isAllowed: Bool) {
    let access = ActionAccess(token: nil)
    #expect(access.allows(request(from: host)) == isAllowed)
    #expect(access.allows(request(from: host, bearer: "Bearer ", query: "")) == isAllowed)
  }

  @Test(
    arguments: [
      (nil, nil, false), ("Bearer secret", nil, true), ("bearer   secret", nil, true), ("secret", nil, false),
      ("Basic secret", nil, false), (nil, "secret", true), ("Bearer wrong", "secret", false), ("Bearer", nil, false),
    ] as [(String?, String?, Bool)])
  func `with a token it is asked for everywhere`(bearer: String?, query: String?, isAllowed: Bool) {
    for host in ["127.0.0.1", "192.168.1.9"] {
      #expect(
        ActionAccess(token: "secret").allows(request(from: host, bearer: bearer, query: query)) == isAllowed)
    }
  }

  @Test func `a node's own token replaces the router's`() {
    let router = ActionAccess(token: "admin")
    #expect(router.with(nil).matches("admin") && router.with(nil).hasToken)
    #expect(router.with("own").matches("own") && !router.with("own").matches("admin"))
    #expect(!ActionAccess(token: nil).with(nil).hasToken)
  }
}
