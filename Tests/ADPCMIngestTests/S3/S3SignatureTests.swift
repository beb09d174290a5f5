import Glibc
import RouterCore
import Support
import Testing

@testable import ADPCMIngest

/// The examples of "Authenticating Requests: Using the Authorization Header" in the Amazon S3 API Reference.
@Suite struct S3SignatureTests {
  private static let signature = S3Signature(
    key: .init(id: "AKIAIOSFODNN7EXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), region: "us-east-1")
  private static let empty = Digest.hex(Digest.sha256([]))
  private static func request(
    _ method: String, _ path: String, query: [(name: String, value: String)] = [],
    fields: [(name: String, value: String)] = [], payload: String = empty
  ) -> S3Signature.Request {
    S3Signature.Request(
      method: method, host: "examplebucket.s3.amazonaws.com", path: path, query: query, fields: fields,
      payload: payload)
  }

  @Test(arguments: [
    (
      request("GET", "/test.txt", fields: [("Range", "bytes=0-9")]),
      "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
    ),
    (
      request(
        "PUT", "/test$file.text",
        fields: [("Date", "Fri, 24 May 2013 00:00:00 GMT"), ("x-amz-storage-class", "REDUCED_REDUNDANCY")],
        payload: Digest.hex(Digest.sha256(Array("Welcome to Amazon S3.".utf8)))),
      "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"
    ),
    (
      request("GET", "/", query: [("lifecycle", "")]),
      "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"
    ),
    (
      request("GET", "/", query: [("prefix", "J"), ("max-keys", "2")]),
      "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
    ),
  ])
  func `requests are signed as in the manual`(request: S3Signature.Request, expected: String) {
    let fields = Self.signature.fields(for: request, at: WallTime(seconds: 1_369_353_600))
    #expect(fields["Authorization"]?.hasSuffix("Signature=\(expected)") == true, "\(fields["Authorization"] ?? "")")
    #expect(fields["x-amz-date"] == "20130524T000000Z")
  }
}

@Suite struct S3TargetTests {
  private static func target(
    _ change: (inout S3Uploader.Config) -> Void = { _ in }, _ environment: [String: String] = [:]
  ) throws -> S3Target {
    var config = S3Uploader.Config()
    change(&config)
    let keys = ["AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret"]
    return try S3Target(config) { environment[$0] ?? keys[$0] }
  }

  @Test func `what the options leave open comes from the environment`() throws {
    let found = try Self.target(
      { _ in },
      [
        "S3_BUCKET": "b", "AWS_REGION": "us-east-2", "S3_PREFIX": "/a/b/", "S3_UPLOADBIN": "false",
        "AWS_SESSION_TOKEN": "t",
      ])
    #expect(found.host == "b.s3.us-east-2.amazonaws.com" && found.scheme == "https" && !found.isPathStyle)
    #expect(found.prefix == "a/b" && !found.uploadsBin && found.uploadsWAV)
    #expect(found.key == .init(id: "id", secret: "secret", token: "t"))
    let given = try Self.target(
      {
        $0.bucket = "mine"; $0.region = "eu-north-1"
      }, ["S3_BUCKET": "b"])
    #expect(given.host == "mine.s3.eu-north-1.amazonaws.com")
  }

  @Test func `the names of Scaleway go before those of AWS`() throws {
    let found = try Self.target(
      { $0.provider = .scaleway },
      [
        "SCW_BUCKET": "s", "S3_BUCKET": "b", "SCW_ACCESS_KEY": "si", "SCW_SECRET_KEY": "ss", "AWS_REGION": "us-east-2",
        "SCW_REGION": "nl-ams", "SCW_FORCE_PATH_STYLE": "true",
      ])
    #expect(found.endpoint == "s3.nl-ams.scw.cloud" && found.isPathStyle && found.path("x") == "/s/x")
    #expect(found.key.id == "si")
  }

  @Test(arguments: [
    ("http://127.0.0.1:9000", "b", true), ("https://minio.example.org", "b", false),
    ("http://localhost:9000/", "b", true),
    ("https://s3.example.org", "with.dots", true), ("http://[::1]:9000", "b", true),
  ])
  func `a bucket stands in the path where names cannot be`(url: String, bucket: String, isPath: Bool) throws {
    let found = try Self.target {
      $0.serviceUrl = url; $0.bucket = bucket
    }
    #expect(found.isPathStyle == isPath)
  }

  @Test func `what is missing is named`() {
    #expect(
      throws: NodeFailure(.missing, "no bucket is named", hint: "set \"bucket\", or S3_BUCKET in the environment")
    ) {
      try Self.target()
    }
    var config = S3Uploader.Config()
    config.bucket = "b"
    let failure = #expect(throws: NodeFailure.self) { try S3Target(config) { _ in nil } }
    #expect(failure?.hint?.contains("AWS_ACCESS_KEY_ID") == true)
    config.serviceUrl = "nonsense"
    #expect(throws: NodeFailure.self) { try S3Target(config) { _ in "x" } }
  }

  @Test(arguments: [
    ("/data/received/stream_1_20261121_042611.wav", "received/stream_1_20261121_042611.wav"),
    ("/data/received/AA_BB/stream_1_AA_BB_20261121_042611.bin", "received/AA_BB/stream_1_AA_BB_20261121_042611.bin"),
  ])
  func `objects are called after folder and file`(path: String, object: String) throws {
    #expect(try Self.target { $0.bucket = "b" }.object(for: path) == object)
  }
}

extension UploadQueue {
  fileprivate mutating func save() throws(SystemError) {
    guard let change = take() else { return }
    do throws(SystemError) {
      try change.write()
      written(change)
    } catch {
      failed(change)
      throw error
    }
  }
}

@Suite struct UploadQueueTests {
  @Test func `what was added and not removed is there after a restart, in its order`() throws {
    let folder = TemporaryFolder()
    let file = folder.path + "/deep/down/queue"
    var queue = try UploadQueue(file: file)
    queue.add(["/a", "/b", "/c"])
    queue.add(["/b", "/d"])
    try queue.save()
    queue.remove("/a")
    queue.postpone("/b")
    #expect(queue.paths == ["/c", "/d", "/b"] && !queue.isSaved)
    try queue.save()
    #expect(queue.isSaved)
    #expect(try UploadQueue(file: file).paths == ["/c", "/d", "/b"])
    #expect(folder.bytes("deep/down/queue") == Array("+/c\n+/d\n+/b\n".utf8))
  }

