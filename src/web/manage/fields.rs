//! What Manage User asks for, on its page and in the dialog of somebody's page.

use crate::{
    domain::{
        clock::Timestamp,
        ids::{PortfolioId, UserId},
        search::SearchTerm,
        user::{DefaultRole, Status},
    },
    usecases::{Person, people},
    web::{
        console::Console,
        failure::Failure,
        page::{Base, Field, FieldError, FormErrors, Moment},
        paths,
    },
};

/// The form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditFields {
    pub user: UserId,
    pub since: Moment,
    pub is_open: bool,
    /// Somebody deactivated keeps the address.
    pub keeps_email: bool,
    pub first_name: Field,
    pub last_name: Field,
    pub email: Field,
    /// The default role, as it is stored.
    pub role: Field,
    pub portfolio: Option<PortfolioChoice>,
    pub base: Base,
}

/// The first portfolio of somebody who becomes a Portfolio Admin.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PortfolioChoice {
    pub q: String,
    /// Whether one searches, since there are more than fit.
    pub searches: bool,
    pub options: Vec<(PortfolioId, String)>,
    pub picked: Option<PortfolioId>,
    pub error: Option<FieldError>,
}

impl EditFields {
    pub(super) fn of(person: &Person, now: Timestamp) -> Self {
        let status = person.status(now);
        let [first_name, last_name, email, role] = values(person).map(Field::new);
        Self {
            user: person.id,
            since: Moment::new(person.created_at, now),
            is_open: matches!(status, Status::Invited | Status::Expired),
            keeps_email: status == Status::Deactivated,
            first_name,
            last_name,
            email,
            role,
            portfolio: None,
            base: Base::of(person.version, values(person)),
        }
    }

    /// With what somebody else has saved meanwhile.
    pub(super) fn merged(self, saved: &Person) -> Self {
        let typed = [self.first_name, self.last_name, self.email, self.role];
        let [first_name, last_name, email, mut role] = self.base.merge(typed, values(saved));
        role.saved = role.saved.map(|_| saved.default_role.label().to_owned());
        let merged = Self { first_name, last_name, email, role, base: Base::of(saved.version, values(saved)), ..self };
        if merged.keeps_email { merged.with_email_of(saved) } else { merged }
    }

    /// With the address that somebody deactivated keeps.
    pub(super) fn with_email_of(self, person: &Person) -> Self {
        Self { email: Field::new(&*person.email), ..self }
    }

    pub(super) fn path(&self) -> paths::EditUser {
        paths::EditUser { user: self.user }
    }

    pub(super) fn email_hint(&self) -> &'static str {
        if self.is_open {
            "A new address makes the link in the earlier mail dead, and gets a new one."
        } else {
            "A new address counts once it is confirmed there; the old one is told and can stop it."
        }
    }

    /// "user since 4 Mar 2025".
    pub(super) fn since_in_words(&self) -> String {
        format!("{} {}", if self.is_open { "invited" } else { "user since" }, self.since.date())
    }

    pub(super) fn errors(&self) -> FormErrors {
        let portfolio = self.portfolio.as_ref().and_then(|portfolio| portfolio.error.as_ref());
        FormErrors::of([
            ("first_name", self.first_name.error.as_ref()),
            ("last_name", self.last_name.error.as_ref()),
            ("email", self.email.error.as_ref()),
            ("portfolio", portfolio),
        ])
    }
}

/// What two people may change at once.
fn values(person: &Person) -> [&str; 4] {
    [&person.first_name, &person.last_name, &person.email, DefaultRole::as_str(person.default_role)]
}

impl PortfolioChoice {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates hand on references")]
    pub(super) fn is_picked(&self, id: &PortfolioId) -> bool {
        self.picked == Some(*id)
    }

    /// What a search for `q` finds; everything, where it is little and nobody searches.
    pub(super) async fn look(console: &Console, q: &str, picked: &str) -> Result<Self, Failure> {
        let (search, actor) = (SearchTerm::parse(q), console.user.person.clone());
        let (found, has_more) = console.act(move |ctx, _| people::portfolios_to_give(ctx, &actor, search)).await??;
        let searches = has_more || !q.is_empty();
        let options = if has_more && q.is_empty() { Vec::new() } else { found };
        Ok(Self {
            q: q.to_owned(),
            searches,
            options: options.into_iter().map(|portfolio| (portfolio.id, portfolio.name)).collect(),
            picked: picked.parse().ok(),
            error: None,
        })
    }

    /// The same, where none is picked, or a `deactivated` one.
    pub(super) async fn refused(console: &Console, q: &str, deactivated: Option<String>) -> Result<Self, Failure> {
        let said = match deactivated {
            Some(name) => format!("{name} is deactivated. Choose another portfolio"),
            None => "Choose at least one portfolio".to_owned(),
        };
        Ok(Self { error: Some(FieldError::Said(said)), ..Self::look(console, q, "").await? })
    }
}

#[cfg(test)]
impl EditFields {
    pub(super) fn sample(sample: &crate::web::samples::Sample) -> Self {
        Self {
            user: UserId(7),
            since: sample.moment(900),
            is_open: false,
            keeps_email: false,
            first_name: Field::new(&*sample.text),
            last_name: Field::new(&*sample.text),
            email: Field::new(&*sample.email),
            role: Field::new("user"),
            portfolio: None,
            base: Base::default(),
        }
    }
}
