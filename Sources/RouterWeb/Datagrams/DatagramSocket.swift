internal import CLinux
internal import Glibc
internal import RouterCore

/// What a datagram socket's loop and its control side share. Any thread.
final class DatagramCore: Sendable {
  let descriptor: Int32
  let limited: Metric
  let lost: Metric
  private let answers = PthreadLock<[DatagramListeners.Answer]>([])
  private let watch = PthreadLock<Watch?>(nil)

  init(descriptor: Int32, metrics: MetricRegistry) {
    self.descriptor = descriptor
    limited = metrics.metric(
      "router_datagrams_limited_total", .counter, help: "Datagrams not answered because their sender asks too often.",
      node: "")
    lost = metrics.metric(
      "router_datagram_answers_lost_total", .counter, help: "Answers the kernel did not take.", node: "")
  }

  func set(_ new: [DatagramListeners.Answer]) { answers.withLock { $0 = new } }
  var current: [DatagramListeners.Answer] { answers.withLock { $0 } }
  func set(_ new: Watch) { watch.withLock { $0 = new } }

  /// On the socket's loop.
  func close(on loop: isolated Loop) {
    if let watch = watch.withLock({ $0 }) { loop.unwatch(watch) }
    _ = Glibc.close(descriptor)
  }
}

/// Reads datagrams and sends what the nodes answer. Confined to its loop.
final class DatagramSocket: ReadinessHandler {
  private static let budget = 64
  private static let largest = 65_536

  private let core: DatagramCore
  private var rates = PeerRates()
  private var buffer = [UInt8](repeating: 0, count: DatagramSocket.largest)

  init(_ core: DatagramCore) { self.core = core }

  /// The poller holds it until the core is closed.
  func start(on loop: isolated Loop) {
    if let watch = try? loop.watch(core.descriptor, for: .read, self) { core.set(watch) }
  }

  func ready(_ what: Readiness, on loop: isolated Loop) {
    for _ in 0..<DatagramSocket.budget {
      var address = SocketAddress()
      let descriptor = core.descriptor
      let count = unsafe address.fill { pointer, length in
        unsafe recvfrom(descriptor, &buffer, DatagramSocket.largest, 0, pointer, length)
      }
      // An error may be an ICMP answer to something we sent; the next datagram may be fine.
      guard count >= 0 else {
        if errno == EAGAIN || errno == EWOULDBLOCK { return }
        continue
      }
      let peer = address.peer
      guard rates.allows(peer.host, at: loop.time.now) else {
        core.limited.add()
        continue
      }
      answer(Array(buffer.prefix(count)), peer, address)
    }
  }

  private func answer(_ bytes: [UInt8], _ peer: PeerAddress, _ address: SocketAddress) {
    let datagram = Datagram(bytes: bytes, peer: peer, localHost: DatagramSocket.localHost(to: address))
    for answer in core.current {
      for reply in answer(datagram) {
        let sent = unsafe address.with { unsafe sendto(core.descriptor, reply, reply.count, 0, $0, $1) }
        if sent != reply.count { core.lost.add() }
      }
    }
  }

  /// Our address that routes to the peer: a connected UDP socket knows it, and nothing is sent.
  private static func localHost(to peer: SocketAddress) -> String {
    let descriptor = clinux_socket(peer.family, Int32(SOCK_DGRAM.rawValue), 0)
    guard descriptor >= 0 else { return "" }
    defer { _ = close(descriptor) }
    guard unsafe peer.with({ unsafe connect(descriptor, $0, $1) }) == 0 else { return "" }
    return SocketAddress.local(of: descriptor).host
  }
}

/// How often each sender may ask: a bucket of tokens each. Pure: time is passed in.
struct PeerRates {
  /// Tokens a second, and tokens at most.
  static let rate = 20.0
  static let burst = 40.0
  /// Senders remembered; beyond that the oldest are forgotten.
  static let peers = 1024

  private struct Bucket {
    var tokens: Double
    var at: Instant
  }
  private var buckets: [String: Bucket] = [:]

  mutating func allows(_ host: String, at now: Instant) -> Bool {
    var bucket = buckets[host] ?? Bucket(tokens: PeerRates.burst, at: now)
    bucket.tokens = min(PeerRates.burst, bucket.tokens + (now - bucket.at).seconds * PeerRates.rate)
    bucket.at = now
    let isAllowed = bucket.tokens >= 1
    if isAllowed { bucket.tokens -= 1 }
    if buckets[host] == nil, buckets.count >= PeerRates.peers { forget(at: now) }
    buckets[host] = bucket
    return isAllowed
  }

  /// Forgets full buckets; if all are in use, all.
  private mutating func forget(at now: Instant) {
    buckets = buckets.filter { (now - $0.value.at).seconds * PeerRates.rate + $0.value.tokens < PeerRates.burst }
    if buckets.count >= PeerRates.peers { buckets = [:] }
  }
}
