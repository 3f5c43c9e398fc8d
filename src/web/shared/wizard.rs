//! Drafts: what somebody has answered in a wizard so far, sealed. Each step carries it in its form, and in its address too where that is not too
//! long, so that a step is a page like any other: to reload, to go back to, to keep in two tabs. Nothing is kept on the server, and what is
//! ticked in a draft was offered once, to this user.

use askama::Template;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::domain::{ids::PortfolioId, secret::SecretKey};

use super::{
    list_query,
    page::{Flash, FlashKind},
    page_context::PageContext,
    respond::{self, HandlerResult},
    routing::{endpoint::Endpoint, paths},
};

/// Longest address with a draft, in bytes. Proxies commonly take 8 kB for a request's first line, and for the header in which the next request says
/// where it comes from; after signing in again the address stands within another.
const ADDRESS_MAX: usize = 6000;

/// Lifetime of a draft: longer than any session, so that signing in again leads back to it.
const HOURS: i64 = 24;

/// The answers of one wizard.
pub(in crate::web) trait Answers: Default + Serialize + DeserializeOwned {
    /// The wizard that they are sealed for. Drafts of another one are refused.
    const WIZARD: &'static Endpoint;
    type Step: Step;
}

/// A step of a wizard.
pub(in crate::web) trait Step: Copy + PartialEq + 'static {
    /// Every step, in order.
    const ALL: &'static [Self];

    /// Its word in addresses and forms.
    fn name(self) -> &'static str;

    /// Counted from 1.
    fn number(self) -> usize {
        Self::ALL.iter().position(|step| *step == self).unwrap_or(0) + 1
    }

    /// The step that a button on this one leads to.
    fn after(self, button: WizardButton) -> Self {
        let number = match button {
            WizardButton::Find => self.number(),
            WizardButton::Next => self.number() + 1,
            WizardButton::Back => self.number() - 1,
            WizardButton::Step1 => 1,
            WizardButton::Step2 => 2,
            WizardButton::Step3 => 3,
            WizardButton::Create => Self::ALL.len(),
        };
        Self::ALL.get(number.clamp(1, Self::ALL.len()) - 1).copied().unwrap_or(self)
    }
}

/// The steps of a wizard in their order, each with its word.
macro_rules! steps {
    ($(#[$doc:meta])* $name:ident { $($step:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
        pub enum $name { $(#[serde(rename = $word)] $step),* }

        impl $crate::web::shared::wizard::Step for $name {
            const ALL: &'static [Self] = &[$(Self::$step),*];

            fn name(self) -> &'static str {
                match self { $(Self::$step => $word),* }
            }
        }
    };
}
pub(in crate::web) use steps;

/// A button of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::web) enum WizardButton {
    Next,
    Back,
    Find,
    #[serde(rename = "step-1")]
    Step1,
    #[serde(rename = "step-2")]
    Step2,
    #[serde(rename = "step-3")]
    Step3,
    /// Writes.
    Create,
}

/// The query of a wizard's page.
#[derive(Debug, Clone, Deserialize)]
pub(in crate::web) struct DraftQuery<S> {
    pub(in crate::web) step: Option<S>,
    #[serde(default)]
    pub(in crate::web) draft: String,
    /// Search of this step.
    #[serde(default)]
    pub(in crate::web) q: String,
    /// The portfolio that one came from.
    pub(in crate::web) portfolio: Option<PortfolioId>,
    /// The query of the list that one came from.
    #[serde(default, rename = "return")]
    pub(in crate::web) return_query: String,
}

impl<S> DraftQuery<S> {
    /// Copy with no more of the search than is looked for.
    pub(in crate::web) fn shortened(self) -> Self {
        Self { q: list_query::looked_for(&self.q), ..self }
    }
}

/// The draft of these answers, as of now.
pub(in crate::web) fn seal<A: Answers>(context: &PageContext, answers: &A) -> String {
    let ctx = &context.state().ctx;
    let kept = serde_json::to_vec(&(ctx.now().and_utc().timestamp(), answers)).unwrap_or_default();
    URL_SAFE_NO_PAD.encode(ctx.key.seal(&purpose::<A>(context), &kept, &*ctx.random))
}

/// Opens a draft, if it was for this user and this wizard, and not too long ago. An empty draft has no answers yet.
pub(in crate::web) fn open<A: Answers>(context: &PageContext, draft: &str) -> Option<A> {
    if draft.is_empty() {
        return Some(A::default());
    }
    let ctx = &context.state().ctx;
    let (at, answers) = unsealed::<A>(&ctx.key, &purpose::<A>(context), draft)?;
    let at = DateTime::from_timestamp(at, 0)?.naive_utc();
    (ctx.now() - at < TimeDelta::hours(HOURS)).then_some(answers)
}

pub(in crate::web) fn unsealed<A: DeserializeOwned>(key: &SecretKey, context: &str, draft: &str) -> Option<(i64, A)> {
    serde_json::from_slice(&key.open(context, &URL_SAFE_NO_PAD.decode(draft).ok()?)?).ok()
}

fn purpose<A: Answers>(context: &PageContext) -> String {
    format!("draft of {} by {}", A::WIZARD.name, context.current.user.id)
}

/// On to a step: to its address, so that a reload sends nothing again; or, where that is too long, to its `page` at once.
pub(in crate::web) fn forward<A: Answers>(step: A::Step, draft: &str, q: &str, page: &impl Template) -> HandlerResult {
    let address = paths::with_query(A::WIZARD.pattern, &[("step", step.name()), ("draft", draft), ("q", &list_query::looked_for(q))]);
    if address.len() > ADDRESS_MAX { respond::page(page) } else { respond::see_other(address) }
}

/// Says on the first step that there was a draft which cannot be read.
pub(in crate::web) fn lost() -> Flash {
    Flash::new(FlashKind::Warn, "Your earlier answers were not kept. Please start again.")
}
