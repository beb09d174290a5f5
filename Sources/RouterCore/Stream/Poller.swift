/// What a descriptor is ready for, or watched for.
public struct Readiness: OptionSet, Sendable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }
  public static let read = Readiness(rawValue: 1)
  public static let write = Readiness(rawValue: 2)
  /// Hang-up or error; reported always, never asked for.
  public static let hangUp = Readiness(rawValue: 4)
}

/// Called on the loop when a watched descriptor is ready.
public protocol ReadinessHandler: AnyObject {
  func ready(_ what: Readiness, on loop: isolated Loop)
}

/// One registration of a descriptor; carries a generation, so that stale events of a reused number are dropped.
public struct Watch: Hashable, Sendable {
  public let descriptor: Int32
  public let generation: UInt32
  public init(descriptor: Int32, generation: UInt32) {
    self.descriptor = descriptor
    self.generation = generation
  }
}

/// Waits for a loop: epoll in RouterWeb, a plain sleep for loops without descriptors.
///
/// Owned by one loop and confined to it.
public protocol Poller: AnyObject {
  /// Ends the wait from any thread.
  var waker: any Waker { get }
  /// Waits until a descriptor is ready, `waker` is called or `deadline` has come, and calls the handlers that are due.
  /// - Parameters:
  ///   - deadline: nil waits for ever; one that is not after `now` only looks.
  ///   - now: On the loop's clock.
  func turn(until deadline: Instant?, from now: Instant, on loop: isolated Loop)
  /// - Throws: `SystemError` if the kernel refuses the descriptor.
  func watch(_ descriptor: Int32, for what: Readiness, _ handler: any ReadinessHandler) throws(SystemError) -> Watch
  func change(_ watch: Watch, to what: Readiness)
  /// Forgets the descriptor; events already fetched for it are dropped. Does not close it.
  func unwatch(_ watch: Watch)
}

/// Wakes a waiting loop. Any thread.
public protocol Waker: Sendable {
  func wake()
}

/// A failed system call: what was tried, and errno.
public struct SystemError: Error, Equatable, Sendable, CustomStringConvertible {
  public var call: String
  public var code: Int32
  public init(_ call: String, code: Int32) {
    self.call = call
    self.code = code
  }
  public var description: String { "\(call): \(errnoText(code))" }
}
