internal import Glibc
import RouterCore

/// `router service network`: where this machine is reached, which ports the document opens, and the lines that let others in.
enum ServiceNetwork {
  /// A port that is listened on.
  struct Opening: Equatable {
    let node: String
    let ports: ClosedRange<Int>
    let isUDP: Bool

    /// As ufw writes ranges.
    var text: String {
      let ports = ports.count == 1 ? "\(ports.lowerBound)" : "\(ports.lowerBound):\(ports.upperBound)"
      return "\(ports)/\(isUDP ? "udp" : "tcp")"
    }
  }

  static func show(_ path: String?, asJSON: Bool) -> Int32 {
    let usual = ServicePlan.Places().document
    let file = path ?? (unsafe access(usual, R_OK) == 0 ? usual : "routes.json")
    let loaded = DocumentFile.load(file, PluginList.makeRegistrar())
    guard let document = loaded.document else {
      Terminal.error(loaded.report)
      return 1
    }
    let found = openings(document)
    let addresses = LocalAddress.all()
    Terminal.out(asJSON ? json(file, addresses, found).pretty() : text(file, addresses, found))
    return 0
  }

  /// By the options that hold addresses: `listen…` is TCP, `discovery` UDP; loopback is nobody's business. Pure.
  static func openings(_ document: RoutesDocument) -> [Opening] {
    var found: [Opening] = []
    for node in document.nodes where !node.settings.isDisabled {
      for member in node.config.json.members ?? [] {
        guard let text = member.value.text, let colon = text.lastIndex(of: ":"),
          let port = Int(text[text.index(after: colon)...]), port > 0,
          member.key.hasPrefix("listen") || member.key == "discovery", !isLoopback(text[..<colon])
        else { continue }
        found.append(Opening(node: node.id, ports: port...port, isUDP: member.key == "discovery"))
      }
      if let first = node.config.json["firstPort"]?.int, let count = node.config.json["portCount"]?.int, count > 0 {
        found.append(Opening(node: node.id, ports: first...first + count - 1, isUDP: false))
      }
      if let first = node.config.json["fallbackPort"]?.int, let count = node.config.json["portCount"]?.int, count > 0 {
        found.append(Opening(node: node.id, ports: first...first + count - 1, isUDP: false))
      }
    }
    return found.sorted { ($0.ports.lowerBound, $0.node) < ($1.ports.lowerBound, $1.node) }
  }

  private static func isLoopback(_ host: Substring) -> Bool {
    host.hasPrefix("127.") || host == "[::1]" || host == "::1"
  }

  /// Lines for people. Pure.
  static func text(_ file: String, _ addresses: [LocalAddress], _ openings: [Opening]) -> String {
    var lines = ["Addresses"]
    lines +=
      addresses.isEmpty ? ["  none but this machine's own"] : addresses.map { "  \($0.address)  (\($0.interface))" }
    lines.append("Ports of \(file)")
    for opening in openings { lines.append("  \(opening.text)  \(opening.node)") }
    lines.append("Firewall, for a network such as 192.168.0.0/16")
    var seen: Set<String> = []
    for opening in openings where seen.insert(opening.text).inserted {
      let parts = opening.text.split(separator: "/")
      lines.append("  sudo ufw allow from 192.168.0.0/16 to any port \(parts[0]) proto \(parts[1])")
    }
    return lines.joined(separator: "\n")
  }

  private static func json(_ file: String, _ addresses: [LocalAddress], _ openings: [Opening]) -> JSON {
    [
      "document": .string(file),
      "addresses": .array(addresses.map { ["interface": .string($0.interface), "address": .string($0.address)] }),
      "ports": .array(
        openings.map {
          [
            "node": .string($0.node), "first": .integer(Int64($0.ports.lowerBound)),
            "last": .integer(Int64($0.ports.upperBound)), "protocol": .string($0.isUDP ? "udp" : "tcp"),
          ]
        }),
    ]
  }
}

/// An address of this machine that others may reach.
struct LocalAddress: Equatable {
  let interface: String
  /// IPv4 or IPv6, numeric.
  let address: String

  /// Of every interface that is up, loopback and link-local left out. Blocks.
  static func all() -> [LocalAddress] {
    var first: UnsafeMutablePointer<ifaddrs>?
    guard unsafe getifaddrs(&first) == 0 else { return [] }
    defer { unsafe freeifaddrs(first) }
    var found: [LocalAddress] = []
    var next = unsafe first
    while let one = unsafe next {
      unsafe next = one.pointee.ifa_next
      guard let address = unsafe one.pointee.ifa_addr else { continue }
      let family = unsafe Int32(address.pointee.sa_family)
      guard family == AF_INET || family == AF_INET6 else { continue }
      var name = [CChar](repeating: 0, count: Int(NI_MAXHOST))
      let size = family == AF_INET ? MemoryLayout<sockaddr_in>.size : MemoryLayout<sockaddr_in6>.size
      guard
        unsafe getnameinfo(address, socklen_t(size), &name, socklen_t(name.count), nil, 0, NI_NUMERICHOST) == 0
      else { continue }
      let text = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      guard !text.hasPrefix("127."), text != "::1", !text.hasPrefix("fe80:") else { continue }
      found.append(LocalAddress(interface: unsafe String(cString: one.pointee.ifa_name), address: text))
    }
    return found
  }
}
