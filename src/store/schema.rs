// @generated automatically by Diesel CLI.

diesel::table! {
    account_assignments (user_id, account_id) {
        user_id -> BigInt,
        account_id -> BigInt,
        edits_details -> Bool,
        sees_billing -> Bool,
        assigned_by -> Nullable<BigInt>,
        assigned_at -> Timestamp,
    }
}

diesel::table! {
    accounts (id) {
        id -> BigInt,
        portfolio_id -> BigInt,
        name -> Text,
        name_key -> Text,
        website -> Text,
        notes -> Text,
        created_at -> Timestamp,
        sort_key -> Text,
        search -> Text,
        version -> Integer,
        has_billing -> Bool,
    }
}

diesel::table! {
    asset_ancestors (asset_id, ancestor_id) {
        asset_id -> BigInt,
        ancestor_id -> BigInt,
        depth -> Integer,
    }
}

diesel::table! {
    asset_shares (id) {
        id -> BigInt,
        asset_id -> BigInt,
        user_id -> Nullable<BigInt>,
        group_id -> Nullable<BigInt>,
        level -> Text,
    }
}

diesel::table! {
    assets (id) {
        id -> BigInt,
        kind -> Text,
        name -> Text,
        description -> Text,
        owner_id -> BigInt,
        folder_id -> Nullable<BigInt>,
        account_id -> Nullable<BigInt>,
        created_at -> Timestamp,
        changed_at -> Timestamp,
        changed_by -> Nullable<BigInt>,
        deleted_at -> Nullable<Timestamp>,
        deleted_by -> Nullable<BigInt>,
        deleted_root -> Nullable<BigInt>,
        sort_key -> Text,
        search -> Text,
        version -> Integer,
    }
}

diesel::table! {
    audit_entries (sequence) {
        sequence -> BigInt,
        at -> Timestamp,
        actor_id -> Nullable<BigInt>,
        actor_name -> Text,
        channel -> Text,
        client_ip -> Nullable<Text>,
        action -> Text,
        subject_kind -> Text,
        subject_id -> BigInt,
        subject_name -> Text,
        place_kind -> Nullable<Text>,
        place_id -> Nullable<BigInt>,
        place_name -> Nullable<Text>,
        details -> Text,
        previous_hash -> Binary,
        hash -> Binary,
    }
}

diesel::table! {
    audit_head (id) {
        id -> BigInt,
        sequence -> BigInt,
        hash -> Binary,
    }
}

diesel::table! {
    audit_verification (id) {
        id -> BigInt,
        verified_at -> Nullable<Timestamp>,
        sequence -> BigInt,
        hash -> Binary,
        broken_at -> Nullable<BigInt>,
        requested_at -> Nullable<Timestamp>,
        leased_until -> Nullable<Timestamp>,
    }
}

diesel::table! {
    authenticator_apps (user_id) {
        user_id -> BigInt,
        sealed_secret -> Binary,
        last_step -> BigInt,
        last_used_at -> Nullable<Timestamp>,
        recovery_salt -> Binary,
    }
}

diesel::table! {
    billing (account_id) {
        account_id -> BigInt,
        legal_name -> Text,
        email -> Text,
        address_line_1 -> Text,
        address_line_2 -> Text,
        city -> Text,
        postal_code -> Text,
        country -> Text,
        tax_id -> Text,
        purchase_order -> Text,
        updated_at -> Timestamp,
        version -> Integer,
    }
}

diesel::table! {
    company (id) {
        id -> BigInt,
        version -> Integer,
        name -> Text,
        groups_invitation_term -> BigInt,
        permissions_invitation_term -> BigInt,
        invitations_per_hour -> Integer,
        password_min -> Integer,
        two_factor_for -> Text,
        two_factor_from -> Nullable<Text>,
        session_idle -> BigInt,
        session_absolute -> BigInt,
        sessions_per_user -> Integer,
        deleted_kept -> BigInt,
        mails_audit_head -> Bool,
        time_zone -> Text,
        key_check -> Nullable<Binary>,
    }
}

diesel::table! {
    daily_counts (day, action) {
        day -> Text,
        action -> Text,
        entries -> BigInt,
    }
}

diesel::table! {
    deleted_access (id) {
        id -> BigInt,
        user_id -> BigInt,
        group_id -> Nullable<BigInt>,
        portfolio_id -> Nullable<BigInt>,
        account_id -> Nullable<BigInt>,
        edits_details -> Bool,
        sees_billing -> Bool,
    }
}

