import RouterCore

/// Puts files into a bucket. Control side.
struct S3Client: Sendable {
  /// How putting a file ended badly.
  enum Failure: Error, Equatable, Sendable {
    /// The store cannot be reached, is busy or forbids everything: all files wait.
    case store(NodeFailure)
    /// It refuses this file.
    case file(String)
    /// There is no such file any more.
    case gone
  }

  /// Larger files go in parts.
  static let largest = 64 << 20
  static let part = 16 << 20
  /// Bytes a second below which a store counts as away.
  static let slowest = 32 * 1024
  /// What a store says of one file, and no other.
  private static let ofTheFile = [
    "EntityTooLarge", "EntityTooSmall", "KeyTooLongError", "InvalidURI", "InvalidPart", "NoSuchUpload", "BadDigest",
    "XAmzContentSHA256Mismatch", "InvalidObjectName", "XMinioInvalidObjectName",
  ]

  let target: S3Target
  let http: any HTTPClient
  let blocking: any BlockingCalls

  /// - Returns: bytes put.
  func put(_ path: String, as object: String) async throws(Failure) -> Int {
    guard let size = await blocking.run({ Folder.facts(of: path)?.size }) else { throw await unreadable(path) }
    if size > S3Client.largest {
      try await putParts(path, size, as: object)
    } else {
      let (bytes, hash) = try await read(path, 0, size)
      _ = try await send("PUT", object, body: bytes, hash, fields: [("x-amz-storage-class", "STANDARD")])
    }
    return size
  }

  private func putParts(_ path: String, _ size: Int, as object: String) async throws(Failure) {
    await dropLeftovers(of: object)
    let begun = try await send("POST", object, query: [("uploads", "")], fields: [("x-amz-storage-class", "STANDARD")])
    guard let id = S3Client.text("UploadId", in: begun.body) else { throw .file("the store gave no upload id") }
    do throws(Failure) {
      var tags: [String] = []
      for (number, start) in stride(from: 0, to: size, by: S3Client.part).enumerated() {
        let (bytes, hash) = try await read(path, start, min(S3Client.part, size - start))
        let answer = try await send(
          "PUT", object, query: [("partNumber", String(number + 1)), ("uploadId", id)], body: bytes, hash)
        tags.append(answer.fields["ETag"] ?? "")
      }
      let list = tags.enumerated().map { "<Part><PartNumber>\($0 + 1)</PartNumber><ETag>\($1)</ETag></Part>" }.joined()
      let body = Array("<CompleteMultipartUpload>\(list)</CompleteMultipartUpload>".utf8)
      let done = try await send("POST", object, query: [("uploadId", id)], body: body)
      // The answer may be an error although its status says 200.
      if let code = S3Client.text("Code", in: done.body) { throw Failure.file(code) }
    } catch {
      // What came so far costs money until somebody throws it away; also when this task is cancelled.
      await Task { _ = try? await send("DELETE", object, query: [("uploadId", id)]) }.value
      throw error
    }
  }

  /// Throws away the parts of a try that a crash ended: nobody else will. A store that does not list them keeps them.
  private func dropLeftovers(of object: String) async {
    guard let list = try? await send("GET", "", query: [("prefix", object), ("uploads", "")]) else { return }
    for id in S3Client.uploads(of: object, in: list.body) {
      _ = try? await send("DELETE", object, query: [("uploadId", id)])
    }
  }

  /// Bytes and their SHA-256.
  private func read(_ path: String, _ start: Int, _ count: Int) async throws(Failure) -> ([UInt8], String) {
    let read = await blocking.run { () -> ([UInt8], String)? in
      guard let bytes = try? Folder.bytes(of: path, from: start, count: count), bytes.count == count else { return nil }
      return (bytes, Digest.hex(Digest.sha256(bytes)))
    }
    guard let read else { throw await unreadable(path) }
    return read
  }

  /// A file that is there is not given up because a disk or a limit stands in the way.
  private func unreadable(_ path: String) async -> Failure {
    if await blocking.run({ Folder.isGone(path) }) { return .gone }
    return .store(NodeFailure(.missing, "\(path) cannot be read now"))
  }

  private func send(
    _ method: String, _ object: String, query: [(name: String, value: String)] = [], body: [UInt8] = [],
    _ hash: String? = nil, fields: [(name: String, value: String)] = []
  ) async throws(Failure) -> HTTPAnswer {
    let request = S3Signature.Request(
      method: method, host: target.host, path: target.path(object), query: query, fields: fields,
      payload: hash ?? Digest.hex(Digest.sha256(body)))
    let signed = S3Signature(key: target.key, region: target.region).fields(for: request, at: .now())
    let tail = query.isEmpty ? "" : "?" + S3Signature.query(query)
    let call = HTTPCall(
      method, url: "\(target.scheme)://\(target.host)\(S3Signature.encoded(request.path, keepsSlash: true))\(tail)",
      fields: signed, body: body, timeout: .seconds(60 + body.count / S3Client.slowest),
      bodyLimit: 1 << 20)
    do throws(HTTPFailure) {
      let answer = try await http.send(call)
      if (200..<300).contains(answer.status) { return answer }
      throw HTTPFailure(.broken, S3Client.text("Code", in: answer.body) ?? "", status: answer.status)
    } catch {
      throw S3Client.judge(error, target)
    }
  }

  private static func judge(_ failure: HTTPFailure, _ target: S3Target) -> Failure {
    let place = "\(target.scheme)://\(target.endpoint)"
    guard let status = failure.status else {
      return .store(NodeFailure(.missing, "the store at \(place) cannot be reached: \(failure.message)"))
    }
    let words = failure.message.isEmpty ? "status \(status)" : "\(failure.message) (status \(status))"
    switch (status, failure.message) {
    case (401, _), (403, _):
      return .store(
        NodeFailure(
          .missing, "the store at \(place) refuses the key: \(words)",
          hint: "check accessKey, secretKey, region and the bucket's rights"))
    case (404, "NoSuchBucket"), (301, _), (307, _):
      return .store(
        NodeFailure(
          .missing, "there is no bucket \"\(target.bucket)\" at \(place): \(words)",
          hint: "check bucket, region and serviceUrl"))
    case (413, _), (414, _): return .file(words)
    default:
      // A wrong region, an old token, a clock that is off: the next file would fare no better.
      if ofTheFile.contains(failure.message) { return .file(words) }
      return .store(NodeFailure(.missing, "the store at \(place) does not take files: \(words)"))
    }
  }

  /// The ids of an object's unfinished uploads, of a list of those whose names begin alike.
  static func uploads(of object: String, in list: [UInt8]) -> [String] {
    let escaped = object.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    return String(decoding: list, as: UTF8.self).split(separator: "<Upload>").dropFirst().compactMap { part in
      let bytes = Array(part.utf8)
      guard let key = text("Key", in: bytes), key == object || key == escaped else { return nil }
      return text("UploadId", in: bytes)
    }
  }

  /// What stands between the tags of an element of a small XML answer.
  static func text(_ element: String, in body: [UInt8]) -> String? {
    let text = String(decoding: body, as: UTF8.self)
    guard let open = text.firstRange(of: "<\(element)>") else { return nil }
    let rest = text[open.upperBound...]
    guard let close = rest.firstRange(of: "</\(element)>") else { return nil }
    return String(rest[..<close.lowerBound])
  }
}
