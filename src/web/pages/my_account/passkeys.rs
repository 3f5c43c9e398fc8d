//! Passkeys of the user: a new one, a new name, the removal.

use actix_session::Session;
use actix_web::{HttpRequest, http::header, web::Path};
use askama::Template;
use serde::Deserialize;

use super::after_enrolment;
use crate::{
    domain::{
        credentials::{passkey::PASSKEYS_MAX, token::Token},
        ids::PasskeyId,
        text::PasskeyName,
        time_zone::ZonedTime,
        user_agent::UserAgent,
    },
    usecases::{
        Context, User,
        credentials::passkey::{Ceremony, PasskeyAnswer},
        my_account::passkeys::{self, PasskeyError},
    },
    web::shared::{
        error::{self, WebError},
        form::{Button, Form},
        page::{DisplayTime, Field, FieldError, Flash, FlashKind, FormErrors, Layout, PasskeyPrompt, parse},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::paths,
        session,
    },
};

/// Message about an answer that is refused.
pub(in crate::web) const REFUSED: &str = "This passkey was not accepted. Try again.";

/// A passkey in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasskeyItem {
    pub id: PasskeyId,
    pub name: String,
    pub created: DisplayTime,
    pub last_used: Option<DisplayTime>,
    /// True if its counter went back.
    pub is_suspected: bool,
}

impl PasskeyItem {
    pub(in crate::web) fn new(row: passkeys::PasskeyRow, now: ZonedTime) -> Self {
        Self {
            id: row.id,
            name: row.name,
            created: DisplayTime::new(row.created_at, now),
            last_used: row.last_used_at.map(|at| DisplayTime::new(at, now)),
            is_suspected: row.suspected_at.is_some(),
        }
    }

    pub fn rename(&self) -> paths::RenamePasskey {
        paths::RenamePasskey { passkey: self.id }
    }

    pub fn remove(&self) -> paths::RemovePasskey {
        paths::RemovePasskey { passkey: self.id }
    }
}

/// The form for a new passkey.
#[derive(Debug, Clone, Template)]
#[template(path = "my_account/new_passkey.html")]
pub struct NewPasskeyPage {
    pub layout: Layout,
    pub typed: Field,
    pub prompt: PasskeyPrompt,
    pub problem: Option<&'static str>,
    /// True for a user who needs two-factor first, who may take an app instead.
    pub is_required: bool,
}

impl NewPasskeyPage {
    fn errors(&self) -> FormErrors {
        FormErrors::of([("name", self.typed.error.as_ref())])
    }
}

/// The form for a new name.
#[derive(Debug, Clone, Template)]
#[template(path = "my_account/rename_passkey.html")]
pub struct RenamePasskeyPage {
    pub layout: Layout,
    pub passkey: PasskeyItem,
    pub typed: Field,
}

impl RenamePasskeyPage {
    fn errors(&self) -> FormErrors {
        FormErrors::of([("name", self.typed.error.as_ref())])
    }
}

/// Question before the removal.
#[derive(Debug, Clone, Template)]
#[template(path = "my_account/remove_passkey.html")]
pub struct RemovePasskeyPage {
    pub layout: Layout,
    pub passkey: PasskeyItem,
    /// True if the user has nothing else to sign in with.
    pub is_only_credential: bool,
}

/// Name, and the browser's answer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPasskeyForm {
    name: String,
    ceremony: String,
    credential: String,
}

/// Typed name.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NameForm {
    name: String,
}

/// Name that a new passkey gets unless the user types another: "Chrome on Windows".
pub(in crate::web) fn default_name(user_agent: &str) -> String {
    let agent = UserAgent::parse(user_agent);
    if agent == UserAgent::parse("") { "Passkey".to_owned() } else { agent.in_words() }
}

fn typed(name: &str, field: &mut Field) -> Option<PasskeyName> {
    parse(name, FieldError::line("a name for the passkey", PasskeyName::parse), field)
}

