import RouterCore
import Support
import Testing

@testable import AriaCast

@Suite struct ServiceBookTests {
  typealias Key = ServiceBook.Key

  static let phone = Key(source: "phone.service", key: "")
  static let mic = Key(source: "mic.service", key: "1")

  static func service(_ name: String = "Kitchen", port: Int = 12_889, version: String = "1.0") -> ServiceEvent {
    ServiceEvent(instance: name, type: "_audiocast._tcp", port: port, txt: [("version", version), ("name", name)])
  }

  static func publication(_ id: Int, _ name: String = "Kitchen", version: String = "1.0") -> Publication {
    Publication(
      id: id, name: name, type: "_audiocast._tcp", port: 12_889,
      txt: ["version=\(version)", "name=\(name)"].map { Array($0.utf8) })
  }

  static func book(isRunning: Bool = true) -> ServiceBook {
    var book = ServiceBook { "\($0)+" }
    if isRunning { _ = book.take(.running) }
    return book
  }

  @Test func `a service is published once the daemon takes services`() {
    var book = Self.book(isRunning: false)
    #expect(book.offer(Self.service(), by: Self.phone) == [])
    #expect(book.take(.running) == [.publish(Self.publication(1))])
    #expect(book.take(.running) == [])
    #expect(book.established == 0)
    #expect(book.take(.established(1)) == [.announce(Self.phone, name: "Kitchen")])
    #expect(book.established == 1)
    #expect(book.take(.established(1)) == [])
  }

  @Test func `a withdrawn service is removed, whatever it was doing`() {
    var book = Self.book()
    #expect(book.offer(Self.service(), by: Self.phone) == [.publish(Self.publication(1))])
    #expect(book.withdraw(Self.phone) == [.remove(1)])
    #expect(book.withdraw(Self.phone) == [])
    #expect(book.take(.established(1)) == [])
    #expect(book.offer(Self.service(), by: Self.phone) == [.publish(Self.publication(2))])
    book.serverLeft()
    #expect(book.withdraw(Self.phone) == [])
    #expect(book.take(.running) == [])
  }