diesel::table! {
    deleted_shares (user_id, asset_id) {
        user_id -> BigInt,
        asset_id -> BigInt,
        level -> Text,
    }
}

diesel::table! {
    held_forms (id) {
        id -> BigInt,
        user_id -> BigInt,
        is_unsent -> Bool,
        sealed -> Binary,
        created_at -> Timestamp,
    }
}

diesel::table! {
    idempotency_keys (session_id, key_hash) {
        session_id -> BigInt,
        key_hash -> Binary,
    }
}

diesel::table! {
    integrations (asset_id) {
        asset_id -> BigInt,
        kind -> Text,
        base_address -> Text,
        sealed_secret -> Nullable<Binary>,
        secret_set_at -> Nullable<Timestamp>,
        secret_set_by -> Nullable<BigInt>,
        version -> Integer,
    }
}

diesel::table! {
    invitation_counts (user_id, second) {
        user_id -> BigInt,
        second -> Timestamp,
        invitations -> Integer,
    }
}

diesel::table! {
    invitation_expiry_counts (hour, default_role, has_assignments) {
        hour -> Text,
        default_role -> Text,
        has_assignments -> Bool,
        users -> BigInt,
    }
}

diesel::table! {
    known_browsers (user_id, browser_hash) {
        user_id -> BigInt,
        browser_hash -> Binary,
        last_used_at -> Timestamp,
    }
}

diesel::table! {
    memberships (group_id, user_id) {
        group_id -> BigInt,
        user_id -> BigInt,
        added_at -> Timestamp,
    }
}

