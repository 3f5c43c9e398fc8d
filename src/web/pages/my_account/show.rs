//! The page My account.

use askama::Template;

use super::passkeys::PasskeyItem;
use crate::{
    domain::{credentials::passkey::PASSKEYS_MAX, time_zone::ZonedTime, user_agent::UserAgent},
    usecases::{
        self, User,
        my_account::{self, MyAccount, OwnSession},
    },
    web::{
        pages::users::manage::{
            links::EmailChange,
            permissions::{self, Block},
            two_factor::TwoFactor,
        },
        shared::{
            error::WebError,
            page::{Base, DisplayTime, Event, Field, FormErrors, Layout, SecretField, UserLabel, listed},
            page_context::PageContext,
            respond::{self, HandlerResult},
            routing::paths,
        },
    },
};

/// Page of the user about themselves.
#[derive(Debug, Clone, Template)]
#[template(path = "my_account/show.html")]
pub struct MyAccountPage {
    pub layout: Layout,
    pub user: UserLabel,
    /// "Admin", "Portfolio Admin", "User".
    pub role: &'static str,
    pub groups: Vec<String>,
    pub names: NameFields,
    pub email: EmailFields,
    /// New address that is not confirmed yet.
    pub email_change: Option<EmailChange>,
    pub password: PasswordFields,
    /// Shortest password, in characters.
    pub password_min: usize,
    /// False for a user who signs in with passkeys only.
    pub has_password: bool,
    pub two_factor: Option<TwoFactor>,
    /// True if passkeys can be added.
    pub may_add_passkey: bool,
    pub sessions: Vec<SessionRow>,
    pub blocks: Vec<Block>,
    pub more_portfolios: Option<String>,
    pub events: Vec<Event>,
}

/// Form of the name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NameFields {
    pub first_name: Field,
    pub last_name: Field,
    pub base: Base,
    /// True if an administrator changed the user meanwhile.
    pub is_stale: bool,
}

/// Form of the address.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EmailFields {
    pub email: Field,
}

/// Form of the password.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PasswordFields {
    pub current: SecretField,
    pub new: SecretField,
}

/// A session in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// "Firefox on Linux"
    pub browser: String,
    pub icon: &'static str,
    pub client_ip: String,
    pub since: DisplayTime,
    pub last_seen: DisplayTime,
    pub is_current: bool,
    pub end: paths::EndOwnSession,
}

impl NameFields {
    pub(super) fn of(user: &User) -> Self {
        let names = [&*user.first_name, &*user.last_name];
        let [first_name, last_name] = names.map(Field::new);
        Self { first_name, last_name, base: Base::of(user.version, names), is_stale: false }
    }

    /// Merges the typed names with those saved meanwhile.
    pub(super) fn merged(&self, typed: [Field; 2], saved: &User) -> Self {
        let names = [&*saved.first_name, &*saved.last_name];
        let [first_name, last_name] = self.base.merge(typed, names);
        Self { first_name, last_name, base: Base::of(saved.version, names), is_stale: false }
    }

    fn errors(&self) -> FormErrors {
        FormErrors::of([("first_name", self.first_name.error.as_ref()), ("last_name", self.last_name.error.as_ref())])
    }
}

impl EmailFields {
    fn errors(&self) -> FormErrors {
        FormErrors::of([("email", self.email.error.as_ref())])
    }
}

impl PasswordFields {
    fn errors(&self) -> FormErrors {
        FormErrors::of([("current", self.current.error.as_ref()), ("password", self.new.error.as_ref())])
    }
}

impl SessionRow {
    fn new(OwnSession { session, is_current }: OwnSession, now: ZonedTime) -> Self {
        let agent = UserAgent::parse(&session.browser);
        Self {
            browser: agent.in_words(),
            icon: if agent.is_handheld() { "phone" } else { "screen" },
            client_ip: session.client_ip,
            since: DisplayTime::new(session.created_at, now),
            last_seen: DisplayTime::new(session.last_seen_at, now),
            is_current,
            end: paths::EndOwnSession { session: session.id },
        }
    }
}

impl MyAccountPage {
    /// The page as it is saved, to which a form adds its errors.
    pub(super) async fn open(context: &PageContext) -> Result<Self, WebError> {
        let (company, session) = (context.current.company.clone(), context.current.session());
        let (layout_data, account) = context.open(move |ctx, user| my_account::show(ctx, user, &company, session)).await?;
        Ok(Self::new(context, &layout_data, account))
    }

