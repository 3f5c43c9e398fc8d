//! Time zones of the IANA database: the company's, in which times are shown and by whose days they are told apart.

#[cfg(test)]
mod tests;

use std::{fmt, str::FromStr};

use chrono::{Days, FixedOffset, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, Offset as _, SecondsFormat, TimeZone as _};
use chrono_tz::{GapInfo, OffsetName as _, TZ_VARIANTS, Tz};
use serde::{Deserialize, Serialize};

use super::clock::Timestamp;

/// Areas by which the IANA database names zones. Other names are older, or are fixed offsets.
const AREAS: [&str; 10] = ["Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"];

/// A time zone with the history of its clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeZone(Tz);

/// Text that is not the name of a time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not one of the IANA database")]
pub struct UnknownTimeZone;

impl TimeZone {
    pub const UTC: Self = Self(Tz::UTC);

    /// Zones to choose from, sorted by name: UTC, and those of the areas.
    pub fn all() -> impl Iterator<Item = Self> {
        let is_offered = |zone: &Self| zone.is_utc() || zone.name().split_once('/').is_some_and(|(area, _)| AREAS.contains(&area));
        TZ_VARIANTS.iter().copied().map(Self).filter(is_offered)
    }

    /// Name of the IANA database: "Europe/Berlin".
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    pub fn is_utc(self) -> bool {
        self == Self::UTC
    }

    /// Name that follows a time in a sentence: "UTC", "(Europe/Berlin)".
    pub fn after_time(self) -> String {
        if self.is_utc() { self.name().to_owned() } else { format!("({})", self.name()) }
    }

    /// Abbreviation in use at a moment: "UTC", "CET", "CEST". A zone that has none is named by its offset: "UTC+05:45".
    pub fn abbreviation(self, at: Timestamp) -> String {
        let offset = self.0.offset_from_utc_datetime(&at);
        let letters = offset.abbreviation().filter(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()));
        letters.map_or_else(|| format!("UTC{}", offset.fix()), str::to_owned)
    }

    /// Date and time that clocks show at a moment.
    pub fn local(self, at: Timestamp) -> NaiveDateTime {
        at.checked_add_offset(self.offset(at)).unwrap_or(at)
    }

    /// Day at a moment.
    pub fn day(self, at: Timestamp) -> NaiveDate {
        self.local(at).date()
    }

    /// First moment at which clocks show this time. If they skip it, the first moment after the gap.
    pub fn moment(self, local: NaiveDateTime) -> Timestamp {
        match self.0.from_local_datetime(&local) {
            MappedLocalTime::Single(at) | MappedLocalTime::Ambiguous(at, _) => at.naive_utc(),
            MappedLocalTime::None => {
                let end = GapInfo::new(&local, &self.0).and_then(|gap| gap.end);
                end.map_or(local, |end| end.naive_utc())
            }
        }
    }

    /// First moment of a day.
    pub fn start(self, day: NaiveDate) -> Timestamp {
        self.moment(day.and_time(NaiveTime::MIN))
    }

    /// First moment after a day.
    pub fn end(self, day: NaiveDate) -> Timestamp {
        self.start(day.checked_add_days(Days::new(1)).unwrap_or(day))
    }

    /// Time with its offset: "2026-09-03T11:14:07+02:00", with "Z" in UTC.
    pub fn rfc_3339(self, at: Timestamp) -> String {
        at.and_utc().with_timezone(&self.offset(at)).to_rfc3339_opts(SecondsFormat::Secs, true)
    }

    fn offset(self, at: Timestamp) -> FixedOffset {
        self.0.offset_from_utc_datetime(&at).fix()
    }
}

/// UTC.
impl Default for TimeZone {
    fn default() -> Self {
        Self::UTC
    }
}

impl FromStr for TimeZone {
    type Err = UnknownTimeZone;

    /// Parses any name of the IANA database.
    fn from_str(name: &str) -> Result<Self, UnknownTimeZone> {
        name.parse().map(Self).map_err(|_| UnknownTimeZone)
    }
}

impl TryFrom<String> for TimeZone {
    type Error = UnknownTimeZone;

    fn try_from(name: String) -> Result<Self, UnknownTimeZone> {
        name.parse()
    }
}

impl From<TimeZone> for String {
    fn from(zone: TimeZone) -> Self {
        zone.name().to_owned()
    }
}

impl fmt::Display for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A moment, and the zone in which it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ZonedTime {
    pub at: Timestamp,
    pub zone: TimeZone,
}

impl ZonedTime {
    pub fn utc(at: Timestamp) -> Self {
        Self { at, zone: TimeZone::UTC }
    }

    /// Date and time that clocks show.
    pub fn local(self) -> NaiveDateTime {
        self.zone.local(self.at)
    }

    pub fn day(self) -> NaiveDate {
        self.zone.day(self.at)
    }
}
