//! Exports in progress: one at a time for each user.

use std::{collections::HashSet, sync::Arc};

use parking_lot::Mutex;

use crate::domain::ids::UserId;

/// Users with an export in progress on this instance.
#[derive(Debug, Clone, Default)]
pub(in crate::web) struct Exports(Arc<Mutex<HashSet<UserId>>>);

/// A user's turn, released at the end of the export or of the connection.
#[derive(Debug)]
pub(in crate::web) struct ExportTurn {
    exports: Exports,
    user_id: UserId,
}

impl Exports {
    pub(in crate::web) fn begin(&self, user: UserId) -> Option<ExportTurn> {
        self.0.lock().insert(user).then(|| ExportTurn { exports: self.clone(), user_id: user })
    }
}

impl Drop for ExportTurn {
    fn drop(&mut self) {
        self.exports.0.lock().remove(&self.user_id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_exports_once_at_a_time() {
        let exports = Exports::default();
        let turn = exports.begin(UserId(7));
        assert!(turn.is_some() && exports.begin(UserId(7)).is_none() && exports.begin(UserId(8)).is_some());
        drop(turn);
        assert!(exports.begin(UserId(7)).is_some());
    }
}
