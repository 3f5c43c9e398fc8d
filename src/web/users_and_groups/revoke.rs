//! Revoke invitation: the question before it.

use askama::Template;

use crate::web::{
    page::{Person, Shell, with_query},
    paths,
};
use crate::{
    domain::{ids::UserId, policy::Action},
    usecases::{Denied, directory, invitations},
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

/// What follows from revoking.
#[derive(Debug, Clone, Template)]
#[template(path = "users_and_groups/revoke.html")]
pub struct RevokeInvitationPage {
    pub shell: Shell,
    pub person: Person,
    /// The query of the list, to return to.
    pub query: String,
}

impl RevokeInvitationPage {
    fn path(&self) -> paths::RevokeInvitation {
        paths::RevokeInvitation { user: self.person.id }
    }

    fn back(&self) -> String {
        with_query(paths::UsersAndGroups {}, &self.query)
    }
}

/// `GET /users-and-groups/users/{user}/revoke`
pub(in crate::web) async fn show(
    state: Data<State>,
    user: CurrentUser,
    session: Session,
    id: Path<UserId>,
    query: Query<ReturnQuery>,
) -> Answer {
    let (actor, id) = (user.person.clone(), *id);
    let (frame, person) = state
        .run(move |ctx| {
            let frame = directory::open(ctx, &actor, Action::SeeEveryone)?;
            Ok::<_, Denied>((frame, invitations::revocable(ctx, &actor, id)?))
        })
        .await?;
    respond::page(&RevokeInvitationPage {
        shell: respond::shell(&state, &user, &session, &frame),
        person: Person::from(&person.who()),
        query: ListQuery::returned(&query.return_query),
    })
}

/// `POST /users-and-groups/users/{user}/revoke`
pub(in crate::web) async fn submit(
    state: Data<State>,
    user: CurrentUser,
    session: Session,
    id: Path<UserId>,
    form: Form<ListButton>,
) -> Answer {
    let (caller, id) = (user.caller(), *id);
    let person = state.run(move |ctx| invitations::revoke(ctx, &caller, id)).await?;
    let text = format!("The invitation to {} is revoked. Its link no longer works.", person.email);
    session::flash(&session, &Flash::new(FlashKind::Ok, text));
    respond::see_other(with_query(paths::UsersAndGroups {}, &ListQuery::returned(&form.0.return_query)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::samples::check;

    #[test]
    fn renders() {
        for place in [4, 10] {
            check(&format!("revoke-invitation-{place}"), |sample| RevokeInvitationPage {
                shell: sample.shell(),
                person: sample.person(place),
                query: sample.query(),
            });
        }
    }
}
