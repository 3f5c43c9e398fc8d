//! Fields of the company's settings.

use chrono::TimeDelta;
use serde::Deserialize;

use crate::{
    domain::{
        company::{
            Company, SettingsConflict,
            bounds::{
                Bounds, DELETED_KEPT_DAYS, INVITATION_TERM, INVITATIONS_PER_HOUR, OutOfBounds, PASSWORD_MIN, SESSION_ABSOLUTE,
                SESSION_IDLE, SESSIONS_PER_USER, parse_day,
            },
        },
        text::CompanyName,
        time_unit::{TimeUnit, in_words},
        time_zone::TimeZone,
        two_factor_policy::{TwoFactorAudience, TwoFactorPolicy},
    },
    web::shared::page::{Base, Field, FieldError, FormErrors, grouped, parse},
};

/// Word of a ticked checkbox.
const ON: &str = "on";

/// Inputs in the order of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsFields {
    pub name: Field,
    pub groups_term: Length,
    pub new_user_term: Length,
    pub invitations_per_hour: Number,
    pub password_min: Number,
    /// Word of the users who need two-factor.
    pub two_factor: Field,
    pub two_factor_from: Field,
    pub session_idle: Length,
    pub session_absolute: Length,
    pub sessions_per_user: Number,
    /// Days.
    pub deleted_kept: Number,
    /// "on", or empty.
    pub daily_mail: Field,
    /// Name of the IANA database.
    pub time_zone: Field,
}

/// A typed number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    pub field: Field,
    pub bounds: Bounds<u32>,
}

/// A typed length of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Length {
    pub field: Field,
    pub unit: TimeUnit,
    pub bounds: Bounds<TimeDelta>,
}

/// The form as it was typed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettingsForm {
    name: String,
    groups_term: String,
    groups_term_unit: TimeUnit,
    new_user_term: String,
    new_user_term_unit: TimeUnit,
    invitations_per_hour: String,
    password_min: String,
    two_factor: TwoFactorAudience,
    #[serde(default)]
    two_factor_from: String,
    session_idle: String,
    session_idle_unit: TimeUnit,
    session_absolute: String,
    session_absolute_unit: TimeUnit,
    sessions_per_user: String,
    deleted_kept: String,
    #[serde(default)]
    daily_mail: Option<On>,
    time_zone: String,
    version: i32,
    #[serde(default)]
    was: String,
}

/// A ticked checkbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum On {
    On,
}

impl Number {
    fn new(field: Field, bounds: Bounds<u32>) -> Self {
        Self { field, bounds }
    }

    fn typed(typed: &str, bounds: Bounds<u32>) -> (Self, Option<u32>) {
        let mut field = Field::default();
        let value = parse(typed, |typed| bounds.parse(typed), &mut field);
        (Self { field, bounds }, value)
    }

    /// "Characters, 8 to 64."
    pub fn hint(&self, what: &str) -> String {
        format!("{what}, {}.", range(self.bounds))
    }
}

impl Length {
    fn new(length: TimeDelta, bounds: Bounds<TimeDelta>) -> Self {
        let (number, unit) = TimeUnit::of(length);
        Self { field: Field::new(number.to_string()), unit, bounds }
    }

    fn typed(typed: &str, unit: TimeUnit, bounds: Bounds<TimeDelta>) -> (Self, Option<TimeDelta>) {
        let mut field = Field::default();
        let value = parse(typed, |typed| bounds.parse(typed, unit), &mut field);
        (Self { field, unit, bounds }, value)
    }

    /// The length that won the merge, beside another Admin's where both changed it.
    fn merged(merged: Field, mine: TimeDelta, saved: TimeDelta, bounds: Bounds<TimeDelta>) -> Self {
        let length = Self::new(if merged.value == in_words(mine) { mine } else { saved }, bounds);
        Self { field: Field { saved: merged.saved, ..length.field }, ..length }
    }

    /// "1 hour to 30 days."
    pub fn hint(&self) -> String {
        format!("{}.", self.bounds)
    }
}

fn range(bounds: Bounds<u32>) -> String {
    format!("{} to {}", grouped(bounds.min.into()), grouped(bounds.max.into()))
}

impl From<OutOfBounds<u32>> for FieldError {
    fn from(OutOfBounds(bounds): OutOfBounds<u32>) -> Self {
        Self::Message(format!("Enter a number from {}", range(bounds)))
    }
}

