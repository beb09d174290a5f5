/// How loud a stream is, at most 20 times a second.
public struct LevelsEvent: EventPayload {
  public static let name = "levels"
  public static let kind = EventKind.state
  public static let shape = #"{"stream":number,"label":text,"peakDb":[number],"rmsDb":[number]}"#

  public var stream: StreamID
  public var label: String
  /// Per channel, decibels below full scale: -120 to 0 (floats may exceed it).
  public var peakDb: [Double]
  /// Per channel, decibels: a full-scale sine reads -3.01.
  public var rmsDb: [Double]

  public init(stream: StreamID, label: String, peakDb: [Double], rmsDb: [Double]) {
    self.stream = stream
    self.label = label
    self.peakDb = peakDb
    self.rmsDb = rmsDb
  }

  public var json: JSON {
    [
      "stream": .integer(Int64(stream)), "label": .string(label),
      "peakDb": .array(peakDb.map { .number($0) }), "rmsDb": .array(rmsDb.map { .number($0) }),
    ]
  }
}
