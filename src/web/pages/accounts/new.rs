//! New Account: company information, portfolio, users, review. Each step posts its answers with a draft of the others;
//! only the last step writes, and checks everything again.

use actix_web::web::Query;
use askama::Template;
use serde::{Deserialize, Serialize};

use super::{fields::AccountFields, pickers};
use crate::{
    domain::{
        account::AccountDetails,
        idempotency_key::IdempotencyKey,
        ids::{AccountId, PortfolioId, UserId},
        policy::PolicyDenial,
        role::Role,
        search::SearchTerm,
    },
    usecases::{
        ActionError, NameError,
        access::picker_options::{self, PickerQuery},
        accounts,
    },
    web::shared::{
        error::WebError,
        form::{Form, each_once},
        page::{Field, FieldError, Flash, FlashKind, FormErrors, Layout, PICKS_MAX, Picker},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::{endpoint::Endpoint, paths},
        wizard::{self, DraftQuery, Step as _, WizardButton},
    },
};

/// A step of the wizard.
#[derive(Debug, Clone, Template)]
#[template(path = "accounts/new.html")]
pub struct NewAccountPage {
    pub layout: Layout,
    pub step: Step,
    pub fields: AccountFields,
    /// All answers so far, sealed.
    pub draft: String,
    /// Sealed answers of the other steps; the fields of the form have those of this step.
    pub carried: String,
    /// Address for Cancel: the page before the wizard.
    pub cancel: String,
    /// True if the user may make portfolios and there is none.
    pub may_manage: bool,
    pub portfolios: Picker,
    pub users: Picker,
}

wizard::steps! {
    Step {
        Company = "company",
        Portfolio = "portfolio",
        People = "people",
        Review = "review",
    }
}

impl Step {
    fn label(self) -> &'static str {
        match self {
            Self::Company => "Company",
            Self::Portfolio => "Portfolio",
            Self::People => "People",
            Self::Review => "Review",
        }
    }
}

impl NewAccountPage {
    fn errors(&self) -> FormErrors {
        match self.step {
            Step::Company => self.fields.errors(),
            Step::Portfolio => FormErrors::of([(self.portfolios.id, self.portfolios.error.as_ref())]),
            Step::People => FormErrors::of([(self.users.id, self.users.error.as_ref())]),
            Step::Review => FormErrors::default(),
        }
    }

    /// Adds the errors for missing answers.
    fn missing(mut self, answers: &Answers) -> Self {
        match self.step {
            Step::Company => self.fields = answers.fields().0,
            Step::Portfolio => _ = self.portfolios.error.get_or_insert(FieldError::Message("Choose a portfolio".to_owned())),
            Step::People | Step::Review => {}
        }
        self
    }

    fn steps() -> &'static [Step] {
        Step::ALL
    }

    fn picked(picker: &Picker) -> Vec<&str> {
        let picks = picker.groups.iter().flat_map(|(_, picks)| picks);
        picks.filter(|pick| pick.is_ticked).map(|pick| pick.name.as_str()).collect()
    }
}

/// All answers as typed and selected.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Answers {
    name: String,
    website: String,
    notes: String,
    portfolio: Option<PortfolioId>,
    /// Selected users of this portfolio.
    users: Vec<UserId>,
    /// Portfolio on whose page the wizard began.
    from: Option<PortfolioId>,
}

impl Answers {
    /// Copy without the answers of this step's fields.
    fn beside(&self, step: Step) -> Self {
        match step {
            Step::Company => Self { name: String::new(), website: String::new(), notes: String::new(), ..self.clone() },
            Step::Portfolio | Step::People | Step::Review => self.clone(),
        }
    }
}

impl wizard::Answers for Answers {
    const WIZARD: &'static Endpoint = paths::NewAccount::ENDPOINT;
    type Step = Step;
}

