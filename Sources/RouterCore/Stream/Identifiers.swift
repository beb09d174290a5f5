/// A node's key in the routes document.
public typealias NodeID = String

/// A link's identity: `phone.audio->speaker.audio`.
public typealias LinkID = String

/// Numbers streams within one run of the daemon; never reused.
public typealias StreamID = UInt64
