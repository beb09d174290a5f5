/// The paths of a dashboard.
enum PageRoute {
  static let page = "/"
  static let files = "/dashboard/{file}"
  static let live = "/api/live"
  static let listen = "/listen"
  static let control = "/control"
  static let metadata = "/metadata"
  static let currentMetadata = "/api/metadata"
  static let command = "/api/command"
  static let artwork = "/artwork"
  static let image = "/image/artwork"

  /// As claims name them.
  static let all =
    [page, files, live, listen, control, metadata, currentMetadata, artwork, image].map { "GET \($0)" }
    + ["POST \(command)"]
}
