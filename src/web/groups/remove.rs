//! Remove from group: the question before it.

use askama::Template;

use super::GroupHead;
use crate::{
    domain::user::{DefaultRole, Status},
    web::{
        page::{Person, Shell, with_query},
        paths,
    },
};
use crate::{
    domain::{
        ids::{GroupId, UserId},
        policy::{Action, Refusal},
    },
    usecases::{ADMINS, Denied, directory, groups},
    web::{
        extract::CurrentUser,
        form::{Form, ListButton},
        page::{Flash, FlashKind},
        query::{ListQuery, ReturnQuery},
        respond::{self, Answer},
        session,
        state::State,
    },
};
use actix_session::Session;
use actix_web::web::{Data, Path, Query};

/// What the person loses, and what remains.
#[derive(Debug, Clone, Template)]
#[template(path = "groups/remove.html")]
pub struct RemoveFromGroupPage {
    pub shell: Shell,
    pub group: GroupHead,
    pub person: Person,
    pub status: Status,
    pub default_role: DefaultRole,
    /// Whether the one who looks leaves the group.
    pub is_you: bool,
    /// The query of the group's page, to return to.
    pub query: String,
}

impl RemoveFromGroupPage {
    fn path(&self) -> paths::RemoveFromGroup {
        paths::RemoveFromGroup { group: self.group.id, user: self.person.id }
    }

    fn back(&self) -> String {
        with_query(self.group.path(), &self.query)
    }
}

/// `GET /users-and-groups/groups/{group}/members/{user}/remove`
pub(in crate::web) async fn show(
    state: Data<State>,
    user: CurrentUser,
    session: Session,
    path: Path<(GroupId, UserId)>,
    query: Query<ReturnQuery>,
) -> Answer {
    let (actor, (group, member)) = (user.person.clone(), path.into_inner());
    let (frame, (person, group)) = state
        .run(move |ctx| {
            let removable = groups::removable(ctx, &actor, group, member)?;
            Ok::<_, Denied>((directory::open(ctx, &actor, Action::SeeEveryone)?, removable))
        })
        .await?;
    respond::page(&RemoveFromGroupPage {
        shell: respond::shell(&state, &user, &session, &frame),
        group: GroupHead::from(&group),
        status: person.status(frame.now),
        default_role: person.default_role,
        is_you: person.id == user.person.id,
        person: Person::from(&person.who()),
        query: ListQuery::returned(&query.return_query),
    })
}

/// `POST /users-and-groups/groups/{group}/members/{user}/remove`
pub(in crate::web) async fn submit(
    state: Data<State>,
    user: CurrentUser,
    session: Session,
    path: Path<(GroupId, UserId)>,
    form: Form<ListButton>,
) -> Answer {
    let (caller, (id, member)) = (user.caller(), path.into_inner());
    let back = with_query(paths::Group { group: id }, &ListQuery::returned(&form.0.return_query));
    let (person, group) = match state.try_run(move |ctx| groups::remove(ctx, &caller, id, member)).await? {
        Ok(removed) => removed,
        Err(Denied::Refused { refusal: Refusal::NotAMember, name: Some(name) }) => {
            let text = format!("{name} is not in the group any more. Nothing was changed.");
            session::flash(&session, &Flash::new(FlashKind::Info, text));
            return respond::see_other(back);
        }
        Err(denied) => return Err(denied.into()),
    };
    let text = match (id == ADMINS, person.id == user.person.id) {
        (true, true) => "You are no longer an Admin.".to_owned(),
        (true, false) => format!("{} is no longer an Admin.", person.display_name()),
        (false, _) => format!("{} is no longer in {}.", person.display_name(), group.name),
    };
    session::flash(&session, &Flash::new(FlashKind::Ok, text));
    if person.id == user.person.id && id == ADMINS {
        // For whoever left, the group does not exist any more.
        return respond::see_other(paths::UsersAndGroups {});
    }
    respond::see_other(back)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::samples::{Sample, check};

    fn page(sample: &Sample, group: GroupHead) -> RemoveFromGroupPage {
        RemoveFromGroupPage {
            shell: sample.shell(),
            group,
            person: sample.person(2),
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
