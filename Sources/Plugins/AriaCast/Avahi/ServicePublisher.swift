/// A connection to who publishes services: Avahi, or a double in the tests. The calls block; any thread.
///
/// A problem of the connection as a whole is returned by the call that met it and comes as ``PublisherEvent/lost(_:)``.
protocol ServicePublisher: Sendable {
  /// What happens at the other end. One reader; ends with ``close()``.
  var events: AsyncStream<PublisherEvent> { get }

  /// Begins to publish; whether the name was free is told by an event.
  /// - Returns: nil, or why it was refused at once; nothing is published then.
  func publish(_ publication: Publication) -> AvahiProblem?

  /// Replaces the TXT record of a publication.
  func update(_ publication: Publication) -> AvahiProblem?

  /// Takes a publication back, with a goodbye. Does nothing for one that is not there.
  func remove(_ id: Int)

  /// Takes everything back and ends the connection. Later calls do nothing.
  func close()
}

/// What Avahi reports.
enum PublisherEvent: Equatable, Sendable {
  /// The daemon takes services.
  case running
  /// The daemon settles its own host name: services must be published again afterwards.
  case settling
  /// The publication stands on the network.
  case established(Int)
  /// Somebody else on the network has the name.
  case taken(Int)
  /// The connection is of no use any more.
  case lost(AvahiProblem)
}
