extension Interpreter {
    /// A stable merge sort whose comparison may fail. At most n·log2(n) comparisons, each of which charges itself.
    func sorted<Element>(
        _ elements: [Element], by precedes: (Element, Element) throws(JinjaError) -> Bool
    ) throws(JinjaError) -> [Element] {
        var source = elements
        var width = 1
        while width < source.count {
            try charge(source.count)
            var merged: [Element] = []
            merged.reserveCapacity(source.count)
            var start = 0
            while start < source.count {
                let middle = min(start + width, source.count)
                let end = min(middle + width, source.count)
                var left = start
                var right = middle
                while left < middle && right < end {
                    if try precedes(source[right], source[left]) {
                        merged.append(source[right])
                        right += 1
                    } else {
                        merged.append(source[left])
                        left += 1
                    }
                }
                merged += source[left..<middle]
                merged += source[right..<end]
                start = end
            }
            source = merged
            width *= 2
        }
        return source
    }
}
