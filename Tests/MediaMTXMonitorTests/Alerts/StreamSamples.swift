import RouterCore

@testable import MediaMTXMonitor

/// A stream of the test.
func stream(
  _ name: String, _ state: StreamState = .live, mbit: Double? = nil, rttMs: Double? = nil, readers: Int = 0,
  change: (inout StreamRecord) -> Void = { _ in }
) -> StreamRecord {
  var rates = StreamRates()
  rates.in5s = mbit
  var record = StreamRecord(
    name: name, sourceType: "srtConn", tracks: [], bytesReceived: 0, readers: readers, state: state,
    collected: WallTime(seconds: 0), rates: rates, readersByType: [:], countsEveryViewer: true, peakReaders: 0,
    media: [], publisherData: .absent,
    readerList: [])
  if let rttMs {
    record.srt = SRTJudgement(data: .fresh, rttMs: rttMs)
  }
  change(&record)
  return record
}

/// A list of streams, `seconds` after the start.
func streams(at seconds: Double, _ records: StreamRecord...) -> StreamsEvent {
  StreamsEvent(
    look: Int(seconds * 10), at: instant(seconds), time: WallTime(seconds: 1_000 + Int64(seconds)), streams: records)
}

func instant(_ seconds: Double) -> Instant { Instant(nanoseconds: Int64(seconds * 1e9)) }

func wall(_ seconds: Double) -> WallTime { WallTime(seconds: 1_000 + Int64(seconds)) }
