/// A node's key in the routes document.
public typealias NodeID = String

/// A link's identity: `phone.audio->speaker.audio`.
public typealias LinkID = String

/// Numbers streams within one run of the daemon; never reused.
public typealias StreamID = UInt64

/// One place where a stream's path goes over to a worker loop.
struct HandoffID: Hashable, Sendable {
  let stream: StreamID
  /// Numbers the handoffs of one stream.
  let number: Int
}

/// Numbers the places of all paths within one run of the daemon; never reused.
typealias PlaceID = UInt64
