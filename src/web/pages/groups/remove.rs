//! Remove from group, after a question.

use askama::Template;

use super::GroupHead;
use crate::{
    domain::{
        ids::{GroupId, UserId},
        policy::PolicyDenial,
        user::{DefaultRole, Status},
    },
    usecases::{self, ADMINS, ActionError, Group, groups},
    web::shared::{
        form::{Form, ListButton},
        list_query::{ListQuery, ReturnQuery},
        page::{Flash, FlashKind, Layout, UserLabel, with_query},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::paths,
    },
};
use actix_web::web::{Path, Query};

/// Question, with the access that the user loses and keeps.
#[derive(Debug, Clone, Template)]
#[template(path = "groups/remove.html")]
pub struct RemoveFromGroupPage {
    pub layout: Layout,
    pub group: GroupHead,
    pub user: UserLabel,
    pub status: Status,
    pub default_role: DefaultRole,
    /// True if the acting user leaves the group.
    pub is_you: bool,
    /// Query of the group's page, to return to.
    pub query: String,
}

impl RemoveFromGroupPage {
    fn path(&self) -> paths::RemoveFromGroup {
        paths::RemoveFromGroup { group: self.group.id, user: self.user.id }
    }

    fn back(&self) -> String {
        with_query(self.group.path(), &self.query)
    }
}

/// `GET /users-and-groups/groups/{group}/members/{user}/remove`
pub(in crate::web) async fn show(context: PageContext, path: Path<(GroupId, UserId)>, query: Query<ReturnQuery>) -> HandlerResult {
    let (group, member) = path.into_inner();
    let (layout_data, (user, group)) = context.open(move |ctx, actor| groups::removable(ctx, actor, group, member)).await?;
    respond::page(&RemoveFromGroupPage {
        layout: context.layout(&layout_data),
        group: GroupHead::from(&group),
        status: user.status(layout_data.now.at),
        default_role: user.default_role,
        is_you: context.is_you(&user),
        user: UserLabel::from(&user.who()),
        query: ListQuery::returned(&query.return_query),
    })
}

/// `POST /users-and-groups/groups/{group}/members/{user}/remove`
pub(in crate::web) async fn submit(context: PageContext, path: Path<(GroupId, UserId)>, form: Form<ListButton>) -> HandlerResult {
    let (id, member) = path.into_inner();
    let is_you = member == context.current.user.id;
    let said = move |(user, group): &(usecases::User, Group)| {
        let name = user.display_name();
        let text = match (id == ADMINS, is_you) {
            (true, true) => "You are no longer an Admin. Your other sessions have ended.".to_owned(),
            (true, false) => format!("{name} is no longer an Admin and has been signed out everywhere."),
            (false, _) => format!("Removed {name} from {}.", group.name),
        };
        Flash::new(FlashKind::Ok, text)
    };
    let back = with_query(paths::Group { group: id }, &ListQuery::returned(&form.0.return_query));
    match context.act(said, move |ctx, submission| groups::remove(ctx, submission, id, member)).await? {
        // Admins do not exist for a user who left them.
        Ok(_) if id == ADMINS && is_you => respond::see_other(paths::UsersAndGroups {}),
        Ok(_) => respond::see_other(back),
        Err(ActionError::Refused { denial: PolicyDenial::NotAMember, name: Some(name) }) => {
            context.say(&Flash::new(FlashKind::Info, format!("{name} is no longer in the group.")), back)
        }
        Err(denied) => Err(denied.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::samples::{Sample, check};

    fn page(sample: &Sample, group: GroupHead) -> RemoveFromGroupPage {
        RemoveFromGroupPage {
            layout: sample.layout(),
            group,
            user: sample.user(2),
            status: Status::Deactivated,
            default_role: DefaultRole::PortfolioAdmin,
            is_you: false,
            query: sample.query(),
        }
    }

    #[test]
    fn renders() {
        check("remove-from-admins", |sample| page(sample, GroupHead::admins()));
        check("remove-from-group", |sample| page(sample, GroupHead::sample(sample)));
        check("leave-admins", |sample| RemoveFromGroupPage { is_you: true, ..page(sample, GroupHead::admins()) });
        check("leave-group", |sample| RemoveFromGroupPage { is_you: true, ..page(sample, GroupHead::sample(sample)) });
    }
}
