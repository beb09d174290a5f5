import RouterCore
import Support
import Testing

@Suite struct AddressTests {
  @Test(arguments: [
    ("1.2.3.4", "1.2.3.4"), ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
    ("0:0:1:0:0:0:0:0", "0:0:1::"), ("1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"), ("::ffff:1.2.3.4", "1.2.3.4"),
    ("64:ff9b::1.2.3.4", "64:ff9b::102:304"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
    ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
    ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"),
  ])
  func `an address reads and is written in one form`(text: String, form: String) {
    #expect(IPAddress(text)?.description == form)
  }

  @Test(arguments: [
    "", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.04", "1.2.3.", ".1.2.3", "1.2.3.+4", ":", ":::", "1:", ":1",
    "1:2",
    "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "g::", "::1%eth0", "[::1]", "::1.2.3", "1.2.3.4::",
    "1:2:3:4:5:6:7:1.2.3.4", "::-1", "::+1", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "1. 2.3.4",
  ])
  func `what is no address is refused`(text: String) {
    #expect(IPAddress(text) == nil)
  }

  @Test func `every beginning and every damage of an address is one that reads back, or none`() {
    let seeds = ["192.168.178.254", "2001:db8:0:1::ff", "::ffff:1.2.3.4", "fe80::/10", "10.0.0.0/8"].map {
      Array($0.utf8)
    }
    let words = Array("0123456789abcdefABCDEF:./%[] ".utf8)
    var random = SeededGenerator(seed: 71)
    for seed in seeds { for count in 0...seed.count { check(Array(seed[..<count])) } }
    for round in 0..<rounds(100_000) {
      var bytes = seeds[round % seeds.count]
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        let some = words[Int.random(in: 0..<words.count, using: &random)]
        if Bool.random(using: &random) { bytes[place] = some } else { bytes.insert(some, at: place) }
      }
      check(bytes)
    }
  }

  private func check(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    if let address = IPAddress(text), IPAddress(address.description) != address { Issue.record("\(text)") }
    if let range = AddressRange(text), AddressRange(range.description) != range { Issue.record("\(text)") }
  }

  @Test(arguments: [
    ("10.0.0.0/8", "10.255.1.2", true), ("10.0.0.0/8", "11.0.0.0", false), ("192.168.1.77/25", "192.168.1.127", true),
    ("192.168.1.77/25", "192.168.1.128", false), ("0.0.0.0/0", "8.8.8.8", true), ("0.0.0.0/0", "::1", false),
    ("fe80::/10", "febf::1", true), ("fe80::/10", "fec0::1", false), ("::1", "::1", true), ("::1", "::2", false),
    ("127.0.0.0/8", "::ffff:127.0.0.1", true), ("1.2.3.4/32", "1.2.3.4", true),
  ])
  func `a range holds what its prefix says`(range: String, address: String, isInside: Bool) throws {
    let address = try #require(IPAddress(address))
    #expect(AddressRange(range)?.contains(address) == isInside)
  }

  @Test(arguments: ["10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/08", "10.0.0.0/", "::/129", "/8", "10.0.0.0/8/8", "lan"])
  func `what is no range is refused`(text: String) {
    #expect(AddressRange(text) == nil)
  }

  @Test func `an address knows what it is`() {
    #expect(IPAddress("127.8.8.8")?.isLoopback == true)
    #expect(IPAddress("::1")?.isLoopback == true)
    #expect(IPAddress("10.0.0.1")?.isLoopback == false)
    #expect(IPAddress("::")?.isWildcard == true)
    #expect(IPAddress("0.0.0.0")?.isWildcard == true)
    #expect(IPAddress(bytes: [1, 2, 3]) == nil)
  }
}
