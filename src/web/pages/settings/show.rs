//! The page Settings, and the change of the company's settings.

use actix_web::http::StatusCode;
use askama::Template;

use super::fields::{SettingsFields, SettingsForm};
use crate::{
    domain::{time_zone::ZonedTime, two_factor_policy::TwoFactorAudience},
    usecases::{
        DeliveryStatus, LinkDelivery,
        settings::{self, Settings, SettingsError},
    },
    web::shared::{
        error::{WebError, already},
        form::Form,
        page::{Badge, Base, DisplayTime, Flash, FlashKind, FormErrors, Layout, counted},
        page_context::PageContext,
        process_settings::{ProcessSetting, ProcessSettings},
        respond::{self, HandlerResult},
        routing::paths,
    },
};

/// Settings of the mails, with their labels.
const MAIL: &[(&str, &str)] = &[("USHER_SMTP_URL", "Server"), ("USHER_MAIL_FROM", "From")];

/// Other settings of the process, with their labels. Those that are not named here are not shown.
const SYSTEM: &[(&str, &str)] = &[
    ("USHER_PUBLIC_URL", "Address"),
    ("USHER_LISTEN", "Listens on"),
    ("USHER_TRUSTED_PROXIES", "Trusted proxies"),
    ("USHER_DATABASE_URL", "Database"),
    ("USHER_DATA_DIR", "Data folder"),
    ("USHER_METRICS_LISTEN", "Monitoring"),
    ("USHER_LOG", "Log"),
    ("USHER_LOG_FORMAT", "Log format"),
];

/// The page.
#[derive(Debug, Clone, Template)]
#[template(path = "settings/show.html")]
pub struct SettingsPage {
    pub layout: Layout,
    pub fields: SettingsFields,
    pub base: Base,
    /// True if another Admin saved meanwhile.
    pub is_stale: bool,
    /// "7 active users have no two-factor"; empty for none.
    pub without_two_factor: String,
    pub mail: MailState,
    pub system: Vec<ProcessFact>,
    /// Address of the signed-in Admin.
    pub test_mail_to: String,
}

/// A setting of the process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessFact {
    pub label: &'static str,
    pub setting: ProcessSetting,
}

/// State of the company's mails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailState {
    pub badge: Badge,
    pub facts: Vec<ProcessFact>,
    /// Last reply of a mail server that takes no mails.
    pub refusal: Option<String>,
    /// "1 mail"; empty for none.
    pub waiting: String,
    /// "2 mails"; empty for none.
    pub failed: String,
    pub test_mail: Option<TestMail>,
}

/// The latest test mail to the reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestMail {
    /// "Handed to the mail server"
    pub status: &'static str,
    pub at: DisplayTime,
    /// Reply of the mail server; may be empty.
    pub reply: String,
}

impl TestMail {
    fn new(mail: LinkDelivery, is_filed: bool, now: ZonedTime) -> Self {
        let status = match mail.status {
            DeliveryStatus::HandedOver if is_filed => "Saved as a file",
            DeliveryStatus::Retrying => "Retrying, next attempt",
            status => status.label(),
        };
        Self { status, at: DisplayTime::new(mail.at, now), reply: mail.reply.unwrap_or_default() }
    }
}

impl MailState {
    fn new(settings: Settings, process: &ProcessSettings, is_filed: bool, now: ZonedTime) -> Self {
        let refusal = settings.mail_problems.refusal.map(|refusal| refusal.reply);
        let badge = match (is_filed, &refusal) {
            (true, _) => Badge { word: "Saved as files", class: "warn", icon: "warn" },
            (false, Some(_)) => Badge { word: "Refused", class: "bad", icon: "mailx" },
            (false, None) => Badge { word: "Set up", class: "ok", icon: "check" },
        };
        let mails = |count| if count == 0 { String::new() } else { counted(count, "mail", "mails") };
        Self {
            badge,
            facts: facts(process, MAIL),
            refusal,
            waiting: mails(settings.waiting),
            failed: mails(settings.mail_problems.failed),
            test_mail: settings.test_mail.map(|mail| TestMail::new(mail, is_filed, now)),
        }
    }
}

