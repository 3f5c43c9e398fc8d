//! The company's two-factor policy: who needs two-factor, and from when.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{role::Role, stored::stored_enum, time_zone::ZonedTime};

stored_enum! {
    /// Users who need two-factor.
    TwoFactorAudience {
        Nobody = "nobody",
        Admins = "admins",
        Administrators = "admins_and_portfolio_admins",
        Everyone = "everyone",
    }
}

impl TwoFactorAudience {
    pub fn label(self) -> &'static str {
        match self {
            Self::Nobody => "Nobody",
            Self::Admins => "Admins",
            Self::Administrators => "Admins and Portfolio Admins",
            Self::Everyone => "Everyone",
        }
    }

    pub fn includes(self, role: Role) -> bool {
        match self {
            Self::Nobody => false,
            Self::Admins => role == Role::Admin,
            Self::Administrators => matches!(role, Role::Admin | Role::PortfolioAdmin),
            Self::Everyone => true,
        }
    }
}

/// Two-factor policy. It has a date unless nobody needs two-factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TwoFactorPolicy {
    audience: TwoFactorAudience,
    from: Option<NaiveDate>,
}

impl TwoFactorPolicy {
    /// Policy of a company that requires two-factor of nobody.
    pub const NONE: Self = Self { audience: TwoFactorAudience::Nobody, from: None };

    /// Policy for `audience` from the beginning of a day on.
    pub fn new(audience: TwoFactorAudience, from: NaiveDate) -> Self {
        if audience == TwoFactorAudience::Nobody { Self::NONE } else { Self { audience, from: Some(from) } }
    }

    pub fn audience(self) -> TwoFactorAudience {
        self.audience
    }

    /// First day; `None` where nobody needs two-factor.
    pub fn from(self) -> Option<NaiveDate> {
        self.from
    }

    /// True from the begin of the first day on, in the company's time zone.
    fn has_begun(self, now: ZonedTime) -> bool {
        self.from.is_some_and(|day| now.zone.start(day) <= now.at)
    }

    /// True if users with this role need two-factor now.
    pub fn requires(self, role: Role, now: ZonedTime) -> bool {
        self.has_begun(now) && self.audience.includes(role)
    }

    /// Day to come from which on users with this role need two-factor.
    pub fn announced(self, role: Role, now: ZonedTime) -> Option<NaiveDate> {
        self.from.filter(|_| self.audience.includes(role) && !self.has_begun(now))
    }

    /// True if every user needs two-factor now.
    pub fn requires_everyone(self, now: ZonedTime) -> bool {
        Role::ALL.into_iter().all(|role| self.requires(role, now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time_zone::TimeZone;

    fn utc(at: crate::domain::clock::Timestamp) -> ZonedTime {
        ZonedTime { at, zone: TimeZone::UTC }
    }

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, day).unwrap()
    }

    #[test]
    fn a_policy_requires_two_factor_of_its_roles_from_its_date_on() {
        let noon = |date: NaiveDate| utc(date.and_hms_opt(12, 0, 0).unwrap());
        for (audience, admins, portfolio_admins, users) in [
            (TwoFactorAudience::Nobody, false, false, false),
            (TwoFactorAudience::Admins, true, false, false),
            (TwoFactorAudience::Administrators, true, true, false),
            (TwoFactorAudience::Everyone, true, true, true),
        ] {
            let policy = TwoFactorPolicy::new(audience, day(20));
            for (role, expected) in Role::ALL.into_iter().zip([admins, portfolio_admins, users]) {
                assert!(!policy.requires(role, noon(day(19))), "{audience:?} {role:?}");
                assert_eq!(policy.requires(role, noon(day(20))), expected, "{audience:?} {role:?}");
                assert_eq!(policy.announced(role, noon(day(19))), expected.then(|| day(20)), "{audience:?} {role:?}");
                assert_eq!(policy.announced(role, noon(day(20))), None, "{audience:?} {role:?}");
            }
            assert_eq!(policy.requires_everyone(noon(day(20))), users, "{audience:?}");
        }
    }

    #[test]
    fn a_policy_begins_with_its_day() {
        let policy = TwoFactorPolicy::new(TwoFactorAudience::Everyone, day(20));
        for (zone, begin) in
            [("UTC", "2026-11-20T00:00:00"), ("Europe/Berlin", "2026-11-19T23:00:00"), ("Pacific/Kiritimati", "2026-11-19T10:00:00")]
        {
            let now = ZonedTime { at: begin.parse().unwrap(), zone: zone.parse().unwrap() };
            let before = ZonedTime { at: now.at - chrono::TimeDelta::microseconds(1), ..now };
            assert!(policy.requires_everyone(now) && !policy.requires_everyone(before), "{zone}");
        }
    }

    #[test]
    fn a_policy_for_nobody_has_no_date() {
        assert_eq!(TwoFactorPolicy::new(TwoFactorAudience::Nobody, day(20)), TwoFactorPolicy::NONE);
        assert_eq!(TwoFactorPolicy::NONE.from(), None);
    }
}
