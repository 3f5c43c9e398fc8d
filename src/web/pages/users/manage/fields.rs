//! Fields of Manage User, on its page and in the dialog.

use crate::{
    domain::{
        ids::{PortfolioId, UserId},
        search::SearchTerm,
        time_zone::ZonedTime,
        user::{DefaultRole, Status},
    },
    usecases::{
        ActionError, Context, User,
        access::picker_options::{self, PickerQuery},
    },
    web::{
        pages::accounts::pickers,
        shared::{
            page::{Base, DisplayTime, Field, FieldError, FormErrors, PICKS_MAX, Picker},
            routing::paths,
        },
    },
};

/// The form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditFields {
    pub user_id: UserId,
    pub since: DisplayTime,
    pub is_open: bool,
    /// New address that is not confirmed yet.
    pub waiting: Option<String>,
    /// True for a deactivated user, whose address cannot be changed.
    pub keeps_email: bool,
    pub first_name: Field,
    pub last_name: Field,
    pub email: Field,
    /// Default role, as it is stored.
    pub role: Field,
    /// Picker of the first portfolios for a new Portfolio Admin.
    pub portfolios: Option<Picker>,
    pub base: Base,
}

impl EditFields {
    pub(super) fn of(user: &User, waiting: Option<String>, now: ZonedTime) -> Self {
        let status = user.status(now.at);
        let [first_name, last_name, email, role] = values(user).map(Field::new);
        Self {
            user_id: user.id,
            since: DisplayTime::new(user.created_at, now),
            is_open: matches!(status, Status::Invited | Status::Expired),
            waiting,
            keeps_email: status == Status::Deactivated,
            first_name,
            last_name,
            email,
            role,
            portfolios: None,
            base: Base::of(user.version, values(user)),
        }
    }

    /// Merges the typed values with those saved meanwhile.
    pub(super) fn merged(self, saved: &User) -> Self {
        let typed = [self.first_name, self.last_name, self.email, self.role];
        let [first_name, last_name, email, mut role] = self.base.merge(typed, values(saved));
        role.saved = role.saved.map(|_| saved.default_role.label().to_owned());
        let waiting = self.waiting.as_ref().filter(|waiting| email.value != saved.email && email.value != **waiting);
        let email = if let Some(waiting) = waiting { email.beside(waiting) } else { email };
        let merged = Self { first_name, last_name, email, role, base: Base::of(saved.version, values(saved)), ..self };
        if merged.keeps_email { merged.with_email_of(saved) } else { merged }
    }

    /// Restores the address, which a deactivated user keeps.
    pub(super) fn with_email_of(self, user: &User) -> Self {
        Self { email: Field::new(&*user.email), ..self }
    }

    /// Adds an error at the typed address.
    pub(super) fn with_email_error(self, typed: &str, text: String) -> Self {
        Self { email: Field::refused(typed, FieldError::Message(text)), ..self }
    }

    pub(super) fn path(&self) -> paths::EditUser {
        paths::EditUser { user: self.user_id }
    }

    pub(super) fn email_hint(&self) -> String {
        if let Some(waiting) = &self.waiting {
            return format!("{waiting} is waiting to be confirmed. A new address replaces it.");
        }
        let hint = if self.is_open {
            "The old link stops working and a new invitation goes to this address."
        } else {
            "The new address takes effect once confirmed. We also notify the old one, which can cancel the change."
        };
        hint.to_owned()
    }

    /// "user since 4 Mar 2025".
    pub(super) fn since_in_words(&self) -> String {
        format!("{} {}", if self.is_open { "invited" } else { "user since" }, self.since.date())
    }

    pub(super) fn errors(&self) -> FormErrors {
        let mut errors = FormErrors::of([
            ("first_name", self.first_name.error.as_ref()),
            ("last_name", self.last_name.error.as_ref()),
            ("email", self.email.error.as_ref()),
        ]);
        if let Some(picker) = &self.portfolios {
            errors.and(picker.id, picker.error.as_ref());
        }
        errors
    }
}

/// Fields that several users may edit concurrently.
fn values(user: &User) -> [&str; 4] {
    [&user.first_name, &user.last_name, &user.email, DefaultRole::as_str(user.default_role)]
}

/// Picker of the portfolios for `user`, if they can become a Portfolio Admin. Reports selections that are gone.
pub(super) fn portfolios(
    ctx: &Context,
    actor: &User,
    user: &User,
    ticked: Vec<PortfolioId>,
    find: &str,
) -> Result<Option<Picker>, ActionError> {
    if user.default_role == DefaultRole::PortfolioAdmin {
        return Ok(None);
    }
    let wanted = PickerQuery { search: SearchTerm::parse(find), held: ticked.clone(), ticked, limit: PICKS_MAX };
    Ok(Some(pickers::many_portfolios(picker_options::portfolios_to_give(ctx, actor, &wanted)?, find.trim().to_owned())))
}

#[cfg(test)]
impl EditFields {
    pub(super) fn sample(sample: &crate::web::shared::samples::Sample) -> Self {
        Self {
            user_id: UserId(7),
            since: sample.display_time(900),
            is_open: false,
            waiting: Some(sample.email.clone()),
            keeps_email: false,
            first_name: Field::new(&*sample.text),
            last_name: Field::new(&*sample.text),
            email: Field::new(&*sample.email),
            role: Field::new("user"),
            portfolios: Some(Picker::sample(sample, crate::web::shared::page::PickerKind::Many)),
            base: Base::default(),
        }
    }
}
