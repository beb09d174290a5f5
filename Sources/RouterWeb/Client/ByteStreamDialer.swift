internal import Glibc
public import RouterCore

/// Opens byte streams to servers. The connection lives on the loop it was asked for; names and certificates are read on a
/// blocking thread. Control side. Cancelling the task ends the attempt.
public final class ByteStreamDialer: ByteStreamClient {
  private let blocking: BlockingPool

  public init(blocking: BlockingPool) { self.blocking = blocking }

  public func connect(
    to target: ByteStreamTarget, on loop: Loop,
    handler: @escaping @Sendable (isolated Loop, any ByteStreamPeer) -> any ByteStreamHandler
  ) async throws(HTTPFailure) -> any ByteStreamPeer {
    let deadline = loop.time.now + target.timeout
    let (tls, addresses) = try await blocking.run { ByteStreamDialer.prepare(target) }.get()
    let attempt = ByteStreamAttempt(target, addresses, tls, deadline, handler)
    return try await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: CheckedContinuation<ByteStreamAttempt.Outcome, Never>) in
        Task {
          await loop.perform { loop in
            attempt.begin(on: loop) { continuation.resume(returning: $0) }
          }
        }
      }
    } onCancel: {
      Task { await loop.perform { attempt.cancel(on: $0) } }
    }.get()
  }

  /// What blocks: the name and the certificates.
  private static func prepare(_ target: ByteStreamTarget) -> Result<(TLSContext?, [SocketAddress]), HTTPFailure> {
    do throws(HTTPFailure) {
      let tls = try target.tls.map { tls throws(HTTPFailure) in try context(tls) }
      return .success((tls, try SocketAddress.resolve(target.host, port: target.port)))
    } catch {
      return .failure(error)
    }
  }

  private static func context(_ tls: ByteStreamTLS) throws(HTTPFailure) -> TLSContext {
    do throws(TLSFailure) {
      guard let path = tls.authority else { return try TLSContext(trustsAny: false) }
      return try TLSContext(trustsAny: false, authority: Certificate(pem: try read(path)))
    } catch {
      throw HTTPFailure(.tls, error.message)
    }
  }

  private static func read(_ path: String) throws(TLSFailure) -> [UInt8] {
    guard let file = unsafe fopen(path, "re") else { throw TLSFailure("\(path): \(errnoText(errno))") }
    defer { unsafe fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = unsafe fread(&bytes, 1, bytes.count, file)
    return Array(bytes[..<count])
  }
}

/// Everything one dialling needs, and the way to it for the task that waits.
///
/// `@unchecked Sendable`: `connection` and `isCancelled` are touched on the loop only, which both methods take.
final class ByteStreamAttempt: @unchecked Sendable {
  typealias Outcome = Result<any ByteStreamPeer, HTTPFailure>

  let target: ByteStreamTarget
  let addresses: [SocketAddress]
  let tls: TLSContext?
  let deadline: Instant
  let handler: @Sendable (isolated Loop, any ByteStreamPeer) -> any ByteStreamHandler
  private weak var connection: ByteStreamConnection?
  private var isCancelled = false

  init(
    _ target: ByteStreamTarget, _ addresses: [SocketAddress], _ tls: TLSContext?, _ deadline: Instant,
    _ handler: @escaping @Sendable (isolated Loop, any ByteStreamPeer) -> any ByteStreamHandler
  ) {
    self.target = target
    self.addresses = addresses
    self.tls = tls
    self.deadline = deadline
    self.handler = handler
  }

  func begin(on loop: isolated Loop, completion: @escaping @Sendable (Outcome) -> Void) {
    if isCancelled { return completion(.failure(HTTPFailure(.broken, "cancelled"))) }
    let connection = ByteStreamConnection(self, completion: completion)
    self.connection = connection
    connection.start(on: loop)
  }

  /// Ends the attempt; a connection that is open already stays.
  func cancel(on loop: isolated Loop) {
    isCancelled = true
    connection?.fail(HTTPFailure(.broken, "cancelled"), on: loop)
  }
}
