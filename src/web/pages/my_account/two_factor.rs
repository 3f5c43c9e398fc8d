//! Two-factor of the user: turning it on by a QR code, turning it off, and new recovery codes.

use actix_session::Session;
use actix_web::{HttpResponse, http::header};
use askama::Template;
use serde::Deserialize;

use super::{after_enrolment, password::current_again, prove, qr::Qr};
use crate::{
    domain::credentials::{
        password::Password,
        token::Token,
        two_factor::{AppCode, RecoveryCode},
    },
    usecases::{
        self, Context, LayoutData, Submission, User,
        credentials::{enrolment, second_step::Code, two_factor_app},
        my_account::{
            self,
            two_factor::{self, Enrolment, TwoFactorError},
        },
    },
    web::shared::{
        error::{self, WebError},
        form::{Button, Form},
        hashing::HashingClass,
        page::{Flash, FlashKind, FormErrors, Layout, SecretField},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::paths,
        session,
    },
};

/// The form that turns two-factor on.
#[derive(Debug, Clone, Template)]
#[template(path = "my_account/turn_on_two_factor.html")]
pub struct TurnOnPage {
    pub layout: Layout,
    pub qr: Qr,
    /// The secret in groups of four.
    pub key: String,
    /// The secret, sealed.
    pub sealed: String,
    pub code: SecretField,
    /// For a user who needs two-factor first: names of Admins to ask.
    pub required: Option<Vec<String>>,
    /// True if a passkey will do for what is required.
    pub may_use_passkey: bool,
}

impl TurnOnPage {
    /// "Maya Fischer or Ruth Adler"
    fn helpers(&self) -> Option<String> {
        let (last, others) = self.required.as_deref()?.split_last()?;
        Some(if others.is_empty() { last.clone() } else { format!("{} or {last}", others.join(", ")) })
    }

    fn errors(&self) -> FormErrors {
        FormErrors::of([("code", self.code.error.as_ref())])
    }
}

/// The form that turns two-factor off.
#[derive(Debug, Clone, Template)]
#[template(path = "my_account/turn_off_two_factor.html")]
pub struct TurnOffPage {
    pub layout: Layout,
    pub email: String,
    pub fields: ProofFields,
    /// True for a user whose two-factor stays on by passkeys.
    pub has_passkeys: bool,
}

/// Question before new recovery codes.
#[derive(Debug, Clone, Template)]
#[template(path = "my_account/renew_recovery_codes.html")]
pub struct RenewCodesPage {
    pub layout: Layout,
}

/// Recovery codes, shown once.
#[derive(Debug, Clone, Template)]
#[template(path = "my_account/recovery_codes.html")]
pub struct RecoveryCodesPage {
    pub layout: Layout,
    /// "7KQ4-M2XD"
    pub codes: Vec<String>,
    /// Page to go on to.
    pub done: String,
}

/// Fields of the proof: the current password and a code.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProofFields {
    pub current: SecretField,
    pub code: SecretField,
}

impl ProofFields {
    fn errors(&self) -> FormErrors {
        FormErrors::of([("code", self.code.error.as_ref()), ("current", self.current.error.as_ref())])
    }

    fn wrong_code() -> Self {
        Self { code: SecretField::wrong_code(), ..Self::default() }
    }
}

/// Typed code, with the sealed secret of the page.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TurnOnForm {
    secret: String,
    code: String,
}

/// Typed code and password.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProofForm {
    code: String,
    current: String,
    /// Field for password managers.
    #[serde(default, rename = "username")]
    _username: String,
}

fn not_a_code() -> SecretField {
    SecretField::message("Enter the six digits of your app")
}

/// A complete proof, or the fields with their errors.
fn proof(code: &str, current: &str) -> Result<(Code, Password), ProofFields> {
    match any_code(code) {
        Some(code) if !current.is_empty() => Ok((code, Password::typed(current))),
        parsed => Err(ProofFields {
            current: SecretField::current(current),
            code: if parsed.is_some() { SecretField::default() } else { not_a_code() },
        }),
    }
}

/// Reads the code of an app or a recovery code.
fn any_code(typed: &str) -> Option<Code> {
    AppCode::parse(typed).map(Code::App).or_else(|| RecoveryCode::parse(typed).map(Code::Recovery))
}

/// Codes of the page that shows them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodesForm {
    /// Separated by blanks.
    codes: String,
}

/// `POST /my-account/two-factor/codes/file`: the shown codes as a file. They are not stored in clear text.
pub(in crate::web) async fn file(_context: PageContext, form: Form<CodesForm>) -> HandlerResult {
    let codes = form.0.codes.split_whitespace().map(|code| RecoveryCode::parse(code).map(|code| code.in_groups() + "\r\n"));
    let codes = codes.collect::<Option<String>>().ok_or(WebError::Malformed)?;
    let disposition = (header::CONTENT_DISPOSITION, "attachment; filename=\"usher-recovery-codes.txt\"");
    Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").insert_header(disposition).body(codes))
}

