import RouterCore

extension MediaConnection {
  init() {
    id = ""
    path = ""
    notes = []
  }

  /// Reads one object of a list; nil if it can be told from others neither by id nor by path.
  static func read(_ list: ServerList, _ reader: inout AnswerReader) throws(AnswerFlaw) -> MediaConnection? {
    var connection = MediaConnection()
    var statistics = SRTStatistics()
    let isSRT = list == .srtConns
    try reader.object { reader, key throws(AnswerFlaw) in
      if isSRT, try statistics.take(key, &reader) { return }
      try connection.take(key, &reader)
    }
    if isSRT { connection.srt = statistics }
    return connection.id.isEmpty && connection.path.isEmpty ? nil : connection
  }

  private mutating func take(_ key: AnswerKey, _ reader: inout AnswerReader) throws(AnswerFlaw) {
    switch key {
    case "id": id = try reader.word() ?? ""
    case "path": path = try reader.word() ?? ""
    case "state": state = try reader.word()
    case "created": created = try reader.word()
    case "remoteAddr": remote = try reader.word()
    case "user": user = try reader.word()
    case "userAgent": userAgent = try reader.word()
    case "transport": transport = try reader.word()
    case "lastRequest": lastRequest = try reader.word()
    case "inboundBytes": inboundBytes = try reader.counter()
    case "outboundBytes": outboundBytes = try reader.counter()
    // Names before 1.17; the new one counts where both are sent.
    case "bytesReceived":
      let old = try reader.counter()
      inboundBytes = inboundBytes ?? old
    case "bytesSent":
      let old = try reader.counter()
      outboundBytes = outboundBytes ?? old
    default: try takeQuality(key, &reader)
    }
  }

  private mutating func takeQuality(_ key: AnswerKey, _ reader: inout AnswerReader) throws(AnswerFlaw) {
    switch key {
    case "inboundRTPPacketsLost": packetsLost = try reader.counter()
    case "inboundRTPPacketsInError": packetsInError = try reader.counter()
    case "inboundRTPPacketsJitter": jitterTicks = try reader.number()
    case "rtpPacketsLost": packetsLost = try reader.counter() ?? packetsLost
    case "rtpPacketsInError": packetsInError = try reader.counter() ?? packetsInError
    case "rtpPacketsJitter": jitterTicks = try reader.number() ?? jitterTicks
    case "outboundFramesDiscarded": framesDiscarded = try reader.counter()
    case "peerConnectionEstablished", "localCandidate", "remoteCandidate", "version", "profile", "tunnel", "isCDN":
      let value = try reader.json()
      if value != .null, value != "" { notes.append(.init(key.text, value)) }
    default: try reader.skip()
    }
  }
}

extension SRTStatistics {
  init() {
    received = SRTPackets()
    sent = SRTPackets()
  }

  /// - Returns: false if the key is none of these; nothing is read then.
  fileprivate mutating func take(_ key: AnswerKey, _ reader: inout AnswerReader) throws(AnswerFlaw) -> Bool {
    switch key {
    case "msRTT": rttMs = try reader.number()
    case "mbpsReceiveRate": receiveMibit = try reader.number()
    case "mbpsSendRate": sendMibit = try reader.number()
    case "mbpsLinkCapacity": linkCapacityMibit = try reader.number()
    case "msReceiveTsbPdDelay": receiveLatencyMs = try reader.number()
    case "msSendTsbPdDelay": sendLatencyMs = try reader.number()
    case "packetsReceivedLossRate": receivedLossRate = try reader.number()
    case "packetsSendLossRate": sendLossRate = try reader.number()
    default: return try takePackets(key, &reader)
    }
    return true
  }

  private mutating func takePackets(_ key: AnswerKey, _ reader: inout AnswerReader) throws(AnswerFlaw) -> Bool {
    switch key {
    case "packetsReceived": received.packets = try reader.counter() ?? 0
    case "packetsReceivedUnique": received.unique = try reader.counter() ?? 0
    case "packetsReceivedLoss": received.lost = try reader.counter() ?? 0
    case "packetsReceivedRetrans": received.retransmitted = try reader.counter() ?? 0
    case "packetsReceivedDrop": received.dropped = try reader.counter() ?? 0
    case "packetsReceivedBelated": received.belated = try reader.counter() ?? 0
    case "packetsReceivedUndecrypt": received.undecrypted = try reader.counter() ?? 0
    case "packetsSent": sent.packets = try reader.counter() ?? 0
    case "packetsSentUnique": sent.unique = try reader.counter() ?? 0
    case "packetsSendLoss": sent.lost = try reader.counter() ?? 0
    case "packetsRetrans": sent.retransmitted = try reader.counter() ?? 0
    case "packetsSendDrop": sent.dropped = try reader.counter() ?? 0
    default: return false
    }
    return true
  }
}
