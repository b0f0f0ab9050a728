/// `strftime` in the C locale.
enum TimeFormat {
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
    private static let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]

    static func format(
        _ format: String, _ time: JinjaTime, with interpreter: Interpreter
    ) throws(JinjaError) -> String {
        var output = ""
        var scalars = format.unicodeScalars.makeIterator()
        while let scalar = scalars.next() {
            guard scalar == "%" else {
                try interpreter.append(String(scalar), to: &output)
                continue
            }
            var directive = scalars.next()
            // The GNU flag '-' drops padding.
            let padded = directive != "-"
            if !padded { directive = scalars.next() }
            guard let directive, let field = field(directive, time, padded: padded) else {
                throw JinjaError(.unsupported, "the time format '%\(directive.map(String.init) ?? "")'")
            }
            try interpreter.append(field, to: &output)
        }
        return output
    }

    private static func field(_ directive: Unicode.Scalar, _ time: JinjaTime, padded: Bool) -> String? {
        func number(_ value: Int, _ width: Int = 2, _ fill: String = "0") -> String {
            let digits = String(value)
            return padded ? String(repeating: fill, count: max(0, width - digits.utf8.count)) + digits : digits
        }
        let hour12 = time.hour % 12 == 0 ? 12 : time.hour % 12
        let date = "\(number(time.month))/\(number(time.day))/\(number(time.year % 100))"
        switch directive {
        case "a": return String(weekdays[time.weekday].prefix(3))
        case "A": return weekdays[time.weekday]
        case "b", "h": return String(months[time.month - 1].prefix(3))
        case "B": return months[time.month - 1]
        case "d": return number(time.day)
        case "D": return date
        case "e": return number(time.day, 2, " ")
        case "F": return "\(time.year)-\(number(time.month))-\(number(time.day))"
        case "H": return number(time.hour)
        case "I": return number(hour12)
        case "j": return number(time.dayOfYear, 3)
        case "m": return number(time.month)
        case "M": return number(time.minute)
        case "n": return "\n"
        case "p": return time.hour < 12 ? "AM" : "PM"
        case "R": return "\(number(time.hour)):\(number(time.minute))"
        case "S": return number(time.second)
        case "t": return "\t"
        case "T": return "\(number(time.hour)):\(number(time.minute)):\(number(time.second))"
        case "u": return String(time.weekday == 0 ? 7 : time.weekday)
        case "w": return String(time.weekday)
        case "y": return number(time.year % 100)
        case "Y": return String(time.year)
        case "z", "Z": return ""
        case "%": return "%"
        default: return nil
        }
    }
}