  @Test func `a taken name gets the next one, and the TXT key follows`() {
    var book = Self.book()
    _ = book.offer(Self.service(), by: Self.phone)
    #expect(
      book.take(.taken(1)) == [
        .remove(1), .sayTaken(name: "Kitchen", next: "Kitchen+"), .publish(Self.publication(2, "Kitchen+")),
      ])
    #expect(
      book.refused(2, .taken) == [
        .remove(2), .sayTaken(name: "Kitchen+", next: "Kitchen++"), .publish(Self.publication(3, "Kitchen++")),
      ])
    #expect(book.take(.established(3)) == [.announce(Self.phone, name: "Kitchen++")])
    #expect(book.take(.taken(1)) == [])
  }

  @Test func `a TXT key "name" that says something else stays as it is`() {
    var book = Self.book()
    let service = ServiceEvent(instance: "A", type: "_x._tcp", port: 1, txt: [("name", "B"), ("other", "A")])
    _ = book.offer(service, by: Self.phone)
    let txt = ["name=B", "other=A"].map { Array($0.utf8) }
    #expect(book.take(.taken(1)).last == .publish(Publication(id: 2, name: "A+", type: "_x._tcp", port: 1, txt: txt)))
  }

  @Test func `a name that is taken for ever is given up, the others stay`() {
    var book = Self.book()
    _ = book.offer(Self.service("Other"), by: Self.mic)
    _ = book.offer(Self.service(), by: Self.phone)
    var id = 2
    for _ in 0..<ServiceBook.patience {
      #expect(book.take(.taken(id)).count == 3)
      id += 1
    }
    guard case .sayUnfit? = book.take(.taken(id)).last else {
      Issue.record("the service was not given up")
      return
    }
    #expect(book.take(.established(1)) == [.announce(Self.mic, name: "Other")])
    #expect(book.offer(Self.service(port: 1), by: Self.phone).count == 1)
  }

  @Test func `the name in force survives a daemon that restarts`() {
    var book = Self.book()
    _ = book.offer(Self.service(), by: Self.phone)
    _ = book.take(.taken(1))
    _ = book.take(.established(2))
    #expect(book.take(.lost(.gone)) == [])
    #expect(book.established == 0)
    #expect(book.take(.running) == [.publish(Self.publication(3, "Kitchen+"))])
  }

  @Test func `while the daemon settles its host name everything is taken back and published again`() {
    var book = Self.book()
    _ = book.offer(Self.service(), by: Self.phone)
    _ = book.offer(Self.service("Mic"), by: Self.mic)
    _ = book.take(.established(1))
    #expect(book.take(.settling) == [.remove(1), .remove(2)])
    #expect(book.take(.settling) == [])
    #expect(book.take(.established(2)) == [])
    #expect(book.take(.running) == [.publish(Self.publication(3)), .publish(Self.publication(4, "Mic"))])
  }

  @Test func `changed TXT keys are updated in place, a changed port or name is published anew`() {
    var book = Self.book()
    _ = book.offer(Self.service(), by: Self.phone)
    _ = book.take(.taken(1))
    #expect(
      book.offer(Self.service(version: "2"), by: Self.phone)
        == [.update(Self.publication(2, "Kitchen+", version: "2"))])
    let actions = book.offer(Self.service(port: 9), by: Self.phone)
    #expect(actions.first == .remove(2))
    #expect(actions.count == 2)
    #expect(book.offer(Self.service("Bath", port: 9), by: Self.phone).first == .remove(3))
  }

  @Test func `a service that cannot be published is said once and tried again when it changes`() {
    var book = Self.book()
    let unfit = AvahiProblem(code: -11)
    _ = book.offer(Self.service(), by: Self.phone)
    #expect(book.refused(1, unfit) == [.remove(1), .sayUnfit(name: "Kitchen", words: unfit.words)])
    book.serverLeft()
    #expect(book.take(.running) == [])
    #expect(book.offer(Self.service(), by: Self.phone) == [.publish(Self.publication(2))])
  }

  @Test func `TXT keys that do not fit are named`() {
    var book = Self.book()
    let service = ServiceEvent(instance: "A", type: "_x._tcp", port: 70_000, txt: [("a=b", "c")])
    let actions = book.offer(service, by: Self.phone)
    #expect(actions.last == .sayDropped(name: "A", keys: ["a=b"]))
    #expect(actions.first == .publish(Publication(id: 1, name: "A", type: "_x._tcp", port: 0, txt: [])))
  }

  @Test func `any order of events leaves one publication per service at most`() {
    var random = SeededGenerator(seed: 7)
    for _ in 0..<Effort.times(1_000) {
      var book = Self.book()
      var standing: Set<Int> = []
      var lastID = 1
      for _ in 0..<40 {
        for action in Self.step(&book, upTo: lastID, &random) {
          switch action {
          case .publish(let publication):
            lastID = publication.id
            standing.insert(publication.id)
          case .remove(let id): #expect(standing.remove(id) != nil)
          default: break
          }
        }
        #expect(standing.count <= 2)
      }
    }
  }

  private static func step(
    _ book: inout ServiceBook, upTo lastID: Int, _ random: inout SeededGenerator
  ) -> [ServiceBook.Action] {
    let id = Int.random(in: 1...lastID, using: &random)
    let key = Bool.random(using: &random) ? phone : mic
    switch Int.random(in: 0..<8, using: &random) {
    case 0, 1: return book.offer(service(port: Int.random(in: 1...3, using: &random)), by: key)
    case 2: return book.withdraw(key)
    case 3: return book.take(.established(id))
    case 4: return book.take(.taken(id))
    case 5: return book.take(.settling)
    default: return book.take(.running)
    }
  }
}
