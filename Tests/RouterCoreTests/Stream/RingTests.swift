import Glibc
import RouterCore
import Support
import Synchronization
import Testing

@Suite struct RingTests {
  @Test func `what goes in comes out in order, across the end of the memory`() {
    let ends = Ring.make(capacity: 100)
    var writer = ends.writer
    var reader = ends.reader
    var random = SplitMix(seed: 5)
    var next: UInt8 = 0
    var expected: UInt8 = 0
    for _ in 0..<2000 {
      let count = Int(random.next() % 60)
      let bytes = (0..<count).map { next &+ UInt8($0) }
      if unsafe writer.write(bytes.span.bytes) { next &+= UInt8(count) }
      var out = [UInt8](repeating: 0, count: Int(random.next() % 60))
      var span = out.mutableSpan
      var target = unsafe span.mutableBytes
      if reader.read(into: &target) {
        for byte in out {
          #expect(byte == expected)
          expected &+= 1
        }
      }
      #expect(writer.fill <= 100 && writer.fill == reader.fill)
    }
  }

  @Test func `a write that does not fit changes nothing`() {
    let ends = Ring.make(capacity: 10)
    var writer = ends.writer
    let eight = [UInt8](repeating: 1, count: 8)
    let first = unsafe writer.write(eight.span.bytes)
    let tooMuch = unsafe writer.write([UInt8](repeating: 2, count: 3).span.bytes)
    #expect(first && !tooMuch)
    #expect(writer.fill == 8 && writer.free == 2)
    #expect(unsafe writer.write([UInt8](repeating: 3, count: 2).span.bytes))
    #expect(writer.free == 0)
  }

  @Test func `skipping takes what is there and no more`() {
    let ends = Ring.make(capacity: 10)
    var writer = ends.writer
    var reader = ends.reader
    _ = unsafe writer.write([UInt8]([1, 2, 3, 4]).span.bytes)
    #expect(reader.skip(3) == 3)
    #expect(reader.skip(3) == 1)
    #expect(reader.fill == 0)
  }

  @Test func `two threads pass a million bytes unharmed`() async {
    let ends = Ring.make(capacity: 4096)
    let total = 1_000_000
    var writer = ends.writer
    let drain = Drain(ends.reader)
    let wrong = Task.detached { await drain.run(total: total) }
    var sent = 0
    while sent < total {
      let count = min(1 + sent % 700, total - sent)
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: (sent + $0) &* 31) }
      while unsafe !writer.write(bytes.span.bytes) { await Task.yield() }
      sent += count
    }
    #expect(await wrong.value == 0, "wrong bytes")
  }
}

/// Reads one end on another thread and counts the bytes that are not what was sent.
private actor Drain {
  private var reader: RingReader

  init(_ reader: consuming RingReader) { self.reader = reader }

  func run(total: Int) async -> Int {
    var wrong = 0
    var got = 0
    while got < total {
      let count = min(total - got, max(1, min(reader.fill, 500)))
      var out = [UInt8](repeating: 0, count: count)
      var span = out.mutableSpan
      var target = unsafe span.mutableBytes
      guard reader.read(into: &target) else {
        await Task.yield()
        continue
      }
      for (index, byte) in out.enumerated() where byte != UInt8(truncatingIfNeeded: (got + index) &* 31) { wrong += 1 }
      got += count
    }
    return wrong
  }
}