impl From<OutOfBounds<TimeDelta>> for FieldError {
    fn from(OutOfBounds(bounds): OutOfBounds<TimeDelta>) -> Self {
        Self::Message(format!("Enter {bounds}"))
    }
}

/// Values in words, in the order of the page, by which edits are merged.
fn words(company: &Company) -> [String; 13] {
    [
        company.name.clone(),
        in_words(company.groups_invitation_term),
        in_words(company.permissions_invitation_term),
        company.invitations_per_hour.to_string(),
        company.password_min.to_string(),
        company.two_factor.audience().as_str().to_owned(),
        company.two_factor.from().map(|day| day.to_string()).unwrap_or_default(),
        in_words(company.session_idle),
        in_words(company.session_absolute),
        company.sessions_per_user.to_string(),
        company.deleted_kept.num_days().to_string(),
        if company.mails_audit_head { ON } else { "" }.to_owned(),
        company.time_zone.to_string(),
    ]
}

/// State of a form that is opened with these settings.
fn base(company: &Company) -> Base {
    Base::of(company.version, words(company).each_ref().map(|word| &**word))
}

impl SettingsFields {
    /// Saved values, and the state of the form when it is opened.
    pub(super) fn of(company: &Company) -> (Self, Base) {
        (Self::merged(&base(company), company, company).0, base(company))
    }

    /// Merges the values of `mine` with those `saved` since the form was `opened`.
    pub(super) fn merged(opened: &Base, mine: &Company, saved: &Company) -> (Self, Base) {
        let theirs = words(saved);
        let merged = opened.merge(words(mine).map(Field::new), theirs.each_ref().map(|word| &**word));
        let [name, groups, new_user, per_hour, password, audience, from, idle, absolute, per_user, kept, daily_mail, time_zone] = merged;
        let length = |merged, of: fn(&Company) -> TimeDelta, bounds| Length::merged(merged, of(mine), of(saved), bounds);
        let fields = Self {
            name,
            groups_term: length(groups, |company| company.groups_invitation_term, INVITATION_TERM),
            new_user_term: length(new_user, |company| company.permissions_invitation_term, INVITATION_TERM),
            invitations_per_hour: Number::new(per_hour, INVITATIONS_PER_HOUR),
            password_min: Number::new(password, PASSWORD_MIN),
            two_factor: told(audience, |word| word.parse().map_or("", TwoFactorAudience::label)),
            two_factor_from: from,
            session_idle: length(idle, |company| company.session_idle, SESSION_IDLE),
            session_absolute: length(absolute, |company| company.session_absolute, SESSION_ABSOLUTE),
            sessions_per_user: Number::new(per_user, SESSIONS_PER_USER),
            deleted_kept: Number::new(kept, DELETED_KEPT_DAYS),
            daily_mail: told(daily_mail, |word| if word == ON { "On" } else { "Off" }),
            time_zone,
        };
        (fields, base(saved))
    }

    /// Typed values with their errors, and the parsed settings if there are no errors.
    pub(super) fn typed(form: &SettingsForm) -> (Self, Option<Company>) {
        let mut name = Field::default();
        let parsed_name = parse(&form.name, FieldError::line("a name for the company", CompanyName::parse), &mut name);
        let (groups_term, groups) = Length::typed(&form.groups_term, form.groups_term_unit, INVITATION_TERM);
        let (new_user_term, new_user) = Length::typed(&form.new_user_term, form.new_user_term_unit, INVITATION_TERM);
        let (invitations_per_hour, per_hour) = Number::typed(&form.invitations_per_hour, INVITATIONS_PER_HOUR);
        let (password_min, shortest) = Number::typed(&form.password_min, PASSWORD_MIN);
        let (two_factor_from, two_factor) = policy(form.two_factor, &form.two_factor_from);
        let (session_idle, idle) = Length::typed(&form.session_idle, form.session_idle_unit, SESSION_IDLE);
        let (session_absolute, absolute) = Length::typed(&form.session_absolute, form.session_absolute_unit, SESSION_ABSOLUTE);
        let (sessions_per_user, per_user) = Number::typed(&form.sessions_per_user, SESSIONS_PER_USER);
        let (time_zone, zone) = zone(&form.time_zone);
        let (deleted_kept, kept) = Number::typed(&form.deleted_kept, DELETED_KEPT_DAYS);
        let company = || {
            Some(Company {
                version: form.version,
                name: parsed_name?.to_string(),
                groups_invitation_term: groups?,
                permissions_invitation_term: new_user?,
                invitations_per_hour: per_hour?,
                password_min: usize::try_from(shortest?).ok()?,
                two_factor: two_factor?,
                session_idle: idle?,
                session_absolute: absolute?,
                sessions_per_user: per_user?,
                deleted_kept: TimeDelta::days(kept?.into()),
                mails_audit_head: form.daily_mail.is_some(),
                time_zone: zone?,
            })
        };
        let company = company();
        let fields = Self {
            name,
            groups_term,
            new_user_term,
            invitations_per_hour,
            password_min,
            two_factor: Field::new(form.two_factor.as_str()),
            two_factor_from,
            session_idle,
            session_absolute,
            sessions_per_user,
            deleted_kept,
            daily_mail: Field::new(if form.daily_mail.is_some() { ON } else { "" }),
            time_zone,
        };
        (fields, company)
    }

