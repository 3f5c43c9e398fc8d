//! Lists of assets.

use diesel::{
    dsl::{select, sql},
    prelude::*,
    sql_types::{BigInt, Bool, Text, Timestamp},
};

use crate::{
    domain::{
        asset::{AssetKind, AssetOrder},
        ids::{AccountId, AssetId, UserId},
        search::SearchTerm,
    },
    store::{
        Database, StoreError,
        backend::{self, Condition},
        page::{COUNT_MAX, Count, Key, Position, Slice},
        schema::assets,
    },
};

use super::{Asset, changed_at, shares};

/// Contents of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    OwnedBy(UserId),
    /// Shared itself with the user or one of their groups. Contents of shared folders are listed in these.
    SharedWith(UserId),
    In(AssetId),
    /// Owned by the user, shared with them or one of their groups, or in such a folder.
    ReadableBy(UserId),
    Everything,
}

/// Number of names that begin with a term, and of other hits, in the list of a search with more than [`COUNT_MAX`] hits.
const SOME_HITS: i64 = 1_000;

/// Filter of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    pub search: Option<SearchTerm>,
    pub kind: Option<AssetKind>,
    pub owner: Option<UserId>,
    pub account: Option<AccountId>,
}

/// A list of assets.
#[derive(Debug, Clone)]
pub struct AssetQuery {
    pub view: View,
    pub filter: Filter,
    pub order: AssetOrder,
}

/// True for a column among the ids of a query. PostgreSQL reads them first, and then each row by its id: it cannot tell
/// how few they are, and would rather read a whole table or order.
fn among(db: &Database, column: &str, ids: Sql) -> Sql {
    if is_sqlite(db) {
        ids.within(&format!("{column} IN (")).closed(")")
    } else {
        ids.within(&format!("{column} = ANY(ARRAY(")).closed("))")
    }
}

/// SQL with at most one bound text. Ids are integers, so literals are safe.
#[derive(Debug, Clone)]
struct Sql {
    before: String,
    text: Option<String>,
    after: String,
}

/// Way to the rows of a list.
struct Plan {
    condition: Sql,
    /// True if few rows are found by their ids and then sorted. Otherwise the order is walked until a page is full.
    is_sorted: bool,
    /// Number of rows, where finding the way has told it.
    count: Option<Count>,
    is_partial: bool,
}

/// One page of a list.
#[derive(Debug)]
pub struct Found {
    pub page: Slice<Asset>,
    /// Number of all rows.
    pub count: Count,
    /// True if the pages have only some of the many hits of a search.
    pub is_partial: bool,
}

/// One page of a list.
pub fn list(db: &mut Database, query: &AssetQuery, position: &Position, limit: usize) -> Result<Found, StoreError> {
    let plan = Plan::of(db, query)?;
    let mut rows = assets::table.filter(assets::deleted_at.is_null()).filter(plan.condition.clone().condition()).into_boxed();
    let is_forward = position.is_backward() == query.order.is_descending;
    match position {
        Position::First | Position::Last => {}
        Position::After(key) | Position::Before(key) => rows = rows.filter(beyond(query.order, is_forward, key)),
    }
    let plus = if plan.is_sorted && is_sqlite(db) { "+" } else { "" };
    let (column, direction) = (column(query.order), if is_forward { "ASC" } else { "DESC" });
    let order = sql::<Text>(&format!("{plus}assets.{column} {direction}, assets.id {direction}"));
    let found = rows.order(order).limit(backend::one_more(limit)).select(Asset::as_select()).load(db)?;
    let count =
        plan.count.map_or_else(|| number(db, &plan.condition.within("SELECT 1 FROM assets WHERE assets.deleted_at IS NULL AND ")), Ok)?;
    Ok(Found { page: Slice::new(found, position, limit), count, is_partial: plan.is_partial })
}

fn is_sqlite(db: &Database) -> bool {
    matches!(db, Database::Sqlite(_))
}

fn column(order: AssetOrder) -> &'static str {
    if order.by_change { "changed_at" } else { "sort_key" }
}

