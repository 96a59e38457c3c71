// swift-tools-version: 6.2
import PackageDescription

/// House settings: Swift 6, warnings are errors, and imports that name what they use.
let house: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]
/// Everything but the kernel and the C edge is checked for unsafe constructs as well.
let safe: [SwiftSetting] = house + [.strictMemorySafety()]

let package = Package(
  name: "weir",
  products: [
    .executable(name: "weir", targets: ["weir"]),
    .executable(name: "weir-serve", targets: ["weir-serve"]),
    .executable(name: "weir-ui", targets: ["weir-ui"]),
    .library(name: "KinesisCore", targets: ["Units", "Limits", "KinesisCore"]),
    .library(name: "Simulation", targets: ["Units", "Simulation"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    // Of weir-serve alone.
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    // Of weir-ui alone.
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    // The rules. No clock, no I/O, no randomness, no Foundation.
    .target(name: "Units", swiftSettings: safe),
    // What the service allows: dated figures, a row each.
    .target(name: "Limits", swiftSettings: safe),
    .target(
      name: "KinesisCore",
      dependencies: ["Units", "Limits", .product(name: "Crypto", package: "swift-crypto")],
      swiftSettings: safe),

    // What things cost: dated data and exact arithmetic.
    .target(name: "Pricing", dependencies: ["Units"], swiftSettings: safe),

    // The virtual clock and what runs under it.
    .systemLibrary(name: "CGSL", pkgConfig: "gsl", providers: [.apt(["libgsl-dev"])]),
    .systemLibrary(name: "CPrefetch"),
    .target(
      name: "Simulation",
      dependencies: [
        "Units", "KinesisCore", "CGSL", "CPrefetch", .product(name: "Histogram", package: "hdrhistogram-swift"),
      ],
      swiftSettings: house),
    // What one run depends on, resolved and checked: specifications and nothing that runs.
    .target(
      name: "Experiment", dependencies: ["Units", "KinesisCore", "Pricing", "Simulation"], swiftSettings: safe),
    .target(
      name: "Models", dependencies: ["Units", "KinesisCore", "Pricing", "Simulation", "Experiment"],
      swiftSettings: safe),
    .target(
      name: "Scenario",
      dependencies: [
        "Units", "KinesisCore", "Experiment", "Models", "Pricing", "Simulation",
        .product(name: "Yams", package: "Yams"),
      ],
      resources: [.embedInCode("Resources")],
      swiftSettings: safe),
    // Answers that need no simulation, and those that need many.
    .target(
      name: "Planning",
      dependencies: ["Units", "KinesisCore", "Pricing", "Simulation", "Experiment", "Models", "Scenario"],
      swiftSettings: safe),
    .target(
      name: "Reporting",
      dependencies: [
        "Units", "KinesisCore", "Experiment", "Models", "Planning", "Pricing", "Scenario", "Simulation",
        .product(name: "Crypto", package: "swift-crypto"),
      ],
      resources: [.embedInCode("Resources")],
      swiftSettings: safe),

    // The page to play with: what it is asked and answers. No sockets.
    .target(
      name: "Page",
      dependencies: [
        "Units", "KinesisCore", "Experiment", "Models", "Planning", "Pricing", "Scenario", "Simulation", "Reporting",
      ],
      resources: [.embedInCode("Resources")],
      swiftSettings: safe),

    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    // jq's own library, which has no pkg-config file.
    .systemLibrary(name: "CJq", providers: [.apt(["libjq-dev"])]),
    // The real clock. Knows the core, never the simulation.
    .target(
      name: "Server",
      dependencies: ["Units", "KinesisCore", "CJq", "CZlib", .product(name: "Crypto", package: "swift-crypto")],
      resources: [.embedInCode("Resources")], swiftSettings: safe),
    // The same over a network: the only target that knows one.
    .executableTarget(
      name: "weir-serve",
      dependencies: [
        "Units", "KinesisCore", "Server",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOHTTP2", package: "swift-nio-http2"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ],
      swiftSettings: safe),

    // The page to play with, over a network of one machine.
    .executableTarget(
      name: "weir-ui",
      dependencies: [
        "Page", "Scenario", "Reporting",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ],
      swiftSettings: safe),

    .executableTarget(
      name: "weir",
      dependencies: [
        "Units", "KinesisCore", "Pricing", "Planning", "Simulation", "Experiment", "Models", "Scenario", "Reporting",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: safe),

    // Measures weir's structures on the trajectories of Benchmarks/Reference: see Benchmarks/bench.py.
    .executableTarget(
      name: "Twins", dependencies: ["Units", "KinesisCore", "Simulation"], path: "Benchmarks/Twins",
      swiftSettings: house),

    // The walls of the house: reads the source text.
    .testTarget(name: "HouseTests", swiftSettings: house),
    .testTarget(name: "UnitsTests", dependencies: ["Units"], swiftSettings: house),
    .testTarget(name: "PricingTests", dependencies: ["Units", "Pricing"], swiftSettings: house),
    .testTarget(
      name: "PlanningTests",
      dependencies: ["Units", "KinesisCore", "Pricing", "Simulation", "Experiment", "Models", "Scenario", "Planning"],
      swiftSettings: house),
    .testTarget(name: "KinesisCoreTests", dependencies: ["Units", "KinesisCore"], swiftSettings: house),
    .testTarget(
      name: "SimulationTests", dependencies: ["Units", "KinesisCore", "Simulation"], swiftSettings: house),
    .testTarget(
      name: "ModelsTests", dependencies: ["Units", "KinesisCore", "Pricing", "Simulation", "Experiment", "Models"],
      swiftSettings: house),
    .testTarget(
      name: "ScenarioTests", dependencies: ["Units", "KinesisCore", "Experiment", "Models", "Pricing", "Scenario"],
      swiftSettings: house),
    .testTarget(
      name: "ReportingTests",
      dependencies: [
        "Units", "KinesisCore", "Experiment", "Models", "Planning", "Pricing", "Scenario", "Simulation", "Reporting",
      ],
      swiftSettings: house),
    .testTarget(
      name: "PageTests", dependencies: ["Experiment", "Models", "Planning", "Scenario", "Reporting", "Page"],
      swiftSettings: house),
    .testTarget(
      name: "ServerTests", dependencies: ["Units", "KinesisCore", "Server"], exclude: ["Cases"],
      swiftSettings: house),
    // The tool as a process: exit codes, bytes, places of errors.
    .testTarget(
      name: "weirTests", dependencies: ["weir", "weir-serve", "weir-ui", "Server", "KinesisCore", "Units"],
      exclude: ["Clients", "Pictures"],
      swiftSettings: house),
  ]
)
