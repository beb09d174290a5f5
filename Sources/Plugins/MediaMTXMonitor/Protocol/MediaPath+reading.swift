import RouterCore

extension ServerInfo {
  /// - Throws: `AnswerFlaw` if the answer is no JSON.
  static func read(_ body: [UInt8]) throws(AnswerFlaw) -> ServerInfo {
    var reader = AnswerReader(body)
    var info = ServerInfo()
    try reader.object { reader, key throws(AnswerFlaw) in
      switch key {
      case "version": info.version = try reader.word()
      case "started": info.started = try reader.word()
      default: try reader.skip()
      }
    }
    try reader.end()
    return info
  }
}

extension MediaPath {
  /// Everything a path may say, by the names of all releases.
  fileprivate struct Draft {
    var name: String?
    var confName: String?
    var ready: Bool?
    var available: Bool?
    var online: Bool?
    var readyTime: String?
    var availableTime: String?
    var onlineTime: String?
    var source: MediaPeer?
    var tracks: [String] = []
    var media: [MediaTrack]?
    var readers: [MediaPeer] = []
    var bytesReceived: UInt64?
    var bytesSent: UInt64?
    var inboundBytes: UInt64?
    var outboundBytes: UInt64?
    var framesInError: UInt64?
  }

  /// Reads one object of `/v3/paths/list`; nil if it has no name.
  static func read(_ reader: inout AnswerReader) throws(AnswerFlaw) -> MediaPath? {
    var draft = Draft()
    try reader.object { reader, key throws(AnswerFlaw) in try draft.take(key, &reader) }
    return MediaPath(draft)
  }

  fileprivate init?(_ draft: Draft) {
    guard let name = draft.name else { return nil }
    self.name = name
    confName = draft.confName
    isAvailable = draft.available ?? draft.ready ?? false
    isOnline = draft.online ?? true
    since = MediaPath.firstTime(draft.onlineTime, draft.availableTime, draft.readyTime)
    source = draft.source
    let media = draft.media ?? draft.tracks.map { MediaTrack(codec: $0) }
    self.media = media
    tracks = draft.media?.map(\.codec) ?? draft.tracks
    readers = draft.readers
    inboundBytes = draft.inboundBytes ?? draft.bytesReceived
    outboundBytes = draft.outboundBytes ?? draft.bytesSent
    framesInError = draft.framesInError
  }

  /// The first that is a time and not that of the year 1, which stands for none.
  private static func firstTime(_ times: String?...) -> String? {
    times.lazy.compactMap { $0 }.first { !$0.hasPrefix("0001-") && !$0.isEmpty }
  }
}

extension MediaPath.Draft {
  fileprivate mutating func take(_ key: AnswerKey, _ reader: inout AnswerReader) throws(AnswerFlaw) {
    switch key {
    case "name": name = try reader.word()
    case "confName": confName = try reader.word()
    case "ready": ready = try reader.flag()
    case "readyTime": readyTime = try reader.word()
    case "available": available = try reader.flag()
    case "availableTime": availableTime = try reader.word()
    case "online": online = try reader.flag()
    case "onlineTime": onlineTime = try reader.word()
    case "source": source = try MediaPeer.read(&reader)
    case "inboundBytes": inboundBytes = try reader.counter()
    case "outboundBytes": outboundBytes = try reader.counter()
    case "inboundFramesInError": framesInError = try reader.counter()
    case "bytesReceived": bytesReceived = try reader.counter()
    case "bytesSent": bytesSent = try reader.counter()
    default: try takeList(key, &reader)
    }
  }

  private mutating func takeList(_ key: AnswerKey, _ reader: inout AnswerReader) throws(AnswerFlaw) {
    switch key {
    case "tracks":
      var found: [String] = []
      try reader.array { reader throws(AnswerFlaw) in if let codec = try reader.word() { found.append(codec) } }
      tracks = found
    case "tracks2":
      var found: [MediaTrack] = []
      let isList = try reader.array { reader throws(AnswerFlaw) in
        if let track = try MediaTrack.read(&reader) { found.append(track) }
      }
      if isList { media = found }
    case "readers":
      var found: [MediaPeer] = []
      try reader.array { reader throws(AnswerFlaw) in
        if let peer = try MediaPeer.read(&reader) { found.append(peer) }
      }
      readers = found
    default: try reader.skip()
    }
  }
}

extension MediaPeer {
  /// nil for null and for an object without a type.
  static func read(_ reader: inout AnswerReader) throws(AnswerFlaw) -> MediaPeer? {
    var type: String?
    var id = ""
    try reader.object { reader, key throws(AnswerFlaw) in
      switch key {
      case "type": type = try reader.word()
      case "id": id = try reader.word() ?? ""
      default: try reader.skip()
      }
    }
    return type.map { MediaPeer(type: $0, id: id) }
  }
}

extension MediaTrack {
  /// nil without a codec.
  static func read(_ reader: inout AnswerReader) throws(AnswerFlaw) -> MediaTrack? {
    var codec: String?
    var properties: [JSON.Member] = []
    try reader.object { reader, key throws(AnswerFlaw) in
      switch key {
      case "codec": codec = try reader.word()
      case "codecProps": properties = try reader.json().members ?? []
      default: try reader.skip()
      }
    }
    return codec.map { MediaTrack(codec: $0, properties: properties) }
  }
}
