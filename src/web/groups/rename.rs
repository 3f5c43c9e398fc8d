//! Rename group: one name.

use askama::Template;

use super::GroupHead;
use crate::web::page::{Field, FormErrors, Shell};
use crate::{
    domain::{ids::GroupId, policy::Action, text::GroupName},
    usecases::{
        Denied, directory,
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
use actix_web::web::{Data, Path};
use serde::Deserialize;

/// The form.
#[derive(Debug, Clone, Template)]
#[template(path = "groups/rename.html")]
pub struct RenameGroupPage {
    pub shell: Shell,
    /// As it is named now.
    pub group: GroupHead,
    pub name: Field,
}

impl RenameGroupPage {
    fn errors(&self) -> FormErrors {
        FormErrors::of([("name", self.name.error.as_ref())])
    }
}

/// The new name.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RenameForm {
    name: String,
}

/// `GET /users-and-groups/groups/{group}/rename`
pub(in crate::web) async fn show(state: Data<State>, user: CurrentUser, session: Session, id: Path<GroupId>) -> Answer {
    respond::page(&page(&state, &user, &session, *id, None).await?)
}

/// `POST /users-and-groups/groups/{group}/rename`
pub(in crate::web) async fn submit(
    state: Data<State>,
    user: CurrentUser,
    session: Session,
    id: Path<GroupId>,
    form: Form<RenameForm>,
) -> Answer {
    let (group, mut field) = (*id, Field::default());
    let Some(name) = parse(&form.0.name, FieldError::line("a name for the group", GroupName::parse), &mut field) else {
        return respond::again(&page(&state, &user, &session, group, Some(field)).await?);
    };
    let (caller, new) = (user.caller(), name.clone());
    match state.try_run(move |ctx| groups::rename(ctx, &caller, group, &new)).await? {
        Ok(before) => {
            session::flash(&session, &Flash::new(FlashKind::Ok, format!("{before} is called {name} now.")));
            respond::see_other(paths::Group { group })
        }
        Err(NameError::Taken) => {
            let field = Field::refused(name.as_str(), FieldError::name_taken());
            respond::again(&page(&state, &user, &session, group, Some(field)).await?)
        }
        Err(NameError::Denied(denied)) => Err(denied.into()),
    }
}

async fn page(state: &State, user: &CurrentUser, session: &Session, id: GroupId, name: Option<Field>) -> Result<RenameGroupPage, Failure> {
    let actor = user.person.clone();
    let (frame, group) = state
        .run(move |ctx| Ok::<_, Denied>((directory::open(ctx, &actor, Action::RenameGroup)?, groups::find_custom(ctx, &actor, id)?)))
        .await?;
    let name = name.unwrap_or_else(|| Field::new(&*group.name));
    Ok(RenameGroupPage { shell: respond::shell(state, user, session, &frame), group: GroupHead::from(&group), name })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::{
        page::FieldError,
        samples::{Sample, check},
    };

    fn page(sample: &Sample, name: Field) -> RenameGroupPage {
        RenameGroupPage { shell: sample.shell(), group: GroupHead::sample(sample), name }
    }

    #[test]
    fn renders() {
        check("rename-group", |sample| page(sample, Field::new(sample.group())));
        check("rename-group-error", |sample| {
            let said = FieldError::Said(format!("There is a group {} already", sample.group()));
            page(sample, Field::refused(sample.group(), said))
        });
    }
}
