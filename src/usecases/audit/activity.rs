//! Activity of a user, a portfolio or an account: entries that an administrator may see, in sentences alone.

use crate::{
    domain::{audit::SubjectKind, policy::AccessAction},
    store::{
        audit::log::EntryKey,
        page::{Count, Position},
        users::User,
    },
    usecases::{ActionError, Context, accounts::May, shared::scoped_actor::ScopedActor},
};

use super::{HistoryOf, reading::LogPage, visible::Visible};

/// One page of activity.
#[derive(Debug, Clone)]
pub struct Activity {
    /// Name of the user, portfolio or account.
    pub name: String,
    pub page: LogPage,
    /// Number of entries; `None` where the page did not reach all of them.
    pub count: Option<Count>,
}

/// Lists the activity of something in the actor's scope, newest first. Things outside are answered like missing ones.
pub fn activity(ctx: &Context, user: &User, of: HistoryOf, position: &Position<EntryKey>, limit: usize) -> Result<Activity, ActionError> {
    let now = ctx.now();
    ctx.store.read(|db| {
        let actor = ScopedActor::of(db, user)?;
        let (name, visible) = match of {
            HistoryOf::User(id) => {
                let target_user = actor.target_user(db, id, now)?;
                (target_user.user.display_name(), Visible::about(&actor, &target_user))
            }
            HistoryOf::Portfolio(id) => {
                let portfolio = actor.portfolio(db, id)?;
                (portfolio.name, Visible::at(SubjectKind::Portfolio, id.0, Vec::new()))
            }
            HistoryOf::Account(id) => {
                let (account, place) = actor.account(db, id)?;
                // An assignment alone does not open it.
                actor.authorise(AccessAction::SeePortfolio { is_own: place.is_own })?;
                (account.name, May::of(&actor, place).visible_entries(user.id, id))
            }
        };
        let page = visible.page(db, position, limit)?;
        let count = visible.count(db, &page, position)?;
        Ok(Activity { name, page, count })
    })
}
