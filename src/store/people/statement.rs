//! Statements about people of a scope, in words that both databases know. They read the table behind the view, since its indexes tell by the
//! standing that somebody is not deleted; each condition begins with one.

use diesel::{
    QueryableByName, RunQueryDsl, sql_query,
    sql_types::{BigInt, Text},
};

use crate::domain::{clock::Timestamp, ids::UserId, people_list::PeopleFilter, scope::Scope, search::SearchTerm, user::Status};

use super::{
    super::{Database, StoreError, connection::each, dialect, page::COUNT_MAX, scopes},
    hits,
};

/// Where people are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// Among all, by an index of their order.
    Everybody,
    /// Among those who have what is looked for in their names.
    Search,
    /// Among those to whom something of the scope is assigned.
    Scope,
    /// Among those to whom nothing is assigned.
    Unassigned,
}

impl Source {
    /// The narrowest.
    pub(super) fn of(db: &mut Database, scope: &Scope, filter: &PeopleFilter) -> Result<Self, StoreError> {
        Ok(match (scope, &filter.search) {
            (Scope::Company, None) if filter.is_unassigned => Self::Unassigned,
            (Scope::Company, None) => Self::Everybody,
            (Scope::Company, Some(_)) => Self::Search,
            (Scope::Portfolios { .. }, None) => Self::Scope,
            (Scope::Portfolios { .. }, Some(_)) => {
                let mut statement = Statement::default();
                statement.push("SELECT count(*) AS id FROM (");
                statement.assigned(scope);
                statement.push(&format!(" LIMIT {}) AS assigned", COUNT_MAX + 1));
                let is_small = statement.load(db)?.first().is_some_and(|count| count.0 <= COUNT_MAX);
                if is_small { Self::Scope } else { Self::Search }
            }
        })
    }
}

/// The users of `few`, looked for one by one: planners would rather read them all.
fn users_of_few(is_sqlite: bool) -> &'static str {
    if is_sqlite {
        " CROSS JOIN users WHERE users.id = few.user_id"
    } else {
        " CROSS JOIN LATERAL (SELECT * FROM users WHERE users.id = few.user_id OFFSET 0) AS users WHERE users.standing IS NOT NULL"
    }
}

/// As words, in the order of [`Status::ALL`].
const STATUSES: [&str; 4] = ["active", "deactivated", "invited", "expired"];

/// SQL and the texts in it.
#[derive(Debug, Clone, Default)]
pub(super) struct Statement {
    sql: String,
    texts: Vec<String>,
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    active: i64,
    #[diesel(sql_type = BigInt)]
    deactivated: i64,
    #[diesel(sql_type = BigInt)]
    invited: i64,
    #[diesel(sql_type = BigInt)]
    expired: i64,
}

/// How many people of the whole company a search finds on SQLite, up to `most`.
pub(super) fn count_hits(db: &mut Database, term: &SearchTerm, most: i64) -> Result<i64, StoreError> {
    let mut statement = Statement::default();
    statement.push("SELECT count(*) AS id FROM ");
    statement.hits(term, most);
    Ok(statement.load(db)?.first().map_or(0, |count| count.0))
}

impl Statement {
    pub(super) fn push(&mut self, sql: &str) {
        self.sql.push_str(sql);
    }

    pub(super) fn bind(&mut self, text: String) {
        self.texts.push(text);
        let place = format!("${}", self.texts.len());
        self.sql.push_str(&place);
    }

    /// The column `id`.
    pub(super) fn load(&self, db: &mut Database) -> Result<Vec<UserId>, StoreError> {
        let found = each!(db, |db| {
            let mut query = sql_query(&self.sql).into_boxed();
            for text in &self.texts {
                query = query.bind::<Text, _>(text);
            }
            query.load::<Found>(db)
        })?;
        Ok(found.into_iter().map(|Found { id }| UserId(id)).collect())
    }

    /// Begins a statement that counts the statuses which the rest of it selects.
    pub(super) fn counting(as_of: Timestamp) -> Self {
        let columns = STATUSES.map(|status| format!("count(*) FILTER (WHERE word = '{status}') AS {status}")).join(", ");
        let time = Self::time(as_of);
        let open = format!("WHEN users.invitation_expires_at > {time} THEN 'invited' ELSE 'expired'");
        let sql = format!("SELECT {columns} FROM (SELECT CASE WHEN users.standing <> 'open' THEN users.standing {open} END AS word");
        Self { sql, texts: Vec::new() }
    }

