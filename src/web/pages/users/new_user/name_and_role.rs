//! Step 1: name, address and role.

use askama::Template;

use crate::{
    domain::{email_address::EmailAddress, text::PersonName, user::DefaultRole},
    usecases::{
        EntryPoint,
        users::{self, invite::InviteError},
    },
    web::shared::{
        error::WebError,
        page::{ExistingUserActions, Field, FieldError, FormErrors, Layout, already_known, parse},
        page_context::PageContext,
        wizard,
    },
};

use super::{Answers, Origin};

/// The first step.
#[derive(Debug, Clone, Template)]
#[template(path = "users/new_user/name_and_role.html")]
pub struct NameAndRolePage {
    pub layout: Layout,
    pub first_name: Field,
    pub last_name: Field,
    pub email: Field,
    pub default_role: Option<DefaultRole>,
    pub role_error: Option<FieldError>,
    /// Actions for an address of a user in the actor's scope.
    pub ways: Option<ExistingUserActions>,
    pub draft: String,
    pub origin: Origin,
    /// True if the actor has no portfolio for new users.
    pub has_nothing_to_give: bool,
}

/// Valid answers of the first step.
#[derive(Debug, Clone)]
pub struct Checked {
    pub first_name: PersonName,
    pub last_name: PersonName,
    pub email: EmailAddress,
    pub default_role: DefaultRole,
}

impl Checked {
    /// Parses the answers; `None` if one is missing or wrong.
    pub(super) fn of(answers: &Answers) -> Option<Self> {
        Some(Self {
            first_name: PersonName::parse(&answers.first_name).ok()?,
            last_name: PersonName::parse(&answers.last_name).ok()?,
            email: EmailAddress::parse(&answers.email).ok()?,
            default_role: answers.default_role?,
        })
    }

    /// "Noor van Dijk, User".
    pub(super) fn in_short(&self) -> String {
        format!("{} {}, {}", self.first_name, self.last_name, self.default_role.label())
    }
}

impl NameAndRolePage {
    pub(super) async fn new(context: &PageContext, answers: &Answers) -> Result<Self, WebError> {
        let (layout_data, has_nothing_to_give) = context.open(users::new_user::has_nothing_to_give).await?;
        Ok(Self {
            layout: context.layout(&layout_data),
            first_name: Field::new(&answers.first_name),
            last_name: Field::new(&answers.last_name),
            email: Field::new(&answers.email),
            default_role: answers.default_role,
            role_error: None,
            ways: None,
            draft: wizard::seal(context, answers),
            origin: answers.origin(),
            has_nothing_to_give,
        })
    }

    /// The step with an error, since the address cannot be invited.
    pub(super) async fn address_in_use(context: &PageContext, answers: &Answers, error: &InviteError) -> Result<Self, WebError> {
        let page = Self::new(context, answers).await?;
        let (error, ways) = match error {
            InviteError::Exists(existing) => {
                (already_known(existing), Some(ExistingUserActions::new(existing, EntryPoint::UsersAndPermissions)))
            }
            InviteError::NotYours | InviteError::Action(_) => {
                (FieldError::Message("You can’t invite this address. Ask an Admin.".to_owned()), None)
            }
        };
        Ok(Self { email: Field::refused(&answers.email, error), ways, ..page })
    }

    fn errors(&self) -> FormErrors {
        FormErrors::of([
            ("first_name", self.first_name.error.as_ref()),
            ("last_name", self.last_name.error.as_ref()),
            ("email", self.email.error.as_ref()),
            ("default_role", self.role_error.as_ref()),
        ])
    }

    /// Drop-down: each role, and if it is selected.
    fn roles(&self) -> impl Iterator<Item = (DefaultRole, bool)> {
        DefaultRole::ALL.iter().map(|&role| (role, self.default_role == Some(role)))
    }
}

/// Valid answers of this step, or the step with its errors.
pub(super) type Answered = Result<Checked, Box<NameAndRolePage>>;

/// Checks the answers, and that the address is free.
pub(super) async fn check(context: &PageContext, answers: &Answers) -> Result<Answered, WebError> {
    let checked = match parsed(context, answers).await? {
        Ok(checked) => checked,
        again => return Ok(again),
    };
    let (actor, email) = (context.current.user.clone(), checked.email.clone());
    match context.state().try_run(move |ctx| users::new_user::check_address(ctx, &actor, &email)).await? {
        Ok(()) => Ok(Ok(checked)),
        Err(InviteError::Action(error)) => Err(error.into()),
        Err(taken) => Ok(Err(Box::new(NameAndRolePage::address_in_use(context, answers, &taken).await?))),
    }
}

/// Checks the answers alone.
pub(super) async fn parsed(context: &PageContext, answers: &Answers) -> Result<Answered, WebError> {
    if let Some(checked) = Checked::of(answers) {
        return Ok(Ok(checked));
    }
    let [mut first, mut last, mut address] = [Field::default(), Field::default(), Field::default()];
    parse(&answers.first_name, FieldError::first_name(), &mut first);
    parse(&answers.last_name, FieldError::last_name(), &mut last);
    parse(&answers.email, EmailAddress::parse, &mut address);
    let role_error = answers.default_role.is_none().then(|| FieldError::Message("Choose a default role".to_owned()));
    let page = NameAndRolePage::new(context, answers).await?;
    Ok(Err(Box::new(NameAndRolePage { first_name: first, last_name: last, email: address, role_error, ..page })))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        usecases::users::invite::ExistingUserAction,
        web::shared::samples::{Sample, check},
    };

    fn page(sample: &Sample) -> NameAndRolePage {
        NameAndRolePage {
            layout: sample.layout(),
            first_name: Field::new(&sample.text),
            last_name: Field::new(&sample.text),
            email: Field::new(&sample.email),
            default_role: None,
            role_error: None,
            ways: None,
            draft: sample.text.clone(),
            origin: Origin::sample(sample),
            has_nothing_to_give: false,
        }
    }

    #[test]
    fn renders() {
        check("new-user-1", page);
        check("new-user-1-nothing-to-give", |sample| NameAndRolePage { has_nothing_to_give: true, ..page(sample) });
        check("new-user-1-taken", |sample| {
            let said = FieldError::Message(format!("{} belongs to a deactivated user.", sample.email));
            NameAndRolePage {
                email: Field::refused(&sample.email, said),
                default_role: Some(DefaultRole::User),
                role_error: Some(FieldError::Message("Choose a default role".to_owned())),
                ways: Some(ExistingUserActions::sample(ExistingUserAction::Resend, EntryPoint::UsersAndPermissions)),
                ..page(sample)
            }
        });
    }
}
