/// A node type that listens: its options begin with `listenerOptions`.
public protocol ListeningConfiguration: Configuration {
  var listener: ListenerSettings { get set }
}
