/// What `router service` does, step by step. Pure.
enum ServicePlan {
  static let unit = "media-router"
  static let user = "media-router"

  enum Step: Equatable {
    case run([String])
    /// Goes on whatever that says.
    case tryTo([String])
    case makeFolder(String)
    case copy(from: String, to: String, mode: UInt32)
    /// Only where there is none yet.
    case copyOnce(from: String, to: String)
    case write(String, to: String)
    case remove(String)
    case give(String, to: String)
  }

  /// Where things go.
  struct Places: Equatable {
    /// Before every path; empty on a real machine.
    var root = ""
    var program: String { root + "/usr/local/bin/media-router" }
    var unitFile: String { root + "/etc/systemd/system/\(unit).service" }
    var state: String { root + "/var/lib/media-router" }
    var document: String { state + "/routes.json" }
  }

  /// - Parameters:
  ///   - executable: This program.
  ///   - document: The routes document to begin with.
  ///   - unitText: The unit as it is packaged, for `/usr/bin/media-router`.
  ///   - hasUser: There is one already.
  static func install(
    _ places: Places, executable: String, document: String, unitText: String, hasUser: Bool
  ) -> [Step] {
    let text = unitText.replacing("/usr/bin/media-router", with: "/usr/local/bin/media-router")
    var steps: [Step] = []
    if !hasUser {
      steps.append(
        .run([
          "useradd", "--system", "--user-group", "--groups", "audio,dialout", "--home-dir", "/var/lib/media-router",
          "--no-create-home", "--shell", "/usr/sbin/nologin", user,
        ]))
    }
    steps += [
      .makeFolder(places.state), .copyOnce(from: document, to: places.document), .give(places.state, to: user),
      .copy(from: executable, to: places.program, mode: 0o755), .write(text, to: places.unitFile),
      .run(["systemctl", "daemon-reload"]), .run(["systemctl", "enable", "--now", unit]),
    ]
    return steps
  }

  /// The document and what was recorded stay.
  static func uninstall(_ places: Places) -> [Step] {
    [
      .tryTo(["systemctl", "disable", "--now", unit]), .remove(places.unitFile), .remove(places.program),
      .run(["systemctl", "daemon-reload"]),
    ]
  }

  /// - Parameter follows: Of `logs`.
  static func simple(_ action: String, follows: Bool) -> [Step]? {
    switch action {
    case "start", "stop", "restart": [.run(["systemctl", action, unit])]
    case "status": [.run(["systemctl", "status", "--no-pager", unit])]
    case "logs": [.run(["journalctl", "-u", unit, "-n", "50", "--no-pager"] + (follows ? ["-f"] : []))]
    default: nil
    }
  }
}
