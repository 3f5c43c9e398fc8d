//! Two-factor of a user, and the question before its reset.

use actix_web::web::{Path, Query};
use askama::Template;

use super::{already, at, with_return};
use crate::{
    domain::{ids::UserId, time_zone::ZonedTime},
    usecases::{
        User,
        credentials::two_factor_app::{AppState, TwoFactorState},
        users::two_factor::{self, Resettable},
    },
    web::{
        pages::{my_account::passkeys::PasskeyItem, users::list::query::UserListQuery},
        shared::{
            form::{Form, ListButton},
            list_query::ReturnQuery,
            page::{DisplayTime, Flash, FlashKind, Layout, UserLabel, counted},
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
    pub app: Option<App>,
    pub passkeys: Vec<PasskeyItem>,
    /// Last use of a passkey.
    pub passkey_used: Option<DisplayTime>,
}

/// An authenticator app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct App {
    pub last_used: Option<DisplayTime>,
    pub codes_left: u64,
}

impl TwoFactor {
    pub(in crate::web) fn new(state: TwoFactorState, now: ZonedTime) -> Self {
        let TwoFactorState { since, app, passkeys } = state;
        let app = app
            .map(|AppState { last_used_at, codes_left }| App { last_used: last_used_at.map(|at| DisplayTime::new(at, now)), codes_left });
        let passkey_used = passkeys.iter().filter_map(|row| row.last_used_at).max().map(|at| DisplayTime::new(at, now));
        let passkeys = passkeys.into_iter().map(|row| PasskeyItem::new(row, now)).collect();
        Self { since: DisplayTime::new(since, now), app, passkeys, passkey_used }
    }

    /// "Authenticator app and 2 passkeys"
    pub fn methods(&self) -> String {
        let passkeys = counted(self.passkeys.len() as u64, "passkey", "passkeys");
        match (&self.app, self.passkeys.is_empty()) {
            (Some(_), true) => "Authenticator app".to_owned(),
            (Some(_), false) => format!("Authenticator app and {passkeys}"),
            (None, _) => passkeys,
        }
    }
}

/// Consequence of the reset.
#[derive(Debug, Clone, Template)]
#[template(path = "users/manage/reset_two_factor.html")]
pub struct ResetTwoFactorPage {
    pub layout: Layout,
    pub user: UserLabel,
    pub has_app: bool,
    pub passkeys: u64,
    /// False for a user who gets a link to choose a password.
    pub has_password: bool,
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
        Ok(Resettable { user, has_password, has_app, passkeys }) => {
            let (layout, user) = (context.layout(&layout_data), UserLabel::from(&user.who()));
            respond::page(&ResetTwoFactorPage { layout, user, has_app, passkeys, has_password, query })
        }
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
            Self {
                since: sample.display_time(900),
                app: Some(App { last_used: (sample.rows > 0).then(|| sample.display_time(2)), codes_left: 8 }),
                passkeys: sample.rows(|place, _| PasskeyItem::sample(sample, place)),
                passkey_used: (sample.rows > 0).then(|| sample.display_time(1)),
            }
        }
    }

    #[test]
    fn renders() {
        let page = |sample: &Sample, has_app, passkeys, has_password| ResetTwoFactorPage {
            layout: sample.layout(),
            user: sample.user(6),
            has_app,
            passkeys,
            has_password,
            query: sample.query(),
        };
        check("reset-two-factor", |sample| page(sample, true, 0, true));
        check("reset-two-factor-and-passkeys", |sample| page(sample, true, 2, true));
        check("reset-only-passkeys", |sample| page(sample, false, 1, false));
    }
}