/// True if the user has an authenticator app.
async fn has_app(context: &PageContext) -> Result<bool, WebError> {
    let user = context.current.user.id;
    context.state().run(move |ctx| two_factor_app::has_app(ctx, user)).await
}

/// True if the user has a passkey.
async fn has_passkeys(context: &PageContext) -> Result<bool, WebError> {
    let user = context.current.user.id;
    context.state().run(move |ctx| two_factor_app::has_passkeys(ctx, user)).await
}

/// `GET /my-account/two-factor`
pub(in crate::web) async fn show(context: PageContext) -> HandlerResult {
    if has_app(&context).await? {
        return respond::see_other(paths::MyAccount {});
    }
    let (principal, user, session) = (context.current.principal(), context.current.user.id, context.current.session_id());
    if !context.state().run(move |ctx| my_account::has_password(ctx, user)).await? {
        return context.say(&Flash::new(FlashKind::Info, "A code protects a password. Set a password first."), paths::MyAccount {});
    }
    let enrolment = context.state().run(move |ctx| two_factor::enrol(ctx, &principal, user, session)).await?;
    respond::page(&TurnOnPage::open(&context, &enrolment, SecretField::default()).await?)
}

/// `POST /my-account/two-factor`
pub(in crate::web) async fn turn_on(context: PageContext, session: Session, form: Form<TurnOnForm>) -> HandlerResult {
    let TurnOnForm { secret, code } = form.0;
    if has_app(&context).await? {
        return context.say(&changed_meanwhile(), paths::MyAccount {});
    }
    let enrolment = Enrolment::open(&context.state().ctx, context.current.user.id, context.current.session_id(), &secret);
    let Some(enrolment) = enrolment else {
        let again = Flash::new(FlashKind::Info, "The code on the page has expired. Scan the new one.");
        return context.say(&again, paths::TurnOnTwoFactor {});
    };
    let Some(code) = AppCode::parse(&code) else {
        return respond::again(&TurnOnPage::open(&context, &enrolment, not_a_code()).await?);
    };
    let (asked, submission) = (enrolment.clone(), silent(&context));
    let turn_on = move |ctx: &Context| two_factor::turn_on(ctx, &submission, &asked, &code);
    match context.state().try_run_hashing(HashingClass::Known, turn_on).await? {
        Ok((renewed, codes)) => {
            session::begin(&session, &renewed)?;
            RecoveryCodesPage::answer(
                &context,
                &codes,
                "Two-factor is on, and you are signed out everywhere else. Save the recovery codes.",
            )
            .await
        }
        Err(error) => {
            let page = TurnOnPage::open(&context, &enrolment, SecretField::default()).await?;
            refused(&context, error, |fields| TurnOnPage { code: fields.code, ..page })
        }
    }
}

/// `GET /my-account/two-factor/off`
pub(in crate::web) async fn ask_off(context: PageContext) -> HandlerResult {
    if !has_app(&context).await? {
        return respond::see_other(paths::MyAccount {});
    }
    respond::page(&TurnOffPage::open(&context, ProofFields::default()).await?)
}

/// `POST /my-account/two-factor/off`
pub(in crate::web) async fn turn_off(context: PageContext, session: Session, form: Form<ProofForm>) -> HandlerResult {
    let (code, current) = match proof(&form.0.code, &form.0.current) {
        Ok(proof) => proof,
        Err(fields) => return respond::again(&TurnOffPage::open(&context, fields).await?),
    };
    let done = if has_passkeys(&context).await? { "The authenticator app was removed." } else { "Two-factor is off." };
    let said = move |_: &Token| Flash::new(FlashKind::Ok, format!("{done} You are signed out everywhere else."));
    match prove(&context, context.submission(said), move |ctx, submission| two_factor::turn_off(ctx, submission, &code, &current)).await? {
        Ok(renewed) => {
            session::begin(&session, &renewed)?;
            respond::see_other(paths::MyAccount {})
        }
        Err(error) => {
            let page = TurnOffPage::open(&context, ProofFields::default()).await?;
            refused(&context, error, |fields| TurnOffPage { fields, ..page })
        }
    }
}

/// `GET /my-account/two-factor/codes`
pub(in crate::web) async fn ask_codes(context: PageContext) -> HandlerResult {
    if !has_app(&context).await? {
        return respond::see_other(paths::MyAccount {});
    }
    respond::page(&RenewCodesPage { layout: context.layout(&layout_data(&context).await?) })
}

