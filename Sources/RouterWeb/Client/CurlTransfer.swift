import CCurl
import RouterCore
import Synchronization

/// One exchange: the request as libcurl options, the answer as it comes.
///
/// `@unchecked Sendable`: made by one thread, handed to the worker, and touched by the worker's thread alone from then
/// on; others set `isCancelled` only.
@safe final class CurlTransfer: @unchecked Sendable {
  let easy: UnsafeMutableRawPointer
  private let bodyLimit: Int
  private var lines: UnsafeMutablePointer<curl_slist>?
  private let errorText: UnsafeMutablePointer<CChar>
  private var fields = HTTPFields()
  private var body: [UInt8] = []
  private var isTooLarge = false
  /// Takes the body of a 2xx answer as it comes.
  private let part: (@Sendable ([UInt8]) -> Void)?
  /// Set by the task that waits for the answer.
  let isCancelled = Atomic<Bool>(false)

  /// - Parameter part: Takes the body of a 2xx answer as it comes, on the worker's thread; nil collects it.
  /// - Throws: `HTTPFailure` if libcurl refuses the request before it is sent.
  init(_ call: HTTPCall, part: (@Sendable ([UInt8]) -> Void)? = nil) throws(HTTPFailure) {
    guard let easy = unsafe ccurl_easy_init() else { throw HTTPFailure(.broken, "no memory for a request") }
    unsafe self.easy = easy
    bodyLimit = call.bodyLimit
    self.part = part
    unsafe lines = nil
    unsafe errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
    unsafe errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    try set(call)
  }

  deinit {
    unsafe ccurl_easy_cleanup(easy)
    unsafe ccurl_slist_free_all(lines)
    unsafe errorText.deallocate()
  }

  // MARK: Request

