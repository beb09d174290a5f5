import RouterCore

/// The client's check of an answer: any bytes, whole and cut, and URLs.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzUpgrade(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
  var input = Input(data, size)
  let (whole, first, _) = input.pieces()
  do throws(HTTPFailure) {
    let text = String(decoding: whole, as: UTF8.self)
    let url = try? WebSocketURL(text)
    if let url {
      precondition(url.target.hasPrefix("/") && (1...65_535).contains(url.port))
      precondition(url.target.utf8.allSatisfy { $0 > 32 && $0 < 127 } && !url.host.isEmpty)
    }
    let plain = try WebSocketURL("ws://host/")
    let exchange = try UpgradeExchange(
      url ?? plain, fields: HTTPFields(), subprotocols: ["a"], key: "dGhlIHNhbXBsZSBub25jZQ==")
    // A head that is complete in the first part is complete in the whole, at the same place.
    let part = try? exchange.check(first.span.bytes)
    let length = try exchange.check(whole.span.bytes)
    if let part { precondition(part == length, "a cut changes where the head ends") }
  } catch {
    precondition(!error.message.isEmpty)
  }
  return 0
}
