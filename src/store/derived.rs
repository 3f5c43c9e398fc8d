//! Counts and copies kept by triggers, compared with a recount of the underlying rows, and rebuilt.

use diesel::{
    RunQueryDsl as _,
    connection::SimpleConnection as _,
    dsl::{select, sql},
    result::{DatabaseErrorKind, Error as QueryError},
    sql_types::BigInt,
};

use super::{Database, StoreError, Tx};

/// A derived column or table. In its statements, `{hour}` stands for the expiry hour of an invitation, `{day}` for the day
/// of an audit entry.
struct Derived {
    name: &'static str,
    /// Counts differing rows: the rest of a SELECT.
    differing: &'static str,
    rebuild: &'static [&'static str],
}

/// Order of rebuilding: triggers pass a change of one to the next. SQLite's search indexes come last.
const DERIVED: [Derived; 8] = [
    Derived {
        name: "user_groups.member_count",
        differing: "count(*) FROM user_groups \
            WHERE member_count <> (SELECT count(*) FROM memberships WHERE memberships.group_id = user_groups.id)",
        rebuild: &["UPDATE user_groups SET member_count = (SELECT count(*) FROM memberships WHERE memberships.group_id = user_groups.id)"],
    },
    Derived {
        name: "accounts.has_billing",
        differing: "count(*) FROM accounts WHERE has_billing <> EXISTS (SELECT 1 FROM billing WHERE billing.account_id = accounts.id)",
        rebuild: &["UPDATE accounts SET has_billing = NOT has_billing \
            WHERE has_billing <> EXISTS (SELECT 1 FROM billing WHERE billing.account_id = accounts.id)"],
    },
    Derived {
        name: "portfolio_users.assignments",
        differing: "count(*) FROM (SELECT portfolio_id, user_id FROM (\
            SELECT portfolio_id, user_id, 1 AS step FROM portfolio_assignments \
            UNION ALL SELECT accounts.portfolio_id, user_id, 1 FROM account_assignments JOIN accounts ON accounts.id = account_id \
            UNION ALL SELECT portfolio_id, user_id, -assignments FROM portfolio_users\
            ) AS steps GROUP BY portfolio_id, user_id HAVING sum(step) <> 0) AS differing",
        rebuild: &[
            "DELETE FROM portfolio_users WHERE NOT EXISTS (SELECT 1 FROM portfolio_assignments AS given \
                WHERE given.user_id = portfolio_users.user_id AND given.portfolio_id = portfolio_users.portfolio_id) \
            AND NOT EXISTS (SELECT 1 FROM account_assignments AS given JOIN accounts ON accounts.id = given.account_id \
                WHERE given.user_id = portfolio_users.user_id AND accounts.portfolio_id = portfolio_users.portfolio_id)",
            "INSERT INTO portfolio_users SELECT portfolio_id, user_id, count(*), \
                state, default_role, sort_key, email_key, search, created_at, last_sign_in_at, invitation_expires_at FROM (\
                SELECT portfolio_id, user_id FROM portfolio_assignments \
                UNION ALL SELECT accounts.portfolio_id, user_id FROM account_assignments JOIN accounts ON accounts.id = account_id\
            ) AS given JOIN user_rows ON user_rows.id = user_id WHERE TRUE GROUP BY portfolio_id, user_id, user_rows.id \
            ON CONFLICT (portfolio_id, user_id) DO UPDATE SET assignments = excluded.assignments \
            WHERE portfolio_users.assignments <> excluded.assignments",
        ],
    },
    Derived {
        name: "portfolio_users",
        differing: "count(*) FROM portfolio_users AS copy JOIN user_rows ON user_rows.id = copy.user_id \
            WHERE copy.state IS DISTINCT FROM user_rows.state OR copy.default_role <> user_rows.default_role \
            OR copy.sort_key <> user_rows.sort_key OR copy.email_key <> user_rows.email_key OR copy.search <> user_rows.search \
            OR copy.created_at <> user_rows.created_at OR copy.last_sign_in_at IS DISTINCT FROM user_rows.last_sign_in_at \
            OR copy.invitation_expires_at IS DISTINCT FROM user_rows.invitation_expires_at",
        rebuild: &["UPDATE portfolio_users SET state = user_rows.state, default_role = user_rows.default_role, \
            sort_key = user_rows.sort_key, email_key = user_rows.email_key, search = user_rows.search, created_at = user_rows.created_at, \
            last_sign_in_at = user_rows.last_sign_in_at, invitation_expires_at = user_rows.invitation_expires_at \
            FROM user_rows WHERE user_rows.id = portfolio_users.user_id"],
    },
    Derived {
        name: "user_rows.has_assignments",
        differing: "count(*) FROM user_rows WHERE has_assignments <> (\
            EXISTS (SELECT 1 FROM portfolio_assignments WHERE user_id = user_rows.id) \
            OR EXISTS (SELECT 1 FROM account_assignments WHERE user_id = user_rows.id))",
        rebuild: &["UPDATE user_rows SET has_assignments = NOT has_assignments \
            WHERE has_assignments <> EXISTS (SELECT 1 FROM portfolio_users WHERE user_id = user_rows.id)"],
    },
    Derived {
        name: "user_counts",
        differing: "count(*) FROM (SELECT state, default_role, has_assignments, has_two_factor FROM (\
            SELECT state, default_role, has_assignments, has_two_factor, count(*) AS step FROM user_rows WHERE state IS NOT NULL GROUP BY 1, 2, 3, 4 \
            UNION ALL SELECT state, default_role, has_assignments, has_two_factor, -users FROM user_counts\
            ) AS steps GROUP BY 1, 2, 3, 4 HAVING sum(step) <> 0) AS differing",
        rebuild: &[
            "UPDATE user_counts SET users = 0",
            "INSERT INTO user_counts (state, default_role, has_assignments, has_two_factor, users) \
            SELECT state, default_role, has_assignments, has_two_factor, count(*) FROM user_rows WHERE state IS NOT NULL GROUP BY 1, 2, 3, 4 \
            ON CONFLICT (state, default_role, has_assignments, has_two_factor) DO UPDATE SET users = excluded.users",
        ],
    },
    Derived {
        name: "invitation_expiry_counts",
        differing: "count(*) FROM (SELECT hour, default_role, has_assignments FROM (\
            SELECT {hour} AS hour, default_role, has_assignments, count(*) AS step FROM user_rows WHERE state = 'pending' GROUP BY 1, 2, 3 \
            UNION ALL SELECT hour, default_role, has_assignments, -users FROM invitation_expiry_counts\
            ) AS steps GROUP BY 1, 2, 3 HAVING sum(step) <> 0) AS differing",
        rebuild: &[
            "UPDATE invitation_expiry_counts SET users = 0",
            "INSERT INTO invitation_expiry_counts (hour, default_role, has_assignments, users) \
            SELECT {hour}, default_role, has_assignments, count(*) FROM user_rows WHERE state = 'pending' GROUP BY 1, 2, 3 \
            ON CONFLICT (hour, default_role, has_assignments) DO UPDATE SET users = excluded.users",
        ],
    },
    Derived {
        name: "daily_counts",
        differing: "count(*) FROM (SELECT day, action FROM (\
            SELECT {day} AS day, action, count(*) AS step FROM audit_entries \
            WHERE action IN ('session.signed_in', 'user.invited') GROUP BY 1, 2 \
            UNION ALL SELECT day, action, -entries FROM daily_counts\
            ) AS steps GROUP BY 1, 2 HAVING sum(step) <> 0) AS differing",
        rebuild: &[
            "UPDATE daily_counts SET entries = 0",
            "INSERT INTO daily_counts (day, action, entries) SELECT {day}, action, count(*) FROM audit_entries \
            WHERE action IN ('session.signed_in', 'user.invited') GROUP BY 1, 2 \
            ON CONFLICT (day, action) DO UPDATE SET entries = excluded.entries",
        ],
    },
];