/// True beyond the row of a key, in the direction of the page.
fn beyond(order: AssetOrder, is_forward: bool, key: &Key) -> Condition<'static, assets::table> {
    let than = if is_forward { ">" } else { "<" };
    if !order.by_change {
        return backend::beyond("assets", than, key);
    }
    let start = format!("(assets.changed_at, assets.id) {than} (");
    let at = changed_at(key).unwrap_or_default();
    Box::new(sql::<Bool>(&start).bind::<Timestamp, _>(at).sql(", ").bind::<BigInt, _>(key.id).sql(")"))
}

/// Number of rows of a query, counted up to the bound.
fn number(db: &mut Database, query: &Sql) -> Result<Count, StoreError> {
    Ok(Count::capped(number_up_to(db, query, COUNT_MAX)?))
}

fn number_up_to(db: &mut Database, query: &Sql, most: i64) -> Result<i64, StoreError> {
    let Sql { before, text, after } = query.clone();
    let (before, after) = (format!("(SELECT count(*) FROM ({before}"), format!("{after} LIMIT {}) AS counted)", most + 1));
    Ok(match text {
        Some(text) => select(sql::<BigInt>(&before).bind::<Text, _>(text).sql(&after)).get_result(db)?,
        None => select(sql::<BigInt>(&format!("{before}{after}"))).get_result(db)?,
    })
}

impl Sql {
    fn of(sql: impl Into<String>) -> Self {
        Self { before: sql.into(), text: None, after: String::new() }
    }

    fn within(mut self, before: &str) -> Self {
        self.before.insert_str(0, before);
        self
    }

    fn closed(mut self, end: &str) -> Self {
        if self.text.is_some() { &mut self.after } else { &mut self.before }.push_str(end);
        self
    }

    /// Adds a condition.
    fn and(mut self, condition: &Self) -> Self {
        let end = if self.text.is_some() { &mut self.after } else { &mut self.before };
        end.push_str(" AND ");
        end.push_str(&condition.before);
        if condition.text.is_some() {
            self.text.clone_from(&condition.text);
            self.after.clone_from(&condition.after);
        }
        self
    }

    fn condition(self) -> Condition<'static, assets::table> {
        match self.text {
            Some(text) => Box::new(sql::<Bool>(&self.before).bind::<Text, _>(text).sql(&self.after)),
            None => Box::new(sql::<Bool>(&self.before)),
        }
    }
}

impl Plan {
    fn of(db: &mut Database, query: &AssetQuery) -> Result<Self, StoreError> {
        let filter = &query.filter;
        let walk = |condition: Sql| Self { condition, is_sorted: false, count: None, is_partial: false };
        match query.view {
            View::OwnedBy(user) => Ok(walk(Sql::of(format!("assets.owner_id = {user}")))),
            View::In(folder) => Ok(walk(Sql::of(format!("assets.folder_id = {folder}")))),
            View::SharedWith(user) => {
                let shared = Sql::of(format!("assets.owner_id <> {user}")).and(&among(db, "assets.id", Sql::of(shared_with(user))));
                Ok(Self { is_sorted: true, ..walk(shared) })
            }
            // Users read everything that they own.
            View::ReadableBy(user) if filter.owner == Some(user) && filter.search.is_none() => Ok(walk(filter.on(db, "assets"))),
            View::Everything if filter.search.is_none() => Ok(walk(filter.on(db, "assets"))),
            View::ReadableBy(_) | View::Everything => {
                let found = found(db, query)?;
                let count = number(db, &found)?;
                let plan = match (count, query.view, &filter.search) {
                    (Count::Exactly(_), _, _) => Self { is_sorted: true, ..walk(among(db, "assets.id", found)) },
                    (Count::Many, View::Everything, Some(term)) => {
                        Self { is_sorted: true, is_partial: true, ..walk(some_hits(db, found, term, filter)?) }
                    }
                    (Count::Many, View::ReadableBy(user), _) => walk(filter.on(db, "assets").and(&readable(user, "assets"))),
                    (Count::Many, _, _) => walk(filter.on(db, "assets")),
                };
                Ok(Self { count: Some(count), ..plan })
            }
        }
    }
}

