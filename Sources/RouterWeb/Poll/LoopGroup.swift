public import RouterCore

/// The loops that serve sockets. Connections are spread over them; each stays where it is.
public struct LoopGroup: Sendable {
  public let loops: [Loop]

  /// - Parameter count: Threads; 1 to 64.
  /// - Throws: `SystemError` if the process has no descriptor left.
  public init(count: Int) throws(SystemError) {
    var made: [Loop] = []
    for index in 0..<min(max(count, 1), 64) {
      made.append(Loop(name: "loop \(index)", poller: try EpollPoller()))
    }
    loops = made
  }

  /// Starts the threads. Control side.
  public func start() { for loop in loops { loop.start() } }

  /// Ends the polling of every loop. Control side.
  public func stop() async { for loop in loops { await loop.stop() } }
}
