//! Numbers in texts.

use std::fmt;

use chrono::TimeDelta;

use crate::usecases::Assigned;

/// A number of things. Large searches are counted up to a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    Exactly(u64),
    /// Bound of a count that was exceeded: "10,000+".
    MoreThan(u64),
}

impl Count {
    pub fn is_zero(self) -> bool {
        self == Self::Exactly(0)
    }

    /// Number with the singular or plural noun: "1 member", "2 members".
    pub fn of(self, one: &str, many: &str) -> String {
        if self == Self::Exactly(1) { format!("1 {one}") } else { format!("{self} {many}") }
    }
}

impl From<u64> for Count {
    fn from(count: u64) -> Self {
        Self::Exactly(count)
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(count) => f.write_str(&grouped(*count)),
            Self::MoreThan(count) => write!(f, "{}+", grouped(*count)),
        }
    }
}

/// With commas between thousands: "48,213".
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// "1 member", "2 members".
pub fn counted(count: u64, one: &str, many: &str) -> String {
    Count::Exactly(count).of(one, many)
}

/// "2 portfolios, 1 account"; empty for none.
pub fn assigned_in_short(assigned: Assigned) -> String {
    let counted = |number: i64, one, many| (number > 0).then(|| counted(number.cast_unsigned(), one, many));
    let parts = [counted(assigned.portfolios, "portfolio", "portfolios"), counted(assigned.accounts, "account", "accounts")];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Most names in a sentence.
pub const NAMED: usize = 5;

/// "Hana Novotná and 2 more", "None".
pub fn names_in_short(names: &[String], shown: usize) -> String {
    match names.len() {
        0 => "None".to_owned(),
        count if count <= shown + 1 => names.join(", "),
        count => format!("{} and {} more", names.iter().take(shown).map(String::as_str).collect::<Vec<_>>().join(", "), count - shown),
    }
}

/// Most names in a list without pages.
const LISTED_MAX: usize = 100;

/// Names as a bounded list: the first hundred, and the number of the others.
pub fn listed(mut names: Vec<String>) -> Vec<String> {
    let more = names.len().saturating_sub(LISTED_MAX);
    if more > 0 {
        names.truncate(LISTED_MAX);
        names.push(format!("{} more", grouped(more as u64)));
    }
    names
}

/// "1 second", "30 seconds", "15 minutes": rounded up, since a try before the end of the wait fails.
pub fn wait_in_words(wait: &TimeDelta) -> String {
    let seconds = u64::try_from(wait.num_seconds()).unwrap_or(0) + u64::from(wait.subsec_nanos() > 0);
    if seconds < 60 { counted(seconds.max(1), "second", "seconds") } else { counted(seconds.div_ceil(60), "minute", "minutes") }
}

/// Message of a refused attempt where waiting does not help.
pub const NO_MORE_ATTEMPTS: &str = "Too many attempts. Use a browser you have signed in with before, or reset your password.";

/// Message of a refused attempt, which is possible after a wait.
pub fn too_many_attempts(wait: &TimeDelta) -> String {
    format!("Too many attempts. Try again in {}.", wait_in_words(wait))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (48_213, "48,213"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), text);
        }
        assert_eq!(Count::MoreThan(10_000).to_string(), "10,000+");
    }

    #[test]
    fn a_list_of_names_has_an_end() {
        let names = |count: usize| vec!["Nordic Brands".to_owned(); count];
        assert_eq!(listed(names(100)), names(100));
        let long = listed(names(1_300));
        assert_eq!((long.len(), &*long[100]), (101, "1,200 more"));
    }

    #[test]
    fn one_is_singular() {
        assert_eq!(counted(0, "user", "users"), "0 users");
        assert_eq!(counted(1, "user", "users"), "1 user");
        assert_eq!(Count::MoreThan(10_000).of("user", "users"), "10,000+ users");
    }

    #[test]
    fn many_names_are_counted() {
        let names = |count: usize| vec!["A".to_owned(); count];
        for (count, words) in [(0, "None"), (1, "A"), (2, "A, A"), (4, "A and 3 more")] {
            assert_eq!(names_in_short(&names(count), 1), words);
        }
    }

    #[test]
    fn a_wait_is_never_said_too_short() {
        for (wait, words) in [
            (TimeDelta::zero(), "1 second"),
            (TimeDelta::milliseconds(1500), "2 seconds"),
            (TimeDelta::seconds(30), "30 seconds"),
            (TimeDelta::seconds(61), "2 minutes"),
            (TimeDelta::minutes(15), "15 minutes"),
        ] {
            assert_eq!(wait_in_words(&wait), words);
        }
    }

    #[test]
    fn assignments_are_told_in_short() {
        for (portfolios, accounts, short) in [(0, 0, ""), (1, 0, "1 portfolio"), (0, 2, "2 accounts"), (2, 1, "2 portfolios, 1 account")] {
            assert_eq!(assigned_in_short(Assigned { portfolios, accounts }), short);
        }
    }
}
