//! People deleted, until they are gone for good.

use askama::Template;

use super::Aside;
use super::AsideEntry;
use crate::web::{
    page::{Moment, Pager, Person, Shell},
    paths,
};
use crate::{
    domain::{ids::UserId, policy::Action, user::Who},
    usecases::{
        directory,
        users::{self, Restorable, RestoreError},
    },
    web::{
        console::Console,
        failure::Failure,
        form::{Form, ListButton},
        page::{Flash, FlashKind, counted},
        respond::{self, Answer},
    },
};
use actix_web::web::Path;

/// The list, with a way back for each.
#[derive(Debug, Clone, Template)]
#[template(path = "users_and_groups/deleted.html")]
pub struct DeletedUsersPage {
    pub shell: Shell,
    pub aside: Aside,
    pub rows: Vec<DeletedRow>,
    pub pager: Pager,
    /// The query of this view, which the actions in its rows return to.
    pub query: String,
}

/// Somebody who can be restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedRow {
    pub person: Person,
    pub deleted_at: Moment,
    /// By name; `None` when nobody can tell any more.
    pub deleted_by: Option<String>,
    pub restorable_until: Moment,
}

impl DeletedRow {
    fn restore(&self) -> paths::RestoreUser {
        paths::RestoreUser { user: self.person.id }
    }
}

/// `GET /users-and-groups/deleted`
pub(in crate::web) async fn list(console: Console) -> Answer {
    let (frame, (menu, deleted)) =
        console.open(Action::SeeDeleted, |ctx, actor| Ok((directory::menu(ctx, actor)?, users::deleted(ctx, actor)?))).await?;
    let row = |Restorable { person, deleted_at, deleted_by, until }: Restorable| DeletedRow {
        deleted_at: Moment::new(deleted_at, frame.now),
        deleted_by,
        restorable_until: Moment::new(until, frame.now),
        person: Person::from(&Who { id: person.id, first_name: person.first_name, last_name: person.last_name, email: person.email }),
    };
    let rows = deleted.into_iter().map(row).collect::<Vec<_>>();
    respond::page(&DeletedUsersPage {
        shell: console.shell(&frame),
        aside: Aside::new(&console.user.person, &frame, menu, AsideEntry::Deleted),
        pager: Pager::single(counted(rows.len() as u64, "deleted user", "deleted users")),
        rows,
        query: String::new(),
    })
}

/// `POST /users-and-groups/deleted/{user}/restore`
pub(in crate::web) async fn restore(console: Console, id: Path<UserId>, _form: Form<ListButton>) -> Answer {
    let id = *id;
    match console.act(move |ctx, caller| users::restore(ctx, caller, id)).await? {
        Ok(who) => {
            let text = format!("{} is restored. Group memberships are not.", who.display_name());
            console.done(&Flash::new(FlashKind::Ok, text), paths::DeletedUsers {})
        }
        Err(RestoreError::AddressInUse { email }) => Err(Failure::Refused {
            title: "The address is in use again",
            text: format!("{email} was invited again as a new person. Delete or revoke that one first."),
        }),
        Err(RestoreError::Denied(denied)) => Err(denied.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::{
        samples::{Sample, check},
        users_and_groups::AsideEntry,
    };

    fn page(sample: &Sample) -> DeletedUsersPage {
        DeletedUsersPage {
            shell: sample.shell(),
            aside: Aside::sample(sample, AsideEntry::Deleted),
            rows: sample.rows(|place, person| DeletedRow {
                person,
                deleted_at: sample.moment(place * 70),
                deleted_by: (place % 4 != 1).then(|| sample.person(11).name),
                restorable_until: sample.moment(0),
            }),
            pager: Pager::single("12 users"),
            query: sample.query(),
        }
    }

    #[test]
    fn renders() {
        check("deleted-users", page);
    }
}
