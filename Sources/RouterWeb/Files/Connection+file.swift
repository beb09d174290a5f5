internal import RouterCore

/// A file on its way out. Confined to the connection's loop.
struct FileBody {
  let file: OpenFile
  var next: Int
  let end: Int
  var isReading = false
}

extension Connection {
  private static let piece = 65_536

  /// Opens the file on the blocking pool; the rest follows as mail.
  func sendFile(_ path: String, _ response: HTTPResponse, _ exchange: Exchange, on loop: isolated Loop) {
    phase = .file
    let (id, mail, number) = (id, shard.handle, exchange.number)
    let (method, fields) = (exchange.head.method, exchange.head.fields)
    shard.handle.blocking.submit {
      let file = OpenFile(path)
      let answer = file.map {
        FileAnswer($0.facts, path: path, method: method, request: fields, response: response.fields)
      }
      mail.post { loop, shard in shard.connections[id]?.startFile(file, answer, response, number, on: loop) }
    }
  }

  private func startFile(
    _ file: OpenFile?, _ answer: FileAnswer?, _ response: HTTPResponse, _ number: UInt64, on loop: isolated Loop
  ) {
    guard phase == .file, let exchange, exchange.number == number else { return }
    let (minor, isHead) = (exchange.head.minorVersion, exchange.head.method == "HEAD")
    guard let file, let answer else {
      return write(Connection.response(Refusal(404, "no such file")), minorVersion: minor, isHead: isHead, on: loop)
    }
    var head = response
    head.fields = answer.fields
    let isWhole = answer.status == 200
    head.status = isWhole ? response.status : answer.status
    startHead(head, answer.status == 304 ? .none : .length(answer.range.count), minor)
    if isHead || answer.range.isEmpty {
      phase = .sending
    } else {
      self.file = FileBody(file: file, next: answer.range.lowerBound, end: answer.range.upperBound)
    }
    flush(on: loop)
  }

  /// Reads the next piece on the blocking pool, once the last one is out.
  func readPiece(on loop: isolated Loop) {
    guard phase == .file, let body = file, !body.isReading else { return }
    guard body.next < body.end else {
      file = nil
      phase = .sending
      return endExchange(on: loop)
    }
    let (file, offset, count) = (body.file, body.next, min(Connection.piece, body.end - body.next))
    self.file?.next += count
    self.file?.isReading = true
    let (id, mail, number) = (id, shard.handle, exchangeCount)
    shard.handle.blocking.submit {
      let bytes = file.read(at: offset, count: count)
      mail.post { loop, shard in shard.connections[id]?.takePiece(bytes, count, number, on: loop) }
    }
  }

  private func takePiece(_ bytes: [UInt8]?, _ count: Int, _ number: UInt64, on loop: isolated Loop) {
    guard phase == .file, exchangeCount == number else { return }
    // The length was promised: a file that shrank or broke can only end the connection.
    guard let bytes, bytes.count == count else { return close(on: loop) }
    file?.isReading = false
    send(bytes, on: loop)
  }
}
