import Testing

@testable import BrowserMic

@Suite struct PortSearchTests {
  private func search(count: Int = 3) -> PortSearch { PortSearch(first: 420, fallback: 9_420, count: count) }

  @Test func `the first port is tried first, and a taken one is passed over`() {
    var search = search()
    #expect(search.port == 420)
    search.refused(.taken)
    #expect(search.port == 421)
    search.refused(.taken)
    search.refused(.taken)
    #expect(search.port == nil && !search.fellBack && search.ports == 420..<423)
  }

  @Test func `where a port may not be bound the other range is searched from its beginning`() {
    var search = search()
    search.refused(.taken)
    search.refused(.forbidden)
    #expect(search.port == 9_420 && search.fellBack && search.ports == 9_420..<9_423)
    search.refused(.taken)
    #expect(search.port == 9_421)
    search.refused(.forbidden)
    #expect(search.port == nil)
  }

  @Test func `a wish within a range is where the search begins, and it goes round`() {
    var search = PortSearch(first: 420, fallback: 9_420, count: 3, wish: 421)
    var tried: [Int] = []
    while let port = search.port {
      tried.append(port)
      search.refused(.taken)
    }
    #expect(tried == [421, 422, 420])
    #expect(PortSearch(first: 420, fallback: 9_420, count: 3, wish: 9_422).port == 9_422)
    for wish in [22, 423, 70_000, -1] {
      #expect(PortSearch(first: 420, fallback: 9_420, count: 3, wish: wish).port == 420)
    }
  }

  @Test func `what holds for every port ends the search`() {
    var search = search()
    search.refused(.other)
    #expect(search.port == nil && !search.fellBack)
    search.refused(.taken)
    #expect(search.port == nil)
  }

  @Test(
    arguments: [(98, PortSearch.Refusal.taken), (13, .forbidden), (1, .forbidden), (99, .other)]
      as [(Int32, PortSearch.Refusal)])
  func `the kernel's numbers mean what they mean`(code: Int32, refusal: PortSearch.Refusal) {
    #expect(PortSearch.Refusal(code: code) == refusal)
    #expect(PortSearch.Refusal(code: nil) == .other)
  }
}