/// Ids of the assets of a list, from the narrowest source: hits of the search, or the trees that are readable.
fn found(db: &mut Database, query: &AssetQuery) -> Result<Sql, StoreError> {
    let filter = &query.filter;
    let rest = Filter { search: None, ..filter.clone() };
    let hits = match &filter.search {
        Some(term) if is_sqlite(db) => {
            let phrase = Sql {
                before: "SELECT rowid FROM asset_search WHERE asset_search MATCH ".into(),
                text: Some(phrase(term)),
                after: String::new(),
            };
            Some((number_up_to(db, &phrase, COUNT_MAX)?, phrase))
        }
        _ => None,
    };
    let View::ReadableBy(user) = query.view else {
        return Ok(match hits {
            // The trigram index has no deleted assets.
            Some((_, phrase)) if rest == Filter::default() => phrase,
            Some((_, phrase)) => joined(phrase).and(&rest.on(db, "found")),
            None => filter.on(db, "found").within("SELECT found.id FROM assets AS found WHERE found.deleted_at IS NULL AND "),
        });
    };
    let trees = Sql::of(format!(
        "SELECT 1 FROM ({}) AS roots CROSS JOIN asset_ancestors WHERE asset_ancestors.ancestor_id = roots.id",
        roots(user)
    ));
    match hits {
        Some((number, phrase)) if number <= COUNT_MAX && number_up_to(db, &trees, number)? > number => {
            Ok(joined(phrase).and(&rest.on(db, "found")).and(&readable(user, "found")))
        }
        _ => {
            if !is_sqlite(db) {
                let ids = among(db, "asset_ancestors.ancestor_id", Sql::of(roots(user)));
                let ids = ids.within("SELECT asset_ancestors.asset_id FROM asset_ancestors WHERE ");
                let found = among(db, "found.id", ids).within("SELECT found.id FROM assets AS found WHERE found.deleted_at IS NULL AND ");
                return Ok(found.and(&filter.on(db, "found")));
            }
            let from = format!(
                "SELECT DISTINCT found.id FROM ({}) AS roots CROSS JOIN asset_ancestors CROSS JOIN assets AS found \
                 WHERE asset_ancestors.ancestor_id = roots.id AND found.id = asset_ancestors.asset_id AND found.deleted_at IS NULL AND ",
                roots(user)
            );
            Ok(filter.on(db, "found").within(&from))
        }
    }
}

/// True for some of the many hits of a search, so that its cost has a bound: the first names that begin with the term,
/// and the first hits that the index finds.
fn some_hits(db: &mut Database, found: Sql, term: &SearchTerm, filter: &Filter) -> Result<Sql, StoreError> {
    let beginning = term.beginning();
    let end = format!("{beginning}{}", char::MAX);
    let rest = Filter { search: None, ..filter.clone() }.on(db, "assets").condition();
    let begins = assets::table.filter(assets::deleted_at.is_null()).filter(rest).filter(assets::sort_key.between(beginning, end));
    let begins = begins.order((assets::sort_key.asc(), assets::id.asc())).limit(SOME_HITS).select(assets::id);
    let mut ids = begins.load::<i64>(db)?;
    let hits = among(db, "assets.id", found.closed(&format!(" LIMIT {SOME_HITS}"))).condition();
    ids.extend(assets::table.filter(hits).select(assets::id).load::<i64>(db)?);
    let ids = ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    let (before, ids, after) = if is_sqlite(db) {
        ("SELECT value FROM json_each(", format!("[{ids}]"), ")")
    } else {
        ("SELECT unnest(CAST(", format!("{{{ids}}}"), " AS BIGINT[]))")
    };
    Ok(among(db, "assets.id", Sql { before: before.into(), text: Some(ids), after: after.into() }))
}

/// Hits of a search with their rows.
fn joined(phrase: Sql) -> Sql {
    let start = "SELECT found.id FROM asset_search CROSS JOIN assets AS found WHERE found.id = asset_search.rowid AND asset_search MATCH ";
    Sql { before: start.to_owned(), ..phrase }
}