    fn new(context: &PageContext, layout_data: &usecases::LayoutData, account: MyAccount) -> Self {
        let (now, me) = (layout_data.now, &context.current.user);
        let MyAccount { has_password, two_factor, groups, email_change, sessions, effective, events } = account;
        let (blocks, more_portfolios) = permissions::blocks(&effective, now);
        Self {
            layout: context.layout(layout_data),
            user: UserLabel::from(&me.who()),
            role: effective.role.label(),
            groups: listed(groups),
            names: NameFields::of(me),
            email: EmailFields::default(),
            email_change: email_change.map(|(change, mail)| {
                let is_own = change.asked_by.id == me.id;
                let change = EmailChange::new(change, mail, now);
                if is_own { EmailChange { asked_by: "you".to_owned(), ..change } } else { change }
            }),
            password: PasswordFields::default(),
            password_min: layout_data.company.password_min,
            has_password,
            may_add_passkey: context.state().ctx.relying_party.is_some()
                && two_factor.as_ref().is_none_or(|state| state.passkeys.len() < PASSKEYS_MAX),
            two_factor: two_factor.map(|state| TwoFactor::new(state, now)),
            sessions: sessions.into_iter().map(|session| SessionRow::new(session, now)).collect(),
            blocks,
            more_portfolios,
            events: events.iter().map(|entry| Event::of_oneself(entry, me.id, now)).collect(),
        }
    }

    fn passkeys(&self) -> &[PasskeyItem] {
        self.two_factor.as_ref().map_or(&[], |two_factor| &two_factor.passkeys)
    }

    fn has_app(&self) -> bool {
        self.two_factor.as_ref().is_some_and(|two_factor| two_factor.app.is_some())
    }

    fn has_others(&self) -> bool {
        self.sessions.iter().any(|session| !session.is_current)
    }

    fn errors(&self) -> FormErrors {
        [self.names.errors(), self.email.errors(), self.password.errors()].into_iter().find(|errors| !errors.is_empty()).unwrap_or_default()
    }
}

/// `GET /my-account`
pub(in crate::web) async fn show(context: PageContext) -> HandlerResult {
    respond::page(&MyAccountPage::open(&context).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{credentials::password::PasswordError, ids::SessionId},
        web::shared::{
            page::FieldError,
            samples::{Sample, check},
        },
    };

    fn page(sample: &Sample) -> MyAccountPage {
        MyAccountPage {
            layout: sample.layout(),
            user: sample.user(0),
            role: "Portfolio Admin",
            groups: sample.rows(|_, _| sample.group()),
            names: NameFields { first_name: Field::new(&*sample.text), ..NameFields::default() },
            email: EmailFields::default(),
            email_change: (sample.rows > 0).then(|| EmailChange::sample(sample)),
            password: PasswordFields::default(),
            password_min: 15,
            has_password: true,
            two_factor: (sample.rows > 0).then(|| TwoFactor::sample(sample)),
            may_add_passkey: true,
            sessions: sample.rows(|place, _| SessionRow {
                browser: "Firefox on Linux".to_owned(),
                icon: "screen",
                client_ip: "2001:db8::1".to_owned(),
                since: sample.display_time(place),
                last_seen: sample.display_time(place),
                is_current: place == 0,
                end: paths::EndOwnSession { session: SessionId(i64::try_from(place).unwrap() + 1) },
            }),
            blocks: vec![permissions::sample(sample)],
            more_portfolios: (sample.rows > 0).then(|| "12 more portfolios".to_owned()),
            events: sample.rows(|place, user| Event { text: format!("{} signed in", user.name), at: Some(sample.display_time(place)) }),
        }
    }

    #[test]
    fn renders() {
        check("my-account", page);
        check("my-account-errors", |sample| MyAccountPage {
            password: PasswordFields { current: SecretField::missing(), new: SecretField::refused(PasswordError::Guessable) },
            ..page(sample)
        });
        check("my-account-email", |sample| MyAccountPage {
            email: EmailFields {
                email: Field::refused(&*sample.email, FieldError::Message("You can’t use this address. Ask an Admin.".to_owned())),
            },
            ..page(sample)
        });
        check("my-account-stale", |sample| {
            let names = NameFields { first_name: Field::new("Noor").beside(&sample.text), is_stale: true, ..NameFields::default() };
            MyAccountPage { names, ..page(sample) }
        });
    }
}
