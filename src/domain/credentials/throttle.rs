//! Waits between attempts: wrong passwords, requests for a new one, tries at a link or at one's current password, mails
//! to one user.

use std::net::Ipv6Addr;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use ipnet::Ipv6Net;
use sha2::{Digest, Sha256};

use crate::domain::{ids::UserId, stored::stored_enum};

use super::token::TokenHash;

stored_enum! {
    /// Kind of a counter of attempts.
    ThrottleScope {
        /// Sign-ins by typed address, known or unknown.
        Account = "account",
        /// Sign-ins by client network.
        Source = "source",
        /// Password reset requests by typed address, known or unknown.
        ResetAccount = "reset_account",
        /// Password reset requests by client network.
        ResetSource = "reset_source",
        /// New passwords tried behind one link.
        Link = "link",
        /// New passwords tried behind links, by client network.
        LinkSource = "link_source",
        /// Current passwords typed by one signed-in user.
        CurrentPassword = "current_password",
        /// Codes tried at the second step of a user's sign-in.
        Code = "code",
        /// Codes tried at second steps, by client network.
        CodeSource = "code_source",
        /// Codes tried by one user who is signed in.
        OwnCode = "own_code",
        /// Forms of one user that came after the end of their session.
        LateForm = "late_form",
        /// Mails of one administrator to one user.
        MailQuota = "mail_quota",
    }
}

/// Waits in seconds after the first, second, third … wrong attempt in a row.
const STEPS: [i64; 11] = [1, 3, 5, 10, 20, 30, 60, 120, 300, 600, 900];

/// Longest wait. A stored time further ahead was written while the clock was wrong.
pub const LONGEST_WAIT: TimeDelta = TimeDelta::seconds(900);

/// Number of wrong attempts in a row after which only a known browser or a password reset gets in.
pub const WRONG_IN_A_ROW_MAX: i32 = 100;

/// First steps that mails leave out, since a mail is a greater nuisance than a guess: their waits begin with the first
/// step of a minute.
const SHORT_STEPS: i32 = 6;

/// Attempts without a wait from a /48, a /56 and a /64 of IPv6, the widest first: an office may share a /64, and many
/// customers of a provider a /48.
const IPV6_GRACE: [(u8, i32); 3] = [(48, 320), (56, 80), (64, 20)];

/// Attempts without a wait from one IPv4 address.
const IPV4_GRACE: i32 = 20;

/// Tries at one link without a wait.
const LINK_GRACE: i32 = 10;

/// Tries at one's current password without a wait.
const CURRENT_PASSWORD_GRACE: i32 = 3;

/// Codes without a wait.
const CODE_GRACE: i32 = 3;

/// Late forms that are kept without a wait.
const LATE_FORM_GRACE: i32 = 10;

/// Mails to one user without a wait.
const MAIL_QUOTA_GRACE: i32 = 2;

/// Attempts that are counted together, and the waits between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    pub scope: ThrottleScope,
    pub key: String,
    /// Attempts without a wait.
    grace: i32,
    /// Leading steps to leave out.
    skipped: i32,
}

impl Bucket {
    /// Sign-ins to one address; each known browser has a bucket of its own.
    pub fn account(email_key: &str, known_browser: Option<TokenHash>) -> Self {
        Self { scope: ThrottleScope::Account, key: account_key(email_key, known_browser), grace: 0, skipped: 0 }
    }

    /// Password reset requests for one address.
    pub fn reset_account(email_key: &str) -> Self {
        Self { scope: ThrottleScope::ResetAccount, key: account_key(email_key, None), grace: 0, skipped: SHORT_STEPS }
    }

    /// New passwords tried behind one link.
    pub fn link(token: TokenHash) -> Self {
        Self { scope: ThrottleScope::Link, key: URL_SAFE_NO_PAD.encode(token.0), grace: LINK_GRACE, skipped: 0 }
    }

    /// Current passwords typed by a user who is signed in.
    pub fn current_password(user: UserId) -> Self {
        Self { scope: ThrottleScope::CurrentPassword, key: user.to_string(), grace: CURRENT_PASSWORD_GRACE, skipped: 0 }
    }

    /// Codes of one user; each known browser has a bucket of its own, so that a stranger with the password holds up nobody.
    pub fn code(user: UserId, known_browser: Option<TokenHash>) -> Self {
        Self { scope: ThrottleScope::Code, key: account_key(&user.to_string(), known_browser), grace: CODE_GRACE, skipped: 0 }
    }

    /// Codes of a user who is signed in, in all sessions together.
    pub fn own_code(user: UserId) -> Self {
        Self { scope: ThrottleScope::OwnCode, key: user.to_string(), grace: CODE_GRACE, skipped: 0 }
    }

    /// Forms of a user that come after the end of their session and are kept.
    pub fn late_form(user: UserId) -> Self {
        Self { scope: ThrottleScope::LateForm, key: user.to_string(), grace: LATE_FORM_GRACE, skipped: SHORT_STEPS }
    }

    /// Mails of an administrator to one user.
    pub fn mail_quota(by: UserId, to: UserId) -> Self {
        Self { scope: ThrottleScope::MailQuota, key: format!("{by} to {to}"), grace: MAIL_QUOTA_GRACE, skipped: SHORT_STEPS }
    }

