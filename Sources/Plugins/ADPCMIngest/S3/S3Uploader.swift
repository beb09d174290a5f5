public import RouterCore

/// `s3.uploader`: finished files to a store that speaks S3.
public enum S3Uploader: NodeDefinition {
  public static let type = "s3.uploader"
  public static let summary =
    "Puts finished files into a bucket of any store that speaks S3. What is not there yet is kept in a queue on disk and "
    + "tried again; recording never waits for it."

  /// Whose names and addresses are meant.
  public enum Provider: String, OptionValue, CaseIterable { case aws, scaleway }

  /// The options of ``S3Uploader``. What is nil comes from the environment.
  public struct Config: Configuration {
    var provider: Provider?
    var bucket: String?
    var region: String?
    var serviceUrl: String?
    var forcePathStyle: Bool?
    var prefix: String?
    var uploadBin: Bool?
    var uploadWav: Bool?
    var accessKey: Secret?
    var secretKey: Secret?
    var sidecars = true
    var deleteUploaded = false
    var connections = 2

    public init() {}

    public static var options: [Option<Config>] {
      [
        Option("provider", \.provider, "aws, or scaleway. Else S3_PROVIDER, else aws."),
        Option("bucket", \.bucket, "Else S3_BUCKET or AWS_BUCKET, for Scaleway SCW_BUCKET."),
        Option("region", \.region, "Else S3_REGION, AWS_REGION or SCW_REGION, else eu-west-1 or fr-par."),
        Option(
          "serviceUrl", \.serviceUrl,
          "The store's address, https://s3.example.org. Else S3_SERVICE_URL or SCW_SERVICE_URL, else the provider's."),
        Option(
          "forcePathStyle", \.forcePathStyle,
          "The bucket stands in the path, not in the host's name. Else S3_FORCE_PATH_STYLE or SCW_FORCE_PATH_STYLE; always "
            + "so where the address is a number."),
        Option("prefix", \.prefix, "What objects' names begin with. Else S3_PREFIX, else received."),
        Option("uploadBin", \.uploadBin, "Whether .bin files go. Else S3_UPLOADBIN, else yes."),
        Option("uploadWav", \.uploadWav, "Whether WAV files go. Else S3_UPLOADWAV, else yes."),
        Option(
          "accessKey", \.accessKey, secret: true, "Else AWS_ACCESS_KEY_ID, for Scaleway SCW_ACCESS_KEY."),
        Option(
          "secretKey", \.secretKey, secret: true, "Else AWS_SECRET_ACCESS_KEY, for Scaleway SCW_SECRET_KEY."),
        Option("sidecars", \.sidecars, "The .json beside a file goes with it."),
        Option("deleteUploaded", \.deleteUploaded, "Deletes a file, and its .json, once the store has it."),
        Option("connections", \.connections, 1...16, "Files that go at the same time."),
      ]
    }
  }

  public static func ports(for config: Config) -> [Port] {
    [.eventIn("files", FileEvent.self, "Finished files, of recorders.")]
  }

  public static func make(_ config: Config, _ context: NodeContext) -> any Node {
    S3UploaderNode(config, context)
  }
}
