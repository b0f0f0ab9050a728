// swift-tools-version:6.2

import PackageDescription

let swiftSettings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// C for speed and for what Swift cannot embed; asserts are compiled out of release builds.
let cSettings: [CSetting] = [.define("NDEBUG", .when(configuration: .release))]

let package = Package(
    name: "kvasir",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "kvasir", targets: ["KvasirCLI"]),
        .library(name: "Kvasir", targets: ["Kvasir"]),
        .library(name: "KVCache", targets: ["KVCache"]),
        .library(name: "Scheduling", targets: ["Scheduling"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections.git", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    ],
    targets: [
        .executableTarget(
            name: "KvasirCLI",
            dependencies: [
                "Benchmarking", "Compute", "KVCache", "KVScript", "Kvasir", "KvasirServer", "ModelFiles", "Models",
                "Scheduling", "Simulator", "Tokenization",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "KvasirServer",
            dependencies: [
                "JSON", "KVCache", "Kvasir", "Scheduling", "Tokenization",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "Benchmarking",
            dependencies: [
                "KVCache", "Scheduling", "Simulator",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "Kvasir",
            dependencies: [
                "CAssets", "Compute", "Jinja", "KVCache", "ModelFiles", "Models", "Scheduling", "Tokenization",
            ],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "Models",
            dependencies: ["Compute", "KVCache", "ModelFiles", "Scheduling"],
            swiftSettings: swiftSettings
        ),
        .target(name: "Simulator", dependencies: ["JSON", "KVCache", "Scheduling"], swiftSettings: swiftSettings),
        .target(
            name: "Scheduling",
            dependencies: ["KVCache", .product(name: "DequeModule", package: "swift-collections")],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "Tokenization",
            dependencies: ["CUnicode", "Jinja", "KVCache", "ModelFiles"],
            swiftSettings: swiftSettings
        ),
        .target(name: "KVScript", dependencies: ["JSON", "KVCache"], swiftSettings: swiftSettings),
        .target(
            name: "KVCache",
            dependencies: [.product(name: "DequeModule", package: "swift-collections")],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "Compute",
            dependencies: ["CKernels"],
            swiftSettings: swiftSettings
        ),
        .target(name: "ModelFiles", swiftSettings: swiftSettings),
        .target(name: "Jinja", swiftSettings: swiftSettings),
        .target(
            name: "JSON", swiftSettings: swiftSettings,
            linkerSettings: [.linkedLibrary("m", .when(platforms: [.linux]))]),
        .target(name: "CKernels", cSettings: cSettings),
        .target(name: "CUnicode", cSettings: cSettings),
        .target(name: "CAssets", exclude: ["Resources"], cSettings: cSettings),

        .target(
            name: "TestSupport",
            dependencies: ["KVCache", "Scheduling"],
            path: "Tests/TestSupport",
            swiftSettings: swiftSettings
        ),
        .testTarget(name: "KVCacheTests", dependencies: ["KVCache", "TestSupport"], swiftSettings: swiftSettings),
        .testTarget(name: "JSONTests", dependencies: ["JSON", "TestSupport"], swiftSettings: swiftSettings),
        .testTarget(name: "KVScriptTests", dependencies: ["KVScript", "TestSupport"], swiftSettings: swiftSettings),
        .testTarget(
            name: "SchedulingTests",
            dependencies: ["KVCache", "Scheduling", "TestSupport"],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "SimulatorTests",
            dependencies: ["KVCache", "Scheduling", "Simulator", "TestSupport"],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "ComputeTests", dependencies: ["CKernels", "Compute", "TestSupport"], swiftSettings: swiftSettings),
        .testTarget(
            name: "ModelFilesTests", dependencies: ["ModelFiles", "TestSupport"], swiftSettings: swiftSettings),
        .testTarget(
            name: "ModelsTests",
            dependencies: ["Compute", "KVCache", "ModelFiles", "Models", "Scheduling", "TestSupport"],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "TokenizationTests",
            dependencies: ["CUnicode", "KVCache", "ModelFiles", "TestSupport", "Tokenization"],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "JinjaTests", dependencies: ["Jinja", "TestSupport"], exclude: ["Fixtures"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "KvasirTests",
            dependencies: ["KVCache", "Kvasir", "Models", "Scheduling", "TestSupport", "Tokenization"],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "KvasirServerTests",
            dependencies: [
                "JSON", "KVCache", "Kvasir", "KvasirServer", "Scheduling", "TestSupport", "Tokenization",
                .product(name: "Hummingbird", package: "hummingbird"),
            ],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "KvasirCLITests",
            dependencies: ["Compute", "KVCache", "Kvasir", "KvasirCLI", "ModelFiles", "Models", "Scheduling"],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "BenchmarkingTests",
            dependencies: [
                "Benchmarking", "KVCache", "Kvasir", "KvasirServer",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: swiftSettings
        ),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .c2x
)
