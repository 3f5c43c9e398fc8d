//! Create Group: one name.

use askama::Template;

use crate::web::page::{Field, FormErrors, Shell};
use crate::{
    domain::{policy::Action, text::GroupName},
    usecases::{
        directory,
        groups::{self, NameError},
    },
    web::{
        extract::CurrentUser,
        failure::Failure,
        form::Form,
        page::{FieldError, Flash, FlashKind, parse},
        paths,
        respond::{self, Answer},
        session,
        state::State,
    },
};
use actix_session::Session;
use actix_web::web::Data;
use serde::Deserialize;

/// The form, which is also a dialog on the lists.
#[derive(Debug, Clone, Template)]
#[template(path = "users_and_groups/new_group.html")]
pub struct NewGroupPage {
    pub shell: Shell,
    pub name: Field,
}

impl NewGroupPage {
    fn errors(&self) -> FormErrors {
        FormErrors::of([("name", self.name.error.as_ref())])
    }
}

/// One name.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewGroupForm {
    name: String,
}

/// `GET /users-and-groups/new-group`
pub(in crate::web) async fn show(state: Data<State>, user: CurrentUser, session: Session) -> Answer {
    respond::page(&page(&state, &user, &session, Field::default()).await?)
}

/// `POST /users-and-groups/new-group`
pub(in crate::web) async fn submit(state: Data<State>, user: CurrentUser, session: Session, form: Form<NewGroupForm>) -> Answer {
    let mut field = Field::default();
    let Some(name) = parse(&form.0.name, FieldError::line("a name for the group", GroupName::parse), &mut field) else {
        return respond::again(&page(&state, &user, &session, field).await?);
    };
    let (caller, new) = (user.caller(), name.clone());
    match state.try_run(move |ctx| groups::create(ctx, &caller, &new)).await? {
        Ok(group) => {
            session::flash(&session, &Flash::new(FlashKind::Ok, format!("The group {name} is created.")));
            respond::see_other(paths::Group { group })
        }
        Err(NameError::Taken) => {
            let field = Field::refused(name.as_str(), FieldError::name_taken());
            respond::again(&page(&state, &user, &session, field).await?)
        }
        Err(NameError::Denied(denied)) => Err(denied.into()),
    }
}

async fn page(state: &State, user: &CurrentUser, session: &Session, name: Field) -> Result<NewGroupPage, Failure> {
    let actor = user.person.clone();
    let frame = state.run(move |ctx| directory::open(ctx, &actor, Action::CreateGroup)).await?;
    Ok(NewGroupPage { shell: respond::shell(state, user, session, &frame), name })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::text::LineError,
        web::{page::FieldError, samples::check},
    };

    #[test]
    fn renders() {
        check("new-group", |sample| NewGroupPage { shell: sample.shell(), name: Field::default() });
        check("new-group-error", |sample| {
            let error = FieldError::Line { what: "a group name", error: LineError::Empty };
            NewGroupPage { shell: sample.shell(), name: Field::refused(&sample.text, error) }
        });
    }
}