/// `POST /my-account/two-factor/codes`
pub(in crate::web) async fn renew_codes(context: PageContext, _button: Form<Button>) -> HandlerResult {
    let submission = silent(&context);
    let renew = move |ctx: &Context| two_factor::renew_codes(ctx, &submission);
    match context.state().try_run_hashing(HashingClass::Known, renew).await? {
        Ok(codes) => RecoveryCodesPage::answer(&context, &codes, "You have new recovery codes. Save them.").await,
        Err(TwoFactorError::Action(denied)) => context.say(&error::already(denied)?, paths::MyAccount {}),
        Err(_) => context.say(&changed_meanwhile(), paths::MyAccount {}),
    }
}

fn changed_meanwhile() -> Flash {
    Flash::new(FlashKind::Info, "Two-factor was changed meanwhile. Nothing was done.")
}

/// Answer to a refused change: the form again, built by `page`, or My account.
fn refused<P: Template>(context: &PageContext, error: TwoFactorError, page: impl FnOnce(ProofFields) -> P) -> HandlerResult {
    match error {
        TwoFactorError::WrongCode => respond::again(&page(ProofFields::wrong_code())),
        TwoFactorError::Throttled { until } => {
            respond::held(until, context.now().at, |code| page(ProofFields { code, ..ProofFields::default() }))
        }
        TwoFactorError::Current(error) => {
            current_again(error, context.now().at, |current| page(ProofFields { current, ..ProofFields::default() }))
        }
        TwoFactorError::Already => context.say(&changed_meanwhile(), paths::MyAccount {}),
        TwoFactorError::Action(denied) => context.say(&error::already(denied)?, paths::MyAccount {}),
    }
}

/// A form whose answer is a page, which says what was done.
fn silent<S>(context: &PageContext) -> Submission<S> {
    Submission::from(context.current.principal())
}

/// Opens the layout of a page without further content.
async fn layout_data(context: &PageContext) -> Result<LayoutData, WebError> {
    Ok(context.open(|_: &Context, _: &User| Ok(())).await?.0)
}

impl TurnOnPage {
    async fn open(context: &PageContext, enrolment: &Enrolment, code: SecretField) -> Result<Self, WebError> {
        let (must_enrol, layout_data) = (context.current.must_enrol, layout_data(context).await?);
        let user_id = context.current.user.id;
        let admins = move |ctx: &Context| enrolment::admins_to_ask(ctx, user_id);
        let required = if must_enrol { Some(context.state().run(admins).await?) } else { None };
        let user: &usecases::User = &context.current.user;
        Ok(Self {
            layout: context.layout(&layout_data),
            qr: Qr::of(&enrolment.address(user, &layout_data.company))?,
            key: enrolment.secret.in_groups(),
            sealed: enrolment.sealed.clone(),
            code,
            may_use_passkey: required.is_some() && context.state().ctx.relying_party.is_some(),
            required,
        })
    }
}

impl TurnOffPage {
    async fn open(context: &PageContext, fields: ProofFields) -> Result<Self, WebError> {
        let layout = context.layout(&layout_data(context).await?);
        Ok(Self { layout, email: context.current.user.email.clone(), fields, has_passkeys: has_passkeys(context).await? })
    }
}

impl RecoveryCodesPage {
    async fn answer(context: &PageContext, codes: &[RecoveryCode], done: &str) -> HandlerResult {
        let layout = Layout { flash: Some(Flash::new(FlashKind::Ok, done)), ..context.layout(&layout_data(context).await?) };
        respond::page(&Self { layout, codes: codes.iter().map(RecoveryCode::in_groups).collect(), done: after_enrolment(context).await? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::samples::{Sample, check};

    #[test]
    fn renders() {
        let turn_on = |sample: &Sample, code| TurnOnPage {
            layout: sample.layout(),
            qr: Qr::of("otpauth://totp/Usher:maya%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Usher").unwrap(),
            key: "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ".to_owned(),
            sealed: "c2VhbGVk".to_owned(),
            code,
            required: Some(sample.rows(|_, user| user.name)),
            may_use_passkey: true,
        };
        check("turn-on-two-factor", |sample| turn_on(sample, SecretField::default()));
        check("turn-on-two-factor-error", |sample| turn_on(sample, SecretField::wrong_code()));
        check("two-factor-off", |sample| TurnOffPage {
            layout: sample.layout(),
            email: sample.email.clone(),
            fields: ProofFields { current: SecretField::missing(), ..ProofFields::default() },
            has_passkeys: sample.rows > 0,
        });
        check("two-factor-codes", |sample| RenewCodesPage { layout: sample.layout() });
        check("recovery-codes", |sample| RecoveryCodesPage {
            layout: sample.layout(),
            codes: vec!["7KQ4-M2XD".to_owned(); 10],
            done: paths::MyAccount {}.to_string(),
        });
    }
}
