//! Plans for narrow lists on SQLite: searches, and members of a group. Indexes of hits do not know the order, so there
//! are two plans: sort all hits, or walk the order until enough of them were met. Both read narrow indexes only, since
//! rows of users are wide and far apart.

use diesel::{
    QueryableByName, RunQueryDsl, SqliteConnection,
    query_builder::{BoxedSqlQuery, SqlQuery},
    sql_query,
    sql_types::{BigInt, Nullable, Text},
    sqlite::Sqlite,
};

use crate::{
    domain::{ids::UserId, search::SearchTerm},
    store::{
        StoreError,
        page::{COUNT_MAX, Count, Key, Position},
        users::Filter,
    },
};

use super::rows_by;

/// Thresholds between the plans.
struct Plan {
    /// Number of hits below which they are sorted at once.
    few: i64,
    /// Length of the walk along the order, in rows for each hit: most terms fill a page soon, but some, such as parts
    /// of names that begin with a late letter, only far down. Sorting a hit costs about seven rows of a walk.
    steps: i64,
    /// Most hits that are sorted sooner than the order is walked to its end. Of more hits, some are near.
    many: i64,
}

/// Measured with a million users, for the best time of the slowest term.
const PLAN: Plan = Plan { few: COUNT_MAX, steps: 1, many: 30_000 };

type Query<'a> = BoxedSqlQuery<'a, Sqlite, SqlQuery>;

