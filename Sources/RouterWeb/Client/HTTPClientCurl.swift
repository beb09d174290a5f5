internal import CCurl
public import RouterCore

/// HTTP as a client on libcurl, all exchanges on one thread of its own. Control side.
///
/// Only `http` and `https`, also after redirects. Connections are kept and used again. Cancelling the task ends the
/// exchange. Bodies are not decompressed.
public final class HTTPClientCurl: HTTPClient {
  private let worker = PthreadLock<CurlWorker?>(nil)

  /// libcurl is loaded and the thread started with the first request.
  public init() {}

  deinit { worker.withLock { $0?.end() } }

  public func send(_ request: HTTPCall) async throws(HTTPFailure) -> HTTPAnswer {
    try await exchange(request, part: nil)
  }

  /// Sends a request whose answer goes on and on, such as server-sent events. Returns when it ends.
  ///
  /// - Parameter part: Gets the body of a 2xx answer as it comes, on the client's thread; it must not block. Of other
  ///   answers the body is returned.
  /// - Throws: `HTTPFailure` when there is no answer, or when it breaks off.
  public func stream(_ request: HTTPCall, part: @escaping @Sendable ([UInt8]) -> Void) async throws(HTTPFailure)
    -> HTTPAnswer
  {
    try await exchange(request, part: part)
  }

  private func exchange(_ request: HTTPCall, part: (@Sendable ([UInt8]) -> Void)?) async throws(HTTPFailure)
    -> HTTPAnswer
  {
    if let failure = unsafe ccurl_load() { throw HTTPFailure(.broken, unsafe String(cString: failure)) }
    let transfer = try CurlTransfer(request, part: part)
    let worker = startedWorker()
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: CheckedContinuation<Result<HTTPAnswer, HTTPFailure>, Never>) in
        worker.start(transfer) { continuation.resume(returning: $0) }
      }
    } onCancel: {
      worker.cancel(transfer)
    }
    return try result.get()
  }

  private func startedWorker() -> CurlWorker {
    worker.withLock { known in
      if let known { return known }
      let new = CurlWorker()
      known = new
      return new
    }
  }
}
