//! How long somebody waits after wrong passwords in a row, before the next link for a new one, and before the next mail to the same person.

use chrono::TimeDelta;

use super::stored::stored_enum;

stored_enum! {
    /// By what attempts are counted.
    ThrottleScope {
        /// The address that was typed, known or not.
        Account = "account",
        /// The network address they come from.
        Source = "source",
        /// Requests for a new password, by the address that was typed, known or not.
        ResetAccount = "reset_account",
        /// The same, by the network address they come from.
        ResetSource = "reset_source",
        /// Mails that an administrator sends somebody by a click, by both.
        Clicks = "clicks",
    }
}

/// Waits in seconds after the first, second, third … wrong attempt in a row.
const STEPS: [i64; 11] = [1, 3, 5, 10, 20, 30, 60, 120, 300, 600, 900];

/// After so many wrong in a row only a browser that signed in before, or a reset, gets in.
pub const WRONG_IN_A_ROW_MAX: i32 = 100;

/// Mails are a greater nuisance than guesses: the wait between two of them begins with the first step of a minute.
const SHORT_STEPS: i32 = 6;

/// So many from one network address wait for nothing: a whole office may sit behind it.
const SOURCE_GRACE: i32 = 20;

/// So many mails to one person are sent without a wait.
const CLICKS_IN_A_ROW: i32 = 3;

/// The wait after `wrong` attempts in a row.
pub fn wait(scope: ThrottleScope, wrong: i32) -> TimeDelta {
    let wrong = match scope {
        ThrottleScope::Account => wrong,
        ThrottleScope::ResetAccount => wrong.saturating_add(SHORT_STEPS),
        ThrottleScope::Source | ThrottleScope::ResetSource => wrong - SOURCE_GRACE,
        ThrottleScope::Clicks if wrong < CLICKS_IN_A_ROW => 0,
        ThrottleScope::Clicks => (wrong - CLICKS_IN_A_ROW).saturating_add(SHORT_STEPS + 1),
    };
    let Some(step) = usize::try_from(wrong).ok().and_then(|wrong| wrong.checked_sub(1)) else { return TimeDelta::zero() };
    TimeDelta::seconds(STEPS[step.min(STEPS.len() - 1)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_grows_to_a_quarter_of_an_hour() {
        let seconds = |scope, wrong| wait(scope, wrong).num_seconds();
        let account = [0, 1, 2, 3, 4, 5, 10, 11, 12, 99, i32::MAX].map(|wrong| seconds(ThrottleScope::Account, wrong));
        assert_eq!(account, [0, 1, 3, 5, 10, 20, 600, 900, 900, 900, 900]);
        let source = [0, 20, 21, 22, 31, 1000].map(|wrong| seconds(ThrottleScope::Source, wrong));
        assert_eq!(source, [0, 0, 1, 3, 900, 900]);
        assert_eq!(source, [0, 20, 21, 22, 31, 1000].map(|asked| seconds(ThrottleScope::ResetSource, asked)));
    }

    #[test]
    fn between_two_mails_lies_a_minute_at_least() {
        let asked = [1, 2, 3, 4, 5, 6, i32::MAX].map(|asked| wait(ThrottleScope::ResetAccount, asked).num_minutes());
        assert_eq!(asked, [1, 2, 5, 10, 15, 15, 15]);
        let clicks = [1, 2, 3, 4, 5, i32::MAX].map(|clicks| wait(ThrottleScope::Clicks, clicks).num_minutes());
        assert_eq!(clicks, [0, 0, 1, 2, 5, 15]);
    }
}
