import ADPCMIngest
import AriaCast
import BrowserMic
import MediaMTXMonitor
import RouterCore
import SelectionPanel

/// The plugins linked into this program. Adding one is a line here.
enum PluginList {
  static let all: [any Plugin.Type] = [
    BuiltinNodes.self, AriaCastPlugin.self, ADPCMIngestPlugin.self, SelectionPanelPlugin.self,
    MediaMTXMonitorPlugin.self,
    BrowserMicPlugin.self,
  ]

  /// A registrar that knows every node type. A name given twice is a mistake in this program.
  static func makeRegistrar() -> Registrar {
    var registrar = Registrar()
    for plugin in all {
      do throws(RegistrationError) {
        try plugin.register(with: &registrar)
      } catch {
        preconditionFailure("plugin \(plugin): \(error)")
      }
    }
    return registrar
  }
}
