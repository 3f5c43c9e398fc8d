//! Views, which Diesel's command line leaves out of the schema.

use super::schema::{
    account_assignments, accounts, company, memberships, portfolio_assignments, portfolio_users, portfolios, sessions, user_groups,
    user_rows,
};

diesel::table! {
    /// Users who are not deleted.
    users (id) {
        id -> BigInt,
        first_name -> Text,
        last_name -> Text,
        email -> Text,
        email_key -> Text,
        email_key_version -> SmallInt,
        default_role -> Text,
        password_hash -> Nullable<Text>,
        credentials_set_at -> Nullable<Timestamp>,
        blocked_at -> Nullable<Timestamp>,
        invitation_expires_at -> Nullable<Timestamp>,
        invitation_origin -> Nullable<Text>,
        invited_by -> Nullable<BigInt>,
        created_at -> Timestamp,
        last_sign_in_at -> Nullable<Timestamp>,
        deleted_at -> Nullable<Timestamp>,
        deleted_by -> Nullable<BigInt>,
        two_factor_since -> Nullable<Timestamp>,
        appearance -> Text,
        sort_key -> Text,
        search -> Text,
        has_assignments -> Bool,
        version -> Integer,
        state -> Text,
        has_two_factor -> Bool,
        is_admin -> Bool,
    }
}

diesel::joinable!(memberships -> users (user_id));
diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(portfolio_assignments -> users (user_id));
diesel::joinable!(account_assignments -> users (user_id));
diesel::joinable!(portfolio_users -> users (user_id));

diesel::allow_tables_to_appear_in_same_query!(users, account_assignments);
diesel::allow_tables_to_appear_in_same_query!(users, accounts);
diesel::allow_tables_to_appear_in_same_query!(users, company);
diesel::allow_tables_to_appear_in_same_query!(users, memberships);
diesel::allow_tables_to_appear_in_same_query!(users, portfolio_assignments);
diesel::allow_tables_to_appear_in_same_query!(users, portfolio_users);
diesel::allow_tables_to_appear_in_same_query!(users, portfolios);
diesel::allow_tables_to_appear_in_same_query!(users, sessions);
diesel::allow_tables_to_appear_in_same_query!(users, user_groups);
diesel::allow_tables_to_appear_in_same_query!(users, user_rows);
