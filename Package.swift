// swift-tools-version: 6.2
import PackageDescription

/// The rules every target of ours is compiled with; see docs/architecture.md.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .enableExperimentalFeature("Lifetimes"),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
]

/// Debian's library behind one module map; without `pkgConfig` its headers are where all headers are.
func debian(_ name: String, pkgConfig: String?, package: String) -> Target {
  .systemLibrary(name: name, path: "Sources/System/\(name)", pkgConfig: pkgConfig, providers: [.apt([package])])
}

/// A plugin: its own folder, RouterCore and its own C libraries.
/// `page`: folders whose files become part of the program.
func plugin(_ name: String, _ libraries: [Target.Dependency] = [], page: [String] = []) -> Target {
  .target(
    name: name, dependencies: ["RouterCore"] + libraries, path: "Sources/Plugins/\(name)",
    resources: page.map { .embedInCode($0) }, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: name, dependencies: dependencies + ["Support", "CAllocationCounter"], path: "Tests/\(name)",
    swiftSettings: strict)
}

let package = Package(
  name: "media-router",
  products: [.executable(name: "router", targets: ["router"])],
  targets: [
    .target(name: "CLinux", path: "Sources/System/CLinux"),
    debian("COpenSSL", pkgConfig: "openssl", package: "libssl-dev"),
    // Headers of libcurl4-openssl-dev; the library itself is loaded when it is first needed.
    .target(name: "CCurl", path: "Sources/System/CCurl"),
    // Headers of libsndfile1-dev; the library itself is loaded with the first media file.
    .target(name: "CSndfile", path: "Sources/System/CSndfile"),
    debian("CALSA", pkgConfig: "alsa", package: "libasound2-dev"),
    debian("CLame", pkgConfig: "lame", package: "libmp3lame-dev"),
    debian("COpus", pkgConfig: nil, package: "libopus-dev"),
    debian("COgg", pkgConfig: nil, package: "libogg-dev"),
    debian("CAvahi", pkgConfig: nil, package: "libavahi-client-dev"),
    debian("CHiredis", pkgConfig: nil, package: "libhiredis-dev"),
    debian("CSampleRate", pkgConfig: "samplerate", package: "libsamplerate0-dev"),

    .target(name: "RouterCore", dependencies: ["CSampleRate"], swiftSettings: strict),
    .target(name: "RouterWeb", dependencies: ["RouterCore", "CLinux", "COpenSSL", "CCurl"], swiftSettings: strict),
    plugin("AriaCast", ["CALSA", "CAvahi", "CLame"], page: ["Dashboard/Page"]),
    plugin("ADPCMIngest", ["CLinux", "COpenSSL"], page: ["Page"]),
    plugin("SelectionPanel", ["CLinux", "CSndfile"], page: ["Browsers/Page"]),
    plugin("BrowserMic", ["COpus", "COgg"], page: ["Page"]),
    plugin("MediaMTXMonitor", ["CHiredis", "COpenSSL"], page: ["Page"]),
    .executableTarget(
      name: "router",
      dependencies: [
        "RouterCore", "RouterWeb", "AriaCast", "ADPCMIngest", "SelectionPanel", "MediaMTXMonitor", "BrowserMic",
        "CLinux",
      ],
      resources: [.embedInCode("Dashboard/Login"), .embedInCode("Dashboard/Page"), .embedInCode("CLI/Service/Unit")],
      swiftSettings: strict),

    .target(name: "CAllocationCounter", path: "Tests/CAllocationCounter"),
    .executableTarget(
      name: "bench-hop", dependencies: ["RouterCore"], path: "Tests/Benchmarks/Hop", swiftSettings: strict),
    .executableTarget(
      name: "bench-decode", dependencies: ["ADPCMIngest"], path: "Tests/Benchmarks/Decode", swiftSettings: strict),
    .target(name: "Support", dependencies: ["RouterCore"], path: "Tests/Support", swiftSettings: strict),
    tests("RouterCoreTests", ["RouterCore"]),
    tests("RouterWebTests", ["RouterCore", "RouterWeb"]),
    tests("AriaCastTests", ["RouterCore", "RouterWeb", "AriaCast", "CLinux"]),
    tests("ADPCMIngestTests", ["RouterCore", "RouterWeb", "ADPCMIngest"]),
    tests("SelectionPanelTests", ["RouterCore", "RouterWeb", "SelectionPanel"]),
    tests("MediaMTXMonitorTests", ["RouterCore", "RouterWeb", "MediaMTXMonitor"]),
    tests("BrowserMicTests", ["RouterCore", "RouterWeb", "BrowserMic"]),
    tests("RouterTests", ["RouterCore", "RouterWeb", "AriaCast", "ADPCMIngest", "router"]),
  ]
)
