//! The link of an open invitation, where no mail server is configured to send it.

use actix_web::web::{Path, Query};
use askama::Template;

use crate::{
    domain::ids::UserId,
    usecases::users,
    web::shared::{
        form::{Form, ListButton},
        list_query::ReturnQuery,
        page::{DisplayTime, Layout, UserLabel},
        page_context::PageContext,
        respond::{self, HandlerResult},
    },
};

use super::screen::Screen;

/// The link, on a page of its own: never in a message or a list.
#[derive(Debug, Clone, Template)]
#[template(path = "users/link.html")]
pub struct InvitationLinkPage {
    pub layout: Layout,
    pub user: UserLabel,
    /// The whole address.
    pub link: String,
    pub valid_until: DisplayTime,
    pub screen: Screen,
}

/// `GET /users-and-groups/users/{user}/link`, `GET /users-and-permissions/{user}/link`
pub(in crate::web) async fn show(context: PageContext, id: Path<UserId>, query: Query<ReturnQuery>) -> HandlerResult {
    page(&context, *id, &query.return_query).await
}

/// `POST /users-and-groups/users/{user}/link`, `POST /users-and-permissions/{user}/link`
///
/// The button **Copy link**: the script copies the link from the answer; without script it is the page.
pub(in crate::web) async fn submit(context: PageContext, id: Path<UserId>, form: Form<ListButton>) -> HandlerResult {
    page(&context, *id, &form.0.return_query).await
}

async fn page(context: &PageContext, id: UserId, return_query: &str) -> HandlerResult {
    let (principal, screen) = (context.current.principal(), Screen::of(context, id, return_query));
    let entry_point = screen.entry_point;
    let (layout_data, (user, link, valid_until)) =
        context.open(move |ctx, _| users::invite::link(ctx, &principal, entry_point, id)).await?;
    respond::page(&InvitationLinkPage {
        layout: context.layout(&layout_data),
        user: UserLabel::from(&user.who()),
        link,
        valid_until: DisplayTime::new(valid_until, layout_data.now),
        screen,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::samples::check;

    #[test]
    fn renders() {
        let link = format!("https://usher.example.com/invitation/{}", "x".repeat(43));
        for (entry_point, name) in Screen::ALL {
            check(&format!("invitation-link-{name}"), |sample| InvitationLinkPage {
                layout: sample.layout(),
                user: sample.user(4),
                link: link.clone(),
                valid_until: sample.display_time(30),
                screen: Screen::sample(sample, entry_point),
            });
        }
    }
}
