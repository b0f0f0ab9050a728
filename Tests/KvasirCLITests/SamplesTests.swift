import Testing

@testable import KvasirCLI

@Suite("Samples and how they are shown")
struct SamplesTests {
    @Test(
        "The median is the middle value, or the mean of two",
        arguments: [([], 0), ([3], 3), ([5, 1, 3], 3), ([4, 1, 3, 2], 2.5)] as [([Double], Double)])
    func median(values: [Double], expected: Double) {
        var samples = Samples()
        for value in values { samples.add(value) }
        #expect(samples.median == expected)
        #expect(samples.least == values.min() ?? 0)
        #expect(samples.greatest == values.max() ?? 0)
    }

    @Test(
        "Numbers have three significant digits, and all before the point",
        arguments: [
            (0.0, "0"), (0.012_34, "0.0123"), (1.234, "1.23"), (12.34, "12.3"), (123.4, "123"), (1_234.5, "1234"),
            (-0.5, "-0.500"), (.nan, "–"), (.infinity, "–"), (1e-300, "0.000000000000"),
        ])
    func significant(value: Double, text: String) {
        #expect(value.significant == text)
    }

    @Test("Columns are as wide as their widest cell")
    func table() {
        var table = TextTable([("test", .left), ("tokens/s", .right), ("of", .left)])
        table.add(["prefill", "1290", "int8"])
        table.add(["a", "9", ""])
        #expect(
            table.text == """
                test     tokens/s  of
                prefill      1290  int8
                a               9

                """)
    }
}