/// `GET /my-account/passkeys/new`
pub(in crate::web) async fn show(context: PageContext, request: HttpRequest) -> HandlerResult {
    let agent = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let name = Field::new(default_name(agent));
    match begin(&context).await? {
        Ok(ceremony) => respond::page(&new_page(&context, ceremony, name, None).await?),
        Err(error) => not_added(&context, error),
    }
}

/// `POST /my-account/passkeys/new`
pub(in crate::web) async fn add(context: PageContext, session: Session, form: Form<NewPasskeyForm>) -> HandlerResult {
    let NewPasskeyForm { name, ceremony, credential } = form.0;
    let mut field = Field::default();
    let Some(parsed) = typed(&name, &mut field) else { return again(&context, field, None).await };
    let owner = (context.current.user.id, context.current.session_id());
    let answer = PasskeyAnswer { ceremony, credential };
    let added = parsed.clone();
    let said = move |_: &Token| Flash::new(FlashKind::Ok, format!("Passkey {added} added. You are signed out everywhere else."));
    match context.act(said, move |ctx, submission| passkeys::add(ctx, submission, owner, &answer, &parsed)).await? {
        Ok(renewed) => {
            session::begin(&session, &renewed)?;
            let is_enrolment = context.current.must_enrol;
            respond::see_other(if is_enrolment { after_enrolment(&context).await? } else { paths::MyAccount {}.to_string() })
        }
        Err(PasskeyError::Refused) => again(&context, Field::new(name), Some(REFUSED)).await,
        Err(PasskeyError::Known) => again(&context, Field::new(name), Some("This passkey is in use already.")).await,
        Err(error) => not_added(&context, error),
    }
}

async fn begin(context: &PageContext) -> Result<Result<Ceremony, PasskeyError>, WebError> {
    let (principal, user, session) = (context.current.principal(), context.current.user.clone(), context.current.session_id());
    context.state().try_run(move |ctx| passkeys::begin(ctx, &principal, &user, session)).await
}

/// The form again, with a new ceremony.
async fn again(context: &PageContext, name: Field, problem: Option<&'static str>) -> HandlerResult {
    match begin(context).await? {
        Ok(ceremony) => respond::again(&new_page(context, ceremony, name, problem).await?),
        Err(error) => not_added(context, error),
    }
}

async fn new_page(
    context: &PageContext,
    ceremony: Ceremony,
    name: Field,
    problem: Option<&'static str>,
) -> Result<NewPasskeyPage, WebError> {
    let (layout_data, ()) = context.open(|_: &Context, _: &User| Ok(())).await?;
    let prompt = PasskeyPrompt::new(ceremony, paths::NewPasskey {});
    Ok(NewPasskeyPage { layout: context.layout(&layout_data), typed: name, prompt, problem, is_required: context.current.must_enrol })
}

/// Answer where no passkey can be added now.
fn not_added(context: &PageContext, error: PasskeyError) -> HandlerResult {
    let say = |text: String| context.say(&Flash::new(FlashKind::Info, text), paths::MyAccount {});
    match error {
        PasskeyError::TooMany => say(format!("You have {PASSKEYS_MAX} passkeys. Remove one to add another.")),
        PasskeyError::Unavailable => say("Usher’s address can’t have passkeys. They need a host with a name.".to_owned()),
        PasskeyError::OnlyCredential => say("This is your only way to sign in. Add another passkey or a password first.".to_owned()),
        PasskeyError::Refused | PasskeyError::Known => say(REFUSED.to_owned()),
        PasskeyError::Action(denied) => Err(denied.into()),
    }
}

/// `GET /my-account/passkeys/{passkey}/rename`
pub(in crate::web) async fn ask_name(context: PageContext, id: Path<PasskeyId>) -> HandlerResult {
    respond::page(&rename_page(&context, *id, None).await?)
}

