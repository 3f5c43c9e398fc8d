//! Times for readers, with the exact time in `<time>`.

use chrono::{Datelike as _, Timelike as _};

use crate::domain::clock::Timestamp;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A time, and the current time. The company's time zone is UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DisplayTime {
    pub at: Timestamp,
    pub now: Timestamp,
}

impl DisplayTime {
    pub fn new(at: Timestamp, now: Timestamp) -> Self {
        Self { at, now }
    }

    /// For lists: "Today, 09:14", "Yesterday, 11:05", "Tomorrow, 08:05", else "3 Sep 2026".
    pub fn short(&self) -> String {
        match (self.now.date() - self.at.date()).num_days() {
            0 => format!("Today, {}", self.clock()),
            1 => format!("Yesterday, {}", self.clock()),
            -1 => format!("Tomorrow, {}", self.clock()),
            _ => self.date(),
        }
    }

    /// For texts that need the hour: "3 Sep 2026, 09:14".
    pub fn long(&self) -> String {
        format!("{}, {}", self.date(), self.clock())
    }

    /// Date without the time: "3 Sep 2026".
    pub fn date(&self) -> String {
        let month = MONTHS.get(self.at.month0() as usize).copied().unwrap_or_default();
        format!("{} {month} {}", self.at.day(), self.at.year())
    }

    /// Value of the attribute `datetime`.
    pub fn machine(&self) -> String {
        self.to_the_second("T", "Z")
    }

    /// Value of the attribute `title`.
    pub fn exact(&self) -> String {
        self.to_the_second(" ", " UTC")
    }

    /// Day of the current time with its weekday: "Sunday 22 November 2026".
    pub fn today(now: Timestamp) -> String {
        now.format("%A %-d %B %Y").to_string()
    }

    fn clock(&self) -> String {
        [two_digits(self.at.hour()), two_digits(self.at.minute())].join(":")
    }

    fn to_the_second(self, between: &str, zone: &str) -> String {
        let Self { at, .. } = self;
        let (month, day) = (two_digits(at.month()), two_digits(at.day()));
        let (hour, minute, second) = (two_digits(at.hour()), two_digits(at.minute()), two_digits(at.second()));
        [&at.year().to_string(), "-", month, "-", day, between, hour, ":", minute, ":", second, zone].concat()
    }
}

/// Two digits from a table: formatting would take as long as the rest of a row.
fn two_digits(number: u32) -> &'static str {
    const ALL: &str =
        "00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748495051525354555657585960";
    let start = number as usize * 2;
    ALL.get(start..start + 2).unwrap_or("??")
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    fn at(day: u32, hour: u32, minute: u32) -> Timestamp {
        NaiveDate::from_ymd_opt(2026, 9, day).unwrap().and_hms_opt(hour, minute, 7).unwrap()
    }

    #[test]
    fn a_list_says_the_days_beside_today_by_the_calendar() {
        let now = at(5, 0, 10);
        for (then, words) in [
            (at(5, 0, 9), "Today, 00:09"),
            (at(5, 23, 59), "Today, 23:59"),
            (at(4, 23, 59), "Yesterday, 23:59"),
            (at(4, 0, 0), "Yesterday, 00:00"),
            (at(3, 23, 59), "3 Sep 2026"),
            (at(6, 0, 0), "Tomorrow, 00:00"),
            (at(7, 0, 0), "7 Sep 2026"),
        ] {
            assert_eq!(DisplayTime::new(then, now).short(), words);
        }
    }

    #[test]
    fn the_exact_time_is_named_in_utc() {
        let moment = DisplayTime::new(at(3, 9, 14), at(5, 0, 0));
        assert_eq!(moment.long(), "3 Sep 2026, 09:14");
        assert_eq!(moment.date(), "3 Sep 2026");
        assert_eq!(moment.machine(), "2026-09-03T09:14:07Z");
        assert_eq!(moment.exact(), "2026-09-03 09:14:07 UTC");
        assert_eq!(DisplayTime::today(at(3, 9, 14)), "Thursday 3 September 2026");
    }
}
