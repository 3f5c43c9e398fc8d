//! Two-factor of the user: turning it on by a QR code, turning it off, and new recovery codes.

use actix_web::{HttpResponse, http::header};
use askama::Template;
use qrcodegen::{QrCode, QrCodeEcc};
use serde::Deserialize;

use super::{password::current_again, prove};
use crate::{
    domain::credentials::{
        password::Password,
        two_factor::{AppCode, RecoveryCode},
    },
    usecases::{
        self, Context, LayoutData, Submission, User,
        credentials::second_step::Code,
        my_account::two_factor::{self, Enrolment, TwoFactorError},
    },
    web::shared::{
        error::{self, WebError},
        form::Form,
        page::{Flash, FlashKind, FormErrors, Layout, SecretField},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::paths,
    },
};

/// Margin of a QR code, in modules.
const MARGIN: i32 = 4;

/// The form that turns two-factor on.
#[derive(Debug, Clone, Template)]
#[template(path = "my_account/turn_on_two_factor.html")]
pub struct TurnOnPage {
    pub layout: Layout,
    pub email: String,
    pub qr: Qr,
    /// The secret in groups of four.
    pub key: String,
    /// The secret, sealed.
    pub sealed: String,
    pub fields: ProofFields,
}

/// The form that turns two-factor off, or makes new recovery codes.
#[derive(Debug, Clone, Template)]
#[template(path = "my_account/prove_two_factor.html")]
pub struct ProvePage {
    pub layout: Layout,
    pub email: String,
    pub change: Change,
    pub fields: ProofFields,
}

/// Recovery codes, shown once.
#[derive(Debug, Clone, Template)]
#[template(path = "my_account/recovery_codes.html")]
pub struct RecoveryCodesPage {
    pub layout: Layout,
    /// "7KQ4-M2XD"
    pub codes: Vec<String>,
}

/// A QR code as a path of SVG.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Qr {
    /// Width with the margin, in modules.
    pub width: i32,
    pub path: String,
}

/// Change that needs a proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    TurnOff,
    RenewCodes,
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

impl Change {
    fn path(self) -> String {
        match self {
            Self::TurnOff => paths::TurnOffTwoFactor {}.to_string(),
            Self::RenewCodes => paths::RenewRecoveryCodes {}.to_string(),
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::TurnOff => "Turn two-factor off?",
            Self::RenewCodes => "Get new recovery codes?",
        }
    }
}

/// Begin and width of each run of dark modules in a row.
fn runs(code: &QrCode, y: i32) -> impl Iterator<Item = (i32, i32)> {
    let begins = (0..code.size()).filter(move |&x| code.get_module(x, y) && !code.get_module(x - 1, y));
    begins.map(move |begin| {
        let end = (begin..=code.size()).find(|&x| !code.get_module(x, y)).unwrap_or(begin);
        (begin, end - begin)
    })
}

impl Qr {
    /// QR code of an address.
    ///
    /// # Errors
    /// An address beyond the size of a QR code, some 2,300 bytes.
    fn of(address: &str) -> Result<Self, WebError> {
        let code = QrCode::encode_text(address, QrCodeEcc::Medium).map_err(|error| WebError::Internal(error.to_string()))?;
        let dark = (0..code.size()).flat_map(|y| runs(&code, y).map(move |(x, width)| (x + MARGIN, y + MARGIN, width)));
        let path = dark.map(|(x, y, width)| format!("M{x} {y}h{width}v1h-{width}z")).collect::<Vec<_>>().concat();
        Ok(Self { width: code.size() + 2 * MARGIN, path })
    }
}

/// Typed code and password, with the sealed secret of the page.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TurnOnForm {
    secret: String,
    code: String,
    current: String,
    /// Field for password managers.
    #[serde(default, rename = "username")]
    _username: String,
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

