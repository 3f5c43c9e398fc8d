//! Ids as types of their own, so that a group's id is never taken for a user's.

use std::{fmt, num::ParseIntError, str::FromStr};

use diesel::{deserialize::FromSqlRow, expression::AsExpression, sql_types::BigInt};
use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, AsExpression, FromSqlRow)]
        #[serde(try_from = "String", into = "String")]
        #[diesel(sql_type = BigInt)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = MalformedId;

            /// Decimal digits without sign or leading zero: each id has one spelling.
            fn from_str(text: &str) -> Result<Self, MalformedId> {
                parse_id(text).map(Self)
            }
        }

        impl TryFrom<String> for $name {
            type Error = MalformedId;

            fn try_from(text: String) -> Result<Self, MalformedId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }
    )*};
}

ids! {
    /// A user.
    UserId,
    /// A group of users, built in or custom.
    GroupId,
    /// A portfolio: a group of accounts.
    PortfolioId,
    /// An account.
    AccountId,
    /// A folder, a process or an integration.
    AssetId,
    /// A version of the definition of a process, counted from 1.
    VersionNumber,
    /// A form that waits.
    HeldFormId,
    /// A single-use link.
    TokenId,
    /// A session of a user.
    SessionId,
    /// A recovery link that no other Admin has acknowledged.
    RecoveryId,
    /// A passkey of a user.
    PasskeyId,
    /// A mail in the outbox.
    MailId,
    /// An entry of the audit log: its sequence.
    EntryId,
}

/// Sorted ids without duplicates.
pub fn sorted<T: Ord + Copy>(ids: &[T]) -> Vec<T> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Text that is not an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an id is a positive whole number")]
pub struct MalformedId;

impl From<ParseIntError> for MalformedId {
    fn from(_: ParseIntError) -> Self {
        Self
    }
}

fn parse_id(text: &str) -> Result<i64, MalformedId> {
    if text.starts_with('0') || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(MalformedId);
    }
    Ok(text.parse()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_one_spelling() {
        assert_eq!("17".parse(), Ok(UserId(17)));
        for text in ["", "0", "017", "+17", "-1", "1.0", "1e3", " 1", "１", "99999999999999999999"] {
            assert_eq!(text.parse::<UserId>(), Err(MalformedId), "{text:?}");
        }
    }
}
