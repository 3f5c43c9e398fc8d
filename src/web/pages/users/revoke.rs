//! Revoke invitation: the question before it.

use actix_web::web::{Path, Query};
use askama::Template;

use crate::{
    domain::ids::UserId,
    usecases::{User, users},
    web::shared::{
        error::already,
        form::{Form, ListButton},
        list_query::ReturnQuery,
        page::{Flash, FlashKind, Layout, UserLabel},
        page_context::PageContext,
        respond::{self, HandlerResult},
    },
};

use super::screen::Screen;

/// Consequence of revoking.
#[derive(Debug, Clone, Template)]
#[template(path = "users/revoke.html")]
pub struct RevokePage {
    pub layout: Layout,
    pub user: UserLabel,
    pub screen: Screen,
}

impl RevokePage {
    fn path(&self) -> String {
        self.screen.entry_point.revoke(self.user.id)
    }
}

/// `GET /users-and-groups/users/{user}/revoke`, `GET /users-and-permissions/{user}/revoke`
pub(in crate::web) async fn show(context: PageContext, id: Path<UserId>, query: Query<ReturnQuery>) -> HandlerResult {
    let (id, screen) = (*id, Screen::of(&context, *id, &query.return_query));
    let entry_point = screen.entry_point;
    let (layout_data, user) = context.open(move |ctx, actor| users::invite::revocable(ctx, actor, entry_point, id)).await?;
    respond::page(&RevokePage { layout: context.layout(&layout_data), user: UserLabel::from(&user.who()), screen })
}

/// `POST /users-and-groups/users/{user}/revoke`, `POST /users-and-permissions/{user}/revoke`
pub(in crate::web) async fn submit(context: PageContext, id: Path<UserId>, form: Form<ListButton>) -> HandlerResult {
    let (id, screen) = (*id, Screen::of(&context, *id, &form.0.return_query));
    let entry_point = screen.entry_point;
    let said = |user: &User| Flash::new(FlashKind::Ok, format!("Invitation to {} revoked. Its link no longer works.", user.email));
    match context.act(said, move |ctx, submission| users::invite::revoke(ctx, submission, entry_point, id)).await? {
        Ok(_) => respond::see_other(screen.list()),
        Err(denied) => context.say(&already(denied)?, screen.back(&context)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::samples::check;

    #[test]
    fn renders() {
        for (entry_point, name) in Screen::ALL {
            for place in [4, 10] {
                check(&format!("revoke-{name}-{place}"), |sample| RevokePage {
                    layout: sample.layout(),
                    user: sample.user(place),
                    screen: Screen::sample(sample, entry_point),
                });
            }
        }
    }
}
