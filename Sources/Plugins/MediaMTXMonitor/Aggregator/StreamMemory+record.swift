import RouterCore

extension StreamMemory {
  /// The stream's record after ``take(_:isFirst:)``, joined with the connections of the same look.
  mutating func record(_ look: Look, _ directory: ConnectionDirectory) -> StreamRecord {
    let path = look.path
    let publisher = path.source.flatMap { directory.connection(of: $0, path: path.name) }
    remote = publisher?.remote ?? path.source.map { $0.id.isEmpty ? $0.type : $0.id }
    let srt = judgeSRT(publisher, path, directory)
    let raw = srt?.data == .fresh ? publisher?.srt : nil
    return StreamRecord(
      name: path.name, sourceType: path.source?.type ?? "unknown", tracks: path.tracks,
      bytesReceived: path.inboundBytes ?? 0, readers: path.readers.count, rtt: raw?.rttMs,
      recvRateMbps: raw?.receiveMibit, linkCapacityMbps: raw?.linkCapacityMibit, state: state, since: since,
      lastData: lastData, collected: look.time, confName: path.confName, bytesSent: path.outboundBytes,
      framesInError: path.framesInError, rates: rates, readersByType: StreamMemory.counts(path.readers),
      countsEveryViewer: !path.readers.contains { $0.type == "hlsMuxer" }, peakReaders: peakReaders,
      media: path.media, publisher: publisher,
      publisherData: path.source.flatMap { ServerList(holding: $0.type) }.map { directory.state($0) } ?? .absent,
      srt: srt, readerList: list(path, directory))
  }

  /// nil unless an SRT caller publishes.
  private mutating func judgeSRT(
    _ publisher: MediaConnection?, _ path: MediaPath, _ directory: ConnectionDirectory
  ) -> SRTJudgement? {
    guard let source = path.source, source.type == "srtConn" else {
      srt = nil
      return nil
    }
    if srt?.id != source.id { srt = SRTMemory(id: source.id) }
    var data = directory.state(.srtConns)
    if let statistics = publisher?.srt {
      if data == .fresh, let at = directory.time(.srtConns) { srt?.add(statistics, at: at, pause: directory.pause) }
    } else {
      // It came, or went, between the two answers.
      data = .absent
    }
    return data == .absent ? SRTJudgement(data: .absent) : srt?.judgement(data)
  }

  private mutating func list(_ path: MediaPath, _ directory: ConnectionDirectory) -> [StreamReader] {
    let told = path.readers.prefix(StreamBook.readersTold)
    guard !told.isEmpty else {
      readers = [:]
      return []
    }
    var kept: [String: CounterWindow<SIMD2<UInt64>>] = [:]
    let list = told.map { peer -> StreamReader in
      // What an old list says of a reader is left out.
      let list = ServerList(holding: peer.type)
      let isFresh = list.map { directory.state($0) == .fresh } ?? false
      let connection = isFresh ? directory.connection(of: peer, path: path.name) : nil
      var reader = StreamReader(type: peer.type, id: peer.id, connection: connection)
      guard let sent = connection?.outboundBytes, let at = list.flatMap({ directory.time($0) }) else { return reader }
      var window = readers[peer.id] ?? CounterWindow(span: .seconds(5))
      window.add(SIMD2(sent, 0), at: at, pause: directory.pause)
      reader.mbit = window.megabits(0, over: .seconds(5))
      kept[peer.id] = window
      return reader
    }
    readers = kept
    return list
  }

  /// Readers by protocol.
  static func counts(_ readers: [MediaPeer]) -> [String: Int] {
    var counts: [String: Int] = [:]
    for reader in readers { counts[protocolName(reader.type), default: 0] += 1 }
    return counts
  }

  /// A word of MediaMTX as people know the protocol; words that are not known stay.
  static func protocolName(_ type: String) -> String {
    switch type {
    case "srtConn": "srt"
    case "rtspSession", "rtspsSession", "rtspConn", "rtspsConn": "rtsp"
    case "rtmpConn", "rtmpsConn": "rtmp"
    case "webRTCSession": "webrtc"
    case "hlsSession", "hlsMuxer": "hls"
    case "moqSession": "moq"
    default: type
    }
  }
}
