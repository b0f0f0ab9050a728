/// A civil date and time that the caller hands to `strftime_now`; the interpreter reads no clock.
public struct JinjaTime: Sendable, Equatable {
    public let year: Int
    /// 1…12
    public let month: Int
    /// 1…31
    public let day: Int
    public let hour: Int
    public let minute: Int
    public let second: Int

    /// Returns nil unless the fields form a date of the Gregorian calendar, years 1 to 9999, and a time of day.
    public init?(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) {
        guard (1...9999).contains(year), (1...12).contains(month), (0...23).contains(hour),
            (0...59).contains(minute), (0...60).contains(second)
        else { return nil }
        guard day >= 1, day <= Self.days(inMonth: month, year: year) else { return nil }
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
        self.second = second
    }

    /// The UTC time that lies `seconds` after 1970-01-01, or nil outside the years 1 to 9999.
    public init?(secondsSince1970 seconds: Int) {
        let secondsPerDay = 86_400
        guard (-62_135_596_800...253_402_300_799).contains(seconds) else { return nil }
        var days = seconds / secondsPerDay
        var rest = seconds % secondsPerDay
        if rest < 0 {
            days -= 1
            rest += secondsPerDay
        }
        // Days are counted from 0000-03-01, so that the leap day ends a year (400 years are 146,097 days).
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        self.init(
            year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month,
            day: dayOfYear - (153 * shiftedMonth + 2) / 5 + 1, hour: rest / 3600, minute: rest / 60 % 60,
            second: rest % 60)
    }

    /// Day of the year, from 1.
    var dayOfYear: Int {
        var days = day
        for earlier in 1..<13 where earlier < month { days += Self.days(inMonth: earlier, year: year) }
        return days
    }

    /// 0 is Sunday.
    var weekday: Int {
        let before = year - 1
        return (before * 365 + before / 4 - before / 100 + before / 400 + dayOfYear) % 7
    }

    private static func days(inMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