    /// Adds the error of settings that do not go together.
    pub(super) fn conflicting(mut self, conflict: SettingsConflict) -> Self {
        match conflict {
            SettingsConflict::PasswordTooShort => {
                let text = "Use at least 15 until everyone needs two-factor";
                self.password_min.field.error = Some(FieldError::Message(text.to_owned()));
            }
            SettingsConflict::TwoFactorLoosened => {
                let text = "Everyone needs two-factor while passwords may be shorter than 15 characters";
                self.two_factor.error = Some(FieldError::Message(text.to_owned()));
            }
        }
        self
    }

    pub fn errors(&self) -> FormErrors {
        FormErrors::of([
            ("name", self.name.error.as_ref()),
            ("groups_term", self.groups_term.field.error.as_ref()),
            ("new_user_term", self.new_user_term.field.error.as_ref()),
            ("invitations_per_hour", self.invitations_per_hour.field.error.as_ref()),
            ("password_min", self.password_min.field.error.as_ref()),
            ("two_factor", self.two_factor.error.as_ref()),
            ("two_factor_from", self.two_factor_from.error.as_ref()),
            ("session_idle", self.session_idle.field.error.as_ref()),
            ("session_absolute", self.session_absolute.field.error.as_ref()),
            ("sessions_per_user", self.sessions_per_user.field.error.as_ref()),
            ("deleted_kept", self.deleted_kept.field.error.as_ref()),
            ("time_zone", self.time_zone.error.as_ref()),
        ])
    }

    /// Time zones to choose from, with the chosen one.
    pub fn time_zones(&self) -> Vec<(String, String)> {
        let chosen = self.time_zone.value.parse::<TimeZone>().ok();
        let offered = TimeZone::all().filter(|zone| Some(*zone) != chosen).chain(chosen);
        let mut names = offered.map(|zone| zone.to_string()).collect::<Vec<_>>();
        names.sort_unstable();
        names.into_iter().map(|name| (name.clone(), name.replace('_', " "))).collect()
    }
}

impl SettingsForm {
    /// State of the form when it was opened.
    pub(super) fn base(&self) -> Base {
        Base { version: self.version, was: self.was.clone() }
    }
}

/// Field whose value of another Admin is told in words for readers.
fn told(field: Field, tell: fn(&str) -> &'static str) -> Field {
    let saved = field.saved.as_deref().map(|word| tell(word).to_owned());
    Field { saved, ..field }
}

/// Typed two-factor policy. It needs a date unless it is for nobody.
fn policy(audience: TwoFactorAudience, typed: &str) -> (Field, Option<TwoFactorPolicy>) {
    if audience == TwoFactorAudience::Nobody {
        return (Field::new(typed), Some(TwoFactorPolicy::NONE));
    }
    match parse_day(typed) {
        Some(day) => (Field::new(typed), Some(TwoFactorPolicy::new(audience, day))),
        None => (Field::refused(typed, FieldError::Message("Enter the first day, such as 2027-01-31".to_owned())), None),
    }
}

fn zone(typed: &str) -> (Field, Option<TimeZone>) {
    match typed.parse() {
        Ok(zone) => (Field::new(typed), Some(zone)),
        Err(_) => (Field::refused(typed, FieldError::Message("Choose a time zone from the list".to_owned())), None),
    }
}
