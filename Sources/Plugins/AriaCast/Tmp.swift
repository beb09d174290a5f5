import RouterCore
extension ListeningConfiguration { static func listenerOptions(defaultPort: Int) -> [Option<Self>] { [] } }
