//! The list of Users & Permissions: the people of somebody's scope, with their status and what is assigned to them there.

use serde_json::json;

use crate::{
    domain::{
        audit::{AuditAction, Entry, Subject, SubjectKind},
        clock::Timestamp,
        ids::UserId,
        people_list::{Order, PeopleFilter},
        permission::Permission,
        policy::Action,
        user::Status,
    },
    store::{
        Database, StoreError,
        assignments::{self, Assigned},
        company,
        page::{Count, Position, Slice},
        people::{self, Listed, Mark, Person, StatusCounts, Wanted},
    },
};

use super::{Caller, Context, Denied, acting::Acting, context::Rights};

/// A page of the list, as somebody asks for it.
#[derive(Debug, Clone)]
pub struct Asked {
    pub filter: PeopleFilter,
    pub order: Order,
    pub position: Position<Mark>,
    pub limit: usize,
    /// When the first page was looked at: who is Invited and who Expired stays so from page to page.
    pub as_of: Option<Timestamp>,
}

/// One page.
#[derive(Debug, Clone)]
pub struct Listing {
    pub rows: Slice<Row>,
    pub counts: StatusCounts,
    pub as_of: Timestamp,
}

/// A person in the list.
#[derive(Debug, Clone)]
pub struct Row {
    pub person: Person,
    pub created_at: Timestamp,
    pub status: Status,
    /// Of what is in the scope of the one who looks.
    pub assigned: Assigned,
    pub mark: Mark,
}

/// One page of the people who exist for the actor; `None` for a Portfolio Admin without a portfolio that is active.
///
/// # Errors
/// See [`Denied`].
pub fn list(ctx: &Context, actor: &Person, asked: &Asked) -> Result<Option<Listing>, Denied> {
    ctx.store.read(|db| {
        let acting = Acting::of(db, actor)?;
        acting.authorise(Action::Use(Permission::UsersView))?;
        if acting.scope.is_empty() {
            return Ok(None);
        }
        let wanted = wanted(ctx, &acting, asked);
        let counts = people::counts(db, &wanted)?;
        let rows = rows(ctx, db, &wanted, counts.all, asked)?;
        Ok(Some(Listing { rows, counts, as_of: wanted.as_of }))
    })
}

fn wanted(ctx: &Context, acting: &Acting, asked: &Asked) -> Wanted {
    let as_of = asked.as_of.unwrap_or_else(|| ctx.now());
    Wanted { scope: acting.scope.clone(), filter: asked.filter.clone(), order: asked.order, as_of }
}

fn rows(ctx: &Context, db: &mut Database, wanted: &Wanted, all: Count, asked: &Asked) -> Result<Slice<Row>, StoreError> {
    let now = ctx.now();
    let page = people::page(db, wanted, all, &asked.position, asked.limit)?;
    let ids = page.rows.iter().map(|listed| listed.person.id).collect::<Vec<_>>();
    let assigned = assignments::numbers_of(db, &wanted.scope, &ids)?;
    Ok(page.map(|Listed { person, created_at, mark }| Row {
        status: person.status(now),
        assigned: assigned.get(&person.id).copied().unwrap_or_default(),
        person,
        created_at,
        mark,
    }))
}

/// An export begins, and is written down with what it holds, as words. Tells how many people there are of any status, by which they are looked
/// for.
///
/// # Errors
/// See [`Denied`]; unknown for a Portfolio Admin without a portfolio that is active.
pub fn begin_export(ctx: &Context, caller: &Caller, asked: &Asked, words: &str) -> Result<Count, Denied> {
    let now = ctx.now();
    ctx.store.change(|tx| {
        let acting = caller.acting(tx, Rights::Stay, now)?;
        acting.authorise(Action::Use(Permission::UsersExport))?;
        if acting.scope.is_empty() {
            return Err(Denied::unknown());
        }
        let counts = people::counts(tx.db(), &wanted(ctx, &acting, asked))?;
        let subject = Subject { kind: SubjectKind::Company, id: 1, name: company::load(tx.db())?.name };
        let details = json!({"list": words});
        tx.audit(Entry { at: now, by: caller.by(&acting.person), action: AuditAction::UsersExported, subject, place: None, details });
        Ok(counts.all)
    })
}

/// The next rows of an export. Whoever exports is read again each time: what is taken from them meanwhile ends it.
///
/// # Errors
/// See [`Denied`].
pub fn export(ctx: &Context, user: UserId, asked: &Asked, all: Count) -> Result<Slice<Row>, Denied> {
    ctx.store.read(|db| {
        let person = people::find(db, user)?.filter(|person| person.status(ctx.now()) == Status::Active).ok_or(Denied::SignedOut)?;
        let acting = Acting::of(db, &person)?;
        acting.authorise(Action::Use(Permission::UsersExport))?;
        Ok(rows(ctx, db, &wanted(ctx, &acting, asked), all, asked)?)
    })
}