fn facts(process: &ProcessSettings, labels: &[(&str, &'static str)]) -> Vec<ProcessFact> {
    let fact = |&(variable, label): &(&str, &'static str)| Some(ProcessFact { label, setting: process.find(variable)?.clone() });
    labels.iter().filter_map(fact).collect()
}

fn in_words(without_two_factor: u64) -> String {
    match without_two_factor {
        0 => String::new(),
        users => counted(users, "active user has no two-factor", "active users have no two-factor"),
    }
}

impl SettingsPage {
    /// Address of the active users without two-factor.
    fn users_without_two_factor() -> String {
        paths::with_query(paths::UsersAndPermissions {}, &[("status", "active"), ("two_factor", "off")])
    }

    fn errors(&self) -> FormErrors {
        self.fields.errors()
    }

    /// Users who may need two-factor: the word, the label, and an explanation, which may be empty.
    fn audiences() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
        let about = |audience| if audience == TwoFactorAudience::Nobody { "Everyone can turn it on." } else { "" };
        TwoFactorAudience::ALL.iter().map(move |&audience| (audience.as_str(), audience.label(), about(audience)))
    }

    /// The page with the saved settings, or with `typed` ones.
    async fn open(context: &PageContext, typed: Option<(SettingsFields, Base)>) -> Result<Self, WebError> {
        let (layout_data, settings) = context.open(settings::show).await?;
        let process = &context.state().process;
        let (fields, base) = typed.unwrap_or_else(|| SettingsFields::of(&settings.company));
        Ok(Self {
            layout: context.layout(&layout_data),
            fields,
            base,
            is_stale: false,
            without_two_factor: in_words(settings.without_two_factor),
            mail: MailState::new(settings, process, context.passes_links_on(), layout_data.now),
            system: facts(process, SYSTEM),
            test_mail_to: context.current.user.email.clone(),
        })
    }
}

/// `GET /settings`
pub(in crate::web) async fn show(context: PageContext) -> HandlerResult {
    respond::page(&SettingsPage::open(&context, None).await?)
}

/// `POST /settings`
pub(in crate::web) async fn submit(context: PageContext, form: Form<SettingsForm>) -> HandlerResult {
    let form = form.0;
    let (fields, settings) = SettingsFields::typed(&form);
    let Some(settings) = settings else {
        return respond::again(&SettingsPage::open(&context, Some((fields, form.base()))).await?);
    };
    let said = |&(): &()| Flash::new(FlashKind::Ok, "Settings saved.");
    let wanted = settings.clone();
    match context.act(said, move |ctx, submission| settings::change(ctx, submission, &wanted)).await? {
        Ok(()) => respond::see_other(paths::Settings {}),
        Err(SettingsError::Stale(saved)) => {
            let merged = SettingsFields::merged(&form.base(), &settings, &saved);
            let page = SettingsPage::open(&context, Some(merged)).await?;
            respond::with_status(StatusCode::CONFLICT, &SettingsPage { is_stale: true, ..page })
        }
        Err(SettingsError::Conflict(conflict)) => {
            respond::again(&SettingsPage::open(&context, Some((fields.conflicting(conflict), form.base()))).await?)
        }
        Err(SettingsError::Action(error)) => context.say(&already(error)?, paths::Settings {}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::company::{Company, SettingsConflict},
        web::shared::{
            page::{Field, FieldError},
            samples::{Sample, check},
        },
    };

    fn page(sample: &Sample) -> SettingsPage {
        let setting = |(variable, label): &(&'static str, &'static str)| {
            let setting = ProcessSetting { variable, value: sample.text.clone(), is_default: sample.rows == 0 };
            ProcessFact { label, setting }
        };
        let (fields, base) = SettingsFields::of(&Company { name: sample.text.clone(), ..Company::sample() });
        let test_mail = TestMail { status: "Retrying, next attempt", at: sample.display_time(1), reply: sample.text.clone() };
        SettingsPage {
            layout: sample.layout(),
            fields,
            without_two_factor: in_words(sample.rows as u64),
            base,
            is_stale: false,
            mail: MailState {
                badge: Badge { word: "Set up", class: "ok", icon: "check" },
                facts: MAIL.iter().map(setting).collect(),
                refusal: (sample.rows > 0).then(|| sample.text.clone()),
                waiting: if sample.rows > 0 { "3 mails".to_owned() } else { String::new() },
                failed: if sample.rows > 0 { "1 mail".to_owned() } else { String::new() },
                test_mail: (sample.rows > 0).then_some(test_mail),
            },
            system: SYSTEM.iter().map(setting).collect(),
            test_mail_to: sample.email.clone(),
        }
    }

    #[test]
    fn renders() {
        check("settings", page);
        for conflict in [SettingsConflict::PasswordTooShort, SettingsConflict::TwoFactorLoosened] {
            check(&format!("settings-{conflict:?}"), |sample| {
                let page = page(sample);
                SettingsPage { fields: page.fields.conflicting(conflict), ..page }
            });
        }
        check("settings-errors", |sample| {
            let mut page = page(sample);
            let error = || FieldError::Message(sample.group());
            page.fields.name = Field::refused(&*sample.text, error());
            page.fields.groups_term.field = Field::refused(&*sample.text, error());
            page.fields.deleted_kept.field = Field::refused(&*sample.text, error());
            page.fields.two_factor_from = Field::refused(&*sample.text, error());
            page
        });
        check("settings-stale", |sample| {
            let mut page = page(sample);
            page.fields.name = Field::new("Northwind").beside(&sample.text);
            page.fields.session_idle.field = Field::new("5").beside("2 hours");
            page.fields.two_factor = Field::new("everyone").beside("Admins");
            page.fields.daily_mail = Field::new("on").beside("Off");
            SettingsPage { is_stale: true, ..page }
        });
    }
}
