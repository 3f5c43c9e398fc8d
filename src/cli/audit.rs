//! `usher audit`: the chain of the audit log, for keeping and verifying it elsewhere. Changes nothing.

use std::{
    fs,
    io::{self, BufWriter, Write},
    path::Path,
};

use crate::{
    config::Settings,
    domain::audit::{ChainBreak, ChainHead, NoHead},
    store::{
        Store, StoreError,
        audit::{self, CHUNK, links},
        verify_chain,
    },
};

use super::{
    CommandError,
    args::{Audit, VerifyAudit},
    existing_store, say,
};

/// Failure of a command about the audit log.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    #[error("the audit log is damaged: {0}")]
    Broken(ChainBreak),
    #[error("{path}: {error}")]
    HeadsFile { path: String, error: io::Error },
    #[error("{path}, line {line}: {error}")]
    NoHead { path: String, line: usize, error: NoHead },
    #[error("{0}")]
    Store(#[from] StoreError),
    #[error("the export could not be written: {0}")]
    Write(#[from] io::Error),
}

pub(super) fn run(audit: Audit, settings: &Settings) -> Result<(), CommandError> {
    let store = existing_store(settings)?;
    match audit {
        Audit::Head => say(store.read(audit::newest)?.map_or_else(|| ChainHead::START.to_string(), |newest| newest.to_string())),
        Audit::Verify(verify) => verify_heads(&store, verify)?,
        Audit::Export => match export(&store, BufWriter::new(io::stdout().lock())) {
            // The reader has all that it wants.
            Err(AuditError::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => {}
            written => written?,
        },
    }
    Ok(())
}

/// Verifies the chain, and finds the kept heads in it.
fn verify_heads(store: &Store, VerifyAudit { head: mut kept, heads }: VerifyAudit) -> Result<(), AuditError> {
    if let Some(path) = heads {
        kept.extend(read_heads(&path)?);
    }
    let number = kept.len();
    let end = verify_chain(store, kept)?.map_err(AuditError::Broken)?;
    let found = if number > 0 { format!("; kept heads found: {number}") } else { String::new() };
    say(format_args!("unbroken; entries: {}{found}; head: {end}", end.sequence));
    Ok(())
}

/// Heads of a file with one a line, as printed by `usher audit head`.
fn read_heads(path: &Path) -> Result<Vec<ChainHead>, AuditError> {
    let name = || path.display().to_string();
    let text = fs::read_to_string(path).map_err(|error| AuditError::HeadsFile { path: name(), error })?;
    let words = text.lines().zip(1..).filter_map(|(line, number)| Some((line.split_whitespace().next()?, number)));
    words.map(|(word, line)| word.parse().map_err(|error| AuditError::NoHead { path: name(), line, error })).collect()
}

/// Writes the entries up to the one that is the newest now, one JSON object a line. Connections are given back between
/// chunks.
fn export(store: &Store, mut to: impl Write) -> Result<(), AuditError> {
    let last = store.read(audit::newest)?.map_or(0, |newest| newest.head.sequence);
    // Entries before the first one were inserted by other means, which a reader is to see.
    let mut after = i64::MIN;
    loop {
        let links = store.read(|db| links(db, after, last, CHUNK))?;
        let Some(end) = links.last() else { return Ok(to.flush()?) };
        after = end.sequence;
        for link in &links {
            serde_json::to_writer(&mut to, link).map_err(io::Error::from)?;
            to.write_all(b"\n")?;
        }
    }
}
