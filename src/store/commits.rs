//! Memory of a request's commits, so that an error page does not deny a change that was saved.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// Notes the changes that a [`super::Store`] may have saved.
#[derive(Debug, Clone, Default)]
pub struct Commits(Arc<AtomicBool>);

impl Commits {
    /// True if a change may have been saved.
    pub fn any(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn note(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
