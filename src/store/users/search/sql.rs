//! Statements about users of a scope, in SQL that both databases understand.

use diesel::{
    ExpressionMethods as _, QueryDsl as _, QueryableByName, RunQueryDsl,
    pg::Pg,
    result::Error::NotFound,
    sql_query,
    sql_types::{BigInt, Text},
    sqlite::Sqlite,
};

use crate::{
    domain::{
        clock::Timestamp,
        ids::UserId,
        scope::Scope,
        search::SearchTerm,
        user::{DefaultRole, Status},
        user_list::UserFilter,
    },
    store::{Database, StoreError, backend, connection::with_backend, page::COUNT_MAX, schema::user_counts, scopes},
};

use super::{plan, rows_by};

/// Partial indexes of few users.
const UNASSIGNED: &str = "users_unassigned";
const PORTFOLIO_ADMINS: &str = "users_portfolio_admins";
const TWO_FACTOR: &str = "users_by_two_factor";

/// Index of the order by last sign-in.
pub(in crate::store::users) const BY_SIGN_IN: &str = "users_state_by_sign_in";

/// Place to look for users.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store::users) enum Source {
    /// All users, by the index of the order.
    All,
    /// All users, by this index of the order on SQLite, which would take that of the filter.
    Walked(&'static str),
    /// Hits of the search.
    Search,
    /// Hits of the search, by a partial index of few users on SQLite.
    NarrowSearch(&'static str),
    /// Users with an assignment in the scope.
    Scope,
    /// Users without assignments.
    Unassigned,
    /// Portfolio Admins, who are few.
    PortfolioAdmins,
    /// Users with or without two-factor, where they are few.
    TwoFactor,
    /// Users by their last sign-in.
    LastSignIn,
}

impl Source {
    /// The narrowest source for a list.
    pub(in crate::store::users) fn of(db: &mut Database, scope: &Scope, filter: &UserFilter) -> Result<Self, StoreError> {
        Ok(match (scope, &filter.search) {
            (Scope::Company, None) if are_few(db, filter.has_two_factor)? => Self::TwoFactor,
            (Scope::Company, None) if filter.is_unassigned => Self::Unassigned,
            (Scope::Company, None) if filter.default_role == Some(DefaultRole::PortfolioAdmin) => Self::PortfolioAdmins,
            (Scope::Company, None) if filter.last_sign_in.is_some() => Self::LastSignIn,
            (Scope::Company, None) => Self::All,
            (Scope::Company, Some(_)) => Self::Search,
            (Scope::Portfolios { .. }, None) => Self::Scope,
            (Scope::Portfolios { .. }, Some(_)) => {
                let mut statement = Statement::default();
                statement.push("SELECT count(*) AS id FROM (SELECT 1");
                statement.in_portfolios(scope);
                statement.push(&format!(" LIMIT {}) AS assigned", COUNT_MAX + 1));
                if statement.count(db)? <= COUNT_MAX { Self::Scope } else { Self::Search }
            }
        })
    }

    /// The narrowest source where only this column, the status and the filter are needed.
    pub(in crate::store::users) fn narrowly(self, filter: &UserFilter, column: &str) -> Self {
        match self {
            Self::Search if column != "sort_key" => self,
            Self::Search if filter.is_unassigned => Self::NarrowSearch(UNASSIGNED),
            Self::Search if filter.default_role == Some(DefaultRole::PortfolioAdmin) => Self::NarrowSearch(PORTFOLIO_ADMINS),
            _ => self,
        }
    }
}

/// True if at most [`COUNT_MAX`] users of the company have two-factor, or have none.
fn are_few(db: &mut Database, has_two_factor: Option<bool>) -> Result<bool, StoreError> {
    let Some(has) = has_two_factor else { return Ok(false) };
    let users = user_counts::table.filter(user_counts::has_two_factor.eq(has)).select(user_counts::users).load::<i64>(db)?;
    Ok(users.iter().sum::<i64>() <= COUNT_MAX)
}

/// Users in an index, whose size SQLite's planner does not know.
fn by_index(is_sqlite: bool, index: &str) -> String {
    let users = if is_sqlite { rows_by(index) } else { "users".to_owned() };
    format!(" FROM {users} WHERE users.state IS NOT NULL")
}

/// Columns of lists that `portfolio_users` carries: users of a scope are read in one pass, where rows of users are far
/// apart.
const CARRIED: &str = "user_id AS id, state, default_role, sort_key, email_key, search, created_at, last_sign_in_at, invitation_expires_at";

/// Words for statuses, in the order of [`Status::ALL`].
const STATUSES: [&str; 4] = ["active", "deactivated", "invited", "expired"];

/// SQL with its bound texts.
#[derive(Debug, Clone, Default)]
pub(in crate::store::users) struct Statement {
    sql: String,
    texts: Vec<String>,
}

#[derive(QueryableByName)]
struct UserRow {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    found: i64,
    #[diesel(sql_type = BigInt)]
    active: i64,
    #[diesel(sql_type = BigInt)]
    deactivated: i64,
    #[diesel(sql_type = BigInt)]
    invited: i64,
    #[diesel(sql_type = BigInt)]
    expired: i64,
}

/// Number of users of the whole company that a search finds on SQLite, up to `most`.
pub(in crate::store::users) fn count_hits(db: &mut Database, term: &SearchTerm, most: i64) -> Result<i64, StoreError> {
    let mut statement = Statement::default();
    statement.push("SELECT count(*) AS id FROM ");
    statement.first_matches(term, most);
    statement.count(db)
}

/// Number of hits with one status. Active users are read along the order; for others, an index includes the search
/// text.
pub(in crate::store::users) fn count_hits_of(
    db: &mut Database,
    term: &SearchTerm,
    status: Status,
    as_of: Timestamp,
    most: i64,
) -> Result<i64, StoreError> {
    let mut statement = Statement::default();
    statement.push("SELECT count(*) AS id FROM (SELECT 1 FROM ");
    match status {
        Status::Active => {
            let users = rows_by("users_found");
            statement.push(&format!("user_search CROSS JOIN {users} ON users.id = user_search.rowid WHERE user_search MATCH "));
            statement.bind(plan::phrase(term));
        }
        Status::Deactivated | Status::Invited | Status::Expired => {
            let index = if status == Status::Deactivated { "users_deactivated" } else { "users_invitation_expiry" };
            let (start, text, end) = backend::containing(true, "users", term);
            statement.push(&format!("{} WHERE {start}", rows_by(index)));
            statement.bind(text);
            statement.push(end);
        }
    }
    statement.push(&format!(" AND {} LIMIT {most}) AS found", Statement::state(Some(status), as_of)));
    statement.count(db)
}

impl Statement {
    pub(in crate::store::users) fn push(&mut self, sql: &str) {
        self.sql.push_str(sql);
    }

    pub(in crate::store::users) fn bind(&mut self, text: String) {
        self.texts.push(text);
        let place = format!("${}", self.texts.len());
        self.sql.push_str(&place);
    }

    /// Runs the statement and reads its column `id`.
    pub(in crate::store::users) fn load(&self, db: &mut Database) -> Result<Vec<UserId>, StoreError> {
        Ok(self.rows(db)?.into_iter().map(|UserRow { id }| UserId(id)).collect())
    }

    /// Runs the statement and reads a number from the column `id` of its first row.
    pub(in crate::store::users) fn count(&self, db: &mut Database) -> Result<i64, StoreError> {
        Ok(self.rows(db)?.first().map_or(0, |UserRow { id }| *id))
    }

    fn rows<T: QueryableByName<Sqlite> + QueryableByName<Pg> + 'static>(&self, db: &mut Database) -> Result<Vec<T>, StoreError> {
        let rows = with_backend!(db, |db| {
            let mut query = sql_query(&self.sql).into_boxed();
            for text in &self.texts {
                query = query.bind::<Text, _>(text);
            }
            query.load::<T>(db)
        });
        Ok(rows?)
    }

    /// Begins a statement that counts the selected users by status, each user once.
    pub(in crate::store::users) fn counting(as_of: Timestamp, source: Source) -> Self {
        let once = if source == Source::Scope { "DISTINCT id" } else { "*" };
        let columns = STATUSES.map(|status| format!("count({once}) FILTER (WHERE word = '{status}') AS {status}")).join(", ");
        let time = Self::time(as_of);
        let open = format!("WHEN users.invitation_expires_at > {time} THEN 'invited' ELSE 'expired'");
        let sql = format!(
            "SELECT count(*) AS found, {columns} FROM (SELECT users.id, CASE WHEN users.state <> 'pending' THEN users.state {open} END AS word"
        );
        Self { sql, texts: Vec::new() }
    }

    /// Counts in the order of [`Status::ALL`], and the number of rows read, in which a user may appear twice.
    pub(in crate::store::users) fn load_counts(&self, db: &mut Database) -> Result<([i64; 4], i64), StoreError> {
        let Counted { found, active, deactivated, invited, expired } = self.rows(db)?.pop().ok_or(NotFound)?;
        Ok(([active, deactivated, invited, expired], found))
    }

    /// Adds `FROM … WHERE …` for users of the scope that match the filter, in any status. A user in several portfolios
    /// of the scope appears several times.
    pub(in crate::store::users) fn users(&mut self, db: &Database, source: Source, scope: &Scope, filter: &UserFilter, as_of: Timestamp) {
        let is_sqlite = matches!(db, Database::Sqlite(_));
        match (source, &filter.search) {
            (Source::Search | Source::NarrowSearch(_), Some(term)) if is_sqlite => {
                // CROSS JOIN keeps SQLite from reading users first.
                let users = if let Source::NarrowSearch(index) = source { rows_by(index) } else { "users".to_owned() };
                self.push(&format!(" FROM user_search CROSS JOIN {users} WHERE users.id = user_search.rowid AND user_search MATCH "));
                self.bind(plan::phrase(term));
            }
            (Source::Scope, _) => {
                self.push(&format!(" FROM (SELECT {CARRIED}"));
                self.in_portfolios(scope);
                self.push(") AS users WHERE users.state IS NOT NULL");
            }
            (Source::Walked(index), _) => self.push(&by_index(is_sqlite, index)),
            (Source::Unassigned, _) => self.push(&by_index(is_sqlite, UNASSIGNED)),
            (Source::TwoFactor, _) => self.push(&by_index(is_sqlite, TWO_FACTOR)),
            (Source::PortfolioAdmins, _) => self.push(&by_index(is_sqlite, PORTFOLIO_ADMINS)),
            // The states are named, since each is a range of the index.
            (Source::LastSignIn, _) if is_sqlite => {
                let users = rows_by(BY_SIGN_IN);
                self.push(&format!(" FROM {users} WHERE users.state IN ('active', 'deactivated', 'pending')"));
            }
            (Source::All | Source::Search | Source::NarrowSearch(_) | Source::LastSignIn, _) => {
                self.push(" FROM users WHERE users.state IS NOT NULL");
            }
        }
        // SQLite's trigram index is exact, and has no deleted users.
        if let Some(term) = filter.search.as_ref().filter(|_| !(is_sqlite && matches!(source, Source::Search | Source::NarrowSearch(_)))) {
            let (start, text, end) = backend::containing(is_sqlite, "users", term);
            self.push(&format!(" AND {start}"));
            self.bind(text);
            self.push(end);
        }
        if let Some(role) = filter.default_role {
            self.push(&format!(" AND users.default_role = '{}'", role.as_str()));
        }
        match filter.has_two_factor {
            Some(has) if source == Source::Scope => {
                let is_so = if has { "EXISTS" } else { "NOT EXISTS" };
                self.push(&format!(" AND {is_so} (SELECT 1 FROM users AS person WHERE person.id = users.id AND person.has_two_factor)"));
            }
            // Written as an equality, for which SQLite uses the index.
            Some(has) => self.push(if has { " AND users.has_two_factor = TRUE" } else { " AND users.has_two_factor = FALSE" }),
            None => {}
        }
        if filter.is_unassigned {
            // Users of a portfolio have an assignment by definition.
            self.push(if source == Source::Scope { " AND 1 = 0" } else { " AND NOT users.has_assignments" });
        }
        if let Some(last_sign_in) = filter.last_sign_in {
            let before = last_sign_in.before(as_of).map_or_else(|| "IS NULL".to_owned(), |before| format!("< {}", Self::time(before)));
            self.push(&format!(" AND users.last_sign_in_at {before}"));
        }
        if source != Source::Scope
            && let Some(within) = scopes::within("portfolio_users.portfolio_id", scope)
        {
            self.push(&format!(" AND EXISTS (SELECT 1 FROM portfolio_users WHERE portfolio_users.user_id = users.id AND {within})"));
        }
    }

    /// Adds the first matches of a search on SQLite, which include no deleted users.
    pub(in crate::store::users) fn first_matches(&mut self, term: &SearchTerm, most: i64) {
        self.push("(SELECT rowid AS user_id FROM user_search WHERE user_search MATCH ");
        self.bind(plan::phrase(term));
        self.push(&format!(" LIMIT {most}) AS hits"));
    }

    /// Adds `FROM … WHERE …` for users with an assignment in the scope, once for each portfolio.
    fn in_portfolios(&mut self, scope: &Scope) {
        let within = scopes::within("portfolio_id", scope).unwrap_or_else(|| "1 = 1".to_owned());
        self.push(&format!(" FROM portfolio_users WHERE {within}"));
    }

    /// Literal of a time for both databases.
    pub(in crate::store::users) fn time(time: Timestamp) -> String {
        format!("'{}'", time.format("%F %T%.f"))
    }

    /// Ranges of the state that hold users with this status.
    pub(in crate::store::users) fn states(status: Option<Status>, as_of: Timestamp) -> Vec<String> {
        match status {
            None => ["active", "deactivated", "pending"].map(|state| format!("users.state = '{state}'")).to_vec(),
            Some(_) => vec![Self::state(status, as_of)],
        }
    }

    /// Condition for users with this status, or with any.
    pub(in crate::store::users) fn state(status: Option<Status>, as_of: Timestamp) -> String {
        // Written without a range, for which SQLite would leave the index of the order and sort everything.
        let open = |than| format!("users.state = 'pending' AND (users.invitation_expires_at {than} {}) IS TRUE", Self::time(as_of));
        match status {
            None => "users.state IS NOT NULL".to_owned(),
            Some(Status::Active) => "users.state = 'active'".to_owned(),
            Some(Status::Deactivated) => "users.state = 'deactivated'".to_owned(),
            Some(Status::Invited) => open(">"),
            Some(Status::Expired) => open("<="),
        }
    }
}
