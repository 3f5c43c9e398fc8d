//! Lengths of time as people say them: a number and a unit.

use chrono::TimeDelta;

use super::stored::stored_enum;

stored_enum! {
    /// Unit of a length of time.
    TimeUnit {
        Minutes = "minutes",
        Hours = "hours",
        Days = "days",
    }
}

impl TimeUnit {
    /// "Minutes", "Hours", "Days".
    pub fn label(self) -> &'static str {
        match self {
            Self::Minutes => "Minutes",
            Self::Hours => "Hours",
            Self::Days => "Days",
        }
    }

    /// `number` units; `None` where that is too long to be told.
    pub fn times(self, number: u32) -> Option<TimeDelta> {
        let number = i64::from(number);
        match self {
            Self::Minutes => TimeDelta::try_minutes(number),
            Self::Hours => TimeDelta::try_hours(number),
            Self::Days => TimeDelta::try_days(number),
        }
    }

    /// Number and unit of a length: whole days from two days on, else whole hours, else minutes.
    pub fn of(length: TimeDelta) -> (i64, Self) {
        let minutes = length.num_minutes();
        match (minutes % 60, minutes / 60) {
            (0, hours) if hours >= 48 && hours % 24 == 0 => (hours / 24, Self::Days),
            (0, hours) if hours > 0 => (hours, Self::Hours),
            _ => (minutes, Self::Minutes),
        }
    }

    fn word(self, number: i64) -> &'static str {
        match (self, number) {
            (Self::Minutes, 1) => "minute",
            (Self::Minutes, _) => "minutes",
            (Self::Hours, 1) => "hour",
            (Self::Hours, _) => "hours",
            (Self::Days, 1) => "day",
            (Self::Days, _) => "days",
        }
    }
}

/// "24 hours", "5 days", "1 hour", "90 minutes".
pub fn in_words(length: TimeDelta) -> String {
    let (number, unit) = TimeUnit::of(length);
    format!("{number} {}", unit.word(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_read_as_people_say_them() {
        for (minutes, words) in [
            (0, "0 minutes"),
            (1, "1 minute"),
            (60, "1 hour"),
            (90, "90 minutes"),
            (24 * 60, "24 hours"),
            (36 * 60, "36 hours"),
            (48 * 60, "2 days"),
            (5 * 24 * 60, "5 days"),
        ] {
            let length = TimeDelta::minutes(minutes);
            assert_eq!(in_words(length), words);
            let (number, unit) = TimeUnit::of(length);
            assert_eq!(unit.times(u32::try_from(number).unwrap()), Some(length));
        }
    }

    #[test]
    fn no_number_of_units_is_too_long_to_be_compared() {
        for unit in TimeUnit::ALL {
            assert!(unit.times(u32::MAX).is_none_or(|length| length > TimeDelta::days(365)), "{unit:?}");
        }
    }
}
