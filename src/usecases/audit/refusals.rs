//! Refused sign-ins, which are counted apart from the chain: listed, searched and exported.

use crate::{
    domain::{
        audit::AuditEvent,
        permission::Permission,
        policy::Action,
        search::{SearchTerm, search_words},
    },
    store::{
        Database, StoreError, company,
        credentials::refused_sign_ins::{self, RefusalKey, RefusedSignIn, Span},
        page::{Count, Position, Slice},
        users::User,
    },
    usecases::{
        ActionError, Context, Principal,
        shared::{error::authorise, transaction::Rights},
    },
};

use super::reading::{EXAMINED_MAX, LogPage};

/// Rows of one read of a search.
const CHUNK: usize = 1000;

/// Conditions on the refusals of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RefusalFilter {
    pub span: Span,
    /// Words in the network or the address.
    pub words: Vec<SearchTerm>,
}

/// One page of refusals.
pub type RefusalPage = LogPage<RefusedSignIn, RefusalKey>;

impl RefusalFilter {
    fn matches(&self, row: &RefusedSignIn) -> bool {
        let texts = [search_words(&row.network), search_words(&row.email_key)];
        self.words.iter().all(|word| texts.iter().any(|text| word.is_in(text)))
    }

    /// Reads row by row where words are looked for, as there is no index for them.
    fn page(&self, db: &mut Database, position: &Position<RefusalKey>, limit: usize) -> Result<RefusalPage, StoreError> {
        let chunk = if self.words.is_empty() { limit.saturating_add(1) } else { CHUNK };
        let (mut found, mut examined, mut stopped, mut next) = (Vec::new(), 0, None, position.clone());
        while found.len() <= limit {
            let rows = refused_sign_ins::read(db, self.span, &next, chunk)?;
            let Some(last) = rows.last().map(RefusedSignIn::key).filter(|_| rows.len() == chunk) else {
                found.extend(rows.into_iter().filter(|row| self.matches(row)));
                break;
            };
            examined += rows.len();
            found.extend(rows.into_iter().filter(|row| self.matches(row)));
            if examined >= EXAMINED_MAX && found.len() <= limit {
                stopped = Some(last);
                break;
            }
            next = if position.is_backward() { Position::Before(last) } else { Position::After(last) };
        }
        Ok(LogPage { rows: Slice::new(found, position, limit), stopped })
    }
}

/// Lists refused sign-ins, newest first, with their number; `None` for a search that did not reach all of them.
pub fn list(
    ctx: &Context,
    actor: &User,
    filter: &RefusalFilter,
    position: &Position<RefusalKey>,
    limit: usize,
) -> Result<(RefusalPage, Option<Count>), ActionError> {
    ctx.store.read(|db| {
        authorise(actor.actor(), Action::Use(Permission::AuditLogView), None)?;
        let page = filter.page(db, position, limit)?;
        let count = if filter.words.is_empty() { Some(refused_sign_ins::count(db, filter.span)?) } else { page.whole(position) };
        Ok((page, count))
    })
}

/// Begins an export, and records it with its filters in words.
pub fn begin_export(ctx: &Context, principal: &Principal, filters: &str) -> Result<(), ActionError> {
    principal.audited_transaction(ctx, Rights::Stay, |work| {
        work.require(Action::Use(Permission::AuditLogView))?;
        let company = company::load(work.tx.db())?;
        work.record(&company, &AuditEvent::RefusalsExported { filters: filters.to_owned() });
        Ok(())
    })
}

/// Next rows of an export, and the place to read on from; `None` at its end. The actor is read each time, so the export
/// ends with their session or permission.
pub fn export(
    ctx: &Context,
    principal: &Principal,
    filter: &RefusalFilter,
    position: &Position<RefusalKey>,
    limit: usize,
) -> Result<(Vec<RefusedSignIn>, Option<RefusalKey>), ActionError> {
    ctx.store.read(|db| {
        principal.actor(db, ctx.now())?.authorise(Action::Use(Permission::AuditLogView))?;
        let page = filter.page(db, position, limit)?;
        let last = page.rows.rows.last().filter(|_| page.rows.has_next).map(RefusedSignIn::key);
        Ok((page.rows.rows, last.or(page.stopped)))
    })
}