/// A term as an FTS5 expression.
fn phrase(term: &SearchTerm) -> String {
    format!("\"{}\"", term.fragment().replace('"', "\"\""))
}

fn shared_with(user: UserId) -> String {
    format!("SELECT asset_shares.asset_id AS id FROM asset_shares WHERE {}", shares::with(user))
}

/// Assets that a user owns, and those shared with them.
fn roots(user: UserId) -> String {
    format!(
        "SELECT owned.id FROM assets AS owned WHERE owned.owner_id = {user} AND owned.deleted_at IS NULL UNION ALL {}",
        shared_with(user)
    )
}

/// True for an asset of `table` that a user may read.
fn readable(user: UserId, table: &str) -> Sql {
    Sql::of(format!(
        "EXISTS (SELECT 1 FROM asset_ancestors AS upwards JOIN assets AS folder ON folder.id = upwards.ancestor_id \
         WHERE upwards.asset_id = {table}.id AND (folder.owner_id = {user} OR folder.id IN ({})))",
        shared_with(user)
    ))
}

impl Filter {
    /// Conditions on an asset of `table`.
    fn on(&self, db: &Database, table: &'static str) -> Sql {
        let kind = self.kind.map(|kind| format!("{table}.kind = '{}'", kind.as_str()));
        let owner = self.owner.map(|owner| format!("{table}.owner_id = {owner}"));
        let account = self.account.map(|account| format!("{table}.account_id = {account}"));
        let conditions = kind.into_iter().chain(owner).chain(account).collect::<Vec<_>>();
        let ids = Sql::of(if conditions.is_empty() { "1 = 1".to_owned() } else { conditions.join(" AND ") });
        match &self.search {
            Some(term) => {
                let (before, text, after) = backend::containing(is_sqlite(db), table, term);
                ids.and(&Sql { before, text: Some(text), after: after.to_owned() })
            }
            None => ids,
        }
    }
}

/// Folders among these that a user may read; all of them without a user.
pub fn readable_among(db: &mut Database, user: Option<UserId>, ids: impl IntoIterator<Item = AssetId>) -> Result<Vec<Asset>, StoreError> {
    let ids = ids.into_iter().map(|id| id.0).collect::<Vec<_>>();
    let mut folders = assets::table.filter(assets::deleted_at.is_null()).filter(assets::id.eq_any(ids)).into_boxed();
    if let Some(user) = user {
        folders = folders.filter(readable(user, "assets").condition());
    }
    Ok(folders.select(Asset::as_select()).load(db)?)
}

/// The first folders that a user may edit, outside `moved` and its content.
pub fn editable_folders(
    db: &mut Database,
    user: UserId,
    moved: AssetId,
    search: Option<&SearchTerm>,
    limit: usize,
) -> Result<Slice<Asset>, StoreError> {
    let is_sqlite = is_sqlite(db);
    let editable = format!(
        "assets.id IN (SELECT asset_ancestors.asset_id FROM asset_ancestors WHERE asset_ancestors.ancestor_id IN \
         (SELECT owned.id FROM assets AS owned WHERE owned.owner_id = {user} AND owned.deleted_at IS NULL UNION ALL \
         SELECT asset_shares.asset_id FROM asset_shares WHERE asset_shares.level = 'edit' AND {})) \
         AND assets.id NOT IN (SELECT asset_ancestors.asset_id FROM asset_ancestors WHERE asset_ancestors.ancestor_id = {moved})",
        shares::with(user)
    );
    let mut query = assets::table.filter(assets::deleted_at.is_null()).filter(assets::kind.eq(AssetKind::Folder)).into_boxed();
    query = query.filter(sql::<Bool>(&editable));
    if let Some(term) = search {
        query = query.filter(backend::contains(is_sqlite, "assets", term));
    }
    let query = query.order((assets::sort_key.asc(), assets::id.asc()));
    let found = query.limit(backend::one_more(limit)).select(Asset::as_select()).load(db)?;
    Ok(Slice::new(found, &Position::<Key>::First, limit))
}
