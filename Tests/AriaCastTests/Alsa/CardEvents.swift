import CLinux
import Glibc
import RouterCore
import Support

@testable import AriaCast

/// What happens to cards and their nodes: frames heard, a mixer moved, a card started or stopped, a line logged, a packet
/// recorded. Each is told by whoever does it, none is looked for by the clock.
///
/// Unchecked: the descriptors are made in `init` and closed by the one thread that waits on them.
final class CardEvents: @unchecked Sendable {
  private let watch = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
  private let (ended, end): (Int32, Int32)

  /// A stream with one element now, one after each thing that happened, and its end after `limit`.
  static func stream(for limit: Duration, folders: [String]) -> AsyncStream<Void> {
    AsyncStream(bufferingPolicy: .bufferingNewest(1)) { events in
      let watch = CardEvents(folders)
      let bell = Bell.shared.listen { events.yield() }
      events.onTermination = { _ in
        Bell.shared.ignore(bell)
        close(watch.end)
      }
      events.yield()
      do {
        try DeviceThread.start("card-events") { watch.tell(events, until: .now() + limit) }
      } catch {
        events.finish()
      }
    }
  }

  private init(_ folders: [String]) {
    var pair: [Int32] = [-1, -1]
    unsafe pipe(&pair)
    (ended, end) = (pair[0], pair[1])
    for folder in folders {
      unsafe inotify_add_watch(watch, folder, UInt32(IN_MODIFY | IN_CREATE | IN_DELETE | IN_CLOSE_WRITE))
    }
  }

  /// Waits for the folders to change, for the listener to leave (its end of the pipe is closed) or for the time to pass.
  private func tell(_ events: AsyncStream<Void>.Continuation, until limit: Instant) {
    var polled = [watch, ended].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    var chunk = [UInt8](repeating: 0, count: 4096)
    while polled[1].revents == 0, Instant.now() < limit {
      let left = (limit - Instant.now()).nanoseconds / 1_000_000 + 1
      guard unsafe poll(&polled, 2, Int32(max(0, left))) > 0, polled[0].revents != 0 else { continue }
      while unsafe read(watch, &chunk, chunk.count) > 0 {}
      events.yield()
    }
    events.finish()
    close(watch)
    close(ended)
  }
}
