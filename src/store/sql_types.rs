//! Storage of domain types: ids as numbers, enums as words that CHECK constraints guard.

use diesel::{
    backend::Backend,
    deserialize::{self, FromSql},
    serialize::{self, Output, ToSql},
    sql_types::{BigInt, Text},
};

use crate::domain::{
    appearance::Appearance,
    asset::{AssetKind, ConnectionKind, ShareLevel},
    audit::{AuditAction, Channel, SubjectKind},
    credentials::{
        throttle::ThrottleScope,
        token::{TokenEnd, TokenPurpose},
    },
    ids::{
        AccountId, AssetId, EntryId, GroupId, HeldFormId, MailId, PasskeyId, PortfolioId, RecoveryId, SessionId, TokenId, UserId,
        VersionNumber,
    },
    invitation::InvitationOrigin,
    two_factor_policy::TwoFactorAudience,
    user::DefaultRole,
};

use super::{credentials::refused_sign_ins::RefusalReason, groups::GroupKind, outbox::MailState};

macro_rules! as_text {
    ($($type:ty),* $(,)?) => {$(
        impl<DB: Backend> ToSql<Text, DB> for $type
        where
            str: ToSql<Text, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                self.as_str().to_sql(out)
            }
        }

        impl<DB: Backend> FromSql<Text, DB> for $type
        where
            String: FromSql<Text, DB>,
        {
            fn from_sql(value: DB::RawValue<'_>) -> deserialize::Result<Self> {
                Ok(String::from_sql(value)?.parse()?)
            }
        }
    )*};
}

macro_rules! as_big_int {
    ($($type:ident),* $(,)?) => {$(
        impl<DB: Backend> ToSql<BigInt, DB> for $type
        where
            i64: ToSql<BigInt, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                self.0.to_sql(out)
            }
        }

        impl<DB: Backend> FromSql<BigInt, DB> for $type
        where
            i64: FromSql<BigInt, DB>,
        {
            fn from_sql(value: DB::RawValue<'_>) -> deserialize::Result<Self> {
                Ok(Self(i64::from_sql(value)?))
            }
        }
    )*};
}

as_text!(
    Appearance,
    AssetKind,
    ConnectionKind,
    ShareLevel,
    AuditAction,
    DefaultRole,
    GroupKind,
    InvitationOrigin,
    MailState,
    RefusalReason,
    SubjectKind,
    Channel,
    ThrottleScope,
    TokenEnd,
    TokenPurpose,
    TwoFactorAudience
);
as_big_int!(
    AccountId,
    AssetId,
    EntryId,
    GroupId,
    HeldFormId,
    MailId,
    PasskeyId,
    PortfolioId,
    RecoveryId,
    SessionId,
    TokenId,
    UserId,
    VersionNumber
);
