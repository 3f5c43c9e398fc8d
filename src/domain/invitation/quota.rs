//! Quota of invitations: how many one administrator sends in a minute and in an hour.

use chrono::{SubsecRound, TimeDelta};

use crate::domain::clock::Timestamp;

/// Most invitations of an administrator in a minute.
pub const PER_MINUTE: u32 = 60;

/// Longest span that is counted.
pub const LONGEST: TimeDelta = QuotaSpan::Hour.length();

/// Span in which invitations are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuotaSpan {
    Minute,
    Hour,
}

/// Manner in which an invitation is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    Single,
    /// With many others that were confirmed at once. They count for both spans, and are held by the hour's quota alone.
    Bulk,
}

/// Invitations of an administrator in one second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SentInvitations {
    pub second: Timestamp,
    pub count: u32,
}

/// Quota that is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsedQuota {
    /// Number of invitations in the span.
    pub sent: u32,
    pub span: QuotaSpan,
    /// Time from which the next invitation can be sent.
    pub until: Timestamp,
}

impl QuotaSpan {
    pub const fn length(self) -> TimeDelta {
        match self {
            Self::Minute => TimeDelta::minutes(1),
            Self::Hour => TimeDelta::hours(1),
        }
    }
}

/// Second in which an invitation counts: rounded up, so that it is not forgotten too early.
pub fn second(now: Timestamp) -> Timestamp {
    let second = now.trunc_subsecs(0);
    if second == now { second } else { second + TimeDelta::seconds(1) }
}

/// Quota that is used up for longest; `None` if another invitation may be sent now. `sent` is in the order of time.
pub fn used(pace: Pace, sent: &[SentInvitations], per_hour: u32, now: Timestamp) -> Option<UsedQuota> {
    let quotas = [(QuotaSpan::Minute, PER_MINUTE), (QuotaSpan::Hour, per_hour)];
    let quotas = quotas.into_iter().filter(|(span, _)| pace == Pace::Single || *span == QuotaSpan::Hour);
    quotas.filter_map(|(span, most)| used_in(span, most, sent, now)).max_by_key(|used| used.until)
}

fn used_in(span: QuotaSpan, most: u32, sent: &[SentInvitations], now: Timestamp) -> Option<UsedQuota> {
    // A second further ahead was counted while the clock was wrong.
    let counts = |sent: &&SentInvitations| now < sent.second + span.length() && sent.second <= second(now);
    let within = sent.iter().filter(counts);
    let total = within.clone().map(|sent| sent.count).sum::<u32>();
    let mut left = total;
    let mut frees = |sent: &SentInvitations| {
        left = left.saturating_sub(sent.count);
        (left < most).then_some(sent.second + span.length())
    };
    if total < most { None } else { within.copied().find_map(|sent| frees(&sent)).map(|until| UsedQuota { sent: total, span, until }) }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        NaiveDate::from_ymd_opt(2026, 11, 20).unwrap().and_hms_opt(9, 0, 0).unwrap() + TimeDelta::seconds(seconds)
    }

    fn sent<const N: usize>(sent: [(i64, u32); N]) -> [SentInvitations; N] {
        sent.map(|(seconds, count)| SentInvitations { second: at(seconds), count })
    }

    #[test]
    fn sixty_are_sent_in_any_minute_and_the_next_one_when_the_oldest_is_a_minute_old() {
        let minute = |sent, until| Some(UsedQuota { sent, span: QuotaSpan::Minute, until: at(until) });
        for (sent, now, expected) in [
            (sent([]).to_vec(), 0, None),
            (sent([(0, 59)]).to_vec(), 0, None),
            (sent([(0, 60)]).to_vec(), 0, minute(60, 60)),
            (sent([(0, 60)]).to_vec(), 59, minute(60, 60)),
            (sent([(0, 60)]).to_vec(), 60, None),
            (sent([(0, 1), (20, 59)]).to_vec(), 20, minute(60, 60)),
            (sent([(0, 1), (20, 59)]).to_vec(), 60, None),
            (sent([(0, 1), (20, 59), (60, 1)]).to_vec(), 60, minute(60, 80)),
            (sent([(0, 30), (20, 40)]).to_vec(), 30, minute(70, 60)),
            (sent([(0, 5), (20, 70)]).to_vec(), 30, minute(75, 80)),
            // Counted while the clock was an hour ahead.
            (sent([(3600, 60)]).to_vec(), 0, None),
        ] {
            assert_eq!(used(Pace::Single, &sent, 1000, at(now)), expected, "{sent:?} {now}");
        }
    }

    #[test]
    fn an_hour_has_a_quota_of_its_own() {
        let hour = |sent, until| Some(UsedQuota { sent, span: QuotaSpan::Hour, until: at(until) });
        let ten = sent([(0, 4), (100, 6)]);
        assert_eq!(used(Pace::Single, &ten, 11, at(200)), None);
        assert_eq!(used(Pace::Single, &ten, 10, at(200)), hour(10, 3600));
        assert_eq!(used(Pace::Single, &ten, 10, at(3600)), None);
        assert_eq!(used(Pace::Single, &ten, 6, at(3600)), hour(6, 3700));
        // Of both quotas, the one that holds longer is told.
        assert_eq!(used(Pace::Single, &sent([(0, 60)]), 60, at(10)), hour(60, 3600));
        // A quota that was lowered meanwhile.
        assert_eq!(used(Pace::Single, &sent([(0, 30), (100, 5), (200, 5)]), 10, at(300)), hour(40, 3700));
    }

    #[test]
    fn many_at_once_are_held_by_the_hour_alone() {
        let many = sent([(0, 99)]);
        assert_eq!(used(Pace::Bulk, &many, 100, at(0)), None);
        assert_eq!(used(Pace::Bulk, &many, 99, at(0)).map(|used| used.span), Some(QuotaSpan::Hour));
        assert_eq!(used(Pace::Single, &many, 100, at(0)).map(|used| used.span), Some(QuotaSpan::Minute));
    }

    #[test]
    fn an_invitation_counts_in_the_second_that_follows() {
        assert_eq!(second(at(7)), at(7));
        assert_eq!(second(at(7) + TimeDelta::microseconds(1)), at(8));
        let late = sent([(8, 60)]);
        assert!(used(Pace::Single, &late, 1000, at(7) + TimeDelta::microseconds(1)).is_some(), "a second that has not ended yet");
    }
}
