//! Delete group, after a question.

use askama::Template;

use super::GroupHead;
use crate::{
    domain::ids::GroupId,
    usecases::groups,
    web::shared::{
        form::{Button, Form},
        list_query,
        page::{Count, Flash, FlashKind, Layout},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::paths,
    },
};
use actix_web::web::Path;

/// Question with the consequences.
#[derive(Debug, Clone, Template)]
#[template(path = "groups/delete.html")]
pub struct DeleteGroupPage {
    pub layout: Layout,
    pub group: GroupHead,
    pub members: Count,
}

/// `GET /users-and-groups/groups/{group}/delete`
pub(in crate::web) async fn show(context: PageContext, id: Path<GroupId>) -> HandlerResult {
    let id = *id;
    let (layout_data, group) = context.open(move |ctx, actor| groups::find_custom(ctx, actor, id)).await?;
    respond::page(&DeleteGroupPage {
        layout: context.layout(&layout_data),
        members: list_query::shown(crate::usecases::Count::Exactly(group.member_count)),
        group: GroupHead::from(&group),
    })
}

/// `POST /users-and-groups/groups/{group}/delete`
pub(in crate::web) async fn submit(context: PageContext, id: Path<GroupId>, _button: Form<Button>) -> HandlerResult {
    let id = *id;
    let said = |name: &String| Flash::new(FlashKind::Ok, format!("Deleted the group {name}."));
    context.act(said, move |ctx, submission| groups::delete(ctx, submission, id)).await??;
    respond::see_other(paths::UsersAndGroups {})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::samples::check;

    #[test]
    fn renders() {
        for members in [0, 1, 1200] {
            check(&format!("delete-group-of-{members}"), |sample| DeleteGroupPage {
                layout: sample.layout(),
                group: GroupHead::sample(sample),
                members: Count::Exactly(members),
            });
        }
    }
}
