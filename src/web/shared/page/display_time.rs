//! Times for readers, with the exact time in `<time>`.

use chrono::{Datelike as _, NaiveDate, NaiveDateTime, Timelike as _};

use crate::domain::{clock::Timestamp, time_zone::ZonedTime};

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A time, and the current time with the company's time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DisplayTime {
    pub at: Timestamp,
    pub now: ZonedTime,
}

impl DisplayTime {
    pub fn new(at: Timestamp, now: ZonedTime) -> Self {
        Self { at, now }
    }

    /// For lists: "Today, 09:14", "Yesterday, 11:05", "Tomorrow, 08:05", else "3 Sep 2026".
    pub fn short(&self) -> String {
        let local = self.local();
        match (self.now.day() - local.date()).num_days() {
            0 => format!("Today, {}", clock(local)),
            1 => format!("Yesterday, {}", clock(local)),
            -1 => format!("Tomorrow, {}", clock(local)),
            _ => date_in_words(local.date()),
        }
    }

    /// For texts that need the hour: "3 Sep 2026, 09:14".
    pub fn long(&self) -> String {
        let local = self.local();
        format!("{}, {}", date_in_words(local.date()), clock(local))
    }

    /// Date without the time: "3 Sep 2026".
    pub fn date(&self) -> String {
        date_in_words(self.local().date())
    }

    /// Zone after the hour, on pages that name the company's zone: "UTC", "CEST". It tells the two hours apart that
    /// clocks show twice.
    pub fn abbreviation(&self) -> String {
        self.now.zone.abbreviation(self.at)
    }

    /// Zone after the hour, on pages that do not name it otherwise: "UTC", "(Europe/Berlin)".
    pub fn zone(&self) -> String {
        self.now.zone.after_time()
    }

    /// Value of the attribute `datetime`, in UTC.
    pub fn machine(&self) -> String {
        self.to_the_second("T", "Z")
    }

    /// Value of the attribute `title`, in UTC.
    pub fn exact(&self) -> String {
        self.to_the_second(" ", " UTC")
    }

    /// Day of the current time with its weekday: "Sunday 22 November 2026".
    pub fn today(now: ZonedTime) -> String {
        now.day().format("%A %-d %B %Y").to_string()
    }

    fn local(self) -> NaiveDateTime {
        self.now.zone.local(self.at)
    }

    fn to_the_second(self, between: &str, zone: &str) -> String {
        let Self { at, .. } = self;
        let (month, day) = (two_digits(at.month()), two_digits(at.day()));
        let (hour, minute, second) = (two_digits(at.hour()), two_digits(at.minute()), two_digits(at.second()));
        [&at.year().to_string(), "-", month, "-", day, between, hour, ":", minute, ":", second, zone].concat()
    }
}

/// "3 Sep 2026"
pub fn date_in_words(day: NaiveDate) -> String {
    let month = MONTHS.get(day.month0() as usize).copied().unwrap_or_default();
    format!("{} {month} {}", day.day(), day.year())
}

fn clock(local: NaiveDateTime) -> String {
    [two_digits(local.hour()), two_digits(local.minute())].join(":")
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
    use super::*;

    fn at(day: u32, hour: u32, minute: u32) -> Timestamp {
        NaiveDate::from_ymd_opt(2026, 9, day).unwrap().and_hms_opt(hour, minute, 7).unwrap()
    }

    fn utc(text: &str) -> Timestamp {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap()
    }

    #[test]
    fn a_list_says_the_days_beside_today_by_the_calendar() {
        let now = ZonedTime::utc(at(5, 0, 10));
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
        let moment = DisplayTime::new(at(3, 9, 14), ZonedTime::utc(at(5, 0, 0)));
        assert_eq!(moment.long(), "3 Sep 2026, 09:14");
        assert_eq!(moment.date(), "3 Sep 2026");
        assert_eq!((moment.abbreviation(), moment.zone()), ("UTC".to_owned(), "UTC".to_owned()));
        assert_eq!(moment.machine(), "2026-09-03T09:14:07Z");
        assert_eq!(moment.exact(), "2026-09-03 09:14:07 UTC");
        assert_eq!(DisplayTime::today(ZonedTime::utc(at(3, 9, 14))), "Thursday 3 September 2026");
    }

    #[test]
    fn days_are_those_of_the_zone_and_the_exact_time_stays_utc() {
        for (zone, now, then, short, long, abbreviation) in [
            // The day on which clocks are put forward has 23 hours, the one on which they are put back 25.
            ("Europe/Berlin", "2026-03-29 22:00", "2026-03-28 23:00", "Yesterday, 00:00", "29 Mar 2026, 00:00", "CET"),
            ("Europe/Berlin", "2026-03-29 22:00", "2026-03-28 22:59", "28 Mar 2026", "28 Mar 2026, 23:59", "CET"),
            ("Europe/Berlin", "2026-03-29 21:59", "2026-03-29 01:00", "Today, 03:00", "29 Mar 2026, 03:00", "CEST"),
            ("Europe/Berlin", "2026-10-25 22:59", "2026-10-24 22:00", "Today, 00:00", "25 Oct 2026, 00:00", "CEST"),
            ("Europe/Berlin", "2026-10-25 22:59", "2026-10-25 01:30", "Today, 02:30", "25 Oct 2026, 02:30", "CET"),
            ("Europe/Berlin", "2026-10-25 23:00", "2026-10-24 22:00", "Yesterday, 00:00", "25 Oct 2026, 00:00", "CEST"),
            ("America/St_Johns", "2026-01-01 03:29", "2026-01-01 03:30", "Tomorrow, 00:00", "1 Jan 2026, 00:00", "NST"),
            ("Asia/Kathmandu", "2026-07-01 18:15", "2026-07-01 18:14", "Yesterday, 23:59", "1 Jul 2026, 23:59", "UTC+05:45"),
            ("Pacific/Kiritimati", "2026-11-30 10:00", "2026-11-30 10:00", "Today, 00:00", "1 Dec 2026, 00:00", "UTC+14:00"),
            // The 30th was left out, so that the day before the 31st has its date: "Yesterday" would be the 30th.
            ("Pacific/Apia", "2011-12-30 10:00", "2011-12-30 09:59", "29 Dec 2011", "29 Dec 2011, 23:59", "UTC-10:00"),
            ("Pacific/Apia", "2011-12-30 09:59", "2011-12-30 10:00", "31 Dec 2011", "31 Dec 2011, 00:00", "UTC+14:00"),
        ] {
            let now = ZonedTime { at: utc(now), zone: zone.parse().unwrap() };
            let shown = DisplayTime::new(utc(then), now);
            assert_eq!(shown.short(), short, "{zone} {then}");
            assert_eq!(shown.long(), long, "{zone} {then}");
            assert_eq!(long.strip_suffix(&format!(", {}", clock(now.zone.local(shown.at)))), Some(&*shown.date()));
            assert_eq!((shown.abbreviation(), shown.zone()), (abbreviation.to_owned(), format!("({zone})")));
            assert_eq!(shown.exact(), format!("{then}:00 UTC"));
            assert_eq!(shown.machine(), format!("{}:00Z", then.replace(' ', "T")));
        }
        let new_year = ZonedTime { at: utc("2026-12-31 10:00"), zone: "Pacific/Kiritimati".parse().unwrap() };
        assert_eq!(DisplayTime::today(new_year), "Friday 1 January 2027");
    }
}