/// A posted step: its answers, and the draft of all others.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewAccountForm {
    step: Step,
    #[serde(default)]
    draft: String,
    name: Option<String>,
    website: Option<String>,
    notes: Option<String>,
    portfolio: Option<PortfolioId>,
    #[serde(default)]
    user: Vec<UserId>,
    #[serde(default)]
    find_portfolio: String,
    #[serde(default)]
    find_user: String,
    #[serde(rename = "do")]
    button: WizardButton,
}

impl NewAccountForm {
    /// Merges the posted answers with `held`, those of the draft.
    fn answers(self, held: &Answers) -> Answers {
        let portfolio = self.portfolio.or(held.portfolio);
        // An empty selection counts only in the step that has the checkboxes; users selected in one portfolio need not
        // be in another.
        let is_ticking = self.step == Step::People || !self.user.is_empty() || portfolio != held.portfolio;
        Answers {
            from: held.from,
            name: self.name.unwrap_or_else(|| held.name.clone()),
            website: self.website.unwrap_or_else(|| held.website.clone()),
            notes: self.notes.unwrap_or_else(|| held.notes.clone()),
            portfolio,
            users: match portfolio {
                None => Vec::new(),
                Some(_) if is_ticking => self.user,
                Some(_) => held.users.clone(),
            },
        }
    }
}

impl Answers {
    fn fields(&self) -> (AccountFields, Option<AccountDetails>) {
        AccountFields::typed(&self.name, &self.website, &self.notes)
    }
}

/// `GET /accounts/new`
pub(in crate::web) async fn show(context: PageContext, query: Query<DraftQuery<Step>>) -> HandlerResult {
    let DraftQuery { step, draft, q, portfolio, .. } = query.into_inner().shortened();
    let Some(held) = wizard::open::<Answers>(&context, &draft) else { return respond::page(&lost(&context, &Answers::default()).await?) };
    // A portfolio in the address counts like a posted one.
    let answers = Answers { portfolio: portfolio.or(held.portfolio), from: portfolio.or(held.from), ..held.clone() };
    respond::page(&page(&context, step.unwrap_or(Step::Company), &answers, &held, q).await?)
}

/// `POST /accounts/new`
pub(in crate::web) async fn submit(context: PageContext, form: Form<NewAccountForm>) -> HandlerResult {
    let Form(form, sent) = form;
    each_once(&form.user)?;
    let Some(held) = wizard::open::<Answers>(&context, &form.draft) else {
        let typed = Answers { portfolio: None, users: Vec::new(), ..form.answers(&Answers::default()) };
        return respond::again(&lost(&context, &typed).await?);
    };
    let (button, to) = (form.button, form.step.after(form.button));
    let find = match (button, to) {
        (WizardButton::Find, Step::Portfolio) => form.find_portfolio.clone(),
        (WizardButton::Find, Step::People) => form.find_user.clone(),
        _ => String::new(),
    };
    let answers = form.answers(&held);
    let page = page(&context, to, &answers, &held, find.clone()).await?;
    if page.step < to {
        return respond::again(&page.missing(&answers));
    }
    match (button, answers.portfolio, answers.fields().1) {
        (WizardButton::Create, Some(portfolio), Some(details)) => create(&context, portfolio, details, &answers, sent).await,
        _ => wizard::forward::<Answers>(to, &page.draft, &find, &page),
    }
}

async fn create(
    context: &PageContext,
    portfolio: PortfolioId,
    details: AccountDetails,
    answers: &Answers,
    sent: IdempotencyKey,
) -> HandlerResult {
    let (name, users) = (details.name.clone(), answers.users.clone());
    let said = move |_: &AccountId| Flash::new(FlashKind::Ok, format!("Created the account {name}."));
    let create = move |ctx: &_, submission: &_| accounts::create(ctx, submission, portfolio, &details, &users);
    match context.make(sent, said, create).await? {
        Ok(account) => respond::see_other(paths::Account { account }),
        Err(NameError::Taken) => {
            let mut page = page(context, Step::Company, answers, answers, String::new()).await?;
            page.fields = page.fields.name_taken();
            respond::again(&page)
        }
        // Gone or deactivated since this request looked.
        Err(NameError::Action(ActionError::Refused { denial: PolicyDenial::Unknown | PolicyDenial::PortfolioDeactivated, .. })) => {
            let page = page(context, Step::Review, answers, answers, String::new()).await?;
            if page.step < Step::Review { respond::again(&page) } else { Err(WebError::NotFound) }
        }
        Err(NameError::Action(error)) => Err(error.into()),
    }
}