#[derive(QueryableByName)]
struct FoundUser {
    /// Number of all hits.
    #[diesel(sql_type = BigInt)]
    number: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    id: Option<i64>,
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

#[derive(QueryableByName)]
struct SearchHit {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// True if this plan answers lists with `filter`.
pub(in crate::store::users) fn are_of(filter: &Filter) -> bool {
    filter.search.is_some() || filter.member_of.is_some()
}

/// Number of hits.
pub(in crate::store::users) fn count(sqlite: &mut SqliteConnection, filter: &Filter) -> Result<Count, StoreError> {
    Ok(Count::capped(count_up_to(sqlite, filter, COUNT_MAX)?))
}

/// Number of hits and the rows of a page, unsorted, with one more row if there is one.
pub(in crate::store::users) fn find(
    sqlite: &mut SqliteConnection,
    filter: &Filter,
    position: &Position,
    limit: usize,
) -> Result<(Count, Vec<UserId>), StoreError> {
    let (number, found) = find_by(&PLAN, sqlite, filter, position, limit)?;
    Ok((Count::capped(number), found))
}

fn find_by(
    plan: &Plan,
    sqlite: &mut SqliteConnection,
    filter: &Filter,
    position: &Position,
    limit: usize,
) -> Result<(i64, Vec<UserId>), StoreError> {
    let wanted = limit.saturating_add(1);
    let limit = i64::try_from(wanted).unwrap_or(i64::MAX);
    let (number, found) = sort(sqlite, filter, position, plan.few, limit)?;
    if number <= plan.few {
        return Ok((number, found));
    }
    let all = count_up_to(sqlite, filter, plan.many)?;
    let found = walk(sqlite, filter, position, Some(plan.steps * all), limit)?;
    if found.len() == wanted {
        return Ok((number, found));
    }
    let found =
        if all <= plan.many { sort(sqlite, filter, position, plan.many, limit)?.1 } else { walk(sqlite, filter, position, None, limit)? };
    Ok((number, found))
}

/// Number of hits, up to `most` + 1.
fn count_up_to(sqlite: &mut SqliteConnection, filter: &Filter, most: i64) -> Result<i64, StoreError> {
    let query = with_ids(sql_query("SELECT count(*) AS number FROM (").into_boxed(), filter)
        .sql(format!(" LIMIT {}) AS hits", most.saturating_add(1)));
    Ok(query.get_result::<Counted>(sqlite)?.number)
}

/// Number of hits, up to `most` + 1, and the page if they are at most `most`.
fn sort(
    sqlite: &mut SqliteConnection,
    filter: &Filter,
    position: &Position,
    most: i64,
    limit: i64,
) -> Result<(i64, Vec<UserId>), StoreError> {
    let query = with_ids(sql_query("WITH hits AS MATERIALIZED (").into_boxed(), filter).sql(format!(
        " LIMIT {}) SELECT counted.number, page.id FROM (SELECT count(*) AS number FROM hits) AS counted \
         LEFT JOIN (SELECT users.id FROM hits CROSS JOIN {} ON users.id = hits.id WHERE (SELECT count(*) FROM hits) <= {most}",
        most.saturating_add(1),
        rows_by("users_found"),
    ));
    let found = in_order(query, position, limit).sql(") AS page ON true").load::<FoundUser>(sqlite)?;
    let number = found.first().map_or(0, |found| found.number);
    Ok((number, found.into_iter().filter_map(|found| found.id.map(UserId)).collect()))
}

/// The page from a walk along the order, for `steps` rows or to its end. The index of the order includes the search
/// text.
fn walk(
    sqlite: &mut SqliteConnection,
    filter: &Filter,
    position: &Position,
    steps: Option<i64>,
    limit: i64,
) -> Result<Vec<UserId>, StoreError> {
    let order = format!("SELECT id, search, state FROM {} WHERE state IS NOT NULL", rows_by("users_by_name"));
    let query = match steps {
        Some(steps) => {
            let near = in_order(sql_query(format!("SELECT id FROM ({order}")).into_boxed(), position, steps);
            filtered(near.sql(") AS users WHERE "), filter).sql(format!(" LIMIT {limit}"))
        }
        // A query without the bound takes half as long for each row.
        None => in_order(filtered(sql_query(format!("{order} AND ")).into_boxed(), filter), position, limit),
    };
    Ok(query.load::<SearchHit>(sqlite)?.into_iter().map(|met| UserId(met.id)).collect())
}

/// Adds the conditions on a user met by a walk.
fn filtered<'a>(query: Query<'a>, filter: &'a Filter) -> Query<'a> {
    let query = query.sql(condition(filter));
    match &filter.search {
        Some(term) => query.sql(" AND instr(users.search, ?) > 0").bind::<Text, _>(term.fragment()),
        None => query,
    }
}

/// Adds the ids of hits. CROSS JOIN keeps SQLite from reading users first.
fn with_ids<'a>(query: Query<'a>, filter: &'a Filter) -> Query<'a> {
    let Filter { active_only, search, member_of, not_member_of } = filter;
    let rows = |id| format!(" CROSS JOIN {} ON users.id = {id}", rows_by("users_found"));
    let found = match (search, member_of) {
        (Some(term), _) => {
            // The trigram index has no deleted users, and suffices where the filter has no other condition.
            let asks_more = *active_only || member_of.is_some() || not_member_of.is_some();
            let rows = if asks_more { rows("user_search.rowid") } else { String::new() };
            let query = query.sql(format!("SELECT user_search.rowid AS id FROM user_search{rows} WHERE user_search MATCH ?"));
            let query = query.bind::<Text, _>(phrase(term));
            return if asks_more { query.sql(format!(" AND {}", condition(filter))) } else { query };
        }
        (None, Some(group)) => format!("memberships{} WHERE memberships.group_id = {group} AND", rows("memberships.user_id")),
        (None, None) => "users WHERE".to_owned(),
    };
    query.sql(format!("SELECT users.id AS id FROM {found} {}", condition(filter)))
}

/// Conditions of `filter` besides the term. Deleted users have no state and match none.
fn condition(filter: &Filter) -> String {
    let mut condition = if filter.active_only { "users.state = 'active'" } else { "users.state IS NOT NULL" }.to_owned();
    for (group, exists) in [(filter.member_of, "EXISTS"), (filter.not_member_of, "NOT EXISTS")] {
        if let Some(group) = group {
            let clause = format!(" AND {exists} (SELECT 1 FROM memberships WHERE group_id = {group} AND user_id = users.id)");
            condition.push_str(&clause);
        }
    }
    condition
}

/// Adds the order, and the position at which the page begins.
fn in_order<'a>(query: Query<'a>, position: &'a Position, limit: i64) -> Query<'a> {
    let from = |query: Query<'a>, than, key: &'a Key| {
        query.sql(format!(" AND (sort_key, users.id) {than} (?, {})", key.id)).bind::<Text, _>(&key.sort_key)
    };
    let query = match position {
        Position::First | Position::Last => query,
        Position::After(key) => from(query, ">", key),
        Position::Before(key) => from(query, "<", key),
    };
    let direction = if position.is_backward() { "DESC" } else { "ASC" };
    query.sql(format!(" ORDER BY sort_key {direction}, users.id {direction} LIMIT {limit}"))
}

/// The term as an FTS5 expression: its trigrams in sequence.
pub(in crate::store::users) fn phrase(term: &SearchTerm) -> String {
    format!("\"{}\"", term.fragment().replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use diesel::{Connection as _, connection::SimpleConnection as _};
    use diesel_migrations::MigrationHarness as _;

    use crate::store::connection::SQLITE_MIGRATIONS;

    use super::*;

    /// Users with these names, whose ids run against their order.
    fn users(names: &[&str]) -> SqliteConnection {
        let mut sqlite = SqliteConnection::establish(":memory:").unwrap();
        sqlite.run_pending_migrations(SQLITE_MIGRATIONS).unwrap();
        for (place, name) in names.iter().enumerate() {
            let id = 100 - place;
            let row = format!("({id}, '{name}', '', '{name}', '{id}', 1, 'user', '{name}', '  {name}', 'now', 'now')");
            let columns = "id, first_name, last_name, email, email_key, email_key_version, default_role, sort_key, search, credentials_set_at, created_at";
            sqlite.batch_execute(&format!("INSERT INTO user_rows ({columns}) VALUES {row}")).unwrap();
        }
        sqlite
    }

    #[test]
    fn every_plan_finds_the_same() {
        let mut sqlite = users(&["adam", "anna", "bert", "hanna", "joanna", "susanna", "zoe"]);
        let filter = Filter { search: SearchTerm::parse("ann"), ..Filter::default() };
        let key = Key { sort_key: "hanna".to_owned(), id: 97 };
        let pages = [
            (Position::First, [99, 97, 96]),
            (Position::Last, [95, 96, 97]),
            (Position::After(key.clone()), [96, 95, 0]),
            (Position::Before(key), [99, 0, 0]),
        ];
        for (few, steps, many) in [(9, 9, 9), (0, 0, 9), (0, 9, 9), (0, 0, 3), (0, 9, 3)] {
            for (position, ids) in &pages {
                let plan = Plan { few, steps, many };
                let (number, mut found) = find_by(&plan, &mut sqlite, &filter, position, 2).unwrap();
                found.sort_unstable_by_key(|id| ids.iter().position(|known| *known == id.0));
                let expected = ids.iter().filter(|id| **id > 0).map(|id| UserId(*id)).collect::<Vec<_>>();
                assert_eq!((number, found), (4.min(few + 1), expected), "{few} {steps} {many} {position:?}");
            }
        }
    }
}
