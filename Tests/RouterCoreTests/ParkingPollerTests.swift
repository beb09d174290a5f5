import Glibc
import RouterCore
import Support
import Testing

/// Counts what a descriptor was ready for.
private final class Note: ReadinessHandler {
  private let seen: PthreadLock<[Readiness]>
  private let done: CheckedContinuation<Void, Never>?
  private let descriptor: Int32
  init(_ seen: PthreadLock<[Readiness]>, _ descriptor: Int32, _ done: CheckedContinuation<Void, Never>?) {
    self.seen = seen
    self.descriptor = descriptor
    self.done = done
  }
  func ready(_ what: Readiness, on loop: isolated Loop) {
    var byte: UInt8 = 0
    _ = unsafe read(descriptor, &byte, 1)
    seen.withLock { $0.append(what) }
    done?.resume()
  }
}

private func makePipe() -> (read: Int32, write: Int32) {
  var ends: [Int32] = [-1, -1]
  _ = unsafe pipe(&ends)
  return (ends[0], ends[1])
}

@Suite struct ParkingPollerTests {
  @Test func `a job sent from outside wakes a loop that waits for ever`() async throws {
    let loop = Loop(name: "parked", poller: try ParkingPoller())
    loop.start()
    for number in 0..<200 { #expect(await loop.perform { _ in number } == number) }
    await loop.stop()
  }

  @Test func `a hundred loops start, run a job and stop`() async throws {
    for _ in 0..<100 {
      let loop = Loop(name: "short", poller: try ParkingPoller())
      loop.start()
      #expect(await loop.perform { _ in true })
      await loop.stop()
    }
  }

  @Test func `a readable descriptor reaches its handler`() async throws {
    let loop = Loop(name: "reader", poller: try ParkingPoller())
    loop.start()
    let ends = makePipe()
    let seen = PthreadLock<[Readiness]>([])
    await withCheckedContinuation { done in
      Task {
        try await loop.perform { loop throws(SystemError) in
          _ = try loop.watch(ends.read, for: .read, Note(seen, ends.read, done))
        }
        var byte: UInt8 = 1
        _ = unsafe write(ends.write, &byte, 1)
      }
    }
    #expect(seen.withLock { $0 } == [.read])
    await loop.stop()
    close(ends.read)
    close(ends.write)
  }

  @Test func `a descriptor nobody opened and one watched twice are refused`() async throws {
    let loop = Loop(name: "refusing", poller: try ParkingPoller())
    loop.start()
    let ends = makePipe()
    let codes = await loop.perform { loop -> [Int32] in
      [-1, ends.read, ends.read].map { descriptor in
        do throws(SystemError) {
          _ = try loop.watch(descriptor, for: [], Note(PthreadLock([]), descriptor, nil))
          return 0
        } catch { return error.code }
      }
    }
    #expect(codes == [EBADF, 0, EEXIST])
    await loop.stop()
    close(ends.read)
    close(ends.write)
  }

  @Test func `what is unwatched is not called any more`() async throws {
    let loop = Loop(name: "unwatching", poller: try ParkingPoller())
    loop.start()
    let (first, second) = (makePipe(), makePipe())
    let (forgotten, kept) = (PthreadLock<[Readiness]>([]), PthreadLock<[Readiness]>([]))
    var byte: UInt8 = 1
    _ = unsafe write(first.write, &byte, 1)
    _ = unsafe write(second.write, &byte, 1)
    await withCheckedContinuation { done in
      Task {
        try await loop.perform { loop throws(SystemError) in
          let watch = try loop.watch(first.read, for: .read, Note(forgotten, first.read, nil))
          _ = try loop.watch(second.read, for: .read, Note(kept, second.read, done))
          loop.unwatch(watch)
        }
      }
    }
    #expect(forgotten.withLock { $0 }.isEmpty)
    #expect(kept.withLock { $0 } == [.read])
    await loop.stop()
    for end in [first.read, first.write, second.read, second.write] { close(end) }
  }

  @Test func `timers follow the clock of the loop, and equal instants keep their order`() async throws {
    let host = try FakeHost()
    let fired = PthreadLock<[Int]>([])
    await host.loop.perform { loop in
      for number in 0..<50 {
        loop.schedule(at: loop.time.now + .milliseconds(10)) { _ in fired.withLock { $0.append(number) } }
      }
    }
    await host.advance(by: .milliseconds(9))
    #expect(fired.withLock { $0 }.isEmpty)
    await host.advance(by: .milliseconds(1))
    #expect(fired.withLock { $0 } == Array(0..<50))
    await host.stop()
  }
}
