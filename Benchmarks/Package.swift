// swift-tools-version:6.2

import PackageDescription

let package = Package(
    name: "kvasir-benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "kvasir", path: "..")],
    targets: [
        .executableTarget(name: "CacheBenchmark", dependencies: [.product(name: "KVCache", package: "kvasir")]),
        .executableTarget(
            name: "PlanBenchmark",
            dependencies: [
                .product(name: "KVCache", package: "kvasir"), .product(name: "Scheduling", package: "kvasir"),
            ]),
    ],
    swiftLanguageModes: [.v6]
)