/// `POST /my-account/passkeys/{passkey}/rename`
pub(in crate::web) async fn rename(context: PageContext, id: Path<PasskeyId>, form: Form<NameForm>) -> HandlerResult {
    let (id, mut field) = (*id, Field::default());
    let Some(name) = typed(&form.0.name, &mut field) else {
        return respond::again(&rename_page(&context, id, Some(field)).await?);
    };
    let said = |(): &()| Flash::new(FlashKind::Ok, "The passkey was renamed.");
    context.act_and_go(paths::MyAccount {}, said, move |ctx, submission| passkeys::rename(ctx, submission, id, &name)).await
}

async fn rename_page(context: &PageContext, id: PasskeyId, name: Option<Field>) -> Result<RenamePasskeyPage, WebError> {
    let (layout_data, (row, _)) = context.open(move |ctx, user| passkeys::find(ctx, user, id)).await?;
    let passkey = PasskeyItem::new(row, layout_data.now);
    let typed = name.unwrap_or_else(|| Field::new(&*passkey.name));
    Ok(RenamePasskeyPage { layout: context.layout(&layout_data), passkey, typed })
}

/// `GET /my-account/passkeys/{passkey}/remove`
pub(in crate::web) async fn ask_removal(context: PageContext, id: Path<PasskeyId>) -> HandlerResult {
    let id = *id;
    let (layout_data, (row, is_only_credential)) = context.open(move |ctx, user| passkeys::find(ctx, user, id)).await?;
    let passkey = PasskeyItem::new(row, layout_data.now);
    respond::page(&RemovePasskeyPage { layout: context.layout(&layout_data), passkey, is_only_credential })
}

/// `POST /my-account/passkeys/{passkey}/remove`
pub(in crate::web) async fn remove(context: PageContext, session: Session, id: Path<PasskeyId>, _form: Form<Button>) -> HandlerResult {
    let id = *id;
    let said = |_: &Token| Flash::new(FlashKind::Ok, "The passkey was removed. You are signed out everywhere else.");
    match context.act(said, move |ctx, submission| passkeys::remove(ctx, submission, id)).await? {
        Ok(renewed) => {
            session::begin(&session, &renewed)?;
            respond::see_other(paths::MyAccount {})
        }
        Err(PasskeyError::Action(denied)) => context.say(&error::already(denied)?, paths::MyAccount {}),
        Err(error) => not_added(&context, error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::samples::{Sample, check};

    impl PasskeyItem {
        pub(in crate::web) fn sample(sample: &Sample, place: usize) -> Self {
            Self {
                id: PasskeyId(i64::try_from(place).unwrap() + 1),
                name: sample.text.clone(),
                created: sample.display_time(place),
                last_used: (place > 0).then(|| sample.display_time(place)),
                is_suspected: place == 1,
            }
        }
    }

    #[test]
    fn renders() {
        let page = |sample: &Sample, typed, problem| NewPasskeyPage {
            layout: sample.layout(),
            typed,
            prompt: PasskeyPrompt::sample(),
            problem,
            is_required: false,
        };
        check("new-passkey", |sample| page(sample, Field::new(&*sample.text), None));
        check("new-passkey-required", |sample| NewPasskeyPage { is_required: true, ..page(sample, Field::new("Phone"), None) });
        check("new-passkey-refused", |sample| page(sample, Field::new(&*sample.text), Some(REFUSED)));
        check("new-passkey-error", |sample| page(sample, Field::refused("", FieldError::Message("Enter a name".to_owned())), None));
        check("rename-passkey", |sample| RenamePasskeyPage {
            layout: sample.layout(),
            passkey: PasskeyItem::sample(sample, 0),
            typed: Field::new(&*sample.text),
        });
        for (name, is_only_credential) in [("remove-passkey", false), ("remove-only-passkey", true)] {
            check(name, |sample| RemovePasskeyPage {
                layout: sample.layout(),
                passkey: PasskeyItem::sample(sample, 2),
                is_only_credential,
            });
        }
    }

    #[test]
    fn a_new_passkey_is_named_after_the_browser() {
        let chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/142.0.0.0 Safari/537.36";
        assert_eq!((default_name(chrome), default_name("")), ("Chrome on Windows".to_owned(), "Passkey".to_owned()));
    }
}
