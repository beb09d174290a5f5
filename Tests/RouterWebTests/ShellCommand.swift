import Glibc

/// A command of the machine, run by the shell. It runs from `init` on; `finish` waits for it.
@safe final class ShellCommand {
  private let stream: UnsafeMutablePointer<FILE>

  init(_ text: String) {
    guard let stream = unsafe popen(text + " 2>&1", "re") else { preconditionFailure("no shell") }
    unsafe self.stream = stream
  }

  /// - Returns: exit status and everything it printed.
  func finish() -> (status: Int32, output: String) {
    var output: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = unsafe fread(&piece, 1, piece.count, stream)
      if count == 0 { break }
      output += piece[..<count]
    }
    return (unsafe pclose(stream) >> 8, String(decoding: output, as: UTF8.self))
  }

  /// The next line it prints, without the line end; nil at the end.
  func line() -> String? {
    var bytes: [UInt8] = []
    while true {
      let byte = unsafe fgetc(stream)
      if byte == EOF { return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self) }
      if byte == 10 { return String(decoding: bytes, as: UTF8.self) }
      bytes.append(UInt8(truncatingIfNeeded: byte))
    }
  }

  static func run(_ text: String) -> (status: Int32, output: String) { ShellCommand(text).finish() }
}

/// A folder that is removed with everything in it.
final class ScratchFolder {
  let path: String

  init() {
    var template = Array("/tmp/router-test.XXXXXX".utf8CString)
    guard unsafe mkdtemp(&template) != nil else { preconditionFailure("no folder in /tmp") }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { _ = ShellCommand.run("rm -rf '\(path)'") }
}