    /// Networks of an address, the widest first: a client with one IPv6 address often has many.
    pub fn networks(scope: ThrottleScope, client_ip: &str) -> Vec<Self> {
        let bucket = |key, grace| Self { scope, key, grace, skipped: 0 };
        match client_ip.parse::<Ipv6Addr>() {
            Ok(address) => IPV6_GRACE.map(|(bits, grace)| bucket(ipv6_network(address, bits), grace)).into(),
            Err(_) => vec![bucket(client_ip.to_owned(), IPV4_GRACE)],
        }
    }

    /// Wait after `wrong` attempts in a row.
    pub fn wait(&self, wrong: i32) -> TimeDelta {
        let counted = wrong.saturating_sub(self.grace);
        if counted <= 0 {
            return TimeDelta::zero();
        }
        let step = usize::try_from(counted.saturating_add(self.skipped) - 1).unwrap_or_default();
        TimeDelta::seconds(STEPS[step.min(STEPS.len() - 1)])
    }
}

/// Narrowest network by which attempts from an address are counted.
pub fn network(client_ip: &str) -> String {
    let [.., (bits, _)] = IPV6_GRACE;
    client_ip.parse().map_or_else(|_| client_ip.to_owned(), |address| ipv6_network(address, bits))
}

/// Widest network by which attempts from an address are counted.
pub fn widest_network(client_ip: &str) -> String {
    let [(bits, _), ..] = IPV6_GRACE;
    client_ip.parse().map_or_else(|_| client_ip.to_owned(), |address| ipv6_network(address, bits))
}

fn ipv6_network(address: Ipv6Addr, bits: u8) -> String {
    Ipv6Net::new_assert(address, bits).trunc().to_string()
}

fn account_key(email_key: &str, known_browser: Option<TokenHash>) -> String {
    let mut hash = Sha256::new_with_prefix(email_key);
    if let Some(browser) = known_browser {
        hash.update([0]);
        hash.update(browser.0);
    }
    URL_SAFE_NO_PAD.encode(hash.finalize())
}

impl ThrottleScope {
    /// True for counters of one user's secrets. They stay until the user gets in, and close at
    /// [`WRONG_IN_A_ROW_MAX`].
    pub fn is_of_account(self) -> bool {
        matches!(self, Self::Account | Self::Code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_grows_to_a_quarter_of_an_hour() {
        let account = Bucket::account("maya@example.com", None);
        let waits = [0, 1, 2, 3, 4, 5, 10, 11, 12, 99, i32::MAX].map(|wrong| account.wait(wrong).num_seconds());
        assert_eq!(waits, [0, 1, 3, 5, 10, 20, 600, 900, 900, 900, 900]);
        assert_eq!(account.wait(i32::MAX), LONGEST_WAIT);
    }

    #[test]
    fn a_network_has_a_grace_that_grows_with_its_size() {
        let ipv4 = Bucket::networks(ThrottleScope::Source, "192.0.2.1").remove(0);
        assert_eq!([0, 20, 21, 22, 31, 1000].map(|wrong| ipv4.wait(wrong).num_seconds()), [0, 0, 1, 3, 900, 900]);
        let ipv6 = Bucket::networks(ThrottleScope::ResetSource, "2001:db8:1:2:3:4:5:6");
        let keys = ipv6.iter().map(|bucket| &*bucket.key).collect::<Vec<_>>();
        assert_eq!(keys, ["2001:db8:1::/48", "2001:db8:1::/56", "2001:db8:1:2::/64"]);
        for (bucket, grace) in ipv6.iter().zip([320, 80, 20]) {
            assert_eq!([grace, grace + 1].map(|wrong| bucket.wait(wrong).num_seconds()), [0, 1], "{bucket:?}");
        }
    }

    #[test]
    fn between_two_mails_lies_a_minute_at_least() {
        let asked = [1, 2, 3, 4, 5, 6, i32::MAX].map(|asked| Bucket::reset_account("maya").wait(asked).num_minutes());
        assert_eq!(asked, [1, 2, 5, 10, 15, 15, 15]);
        let sent = [1, 2, 3, 4, 5, i32::MAX].map(|sent| Bucket::mail_quota(UserId(1), UserId(2)).wait(sent).num_minutes());
        assert_eq!(sent, [0, 0, 1, 2, 5, 15]);
    }

    #[test]
    fn ten_new_passwords_are_tried_at_a_link_without_a_wait() {
        let link = Bucket::link(TokenHash([7; 32]));
        assert_eq!([10, 11, 12].map(|tries| link.wait(tries).num_seconds()), [0, 1, 3]);
    }

    #[test]
    fn addresses_of_one_ipv6_network_count_as_one() {
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), network("2001:db8:1:2::9"));
        assert_ne!(network("2001:db8:1:2::9"), network("2001:db8:1:3::9"));
        assert_eq!(widest_network("2001:db8:1:2::9"), widest_network("2001:db8:1:3::9"));
        assert_eq!((network("192.0.2.1").as_str(), network("unknown").as_str()), ("192.0.2.1", "unknown"));
    }
}
