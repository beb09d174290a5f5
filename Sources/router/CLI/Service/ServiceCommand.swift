internal import Glibc
import RouterCore

/// `router service`: the router as a service of systemd.
enum ServiceCommand: Command {
  static let name = "service"
  static let usage =
    "router service install|uninstall|start|stop|restart|status|logs|network [routes.json] [-f] [--json] [--root DIR]"
  static let summary =
    "installs and controls the router as a systemd service; network shows addresses, ports, firewall lines"
  static let flags = [
    Flag("-f", "--follow", help: "logs: goes on with what comes"),
    Flag("--json", help: "network: prints JSON"),
    Flag("--root", value: "DIR", help: "install, uninstall: puts files below DIR and changes no owners or users"),
  ]
  static let positional = ["ACTION", "routes.json"]

  static func run(_ arguments: Arguments) async throws(UsageError) -> Int32 {
    guard let action = arguments.positional.first else { throw UsageError("what is to be done?") }
    let document = arguments.positional.dropFirst().first
    switch action {
    case "network": return ServiceNetwork.show(document, asJSON: arguments.has("--json"))
    case "install", "uninstall":
      return change(action, document ?? "routes.json", root: arguments.value("--root"))
    default:
      guard let steps = ServicePlan.simple(action, follows: arguments.has("-f")) else {
        let known = ["install", "uninstall", "start", "stop", "restart", "status", "logs", "network"]
        let hint = closest(to: action, in: known).map { " (did you mean \"\($0)\"?)" } ?? ""
        throw UsageError("there is no action \"\(action)\"\(hint)")
      }
      return perform(steps, ownsFiles: false)
    }
  }

  private static func change(_ action: String, _ document: String, root: String?) -> Int32 {
    guard root != nil || geteuid() == 0 else {
      Terminal.error("router service: \(action) needs root: sudo router service \(action)")
      return 1
    }
    let places = ServicePlan.Places(root: root ?? "")
    guard action == "install" else { return perform(ServicePlan.uninstall(places), ownsFiles: root == nil) }
    let loaded = DocumentFile.load(document, PluginList.makeRegistrar())
    guard loaded.document != nil else {
      Terminal.error(loaded.report)
      return 1
    }
    let hasUser = unsafe root != nil || getpwnam(ServicePlan.user) != nil
    let steps = ServicePlan.install(
      places, executable: "/proc/self/exe", document: document,
      unitText: String(decoding: PackageResources.media_router_service, as: UTF8.self), hasUser: hasUser)
    let status = perform(steps, ownsFiles: root == nil)
    if status == 0 { Terminal.out("the router runs; its document is \(places.document)") }
    return status
  }

  /// - Parameter ownsFiles: Owners may be changed.
  private static func perform(_ steps: [ServicePlan.Step], ownsFiles: Bool) -> Int32 {
    for step in steps {
      do throws(SystemError) {
        if let failed = try perform(step, ownsFiles) { return failed }
      } catch {
        Terminal.error("router service: \(error)")
        return 1
      }
    }
    return 0
  }

  /// - Returns: an exit status if there is no going on.
  private static func perform(_ step: ServicePlan.Step, _ ownsFiles: Bool) throws(SystemError) -> Int32? {
    switch step {
    case .run(let words):
      let status = ChildProcess.run(words)
      if status == 127 { Terminal.error("router service: \(words[0]) cannot be run; is this a machine with systemd?") }
      return status == 0 ? nil : 1
    case .tryTo(let words): _ = ChildProcess.run(words)
    case .makeFolder(let path): try ServiceFiles.makeFolder(path)
    case .copy(let source, let target, let mode): try ServiceFiles.copy(source, to: target, mode: mode)
    case .copyOnce(let source, let target):
      if unsafe access(target, F_OK) != 0 { try ServiceFiles.copy(source, to: target, mode: 0o640) }
    case .write(let text, let path): try ServiceFiles.write(Array(text.utf8), to: path, mode: 0o644)
    case .remove(let path):
      if unsafe unlink(path) != 0, errno != ENOENT { throw SystemError("unlink \(path)", code: errno) }
    case .give(let path, let user): if ownsFiles { try ServiceFiles.give(path, to: user) }
    }
    return nil
  }
}