diesel::table! {
    outbox (id) {
        id -> BigInt,
        message_id -> Text,
        kind -> Text,
        user_id -> Nullable<BigInt>,
        token_id -> Nullable<BigInt>,
        recipient -> Text,
        sealed -> Nullable<Binary>,
        state -> Text,
        attempts -> Integer,
        server_refusals -> Integer,
        trouble -> Nullable<Text>,
        next_attempt_at -> Timestamp,
        leased_until -> Nullable<Timestamp>,
        reply -> Nullable<Text>,
        created_at -> Timestamp,
        done_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    portfolio_assignments (user_id, portfolio_id) {
        user_id -> BigInt,
        portfolio_id -> BigInt,
        assigned_by -> Nullable<BigInt>,
        assigned_at -> Timestamp,
    }
}

diesel::table! {
    portfolio_users (portfolio_id, user_id) {
        portfolio_id -> BigInt,
        user_id -> BigInt,
        assignments -> BigInt,
        state -> Nullable<Text>,
        default_role -> Text,
        sort_key -> Text,
        email_key -> Text,
        search -> Text,
        created_at -> Timestamp,
        last_sign_in_at -> Nullable<Timestamp>,
        invitation_expires_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    portfolios (id) {
        id -> BigInt,
        name -> Text,
        name_key -> Text,
        notes -> Text,
        created_at -> Timestamp,
        deactivated_at -> Nullable<Timestamp>,
        sort_key -> Text,
        search -> Text,
        version -> Integer,
    }
}

diesel::table! {
    passkeys (id) {
        id -> BigInt,
        user_id -> BigInt,
        user_handle -> Binary,
        credential_id -> Binary,
        credential -> Text,
        sign_count -> BigInt,
        name -> Text,
        created_at -> Timestamp,
        last_used_at -> Nullable<Timestamp>,
        suspected_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    process_versions (asset_id, number) {
        asset_id -> BigInt,
        number -> BigInt,
        saved_by -> Nullable<BigInt>,
        saved_at -> Timestamp,
        restored_from -> Nullable<BigInt>,
        text -> Text,
    }
}

diesel::table! {
    recoveries (id) {
        id -> BigInt,
        user_id -> BigInt,
        name -> Text,
        made_by -> Text,
        made_at -> Timestamp,
    }
}

diesel::table! {
    recovery_codes (user_id, hash) {
        user_id -> BigInt,
        hash -> Text,
    }
}

diesel::table! {
    refused_sign_ins (minute, network, email_key, reason) {
        minute -> Timestamp,
        network -> Text,
        email_key -> Text,
        reason -> Text,
        times -> BigInt,
    }
}

diesel::table! {
    reset_requests (id) {
        id -> BigInt,
        email -> Text,
        client_ip -> Text,
        network -> Text,
        asked_at -> Timestamp,
    }
}

diesel::table! {
    sessions (id) {
        id -> BigInt,
        token_hash -> Binary,
        user_id -> BigInt,
        created_at -> Timestamp,
        last_seen_at -> Timestamp,
        proved_at -> Timestamp,
        client_ip -> Text,
        browser -> Text,
        state -> Text,
    }
}

diesel::table! {
    throttles (scope, key) {
        scope -> Text,
        key -> Text,
        failed_attempts -> Integer,
        last_at -> Timestamp,
        blocked_until -> Timestamp,
    }
}

diesel::table! {
    tokens (id) {
        id -> BigInt,
        purpose -> Text,
        hash -> Binary,
        user_id -> Nullable<BigInt>,
        email -> Nullable<Text>,
        asked_by -> Nullable<BigInt>,
        password_hash -> Nullable<Text>,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
        ended_as -> Nullable<Text>,
    }
}

diesel::table! {
    used_challenges (hash) {
        hash -> Binary,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    user_counts (state, default_role, has_assignments, has_two_factor) {
        state -> Text,
        default_role -> Text,
        has_assignments -> Bool,
        has_two_factor -> Bool,
        users -> BigInt,
    }
}

diesel::table! {
    user_groups (id) {
        id -> BigInt,
        kind -> Text,
        name -> Text,
        name_key -> Text,
        sort_key -> Text,
        created_at -> Timestamp,
        member_count -> BigInt,
    }
}

diesel::table! {
    user_rows (id) {
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
        state -> Nullable<Text>,
        has_two_factor -> Bool,
    }
}

diesel::table! {
    withheld_assignments (id) {
        id -> BigInt,
        user_id -> BigInt,
        portfolio_id -> Nullable<BigInt>,
        account_id -> Nullable<BigInt>,
        assigned_by -> Nullable<BigInt>,
        withheld_at -> Timestamp,
    }
}

diesel::joinable!(account_assignments -> accounts (account_id));
diesel::joinable!(accounts -> portfolios (portfolio_id));
diesel::joinable!(asset_shares -> assets (asset_id));
diesel::joinable!(asset_shares -> user_groups (group_id));
diesel::joinable!(asset_shares -> user_rows (user_id));
diesel::joinable!(assets -> accounts (account_id));
diesel::joinable!(authenticator_apps -> user_rows (user_id));
diesel::joinable!(billing -> accounts (account_id));
diesel::joinable!(held_forms -> user_rows (user_id));
diesel::joinable!(idempotency_keys -> sessions (session_id));
diesel::joinable!(integrations -> assets (asset_id));
diesel::joinable!(integrations -> user_rows (secret_set_by));
diesel::joinable!(invitation_counts -> user_rows (user_id));
diesel::joinable!(known_browsers -> user_rows (user_id));
diesel::joinable!(memberships -> user_groups (group_id));
diesel::joinable!(memberships -> user_rows (user_id));
diesel::joinable!(outbox -> tokens (token_id));
diesel::joinable!(outbox -> user_rows (user_id));
diesel::joinable!(passkeys -> user_rows (user_id));
diesel::joinable!(portfolio_assignments -> portfolios (portfolio_id));
diesel::joinable!(portfolio_users -> portfolios (portfolio_id));
diesel::joinable!(portfolio_users -> user_rows (user_id));
diesel::joinable!(process_versions -> assets (asset_id));
diesel::joinable!(process_versions -> user_rows (saved_by));
diesel::joinable!(recoveries -> user_rows (user_id));
diesel::joinable!(sessions -> user_rows (user_id));
diesel::joinable!(withheld_assignments -> accounts (account_id));
diesel::joinable!(withheld_assignments -> portfolios (portfolio_id));

diesel::allow_tables_to_appear_in_same_query!(
    account_assignments,
    accounts,
    asset_ancestors,
    asset_shares,
    assets,
    audit_entries,
    audit_head,
    audit_verification,
    authenticator_apps,
    billing,
    company,
    daily_counts,
    deleted_access,
    deleted_shares,
    held_forms,
    idempotency_keys,
    integrations,
    invitation_counts,
    invitation_expiry_counts,
    known_browsers,
    memberships,
    outbox,
    passkeys,
    portfolio_assignments,
    portfolio_users,
    portfolios,
    process_versions,
    recoveries,
    recovery_codes,
    refused_sign_ins,
    reset_requests,
    sessions,
    throttles,
    tokens,
    used_challenges,
    user_counts,
    user_groups,
    user_rows,
    withheld_assignments,
);
