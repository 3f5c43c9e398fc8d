use std::collections::HashSet;

use super::*;

fn zone(name: &str) -> TimeZone {
    name.parse().unwrap()
}

fn at(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn zones_are_parsed_by_their_exact_names() {
    for name in ["UTC", "Europe/Berlin", "America/Argentina/ComodRivadavia", "US/Eastern", "Etc/GMT+12"] {
        assert_eq!(name.parse::<TimeZone>().map(TimeZone::name), Ok(name));
    }
    for name in ["", "utc", "Europe/berlin", " UTC", "Berlin", "Europe", "+02:00", "Mars/Olympus_Mons", "UTC\0"] {
        assert_eq!(name.parse::<TimeZone>(), Err(UnknownTimeZone), "{name}");
    }
}

#[test]
fn offered_zones_are_sorted_and_exclude_older_names() {
    let names = TimeZone::all().map(TimeZone::name).collect::<Vec<_>>();
    assert!(names.is_sorted() && names.len() > 400, "{}", names.len());
    assert_eq!(names.iter().collect::<HashSet<_>>().len(), names.len());
    for name in ["UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Pacific/Kiritimati", "Arctic/Longyearbyen"] {
        assert!(names.contains(&name), "{name}");
    }
    for name in ["US/Eastern", "Etc/UTC", "Zulu", "GMT", "EST5EDT", "Cuba", "Etc/GMT+12"] {
        assert!(!names.contains(&name), "{name}");
    }
}

#[test]
fn a_zone_is_stored_by_its_name() {
    let stored = serde_json::to_string(&zone("Asia/Kathmandu")).unwrap();
    assert_eq!(stored, "\"Asia/Kathmandu\"");
    assert_eq!(serde_json::from_str::<TimeZone>(&stored).unwrap(), zone("Asia/Kathmandu"));
    assert!(serde_json::from_str::<TimeZone>("\"Nowhere\"").is_err());
}

#[test]
fn clocks_show_the_time_of_their_zone() {
    for (name, utc, local, abbreviation, written) in [
        ("UTC", "2026-09-03 09:14:07", "2026-09-03 09:14:07", "UTC", "2026-09-03T09:14:07Z"),
        // Clocks put forward, and an hour that clocks show twice.
        ("Europe/Berlin", "2026-03-29 00:59:59", "2026-03-29 01:59:59", "CET", "2026-03-29T01:59:59+01:00"),
        ("Europe/Berlin", "2026-03-29 01:00:00", "2026-03-29 03:00:00", "CEST", "2026-03-29T03:00:00+02:00"),
        ("Europe/Berlin", "2026-10-25 00:30:00", "2026-10-25 02:30:00", "CEST", "2026-10-25T02:30:00+02:00"),
        ("Europe/Berlin", "2026-10-25 01:30:00", "2026-10-25 02:30:00", "CET", "2026-10-25T02:30:00+01:00"),
        ("America/St_Johns", "2026-01-01 03:29:59", "2025-12-31 23:59:59", "NST", "2025-12-31T23:59:59-03:30"),
        ("America/St_Johns", "2026-07-01 02:30:00", "2026-07-01 00:00:00", "NDT", "2026-07-01T00:00:00-02:30"),
        ("America/Sao_Paulo", "2026-07-01 02:59:59", "2026-06-30 23:59:59", "UTC-03:00", "2026-06-30T23:59:59-03:00"),
        ("Asia/Kathmandu", "2026-07-01 18:15:00", "2026-07-02 00:00:00", "UTC+05:45", "2026-07-02T00:00:00+05:45"),
        ("Pacific/Kiritimati", "2026-11-30 10:00:00", "2026-12-01 00:00:00", "UTC+14:00", "2026-12-01T00:00:00+14:00"),
        // The 30th was left out.
        ("Pacific/Apia", "2011-12-30 09:59:59", "2011-12-29 23:59:59", "UTC-10:00", "2011-12-29T23:59:59-10:00"),
        ("Pacific/Apia", "2011-12-30 10:00:00", "2011-12-31 00:00:00", "UTC+14:00", "2011-12-31T00:00:00+14:00"),
    ] {
        let (zone, utc) = (zone(name), at(utc));
        assert_eq!(zone.local(utc), at(local), "{name} {utc}");
        assert_eq!(ZonedTime { at: utc, zone }.day(), at(local).date(), "{name} {utc}");
        assert_eq!(zone.abbreviation(utc), abbreviation, "{name} {utc}");
        assert_eq!(zone.rfc_3339(utc), written, "{name} {utc}");
    }
}

#[test]
fn a_day_lasts_as_long_as_clocks_show_it() {
    for (name, of, start, end) in [
        ("UTC", "2026-03-29", "2026-03-29 00:00:00", "2026-03-30 00:00:00"),
        ("Europe/Berlin", "2026-03-28", "2026-03-27 23:00:00", "2026-03-28 23:00:00"),
        ("Europe/Berlin", "2026-03-29", "2026-03-28 23:00:00", "2026-03-29 22:00:00"),
        ("Europe/Berlin", "2026-10-25", "2026-10-24 22:00:00", "2026-10-25 23:00:00"),
        ("America/St_Johns", "2026-03-08", "2026-03-08 03:30:00", "2026-03-09 02:30:00"),
        ("Asia/Kathmandu", "2026-03-08", "2026-03-07 18:15:00", "2026-03-08 18:15:00"),
        ("Pacific/Kiritimati", "2026-03-08", "2026-03-07 10:00:00", "2026-03-08 10:00:00"),
        // Midnight that clocks skip, and midnight that they show twice.
        ("America/Santiago", "2026-09-06", "2026-09-06 04:00:00", "2026-09-07 03:00:00"),
        ("America/Havana", "2026-11-01", "2026-11-01 04:00:00", "2026-11-02 05:00:00"),
        // A gap that begins before midnight.
        ("America/Toronto", "1919-03-31", "1919-03-31 04:30:00", "1919-04-01 04:00:00"),
        ("Pacific/Apia", "2011-12-29", "2011-12-29 10:00:00", "2011-12-30 10:00:00"),
        ("Pacific/Apia", "2011-12-30", "2011-12-30 10:00:00", "2011-12-30 10:00:00"),
        ("Pacific/Apia", "2011-12-31", "2011-12-30 10:00:00", "2011-12-31 10:00:00"),
    ] {
        let zone = zone(name);
        assert_eq!((zone.start(day(of)), zone.end(day(of))), (at(start), at(end)), "{name} {of}");
    }
}

#[test]
fn a_day_begins_and_ends_beside_other_days() {
    let first = day("2026-01-01");
    for zone in TimeZone::all() {
        for day in first.iter_days().take(366) {
            let (start, end) = (zone.start(day), zone.end(day));
            let step = chrono::TimeDelta::microseconds(1);
            assert_eq!((zone.day(start), zone.day(end - step)), (day, day), "{zone}");
            assert!(zone.day(start - step) < day && zone.day(end) > day, "{zone} {day}");
        }
    }
}

#[test]
fn a_skipped_time_is_the_end_of_its_gap_and_a_repeated_one_the_first() {
    for (name, local, moment) in [
        ("Europe/Berlin", "2026-03-29 02:30:00", "2026-03-29 01:00:00"),
        ("Europe/Berlin", "2026-10-25 02:30:00", "2026-10-25 00:30:00"),
        ("Europe/Helsinki", "2026-03-29 03:00:00", "2026-03-29 01:00:00"),
        ("Asia/Kathmandu", "2026-03-29 03:00:00", "2026-03-28 21:15:00"),
    ] {
        assert_eq!(zone(name).moment(at(local)), at(moment), "{name} {local}");
    }
}

#[test]
fn a_zone_is_named_after_a_time() {
    assert_eq!(TimeZone::UTC.after_time(), "UTC");
    assert_eq!(zone("Europe/Berlin").after_time(), "(Europe/Berlin)");
}
