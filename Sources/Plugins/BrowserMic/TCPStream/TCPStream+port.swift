internal import Glibc
import RouterCore

extension TCPStream.Config {
  func feed(for sound: StreamSound) -> FeedSettings {
    FeedSettings(
      opening: sound.opening, capacity: max(Int(bufferSeconds * Double(sound.bytesPerSecond)), 16 << 10),
      maxListeners: maxListeners, whenFull: whenFull, alignment: sound.alignment)
  }
}

extension TCPStream {
  /// Every path is the sound: a player may have been given any.
  static func routes(to feed: any LiveFeed, sound: StreamSound, label: String) -> [Route] {
    let fields = HTTPFields([
      ("Content-Type", sound.contentType), ("Cache-Control", "no-cache, no-store"), ("Accept-Ranges", "none"),
      ("icy-name", fieldText(label)), ("icy-pub", "0"), ("Access-Control-Allow-Origin", "*"),
    ])
    return [
      Route("GET", "/*", access: .device) { _ in HTTPResponse(fields: fields, body: .live(feed)) },
      Route(silence: feed),
    ]
  }

  /// What may stand in a header field: no control characters.
  private static func fieldText(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 32 || $0.value == 127 ? " " : $0 }))
  }

  /// DNS-SD type of streams.
  static let serviceType = "_pimic-audio._tcp"

  /// - Parameter ports: The range streams get their ports from.
  static func service(
    _ offer: StreamOffer, stream: StreamID, sound: StreamSound, port: Int, among ports: Range<Int>
  ) -> ServiceEvent {
    ServiceEvent(
      instance: offer.label.isEmpty ? "Stream \(stream)" : offer.label, type: serviceType, port: port,
      txt: [
        ("stream", offer.attributes["serviceId"] ?? offer.attributes["streamId"] ?? "\(stream)"),
        ("codec", sound.format.codec.rawValue),
        ("container", sound.kind.rawValue), ("rate", "\(sound.format.sampleRate)"),
        ("channels", "\(sound.format.channels)"), ("ports", "\(ports.lowerBound)-\(ports.upperBound - 1)"),
      ])
  }
}

extension StreamPort {
  /// One per port: a stream may have several, of different sound.
  var serviceKey: String { "\(lease.address.port)" }
}

extension PortSearch.Refusal {
  /// - Parameter code: The kernel's number.
  init(code: Int32?) {
    self =
      switch code {
      case EADDRINUSE: .taken
      case EACCES, EPERM: .forbidden
      default: .other
      }
  }
}
