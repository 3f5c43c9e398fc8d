//! Delete group: the question before it.

use askama::Template;

use super::GroupHead;
use crate::web::page::{Count, Shell};
use crate::{
    domain::{ids::GroupId, policy::Action},
    usecases::{Denied, directory, groups},
    web::{
        extract::CurrentUser,
        form::{Button, Form},
        page::{Flash, FlashKind},
        paths, query,
        respond::{self, Answer},
        session,
        state::State,
    },
};
use actix_session::Session;
use actix_web::web::{Data, Path};

/// What is lost with the group.
#[derive(Debug, Clone, Template)]
#[template(path = "groups/delete.html")]
pub struct DeleteGroupPage {
    pub shell: Shell,
    pub group: GroupHead,
    pub members: Count,
}

/// `GET /users-and-groups/groups/{group}/delete`
pub(in crate::web) async fn show(state: Data<State>, user: CurrentUser, session: Session, id: Path<GroupId>) -> Answer {
    let (actor, id) = (user.person.clone(), *id);
    let (frame, group) = state
        .run(move |ctx| Ok::<_, Denied>((directory::open(ctx, &actor, Action::DeleteGroup)?, groups::find_custom(ctx, &actor, id)?)))
        .await?;
    respond::page(&DeleteGroupPage {
        shell: respond::shell(&state, &user, &session, &frame),
        members: query::shown(crate::usecases::Count::Exactly(group.member_count)),
        group: GroupHead::from(&group),
    })
}

/// `POST /users-and-groups/groups/{group}/delete`
pub(in crate::web) async fn submit(
    state: Data<State>,
    user: CurrentUser,
    session: Session,
    id: Path<GroupId>,
    _button: Form<Button>,
) -> Answer {
    let (caller, id) = (user.caller(), *id);
    let name = state.run(move |ctx| groups::delete(ctx, &caller, id)).await?;
    session::flash(&session, &Flash::new(FlashKind::Ok, format!("The group {name} is deleted.")));
    respond::see_other(paths::UsersAndGroups {})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::samples::check;

    #[test]
    fn renders() {
        for members in [0, 1, 1200] {
            check(&format!("delete-group-of-{members}"), |sample| DeleteGroupPage {
                shell: sample.shell(),
                group: GroupHead::sample(sample),
                members: Count::Exactly(members),
            });
        }
    }
}
