//! Two-factor of a user, and the question before its reset.

use actix_web::web::{Path, Query};
use askama::Template;

use super::{already, at, with_return};
use crate::{
    domain::{ids::UserId, time_zone::ZonedTime},
    usecases::{User, credentials::two_factor_app::TwoFactorState, users::two_factor},
    web::{
        pages::users::list::query::UserListQuery,
        shared::{
            form::{Form, ListButton},
            list_query::ReturnQuery,
            page::{DisplayTime, Flash, FlashKind, Layout, UserLabel},
            page_context::PageContext,
            respond::{self, HandlerResult},
            routing::paths,
        },
    },
};

/// Two-factor that is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TwoFactor {
    pub since: DisplayTime,
    pub last_used: Option<DisplayTime>,
    pub codes_left: u64,
}

impl TwoFactor {
    pub(in crate::web) fn new(state: TwoFactorState, now: ZonedTime) -> Self {
        let TwoFactorState { since, last_used_at, codes_left } = state;
        Self { since: DisplayTime::new(since, now), last_used: last_used_at.map(|at| DisplayTime::new(at, now)), codes_left }
    }
}

/// Consequence of the reset.
#[derive(Debug, Clone, Template)]
#[template(path = "users/manage/reset_two_factor.html")]
pub struct ResetTwoFactorPage {
    pub layout: Layout,
    pub user: UserLabel,
    /// Query of the list, to return to.
    pub query: String,
}

impl ResetTwoFactorPage {
    fn path(&self) -> paths::ResetTwoFactor {
        paths::ResetTwoFactor { user: self.user.id }
    }

    fn back(&self) -> String {
        with_return(paths::Manage { user: self.user.id }, &self.query)
    }

    fn list(&self) -> String {
        super::list(&self.query)
    }
}

/// `GET /users-and-permissions/{user}/reset-two-factor`
pub(in crate::web) async fn show(context: PageContext, id: Path<UserId>, query: Query<ReturnQuery>) -> HandlerResult {
    let id = *id;
    let query = UserListQuery::returned(&query.return_query);
    let (layout_data, found) = context.open(move |ctx, actor| Ok(two_factor::resettable(ctx, actor, id))).await?;
    match found {
        Ok(user) => respond::page(&ResetTwoFactorPage { layout: context.layout(&layout_data), user: UserLabel::from(&user.who()), query }),
        Err(denied) => context.say(&already(denied)?, at(id, &query)),
    }
}

/// `POST /users-and-permissions/{user}/reset-two-factor`
pub(in crate::web) async fn submit(context: PageContext, id: Path<UserId>, form: Form<ListButton>) -> HandlerResult {
    let id = *id;
    let said = |user: &User| {
        Flash::new(FlashKind::Ok, format!("The two-factor of {} was reset. They are signed out everywhere.", user.display_name()))
    };
    context.act_and_go(at(id, &form.0.return_query), said, move |ctx, submission| two_factor::reset(ctx, submission, id)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::samples::{Sample, check};

    impl TwoFactor {
        pub(in crate::web) fn sample(sample: &Sample) -> Self {
            Self { since: sample.display_time(900), last_used: (sample.rows > 0).then(|| sample.display_time(2)), codes_left: 8 }
        }
    }

    #[test]
    fn renders() {
        check("reset-two-factor", |sample| ResetTwoFactorPage { layout: sample.layout(), user: sample.user(6), query: sample.query() });
    }
}
