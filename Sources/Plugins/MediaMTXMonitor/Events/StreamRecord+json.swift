public import RouterCore

extension StreamRecord {
  /// The first collector's record, its fields first and in its order, then our own.
  ///
  /// `rtt`, `recvRateMbps` and `linkCapacityMbps` are absent unless an SRT publisher's data is fresh. Own fields that
  /// are unknown are absent too.
  public var json: JSON {
    var members: [JSON.Member] = [
      .init("name", .string(name)), .init("sourceType", .string(sourceType)),
      .init("tracks", .array(tracks.map { .string($0) })), .init("bytesReceived", .counter(bytesReceived)),
      .init("readers", .integer(Int64(readers))),
    ]
    members.add("rtt", rtt)
    members.add("recvRateMbps", recvRateMbps)
    members.add("linkCapacityMbps", linkCapacityMbps)
    members.append(.init("state", .string(state.rawValue)))
    members.add("since", since?.iso8601)
    members.add("lastData", lastData?.iso8601)
    members.append(.init("collected", .string(collected.iso8601)))
    members.add("confName", confName)
    if let bytesSent { members.append(.init("bytesSent", .counter(bytesSent))) }
    if let framesInError { members.append(.init("framesInError", .counter(framesInError))) }
    members.add("inMbit5s", rates.in5s)
    members.add("inMbit60s", rates.in60s)
    members.add("outMbit5s", rates.out5s)
    members.add("outMbit60s", rates.out60s)
    members.append(.init("readersByType", readerCounts))
    members.append(.init("countsEveryViewer", .bool(countsEveryViewer)))
    members.append(.init("peakReaders", .integer(Int64(peakReaders))))
    if !media.isEmpty { members.append(.init("media", .array(media.map(\.json)))) }
    if let publisher {
      let data = JSON.Member("data", .string(publisherData.rawValue))
      members.append(.init("publisher", .object([data, .init("id", .string(publisher.id))] + publisher.facts)))
    }
    if let srt { members.append(.init("srt", srt.json)) }
    if !readerList.isEmpty { members.append(.init("readerList", .array(readerList.map(\.json)))) }
    return .object(members)
  }

  private var readerCounts: JSON {
    .object(readersByType.sorted { $0.key < $1.key }.map { .init($0.key, .integer(Int64($0.value))) })
  }
}

extension SRTJudgement {
  var json: JSON {
    var members: [JSON.Member] = [.init("data", .string(data.rawValue))]
    members.add("rttMs", rttMs)
    members.add("latencyMs", latencyMs)
    members.add("receiveMbit", receiveMbit)
    members.add("linkCapacityMbit", linkCapacityMbit)
    if let last10s { members.append(.init("last10s", last10s.json)) }
    if let last60s { members.append(.init("last60s", last60s.json)) }
    return .object(members)
  }
}

extension SRTWindow {
  var json: JSON {
    var members: [JSON.Member] = [
      .init("received", .counter(received)), .init("lost", .counter(lost)),
      .init("retransmitted", .counter(retransmitted)), .init("dropped", .counter(dropped)),
      .init("belated", .counter(belated)), .init("undecrypted", .counter(undecrypted)),
    ]
    members.add("lossPercent", lossPercent)
    return .object(members)
  }
}

extension StreamReader {
  var json: JSON {
    var members: [JSON.Member] = [.init("type", .string(type)), .init("id", .string(id))]
    members.add("mbit", mbit)
    members += connection?.facts ?? []
    return .object(members)
  }
}

extension MediaConnection {
  /// All but the id and the path.
  var facts: [JSON.Member] {
    var members: [JSON.Member] = []
    members.add("remote", remote)
    members.add("created", created)
    members.add("user", user)
    members.add("userAgent", userAgent)
    members.add("transport", transport)
    members.add("inboundBytes", inboundBytes)
    members.add("outboundBytes", outboundBytes)
    members.add("packetsLost", packetsLost)
    members.add("packetsInError", packetsInError)
    members.add("framesDiscarded", framesDiscarded)
    members.add("jitterTicks", jitterTicks)
    members.add("lastRequest", lastRequest)
    members += notes
    if let srt {
      let isPublisher = state == "publish"
      members.add("rttMs", srt.rttMs)
      members.add("latencyMs", isPublisher ? srt.receiveLatencyMs : srt.sendLatencyMs)
      members.add("packetsDropped", isPublisher ? srt.received.dropped : srt.sent.dropped)
    }
    return members
  }
}

extension [JSON.Member] {
  /// Adds a member where there is a value.
  mutating func add(_ key: String, _ value: String?) {
    if let value, !value.isEmpty { append(.init(key, .string(value))) }
  }
  mutating func add(_ key: String, _ value: Double?) {
    if let value { append(.init(key, .number(value))) }
  }
  mutating func add(_ key: String, _ value: UInt64?) {
    if let value { append(.init(key, .counter(value))) }
  }
}

extension JSON {
  /// A counter; one above 2^63 - 1 as the nearest number that a double holds.
  static func counter(_ value: UInt64) -> JSON {
    Int64(exactly: value).map { .integer($0) } ?? .number(Double(value))
  }
}