    /// The counts, in the order of [`Status::ALL`].
    pub(super) fn load_counts(&self, db: &mut Database) -> Result<[i64; 4], StoreError> {
        let Counted { active, deactivated, invited, expired } = each!(db, |db| {
            let mut query = sql_query(&self.sql).into_boxed();
            for text in &self.texts {
                query = query.bind::<Text, _>(text);
            }
            query.get_result::<Counted>(db)
        })?;
        Ok([active, deactivated, invited, expired])
    }

    /// `FROM … WHERE …`: those of the scope whom the filter holds, whatever their status.
    pub(super) fn people(&mut self, db: &Database, source: Source, scope: &Scope, filter: &PeopleFilter) {
        let is_sqlite = matches!(db, Database::Sqlite(_));
        match (source, &filter.search) {
            (Source::Search, Some(term)) if is_sqlite => {
                // CROSS JOIN keeps SQLite from looking for people first.
                self.push(" FROM people_search CROSS JOIN users WHERE users.id = people_search.rowid AND people_search MATCH ");
                self.bind(hits::phrase(term));
            }
            (Source::Scope, _) => {
                self.push(" FROM (");
                self.assigned(scope);
                self.push(&format!(") AS few{}", users_of_few(is_sqlite)));
            }
            (Source::Unassigned, _) => self.push(&format!(" FROM unassigned AS few{}", users_of_few(is_sqlite))),
            (Source::Everybody | Source::Search, _) => self.push(" FROM users WHERE users.standing IS NOT NULL"),
        }
        // SQLite's trigram index is exact, and has nobody who is deleted.
        if let Some(term) = filter.search.as_ref().filter(|_| !(is_sqlite && source == Source::Search)) {
            let (start, text, end) = dialect::containing(is_sqlite, "users", term);
            // What PostgreSQL's trigram index asks of a query.
            self.push(&format!(" AND users.deleted_at IS NULL AND {start}"));
            self.bind(text);
            self.push(end);
        }
        if let Some(role) = filter.default_role {
            self.push(&format!(" AND users.default_role = '{}'", role.as_str()));
        }
        // Nobody has one yet.
        if filter.has_two_factor == Some(true) {
            self.push(" AND 1 = 0");
        }
        if filter.is_unassigned && source != Source::Unassigned {
            self.push(" AND EXISTS (SELECT 1 FROM unassigned WHERE unassigned.user_id = users.id)");
        }
        if source != Source::Scope
            && let Some(within) = scopes::within("portfolio_people.portfolio_id", scope)
        {
            self.push(&format!(" AND EXISTS (SELECT 1 FROM portfolio_people WHERE portfolio_people.user_id = users.id AND {within})"));
        }
    }

    /// The first whom a search finds on SQLite. Nobody deleted is among them.
    pub(super) fn hits(&mut self, term: &SearchTerm, most: i64) {
        self.push("(SELECT rowid AS user_id FROM people_search WHERE people_search MATCH ");
        self.bind(hits::phrase(term));
        self.push(&format!(" LIMIT {most}) AS hits"));
    }

    /// Who has anything assigned in the scope.
    fn assigned(&mut self, scope: &Scope) {
        let within = scopes::within("portfolio_id", scope).unwrap_or_else(|| "1 = 1".to_owned());
        self.push(&format!("SELECT DISTINCT user_id FROM portfolio_people WHERE {within}"));
    }

    /// A time as both databases write it.
    pub(super) fn time(time: Timestamp) -> String {
        format!("'{}'", time.format("%F %T%.f"))
    }

    /// The ranges of the standing in which people with this status are.
    pub(super) fn standings(status: Option<Status>, as_of: Timestamp) -> Vec<String> {
        match status {
            None => ["active", "deactivated", "open"].map(|standing| format!("users.standing = '{standing}'")).to_vec(),
            Some(_) => vec![Self::standing(status, as_of)],
        }
    }

    /// A condition for those who have this status, or any.
    pub(super) fn standing(status: Option<Status>, as_of: Timestamp) -> String {
        // Not as a range, for which SQLite would leave the index of the order and sort all that it holds.
        let open = |than| format!("users.standing = 'open' AND (users.invitation_expires_at {than} {}) IS TRUE", Self::time(as_of));
        match status {
            None => "users.standing IS NOT NULL".to_owned(),
            Some(Status::Active) => "users.standing = 'active'".to_owned(),
            Some(Status::Deactivated) => "users.standing = 'deactivated'".to_owned(),
            Some(Status::Invited) => open(">"),
            Some(Status::Expired) => open("<="),
        }
    }
}
