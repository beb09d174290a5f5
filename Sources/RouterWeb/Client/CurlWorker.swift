import CCurl
import Glibc
import RouterCore
import Synchronization

/// The thread that libcurl runs on. Starts with the first request and ends with the client.
///
/// `@unchecked Sendable`: `multi` and `running` belong to the thread (only the wake-up is allowed from others); the
/// rest is behind a lock.
@safe final class CurlWorker: @unchecked Sendable {
  typealias Completion = @Sendable (Result<HTTPAnswer, HTTPFailure>) -> Void
  /// An exchange and who waits for it.
  private struct Exchange: Sendable {
    var transfer: CurlTransfer
    var completion: Completion
  }
  private struct Mailbox {
    var begun: [Exchange] = []
    var isStarted = false
    var isEnding = false
  }

  private static let cancelled = HTTPFailure(.broken, "cancelled")
  private let mailbox = PthreadLock(Mailbox())
  private let multi: UnsafeMutableRawPointer
  private var running: [Exchange] = []

  init() {
    guard let multi = unsafe ccurl_multi_init() else { preconditionFailure("no memory for libcurl") }
    unsafe self.multi = multi
  }

  deinit { unsafe ccurl_multi_cleanup(multi) }

  // MARK: Any thread

  func start(_ transfer: CurlTransfer, completion: @escaping Completion) {
    let isFirst = mailbox.withLock { mailbox in
      mailbox.begun.append(Exchange(transfer: transfer, completion: completion))
      defer { mailbox.isStarted = true }
      return !mailbox.isStarted
    }
    if isFirst { startThread() }
    unsafe ccurl_multi_wakeup(multi)
  }

  /// Ends the exchange, also one that begins later.
  func cancel(_ transfer: CurlTransfer) {
    transfer.isCancelled.store(true, ordering: .releasing)
    unsafe ccurl_multi_wakeup(multi)
  }

  func end() {
    mailbox.withLock { $0.isEnding = true }
    unsafe ccurl_multi_wakeup(multi)
  }

  private func startThread() {
    var id = pthread_t()
    let argument = unsafe Unmanaged.passRetained(self).toOpaque()
    let code = unsafe pthread_create(&id, nil, curlThreadMain, argument)
    precondition(code == 0, "no thread for HTTP: \(errnoText(code))")
    pthread_detach(id)
  }

  // MARK: The thread

  fileprivate func serve() {
    nameCurrentThread("http client")
    while true {
      let (begun, isEnding) = mailbox.withLock { mailbox in
        defer { mailbox.begun = [] }
        return (mailbox.begun, mailbox.isEnding)
      }
      for exchange in begun { begin(exchange) }
      for exchange in running where isEnding || exchange.transfer.isCancelled.load(ordering: .acquiring) {
        finish(exchange, .failure(CurlWorker.cancelled))
      }
      if isEnding { return }
      var active: Int32 = 0
      unsafe ccurl_multi_perform(multi, &active)
      reportFinished()
      unsafe ccurl_multi_poll(multi, nil, 0, 60_000, nil)
    }
  }

  private func begin(_ exchange: Exchange) {
    guard unsafe ccurl_multi_add_handle(multi, exchange.transfer.easy) == CURLM_OK else {
      return exchange.completion(.failure(HTTPFailure(.broken, "libcurl takes no more requests")))
    }
    running.append(exchange)
  }

  private func reportFinished() {
    var left: Int32 = 0
    while let message = unsafe ccurl_multi_info_read(multi, &left) {
      let (kind, easy, code) = unsafe (message.pointee.msg, message.pointee.easy_handle, message.pointee.data.result)
      guard kind == CURLMSG_DONE, let exchange = running.first(where: { unsafe $0.transfer.easy == easy }) else {
        continue
      }
      finish(exchange, exchange.transfer.result(code))
    }
  }

  private func finish(_ exchange: Exchange, _ result: Result<HTTPAnswer, HTTPFailure>) {
    unsafe ccurl_multi_remove_handle(multi, exchange.transfer.easy)
    running.removeAll { $0.transfer === exchange.transfer }
    exchange.completion(result)
  }
}

/// File-level and nonisolated, so that no caller's isolation is checked on the new thread.
private nonisolated func curlThreadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument = unsafe argument else { return nil }
  unsafe Unmanaged<CurlWorker>.fromOpaque(argument).takeRetainedValue().serve()
  return nil
}
