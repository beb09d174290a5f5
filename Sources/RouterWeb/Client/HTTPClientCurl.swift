internal import CCurl
public import RouterCore

/// HTTP as a client on libcurl, all exchanges on one thread of its own. Control side.
///
/// Only `http` and `https`, also after redirects. Connections are kept and used again. Cancelling the task ends the
/// exchange. Bodies are not decompressed.
public final class HTTPClientCurl: HTTPClient {
  /// libcurl asks for it once per process.
  private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  private let worker: CurlWorker

  /// The thread starts with the first request.
  public init() {
    precondition(HTTPClientCurl.isReady, "libcurl cannot be set up")
    worker = CurlWorker()
  }

  deinit { worker.end() }

  public func send(_ request: HTTPCall) async throws(HTTPFailure) -> HTTPAnswer {
    let transfer = try CurlTransfer(request)
    let worker = worker
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: CheckedContinuation<Result<HTTPAnswer, HTTPFailure>, Never>) in
        worker.start(transfer) { continuation.resume(returning: $0) }
      }
    } onCancel: {
      worker.cancel(transfer)
    }
    return try result.get()
  }
}
