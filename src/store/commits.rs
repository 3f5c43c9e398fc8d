//! Memory of what one request has saved, so that an answer that fails later does not deny it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// Notes the changes that a [`super::Store`] may have saved.
#[derive(Debug, Clone, Default)]
pub struct Commits(Arc<AtomicBool>);

impl Commits {
    /// True where anything may have been saved.
    pub fn any(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn note(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
