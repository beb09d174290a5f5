import COpenSSL

/// Bytes in memory that OpenSSL reads from or writes to.
@safe final class PEMBuffer {
  let handle: OpaquePointer

  /// Empty, to be written.
  convenience init() throws(TLSFailure) { try self.init([]) }

  /// Holds a copy of `bytes`.
  init(_ bytes: [UInt8]) throws(TLSFailure) {
    guard let memory = unsafe BIO_new(BIO_s_mem()) else { throw .last("no memory for PEM") }
    unsafe handle = memory
    guard !bytes.isEmpty else { return }
    guard unsafe BIO_write(memory, bytes, Int32(clamping: bytes.count)) == bytes.count else {
      throw .last("no memory for PEM")
    }
  }

  deinit { unsafe BIO_free(handle) }

  /// Takes out everything it holds.
  var contents: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: Int(unsafe BIO_ctrl_pending(handle)))
    let count = unsafe BIO_read(handle, &bytes, Int32(clamping: bytes.count))
    return Array(bytes.prefix(max(0, Int(count))))
  }
}
