import RouterCore

extension MonitorBoard {
  /// A family of numbers, one per stream.
  private struct Family {
    var name: String
    var help: String
    var isCounter = false
    var value: @Sendable (JSON) -> Double?
  }

  private static let families = [
    Family(name: "mediamtx_stream_in_bits_per_second", help: "Rate of the publisher over 5 s") {
      $0["inMbit5s"]?.double.map { $0 * 1e6 }
    },
    Family(name: "mediamtx_stream_out_bits_per_second", help: "Rate to all readers over 5 s") {
      $0["outMbit5s"]?.double.map { $0 * 1e6 }
    },
    Family(name: "mediamtx_stream_received_bytes_total", help: "Bytes of the present publisher", isCounter: true) {
      $0["bytesReceived"]?.double
    },
    Family(name: "mediamtx_stream_readers", help: "Readers") { $0["readers"]?.double },
    Family(name: "mediamtx_stream_srt_rtt_seconds", help: "Round trip of the SRT publisher") {
      $0["rtt"]?.double.map { $0 / 1000 }
    },
    Family(name: "mediamtx_stream_srt_loss_ratio", help: "Share of packets missed at first, over 60 s") {
      $0["srt"]?["last60s"]?["lossPercent"]?.double.map { $0 / 100 }
    },
    Family(name: "mediamtx_stream_srt_dropped_packets", help: "Packets that never came in time, over 60 s") {
      $0["srt"]?["last60s"]?["dropped"]?.double
    },
    Family(name: "mediamtx_stream_srt_link_capacity_bits_per_second", help: "Median of MediaMTX's guesses over 60 s") {
      $0["srt"]?["linkCapacityMbit"]?.double.map { $0 * 1e6 }
    },
  ]

  /// What Prometheus reads. Numbers of streams are left out while the data is old: a scrape shall not make old data new.
  func prometheus(at now: Instant) -> String {
    var out = "# HELP mediamtx_up The list of paths could be read lately\n# TYPE mediamtx_up gauge\n"
    let isFresh = state(at: now) == .fresh
    out += "mediamtx_up \(isFresh ? 1 : 0)\n"
    if let age = age(at: now) {
      out += "# HELP mediamtx_data_age_seconds Age of the data\n# TYPE mediamtx_data_age_seconds gauge\n"
      out += "mediamtx_data_age_seconds \(JSON.number(age.seconds).compact)\n"
    }
    guard isFresh else { return out }
    out += "# HELP mediamtx_stream_state 1 for the state the stream is in\n# TYPE mediamtx_stream_state gauge\n"
    for name in names {
      guard let state = records[name]?["state"]?.text else { continue }
      out += "mediamtx_stream_state{name=\(MonitorBoard.label(name)),state=\"\(state)\"} 1\n"
    }
    for family in MonitorBoard.families { write(family, to: &out) }
    return out
  }

  private func write(_ family: Family, to out: inout String) {
    out += "# HELP \(family.name) \(family.help)\n# TYPE \(family.name) \(family.isCounter ? "counter" : "gauge")\n"
    for name in names {
      guard let value = records[name].flatMap({ family.value($0) }) else { continue }
      out += "\(family.name){name=\(MonitorBoard.label(name))} \(JSON.number(value).compact)\n"
    }
  }

  /// A label's value in quotes.
  private static func label(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": out += "\\\\"
      case "\"": out += "\\\""
      case "\n": out += "\\n"
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }
}