/// A complete proof, or the fields with their errors; `parse` reads the code.
fn proof<T>(code: &str, parse: impl FnOnce(&str) -> Option<T>, current: &str) -> Result<(T, Password), ProofFields> {
    match parse(code) {
        Some(code) if !current.is_empty() => Ok((code, Password::typed(current))),
        parsed => Err(ProofFields {
            current: SecretField::current(current),
            code: if parsed.is_some() { SecretField::default() } else { SecretField::message("Enter the six digits of your app") },
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

/// `GET /my-account/two-factor`
pub(in crate::web) async fn show(context: PageContext) -> HandlerResult {
    if context.current.user.two_factor_since.is_some() {
        return respond::see_other(paths::MyAccount {});
    }
    let enrolment = Enrolment::new(&context.state().ctx, context.current.user.id, context.current.session());
    respond::page(&TurnOnPage::open(&context, &enrolment, ProofFields::default()).await?)
}

/// `POST /my-account/two-factor`
pub(in crate::web) async fn turn_on(context: PageContext, form: Form<TurnOnForm>) -> HandlerResult {
    let TurnOnForm { secret, code, current, .. } = form.0;
    if context.current.user.two_factor_since.is_some() {
        return context.say(&changed_meanwhile(), paths::MyAccount {});
    }
    let enrolment = Enrolment::open(&context.state().ctx, context.current.user.id, context.current.session(), &secret);
    let Some(enrolment) = enrolment else {
        let again = Flash::new(FlashKind::Info, "The code on the page has expired. Scan the new one.");
        return context.say(&again, paths::TurnOnTwoFactor {});
    };
    let (code, current) = match proof(&code, AppCode::parse, &current) {
        Ok(proof) => proof,
        Err(fields) => return respond::again(&TurnOnPage::open(&context, &enrolment, fields).await?),
    };
    let asked = enrolment.clone();
    let turned_on =
        prove(&context, silent(&context), move |ctx, submission| two_factor::turn_on(ctx, submission, &asked, &code, &current)).await?;
    match turned_on {
        Ok(codes) => RecoveryCodesPage::answer(&context, &codes, "Two-factor is on. Save the recovery codes.").await,
        Err(error) => {
            let page = TurnOnPage::open(&context, &enrolment, ProofFields::default()).await?;
            refused(&context, error, |fields| TurnOnPage { fields, ..page })
        }
    }
}

/// `GET /my-account/two-factor/off`
pub(in crate::web) async fn ask_off(context: PageContext) -> HandlerResult {
    ask(&context, Change::TurnOff).await
}

/// `GET /my-account/two-factor/codes`
pub(in crate::web) async fn ask_codes(context: PageContext) -> HandlerResult {
    ask(&context, Change::RenewCodes).await
}

async fn ask(context: &PageContext, change: Change) -> HandlerResult {
    if context.current.user.two_factor_since.is_none() {
        return respond::see_other(paths::MyAccount {});
    }
    respond::page(&ProvePage::open(context, change, ProofFields::default()).await?)
}

/// `POST /my-account/two-factor/off`
pub(in crate::web) async fn turn_off(context: PageContext, form: Form<ProofForm>) -> HandlerResult {
    let (code, current) = match proof(&form.0.code, any_code, &form.0.current) {
        Ok(proof) => proof,
        Err(fields) => return respond::again(&ProvePage::open(&context, Change::TurnOff, fields).await?),
    };
    let said = |(): &()| Flash::new(FlashKind::Ok, "Two-factor is off.");
    match prove(&context, context.submission(said), move |ctx, submission| two_factor::turn_off(ctx, submission, &code, &current)).await? {
        Ok(()) => respond::see_other(paths::MyAccount {}),
        Err(error) => {
            let page = ProvePage::open(&context, Change::TurnOff, ProofFields::default()).await?;
            refused(&context, error, |fields| ProvePage { fields, ..page })
        }
    }
}

/// `POST /my-account/two-factor/codes`
pub(in crate::web) async fn renew_codes(context: PageContext, form: Form<ProofForm>) -> HandlerResult {
    let (code, current) = match proof(&form.0.code, any_code, &form.0.current) {
        Ok(proof) => proof,
        Err(fields) => return respond::again(&ProvePage::open(&context, Change::RenewCodes, fields).await?),
    };
    let renew = move |ctx: &_, submission: &_| two_factor::renew_codes(ctx, submission, &code, &current);
    match prove(&context, silent(&context), renew).await? {
        Ok(codes) => RecoveryCodesPage::answer(&context, &codes, "You have new recovery codes. Save them.").await,
        Err(error) => {
            let page = ProvePage::open(&context, Change::RenewCodes, ProofFields::default()).await?;
            refused(&context, error, |fields| ProvePage { fields, ..page })
        }
    }
}

fn changed_meanwhile() -> Flash {
    Flash::new(FlashKind::Info, "Two-factor was changed meanwhile. Nothing was done.")
}

/// Answer to a refused change: the form again, built by `page`, or My account.
fn refused<P: Template>(context: &PageContext, error: TwoFactorError, page: impl FnOnce(ProofFields) -> P) -> HandlerResult {
    match error {
        TwoFactorError::WrongCode => respond::again(&page(ProofFields::wrong_code())),
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
    async fn open(context: &PageContext, enrolment: &Enrolment, fields: ProofFields) -> Result<Self, WebError> {
        let layout_data = layout_data(context).await?;
        let user: &usecases::User = &context.current.user;
        Ok(Self {
            layout: context.layout(&layout_data),
            email: user.email.clone(),
            qr: Qr::of(&enrolment.address(user, &layout_data.company))?,
            key: enrolment.secret.in_groups(),
            sealed: enrolment.sealed.clone(),
            fields,
        })
    }
}

impl ProvePage {
    async fn open(context: &PageContext, change: Change, fields: ProofFields) -> Result<Self, WebError> {
        let layout = context.layout(&layout_data(context).await?);
        Ok(Self { layout, email: context.current.user.email.clone(), change, fields })
    }
}

impl RecoveryCodesPage {
    async fn answer(context: &PageContext, codes: &[RecoveryCode], done: &str) -> HandlerResult {
        let layout = Layout { flash: Some(Flash::new(FlashKind::Ok, done)), ..context.layout(&layout_data(context).await?) };
        respond::page(&Self { layout, codes: codes.iter().map(RecoveryCode::in_groups).collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::samples::{Sample, check};

    #[test]
    fn renders() {
        let turn_on = |sample: &Sample, fields| TurnOnPage {
            layout: sample.layout(),
            email: sample.email.clone(),
            qr: Qr::of("otpauth://totp/Usher:maya%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Usher").unwrap(),
            key: "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ".to_owned(),
            sealed: "c2VhbGVk".to_owned(),
            fields,
        };
        check("turn-on-two-factor", |sample| turn_on(sample, ProofFields::default()));
        check("turn-on-two-factor-error", |sample| turn_on(sample, ProofFields::wrong_code()));
        for (name, change) in [("off", Change::TurnOff), ("codes", Change::RenewCodes)] {
            check(&format!("two-factor-{name}"), |sample| ProvePage {
                layout: sample.layout(),
                email: sample.email.clone(),
                change,
                fields: ProofFields { current: SecretField::missing(), ..ProofFields::default() },
            });
        }
        check("recovery-codes", |sample| RecoveryCodesPage { layout: sample.layout(), codes: vec!["7KQ4-M2XD".to_owned(); 10] });
    }

    #[test]
    fn a_qr_code_has_a_margin_and_rows_of_modules() {
        let Qr { width, path } = Qr::of("otpauth://totp/Usher:a?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").unwrap();
        assert!(path.starts_with("M4 4h7v1h-7z") && width > 30, "{width} {path:.40}");
        assert!(Qr::of(&"a".repeat(5_000)).is_err());
    }
}
