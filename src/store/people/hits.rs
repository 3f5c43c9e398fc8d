//! Searches in SQLite's trigram index, whose hits come in no order: all of them are taken, up to as many as are counted, and sorted here.

use diesel::{
    QueryableByName, RunQueryDsl,
    sql_types::{BigInt, Text},
};

use crate::domain::search::SearchTerm;

use super::{
    super::{
        StoreError,
        page::{COUNT_MAX, Key, Position},
    },
    Filter,
};

#[derive(QueryableByName)]
struct Hit {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Text)]
    sort_key: String,
}

/// The places in the list of everybody whom `filter` holds with this term, in no order; no more than one beyond [`COUNT_MAX`].
pub(super) fn find(sqlite: &mut diesel::SqliteConnection, filter: &Filter, term: &SearchTerm) -> Result<Vec<Key>, StoreError> {
    // CROSS JOIN keeps SQLite from looking for people first. The index knows runs of three characters and not their order, so each hit is
    // checked again.
    let is_active = if filter.active_only { " AND people.standing = 'active'" } else { "" };
    let [is_member, is_no_member] = [(filter.member_of, "EXISTS"), (filter.not_member_of, "NOT EXISTS")].map(|(group, exists)| {
        let condition = |group| format!(" AND {exists} (SELECT 1 FROM memberships WHERE group_id = {group} AND user_id = people.id)");
        group.map(condition).unwrap_or_default()
    });
    let query = format!(
        "SELECT people.id, people.sort_key FROM people_search CROSS JOIN people ON people.id = people_search.rowid \
         WHERE people_search MATCH $1 AND instr(people.search, $2) > 0{is_active}{is_member}{is_no_member} LIMIT {}",
        COUNT_MAX + 1
    );
    let query = diesel::sql_query(query).bind::<Text, _>(match_expression(term)).bind::<Text, _>(term.fragment());
    let hits = query.load::<Hit>(sqlite)?;
    Ok(hits.into_iter().map(|Hit { id, sort_key }| Key { sort_key, id }).collect())
}

/// Those of a page, in the page's direction, and one more where there is one.
pub(super) fn page(mut hits: Vec<Key>, position: &Position, limit: usize) -> Vec<Key> {
    match position {
        Position::First | Position::Last => {}
        Position::After(key) => hits.retain(|hit| hit > key),
        Position::Before(key) => hits.retain(|hit| hit < key),
    }
    hits.sort_unstable();
    if position.is_backward() {
        hits.reverse();
    }
    hits.truncate(limit.saturating_add(1));
    hits
}

/// Every trigram of the term, as an FTS5 expression: the index keeps no positions, so they are looked for one by one.
pub(super) fn match_expression(term: &SearchTerm) -> String {
    let quoted = term.trigrams().into_iter().map(|trigram| format!("\"{}\"", trigram.replace('"', "\"\"")));
    quoted.collect::<Vec<_>>().join(" AND ")
}
