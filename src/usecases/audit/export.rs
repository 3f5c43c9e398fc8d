//! Export of the audit log: recorded, then read in chunks up to the newest entry of its start.

use crate::{
    domain::{
        audit::{AuditEvent, ExportFormat},
        permission::Permission,
        policy::Action,
    },
    store::{
        ReadEntry,
        audit::log::{self, Bounds, EntryKey},
        company, entry_key,
        page::Position,
    },
    usecases::{ActionError, Context, Principal, shared::transaction::Rights},
};

use super::log::LogFilter;

/// Begins an export, and records it with its filters in words. Returns the sequence of the newest entry before it.
pub fn begin(ctx: &Context, principal: &Principal, filters: &str, format: ExportFormat) -> Result<i64, ActionError> {
    principal.audited_transaction(ctx, Rights::Stay, |work| {
        work.require(Action::Use(Permission::AuditLogView))?;
        // Entries up to here are committed: the head is moved last of all.
        let newest = log::newest(work.tx.db())?;
        let company = company::load(work.tx.db())?;
        work.record(&company, &AuditEvent::AuditExported { filters: filters.to_owned(), format });
        Ok(newest)
    })
}

/// Next entries of an export, and the place to read on from; `None` at its end.
pub type Chunk = (Vec<ReadEntry>, Option<EntryKey>);

/// Reads the entries after `position`. The actor is read each time, so the export ends with their session or
/// permission.
pub fn read(
    ctx: &Context,
    principal: &Principal,
    filter: &LogFilter,
    up_to: i64,
    position: &Position<EntryKey>,
    limit: usize,
) -> Result<Chunk, ActionError> {
    ctx.store.read(|db| {
        principal.actor(db, ctx.now())?.authorise(Action::Use(Permission::AuditLogView))?;
        let bounds = Bounds { up_to: Some(up_to), ..filter.bounds() };
        let (page, _) = filter.page(db, bounds, position, limit)?;
        let last = page.rows.rows.last().filter(|_| page.rows.has_next).map(entry_key);
        Ok((page.rows.rows, last.or(page.stopped)))
    })
}
