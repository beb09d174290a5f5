public import RouterCore

/// How the machine is that the router runs on. What the kernel does not tell is nil.
public struct HostEvent: EventPayload {
  public static let name = "host"
  public static let kind = EventKind.state
  public static let shape =
    #"{"host":text,"addresses":[text],"time":time,"uptimeSeconds":number?,"cpuPercent":number?,"cores":int,"#
    + #""load":[number]?,"memory":{"totalBytes":int,"usedBytes":int,"freeBytes":int,"percent":number}?,"swap":{…}?,"#
    + #""disks":[{"path":text,"totalBytes":int,…}],"network":{"rxBytes":int,"txBytes":int,"rxMbit":number?,"#
    + #""txMbit":number?,"interfaces":[text]},"celsius":number?,"temperatures":[{"sensor":text,"celsius":number}]}"#

  /// A store of bytes.
  public struct Space: Sendable, Equatable {
    public var totalBytes: Int
    /// Of a disk: what ordinary users may still write; of memory: what programs can still get.
    public var freeBytes: Int
    public var usedBytes: Int
    public init(totalBytes: Int, freeBytes: Int, usedBytes: Int) {
      self.totalBytes = totalBytes
      self.freeBytes = freeBytes
      self.usedBytes = usedBytes
    }
    /// 0 to 100: used of what is used and free.
    public var percent: Double {
      let all = usedBytes + freeBytes
      return all == 0 ? 0 : Double(usedBytes) * 100 / Double(all)
    }
  }

  /// The file system a path lies on.
  public struct Disk: Sendable, Equatable {
    public var path: String
    public var space: Space
    public init(path: String, space: Space) {
      self.path = path
      self.space = space
    }
  }

  /// All interfaces that lead out together.
  public struct Network: Sendable, Equatable {
    public var interfaces: [String] = []
    /// Since the machine started.
    public var rxBytes: Int = 0
    public var txBytes: Int = 0
    /// Decimal megabits a second since the event before; nil in the first.
    public var rxMbit: Double?
    public var txMbit: Double?
    public init() {}
  }

  /// One sensor.
  public struct Temperature: Sendable, Equatable {
    /// Chip and label: `coretemp Package id 0`.
    public var sensor: String
    public var celsius: Double
    public init(sensor: String, celsius: Double) {
      self.sensor = sensor
      self.celsius = celsius
    }
  }

  public var host: String
  /// The machine's IPv4 and IPv6 addresses, without loopback and link-local.
  public var addresses: [String] = []
  public var time: WallTime
  public var uptimeSeconds: Double?
  /// 0 to 100 of all cores together since the event before; nil in the first.
  public var cpuPercent: Double?
  public var cores = 0
  /// Over 1, 5 and 15 minutes.
  public var load: [Double]?
  public var memory: Space?
  public var swap: Space?
  public var disks: [Disk] = []
  public var network = Network()
  /// Of the processor, else of the first sensor.
  public var celsius: Double?
  public var temperatures: [Temperature] = []

  public init(host: String, time: WallTime) {
    self.host = host
    self.time = time
  }

  public var json: JSON {
    var members: [JSON.Member] = [
      .init("host", .string(host)), .init("addresses", .array(addresses.map { .string($0) })),
      .init("time", .string(time.iso8601)),
    ]
    func add(_ name: String, _ value: Double?) {
      if let value { members.append(.init(name, .number(HostEvent.rounded(value)))) }
    }
    add("uptimeSeconds", uptimeSeconds)
    add("cpuPercent", cpuPercent)
    members.append(.init("cores", .integer(Int64(cores))))
    if let load { members.append(.init("load", .array(load.map { .number($0) }))) }
    if let memory { members.append(.init("memory", .object(memory.members))) }
    if let swap { members.append(.init("swap", .object(swap.members))) }
    members.append(
      .init("disks", .array(disks.map { .object([.init("path", .string($0.path))] + $0.space.members) })))
    members.append(.init("network", network.json))
    add("celsius", celsius)
    let sensors = temperatures.map { one -> JSON in
      ["sensor": .string(one.sensor), "celsius": .number(HostEvent.rounded(one.celsius))]
    }
    members.append(.init("temperatures", .array(sensors)))
    return .object(members)
  }

  /// Two decimals are enough for people.
  fileprivate static func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }
}

extension HostEvent.Space {
  fileprivate var members: [JSON.Member] {
    [
      .init("totalBytes", .integer(Int64(totalBytes))), .init("usedBytes", .integer(Int64(usedBytes))),
      .init("freeBytes", .integer(Int64(freeBytes))), .init("percent", .number(HostEvent.rounded(percent))),
    ]
  }
}

extension HostEvent.Network {
  fileprivate var json: JSON {
    var members: [JSON.Member] = [
      .init("rxBytes", .integer(Int64(rxBytes))), .init("txBytes", .integer(Int64(txBytes))),
    ]
    if let rxMbit { members.append(.init("rxMbit", .number(HostEvent.rounded(rxMbit)))) }
    if let txMbit { members.append(.init("txMbit", .number(HostEvent.rounded(txMbit)))) }
    members.append(.init("interfaces", .array(interfaces.map { .string($0) })))
    return .object(members)
  }
}