  private func set(_ call: HTTPCall) throws(HTTPFailure) {
    try setText(CURLOPT_PROTOCOLS_STR, "http,https")
    try setText(CURLOPT_REDIR_PROTOCOLS_STR, "http,https")
    try setText(CURLOPT_URL, call.url)
    try setText(CURLOPT_USERAGENT, "media-router")
    // Signals would hit other threads.
    try setNumber(CURLOPT_NOSIGNAL, 1)
    try setNumber(CURLOPT_TIMEOUT_MS, max(1, Int(clamping: call.timeout.nanoseconds / 1_000_000)))
    try setNumber(CURLOPT_FOLLOWLOCATION, call.redirects > 0 ? 1 : 0)
    try setNumber(CURLOPT_MAXREDIRS, max(0, call.redirects))
    try setNumber(CURLOPT_SSL_VERIFYPEER, call.trustsAnyCertificate ? 0 : 1)
    try setNumber(CURLOPT_SSL_VERIFYHOST, call.trustsAnyCertificate ? 0 : 2)
    if let authorities = call.authorities { try setText(CURLOPT_CAINFO, authorities) }
    try setMethod(call)
    try setFields(call.fields)
    let me = unsafe Unmanaged.passUnretained(self).toOpaque()
    guard unsafe ccurl_set_receive(easy, CURLOPT_WRITEFUNCTION, receiveBody) == CURLE_OK,
      unsafe ccurl_set_pointer(easy, CURLOPT_WRITEDATA, me) == CURLE_OK,
      unsafe ccurl_set_receive(easy, CURLOPT_HEADERFUNCTION, receiveField) == CURLE_OK,
      unsafe ccurl_set_pointer(easy, CURLOPT_HEADERDATA, me) == CURLE_OK,
      unsafe ccurl_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText) == CURLE_OK
    else { throw HTTPFailure(.broken, "no memory for a request") }
  }

  private func setMethod(_ call: HTTPCall) throws(HTTPFailure) {
    guard ByteClass.isToken(call.method) else { throw HTTPFailure(.badURL, "\"\(call.method)\" is no method") }
    switch call.method {
    case "GET" where call.body.isEmpty: return
    case "HEAD": return try setNumber(CURLOPT_NOBODY, 1)
    case "POST": try setNumber(CURLOPT_POST, 1)
    default: try setText(CURLOPT_CUSTOMREQUEST, call.method)
    }
    if call.body.isEmpty, call.method != "POST", call.method != "PUT" { return }
    guard unsafe ccurl_set_size(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(call.body.count)) == CURLE_OK,
      unsafe call.body.withUnsafeBytes({ bytes in
        unsafe ccurl_set_pointer(
          easy, CURLOPT_COPYPOSTFIELDS,
          UnsafeMutableRawPointer(mutating: bytes.baseAddress ?? UnsafeRawPointer(errorText)))
      }) == CURLE_OK
    else { throw HTTPFailure(.broken, "no memory for a body of \(call.body.count) bytes") }
  }

  private func setFields(_ fields: HTTPFields) throws(HTTPFailure) {
    // What libcurl would add by itself: it calls every body a form, and waits for "100 Continue".
    let unwanted = ["Content-Type", "Expect"].filter { fields[$0] == nil }
    let all = fields.all + unwanted.map { (name: $0, value: "") }
    for (name, value) in all {
      guard ByteClass.isToken(name), !value.utf8.contains(where: { $0 == 13 || $0 == 10 || $0 == 0 }) else {
        throw HTTPFailure(.badURL, "the field \"\(name)\" holds bytes that no field may hold")
      }
      // "Name;" is an empty value and "Name:" none at all.
      let isGiven = fields[name] != nil
      let line = value.isEmpty ? "\(name)\(isGiven ? ";" : ":")" : "\(name): \(value)"
      guard let longer = unsafe ccurl_slist_append(lines, line) else {
        throw HTTPFailure(.broken, "no memory for a request")
      }
      unsafe lines = longer
    }
    guard unsafe ccurl_set_pointer(easy, CURLOPT_HTTPHEADER, lines) == CURLE_OK else {
      throw HTTPFailure(.broken, "no memory for a request")
    }
  }

  private func setText(_ option: CURLoption, _ value: String) throws(HTTPFailure) {
    if unsafe ccurl_set_text(easy, option, value) != CURLE_OK {
      throw HTTPFailure(.badURL, "libcurl refuses \"\(value)\"")
    }
  }

  private func setNumber(_ option: CURLoption, _ value: Int) throws(HTTPFailure) {
    if unsafe ccurl_set_long(easy, option, value) != CURLE_OK {
      throw HTTPFailure(.broken, "libcurl refuses option \(option.rawValue)")
    }
  }

  // MARK: Answer

  /// Takes a line of the head. A status line begins a new one: after a redirect or a 1xx.
  fileprivate func takeField(_ line: [UInt8]) {
    let text = String(decoding: line, as: UTF8.self)
    if text.hasPrefix("HTTP/") {
      fields = HTTPFields()
      return
    }
    guard let colon = text.firstIndex(of: ":") else { return }
    let value = text[text.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
    let end = value.lastIndex { !$0.isWhitespace }.map { value.index(after: $0) } ?? value.startIndex
    fields.add(String(text[..<colon]), String(value[..<end]))
  }

  /// - Returns: false when the answer outgrows its limit.
  fileprivate func takeBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
    if let part, (200..<300).contains(status) {
      unsafe part(Array(bytes))
      return true
    }
    guard bytes.count <= bodyLimit - body.count else {
      isTooLarge = true
      return false
    }
    unsafe body.append(contentsOf: bytes)
    return true
  }

  private var status: Int {
    var status = 0
    unsafe ccurl_get_long(easy, CURLINFO_RESPONSE_CODE, &status)
    return status
  }

  /// What the exchange came to.
  func result(_ code: CURLcode) -> Result<HTTPAnswer, HTTPFailure> {
    guard code == CURLE_OK else { return .failure(failure(code)) }
    return .success(HTTPAnswer(status: status, fields: fields, body: body))
  }

  private func failure(_ code: CURLcode) -> HTTPFailure {
    if isTooLarge { return HTTPFailure(.tooLarge, "the answer has more than \(bodyLimit) bytes") }
    let own = unsafe String(cString: errorText)
    let text = own.isEmpty ? unsafe String(cString: ccurl_easy_strerror(code)) : own
    return HTTPFailure(HTTPFailure.Kind(code), text)
  }
}

extension HTTPFailure.Kind {
  init(_ code: CURLcode) {
    switch code {
    case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: self = .badURL
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: self = .resolve
    case CURLE_COULDNT_CONNECT: self = .connect
    case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CIPHER,
      CURLE_SSL_CERTPROBLEM:
      self = .tls
    case CURLE_OPERATION_TIMEDOUT: self = .timeout
    case CURLE_FILESIZE_EXCEEDED: self = .tooLarge
    default: self = .broken
    }
  }
}

/// File-level: called from C on the worker's thread.
private nonisolated func receiveBody(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
  guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
  let transfer = unsafe Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
  return unsafe transfer.takeBody(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
}

private nonisolated func receiveField(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
  guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
  let transfer = unsafe Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
  unsafe transfer.takeField(Array(UnsafeRawBufferPointer(start: bytes, count: size * count)))
  return size * count
}