/// First step, with what was `typed` now, after a draft that cannot be read.
async fn lost(context: &PageContext, typed: &Answers) -> Result<NewAccountPage, WebError> {
    let mut page = page(context, Step::Company, typed, &Answers::default(), String::new()).await?;
    page.layout.flash = Some(wizard::lost());
    Ok(page)
}

/// The step, or the one before it whose answer is missing or no longer valid. `held` are the answers of a draft: the
/// page reports selections from there that are gone.
async fn page(context: &PageContext, step: Step, answers: &Answers, held: &Answers, find: String) -> Result<NewAccountPage, WebError> {
    let searched = |at| SearchTerm::parse(if step == at { &find } else { "" });
    let portfolio = answers.portfolio;
    let portfolios = PickerQuery {
        search: searched(Step::Portfolio),
        ticked: portfolio.into_iter().collect(),
        held: held.portfolio.into_iter().collect(),
        limit: PICKS_MAX,
    };
    let users = PickerQuery { search: searched(Step::People), ticked: answers.users.clone(), held: held.users.clone(), limit: PICKS_MAX };
    let (layout_data, (portfolios, users)) = context
        .open(move |ctx, actor| {
            let portfolios = picker_options::portfolios_for_accounts(ctx, actor, &portfolios)?;
            let portfolio = portfolio.filter(|_| portfolios.lost == 0);
            Ok((portfolios, portfolio.map(|portfolio| picker_options::users_of(ctx, actor, portfolio, &users)).transpose()?))
        })
        .await?;
    let reached = match (answers.fields().1, &users) {
        (None, _) => Step::Company,
        (Some(_), None) => Step::Portfolio,
        (Some(_), Some(users)) if users.lost > 0 => Step::People,
        (Some(_), Some(_)) => Step::Review,
    };
    let step = step.min(reached);
    let found = |at| if step == at { find.clone() } else { String::new() };
    Ok(NewAccountPage {
        layout: context.layout(&layout_data),
        step,
        fields: AccountFields {
            name: Field::new(&*answers.name),
            website: Field::new(&*answers.website),
            notes: Field::new(&*answers.notes),
        },
        draft: wizard::seal(context, answers),
        carried: wizard::seal(context, &answers.beside(step)),
        cancel: answers.from.map_or_else(|| paths::Portfolios {}.to_string(), |portfolio| paths::Portfolio { portfolio }.to_string()),
        may_manage: context.current.user.actor().role == Role::Admin,
        portfolios: pickers::portfolios(portfolios, found(Step::Portfolio)),
        users: pickers::users(users.unwrap_or_default(), found(Step::People), "People in the portfolio", layout_data.now.at),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::{page::PickerKind, samples::check};

    #[test]
    fn renders() {
        for &step in Step::ALL {
            check(&format!("new-account-{}", step.name()), |sample| NewAccountPage {
                layout: sample.layout(),
                step,
                fields: AccountFields::typed(&sample.text, "x", &sample.text).0,
                draft: sample.text.clone(),
                carried: sample.text.clone(),
                cancel: paths::Portfolios {}.to_string(),
                may_manage: sample.rows > 20,
                portfolios: Picker {
                    error: Some(FieldError::Message("No".into())),
                    id: "portfolios",
                    ..Picker::sample(sample, PickerKind::One)
                },
                users: Picker { id: "people", ..Picker::sample(sample, PickerKind::Many) },
            });
        }
    }
}
