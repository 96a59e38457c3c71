// swift-tools-version: 6.2
import PackageDescription

/// A package of its own, so that nobody who builds weir builds its benchmarks.
let package = Package(
  name: "weir-benchmarks",
  dependencies: [.package(name: "weir", path: "..")],
  targets: [
    .executableTarget(
      name: "KernelBenchmark", dependencies: [.product(name: "Simulation", package: "weir")],
      swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)])
  ]
)
