//! Bounds of the settings that Admins change.

use std::fmt;

use chrono::{NaiveDate, TimeDelta};

use crate::domain::time_unit::{TimeUnit, in_words};

/// Smallest and largest value of a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds<T> {
    pub min: T,
    pub max: T,
}

pub const INVITATION_TERM: Bounds<TimeDelta> = Bounds { min: TimeDelta::hours(1), max: TimeDelta::days(30) };
pub const INVITATIONS_PER_HOUR: Bounds<u32> = Bounds { min: 10, max: 10_000 };
pub const PASSWORD_MIN: Bounds<u32> = Bounds { min: 8, max: 64 };
pub const SESSION_IDLE: Bounds<TimeDelta> = Bounds { min: TimeDelta::minutes(5), max: TimeDelta::hours(24) };
pub const SESSION_ABSOLUTE: Bounds<TimeDelta> = Bounds { min: TimeDelta::hours(1), max: TimeDelta::days(30) };
pub const SESSIONS_PER_USER: Bounds<u32> = Bounds { min: 1, max: 100 };
pub const DELETED_KEPT_DAYS: Bounds<u32> = Bounds { min: 0, max: 365 };

/// Value that is none, or lies outside the bounds that it carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not within {0}")]
pub struct OutOfBounds<T: fmt::Debug + Copy>(pub Bounds<T>)
where
    Bounds<T>: fmt::Display;

impl<T: PartialOrd + Copy + fmt::Debug> Bounds<T>
where
    Self: fmt::Display,
{
    fn check(self, value: Option<T>) -> Result<T, OutOfBounds<T>> {
        value.filter(|value| (self.min..=self.max).contains(value)).ok_or(OutOfBounds(self))
    }
}

impl Bounds<u32> {
    /// Parses a typed number.
    ///
    /// # Errors
    /// [`OutOfBounds`], also for a text that is no number.
    pub fn parse(self, typed: &str) -> Result<u32, OutOfBounds<u32>> {
        self.check(number(typed))
    }
}

impl Bounds<TimeDelta> {
    /// Parses a typed number of units.
    ///
    /// # Errors
    /// [`OutOfBounds`], also for a text that is no number.
    pub fn parse(self, typed: &str, unit: TimeUnit) -> Result<TimeDelta, OutOfBounds<TimeDelta>> {
        self.check(number(typed).and_then(|number| unit.times(number)))
    }
}

impl fmt::Display for Bounds<u32> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.min, self.max)
    }
}

impl fmt::Display for Bounds<TimeDelta> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", in_words(self.min), in_words(self.max))
    }
}

/// Digits alone: no sign, no fraction, no blanks between.
fn number(typed: &str) -> Option<u32> {
    let typed = typed.trim();
    typed.bytes().all(|byte| byte.is_ascii_digit()).then(|| typed.parse().ok()).flatten()
}

/// Parses a day as browsers send it: 2027-01-31. Days far from this century are slips.
pub fn parse_day(typed: &str) -> Option<NaiveDate> {
    let typed = typed.trim();
    let is_digit = |(place, byte): (usize, u8)| if matches!(place, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() };
    let is_written_out = typed.len() == 10 && typed.bytes().enumerate().all(is_digit);
    let day = NaiveDate::parse_from_str(typed, "%Y-%m-%d").ok().filter(|_| is_written_out)?;
    let (first, last) = (NaiveDate::from_ymd_opt(2000, 1, 1)?, NaiveDate::from_ymd_opt(2099, 12, 31)?);
    (first..=last).contains(&day).then_some(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_taken_within_their_bounds() {
        for (bounds, min, max) in
            [(INVITATIONS_PER_HOUR, 10, 10_000), (PASSWORD_MIN, 8, 64), (SESSIONS_PER_USER, 1, 100), (DELETED_KEPT_DAYS, 0, 365)]
        {
            for value in [min, min + 1, max - 1, max] {
                assert_eq!(bounds.parse(&value.to_string()), Ok(value));
            }
            for value in [i64::from(min) - 1, i64::from(max) + 1, i64::from(u32::MAX) + 1] {
                assert_eq!(bounds.parse(&value.to_string()), Err(OutOfBounds(bounds)), "{value}");
            }
        }
    }

    #[test]
    fn lengths_of_time_are_taken_within_their_bounds_in_every_unit() {
        use TimeUnit::{Days, Hours, Minutes};
        for (bounds, least, most, outside) in [
            (INVITATION_TERM, ("60", Minutes), ("30", Days), [("59", Minutes), ("0", Hours), ("721", Hours), ("31", Days)]),
            (SESSION_IDLE, ("5", Minutes), ("24", Hours), [("4", Minutes), ("1441", Minutes), ("25", Hours), ("2", Days)]),
            (SESSION_ABSOLUTE, ("1", Hours), ("720", Hours), [("59", Minutes), ("0", Days), ("721", Hours), ("4294967295", Days)]),
        ] {
            assert_eq!(bounds.parse(least.0, least.1), Ok(bounds.min));
            assert_eq!(bounds.parse(most.0, most.1), Ok(bounds.max));
            for (typed, unit) in outside {
                assert_eq!(bounds.parse(typed, unit), Err(OutOfBounds(bounds)), "{typed} {unit:?}");
            }
        }
    }

    #[test]
    fn digits_alone_are_a_number() {
        assert_eq!(PASSWORD_MIN.parse(" 015 "), Ok(15));
        for typed in ["", " ", "+15", "-15", "15.0", "1 5", "1,000", "0x0f", "１５", "fifteen", "15\0"] {
            assert!(PASSWORD_MIN.parse(typed).is_err(), "{typed:?}");
            assert!(INVITATION_TERM.parse(typed, TimeUnit::Hours).is_err(), "{typed:?}");
        }
    }

    #[test]
    fn days_are_those_of_this_century() {
        assert_eq!(parse_day(" 2027-01-31 "), NaiveDate::from_ymd_opt(2027, 1, 31));
        for typed in ["", "2027-02-30", "2027-1-31", "27-01-31", "+2027-01-3", "1999-12-31", "2100-01-01", "12027-01-31", "31.01.2027"] {
            assert_eq!(parse_day(typed), None, "{typed:?}");
        }
    }

    #[test]
    fn bounds_are_told_in_words() {
        assert_eq!(PASSWORD_MIN.to_string(), "8 to 64");
        assert_eq!(SESSION_IDLE.to_string(), "5 minutes to 24 hours");
        assert_eq!(INVITATION_TERM.to_string(), "1 hour to 30 days");
    }
}
