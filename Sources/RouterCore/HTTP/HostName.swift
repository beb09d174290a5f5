internal import Glibc

/// What this machine calls itself, without the domain; "router" if it does not say.
public func hostName() -> String {
  var bytes = [UInt8](repeating: 0, count: 256)
  let code = unsafe bytes.withUnsafeMutableBytes { memory in
    guard let start = memory.baseAddress else { return Int32(-1) }
    return unsafe gethostname(start.assumingMemoryBound(to: CChar.self), memory.count - 1)
  }
  let text = String(decoding: bytes.prefix { $0 != 0 && $0 != UInt8(ascii: ".") }, as: UTF8.self)
  return code == 0 && !text.isEmpty ? text : "router"
}