/// Search indexes of SQLite.
const SEARCHES: [&str; 2] = ["user_search", "asset_search"];

/// A derived column or table beside its recount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compared {
    pub name: &'static str,
    /// Number of differing rows. A search index of SQLite counts as one row.
    pub differing: i64,
}

/// Compares each with a recount, and changes nothing. SQLite's search indexes are compared under the write lock;
/// PostgreSQL maintains its own.
pub fn compare(db: &mut Database) -> Result<Vec<Compared>, StoreError> {
    let mut found = Vec::with_capacity(DERIVED.len() + SEARCHES.len());
    for Derived { name, differing, .. } in DERIVED {
        let differing = select(sql::<BigInt>(&in_dialect(db, differing))).get_result(db)?;
        found.push(Compared { name, differing });
    }
    if let Database::Sqlite(sqlite) = db {
        for name in SEARCHES {
            let check = format!("INSERT INTO {name} ({name}, rank) VALUES ('integrity-check', 1)");
            let differing = match sqlite.batch_execute(&check) {
                Err(QueryError::DatabaseError(DatabaseErrorKind::Unknown, error)) if error.message().contains("malformed") => 1,
                checked => checked.map(|()| 0)?,
            };
            found.push(Compared { name, differing });
        }
    }
    Ok(found)
}

/// Rebuilds those that differ; returns the comparison from before. On PostgreSQL other connections can only read until
/// the transaction ends, and statements have no time limit.
pub fn repair(tx: &mut Tx<'_>) -> Result<Vec<Compared>, StoreError> {
    if let Database::Postgres(postgres) = tx.db() {
        postgres.batch_execute(
            "SET LOCAL statement_timeout = 0; LOCK TABLE user_rows, portfolios, accounts, portfolio_assignments, account_assignments, \
             portfolio_users, user_counts, invitation_expiry_counts, user_groups, memberships, daily_counts IN EXCLUSIVE MODE;",
        )?;
    }
    let found = compare(tx.db())?;
    for Compared { name, .. } in found.iter().filter(|compared| compared.differing > 0) {
        let Some(derived) = DERIVED.iter().find(|derived| derived.name == *name) else {
            tx.db().batch_execute(&format!("INSERT INTO {name} ({name}) VALUES ('rebuild')"))?;
            continue;
        };
        for statement in derived.rebuild {
            let statement = in_dialect(tx.db(), statement);
            tx.db().batch_execute(&statement)?;
        }
    }
    Ok(found)
}

fn in_dialect(db: &Database, statement: &str) -> String {
    let (hour, day) = match db {
        Database::Sqlite(_) => ("substr(invitation_expires_at, 1, 13)", "substr(at, 1, 10)"),
        // A changed entry may have a time without a day.
        Database::Postgres(_) => ("to_char(invitation_expires_at, 'YYYY-MM-DD HH24')", "coalesce(to_char(at, 'YYYY-MM-DD'), '')"),
    };
    statement.replace("{hour}", hour).replace("{day}", day)
}
