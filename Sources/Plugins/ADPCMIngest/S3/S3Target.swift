import RouterCore

/// Where files go, worked out of options and environment. Pure.
///
/// What the options leave open comes from the variables that the first uploader knew: `S3_…`, `AWS_…`, and for Scaleway
/// `SCW_…`, which go before those of AWS.
struct S3Target: Equatable, Sendable {
  /// `http` or `https`.
  var scheme: String
  /// Name and port, without the bucket.
  var endpoint: String
  var bucket: String
  var region: String
  /// The bucket stands in the path, not in the host's name.
  var isPathStyle: Bool
  /// Without slashes at its ends; may be empty.
  var prefix: String
  var key: S3Signature.Key
  var uploadsBin: Bool
  var uploadsWAV: Bool

  /// - Parameter variable: The environment.
  /// - Throws: the words of what is missing.
  init(_ config: S3Uploader.Config, _ variable: (String) -> String?) throws(NodeFailure) {
    func found(_ names: String...) -> String? {
      names.compactMap { variable($0) }.first { !$0.isEmpty }
    }
    func flag(_ option: Bool?, _ names: String..., otherwise: Bool) -> Bool {
      option ?? names.compactMap { variable($0) }.first.map { ["1", "true", "yes"].contains($0.lowercased()) }
        ?? otherwise
    }
    let named = found("S3_PROVIDER").flatMap { S3Uploader.Provider(rawValue: $0.lowercased()) }
    let isScaleway = (config.provider ?? named ?? .aws) == .scaleway
    let bucket = config.bucket ?? (isScaleway ? found("SCW_BUCKET") : nil) ?? found("S3_BUCKET", "AWS_BUCKET")
    guard let bucket else {
      throw NodeFailure(.missing, "no bucket is named", hint: "set \"bucket\", or S3_BUCKET in the environment")
    }
    self.bucket = bucket
    let region = config.region ?? (isScaleway ? found("SCW_REGION") : nil) ?? found("S3_REGION", "AWS_REGION")
    self.region = region ?? (isScaleway ? "fr-par" : "eu-west-1")
    let url =
      config.serviceUrl ?? (isScaleway ? found("SCW_SERVICE_URL") : nil) ?? found("S3_SERVICE_URL")
      ?? "https://s3.\(self.region).\(isScaleway ? "scw.cloud" : "amazonaws.com")"
    guard let (scheme, endpoint) = S3Target.parts(of: url) else {
      throw NodeFailure(.broken, "\"\(url)\" is no URL of a store", hint: "serviceUrl is like https://s3.example.org")
    }
    (self.scheme, self.endpoint) = (scheme, endpoint)
    let path =
      isScaleway ? variable("SCW_FORCE_PATH_STYLE") ?? variable("S3_FORCE_PATH_STYLE") : variable("S3_FORCE_PATH_STYLE")
    let isForced = config.forcePathStyle ?? path.map { ["1", "true", "yes"].contains($0.lowercased()) } ?? false
    // A number has no names below it, and a name with dots no certificate.
    isPathStyle = isForced || S3Target.isNumeric(endpoint) || (scheme == "https" && bucket.contains("."))
    let prefix = config.prefix ?? found("S3_PREFIX") ?? "received"
    self.prefix = prefix.split(separator: "/").joined(separator: "/")
    uploadsBin = flag(config.uploadBin, "S3_UPLOADBIN", otherwise: true)
    uploadsWAV = flag(config.uploadWav, "S3_UPLOADWAV", otherwise: true)
    let id = config.accessKey?.value ?? (isScaleway ? found("SCW_ACCESS_KEY") : nil) ?? found("AWS_ACCESS_KEY_ID")
    let secret =
      config.secretKey?.value ?? (isScaleway ? found("SCW_SECRET_KEY") : nil) ?? found("AWS_SECRET_ACCESS_KEY")
    guard let id, let secret else {
      throw NodeFailure(
        .missing, "no key for the store",
        hint:
          "set accessKey and secretKey, or \(isScaleway ? "SCW_ACCESS_KEY and SCW_SECRET_KEY" : "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY") in the environment"
      )
    }
    key = S3Signature.Key(id: id, secret: secret, token: config.accessKey == nil ? found("AWS_SESSION_TOKEN") : nil)
  }

  private static func parts(of url: String) -> (String, String)? {
    let pieces = url.split(separator: "/", omittingEmptySubsequences: true)
    guard pieces.count == 2, ["http:", "https:"].contains(pieces[0]), url.contains("://") else { return nil }
    return (String(pieces[0].dropLast()), String(pieces[1]))
  }

  private static func isNumeric(_ endpoint: String) -> Bool {
    let host = endpoint.split(separator: ":").first ?? ""
    return endpoint.hasPrefix("[") || host == "localhost" || host.allSatisfy { $0.isNumber || $0 == "." }
  }

  /// As it stands in the field `Host`.
  var host: String { isPathStyle ? endpoint : "\(bucket).\(endpoint)" }

  /// The path of an object, not encoded.
  func path(_ object: String) -> String { isPathStyle ? "/\(bucket)/\(object)" : "/\(object)" }

  /// What a file is called there: `<prefix>/[<hwid>/]<name>`.
  func object(for path: String) -> String {
    let parts = path.split(separator: "/")
    let name = parts.last.map(String.init) ?? path
    var all = prefix.isEmpty ? [] : [prefix]
    // A recorder puts the hardware id into the name as well.
    if let folder = parts.dropLast().last, name.contains("_\(folder)_") { all.append(String(folder)) }
    return (all + [name]).joined(separator: "/")
  }
}