  @Test func `a list cut anywhere by a crash is read as far as it goes`() throws {
    let folder = TemporaryFolder()
    let whole = Array("+/one\n+/two\n-/one\n+/three\n".utf8)
    for count in 0...whole.count {
      folder.write(Array(whole.prefix(count)), to: "queue")
      let queue = try UploadQueue(file: folder.path + "/queue")
      #expect(queue.paths.contains("/two") == (count >= 11))
    }
    #expect(try UploadQueue(file: folder.path + "/queue").paths == ["/two", "/three"])
  }

  @Test func `what the disk refuses is kept and written later`() throws {
    let folder = TemporaryFolder()
    let file = folder.path + "/inner/queue"
    var queue = try UploadQueue(file: file)
    unsafe unlink(file)
    unsafe rmdir(folder.path + "/inner")
    queue.add(["/a", "/b"])
    queue.remove("/a")
    #expect(throws: SystemError.self) { try queue.save() }
    #expect(queue.paths == ["/b"] && !queue.isSaved)
    unsafe mkdir(folder.path + "/inner", 0o755)
    try queue.save()
    #expect(try UploadQueue(file: file).paths == ["/b"])
  }

  @Test func `the list does not grow for ever`() throws {
    let folder = TemporaryFolder()
    var queue = try UploadQueue(file: folder.path + "/queue")
    for number in 0..<600 {
      queue.add(["/file-\(number)"])
      queue.remove("/file-\(number)")
      try queue.save()
    }
    #expect(queue.paths.isEmpty && (folder.bytes("queue") ?? []).count < 40_000)
  }
}
