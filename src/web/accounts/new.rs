//! New Account: company information, portfolio, people, review. Each step posts all answers so far; nothing is written before the last one,
//! which checks everything again.

use actix_web::web::Query;
use askama::Template;
use serde::Deserialize;

use super::{fields::AccountFields, picks};
use crate::{
    domain::{
        account::AccountDetails,
        ids::{PortfolioId, UserId},
        permission::Permission,
        policy::Action,
        search::SearchTerm,
        sent_form::SentForm,
    },
    usecases::{
        accounts::{self, AccountError},
        offers::{self, Wanted},
    },
    web::{
        console::Console,
        failure::Failure,
        form::Form,
        page::{Field, FieldError, Flash, FlashKind, FormErrors, PICKS_MAX, Picker, Shell},
        paths,
        respond::{self, Answer},
    },
};

/// One step.
#[derive(Debug, Clone, Template)]
#[template(path = "accounts/new.html")]
pub struct NewAccountPage {
    pub shell: Shell,
    pub step: Step,
    pub fields: AccountFields,
    /// The answers of other steps, which the form carries along.
    pub carried: Vec<(&'static str, String)>,
    pub portfolios: Picker,
    pub people: Picker,
}

/// Where one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    Company,
    Portfolio,
    People,
    Review,
}

impl Step {
    const ALL: [(Self, &'static str); 4] =
        [(Self::Company, "Company"), (Self::Portfolio, "Portfolio"), (Self::People, "People"), (Self::Review, "Review")];

    fn number(self) -> usize {
        self as usize + 1
    }

    fn before(self) -> Self {
        match self {
            Self::Company | Self::Portfolio => Self::Company,
            Self::People => Self::Portfolio,
            Self::Review => Self::People,
        }
    }

    fn after(self) -> Self {
        match self {
            Self::Company => Self::Portfolio,
            Self::Portfolio => Self::People,
            Self::People | Self::Review => Self::Review,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::Portfolio => "portfolio",
            Self::People => "people",
            Self::Review => "review",
        }
    }
}

/// Which button was pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Do {
    Next,
    Back,
    Find,
    #[serde(rename = "step-1")]
    Company,
    #[serde(rename = "step-2")]
    Portfolio,
    #[serde(rename = "step-3")]
    People,
    Create,
}

impl NewAccountPage {
    fn errors(&self) -> FormErrors {
        let mut errors = if self.step == Step::Company { self.fields.errors() } else { FormErrors::default() };
        if self.step == Step::Portfolio {
            errors.and("portfolios", self.portfolios.error.as_ref());
        }
        errors
    }

    fn steps() -> [(Step, &'static str); 4] {
        Step::ALL
    }

    fn picked(picker: &Picker) -> Vec<&str> {
        let picks = picker.groups.iter().flat_map(|(_, picks)| picks);
        picks.filter(|pick| pick.is_ticked).map(|pick| pick.name.as_str()).collect()
    }
}

/// All answers so far.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewAccountForm {
    step: Step,
    #[serde(default)]
    name: String,
    #[serde(default)]
    website: String,
    #[serde(default)]
    notes: String,
    portfolio: Option<PortfolioId>,
    #[serde(default)]
    user: Vec<UserId>,
    #[serde(default)]
    find_portfolio: String,
    #[serde(default)]
    find_user: String,
    /// The portfolio that the people were ticked in.
    people_of: Option<PortfolioId>,
    r#do: Do,
}

/// In which portfolio one was.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewAccountQuery {
    portfolio: Option<PortfolioId>,
}

/// `GET /accounts/new`
pub(in crate::web) async fn show(console: Console, query: Query<NewAccountQuery>) -> Answer {
    let form = NewAccountForm {
        step: Step::Company,
        name: String::new(),
        website: String::new(),
        notes: String::new(),
        portfolio: query.portfolio,
        user: Vec::new(),
        find_portfolio: String::new(),
        find_user: String::new(),
        people_of: None,
        r#do: Do::Next,
    };
    respond::page(&page(&console, Step::Company, form, AccountFields::default()).await?)
}

/// `POST /accounts/new`
pub(in crate::web) async fn submit(console: Console, form: Form<NewAccountForm>) -> Answer {
    let Form(mut form, sent) = form;
    // Somebody ticked in one portfolio need not be in another.
    if form.people_of != form.portfolio {
        form.user.clear();
    }
    let (fields, details) = AccountFields::typed(&form.name, &form.website, &form.notes);
    let as_typed = || AccountFields { name: Field::new(&*form.name), website: Field::new(&*form.website), notes: Field::new(&*form.notes) };
    let step = match form.r#do {
        Do::Find => form.step,
        Do::Back => form.step.before(),
        Do::Company => Step::Company,
        Do::Portfolio => Step::Portfolio,
        Do::People => Step::People,
        Do::Next => form.step.after(),
        Do::Create => Step::Review,
    };
    if step == Step::Company || form.r#do == Do::Find {
        let fields = as_typed();
        return respond::page(&page(&console, step, form, fields).await?);
    }
    // No step is reached past one whose answer is missing, however the form was sent.
    let Some(details) = details else { return respond::again(&page(&console, Step::Company, form, fields).await?) };
    let Some(portfolio) = form.portfolio.filter(|_| step > Step::Portfolio) else {
        let is_missing = step > Step::Portfolio;
        let mut page = page(&console, Step::Portfolio, form, fields).await?;
        if !is_missing {
            return respond::page(&page);
        }
        page.portfolios.error = Some(FieldError::Said("Choose a portfolio".to_owned()));
        return respond::again(&page);
    };
    if form.r#do == Do::Create {
        create(&console, portfolio, details, fields, form, sent).await
    } else {
        respond::page(&page(&console, step, form, fields).await?)
    }
}

async fn create(
    console: &Console,
    portfolio: PortfolioId,
    details: AccountDetails,
    fields: AccountFields,
    form: NewAccountForm,
    sent: SentForm,
) -> Answer {
    let (name, people) = (details.name.clone(), form.user.clone());
    match console.make(sent, move |ctx, caller| accounts::create(ctx, caller, portfolio, &details, &people)).await? {
        Ok(account) => console.done(&Flash::new(FlashKind::Ok, format!("The account {name} is created.")), paths::Account { account }),
        Err(AccountError::NameTaken) => respond::again(&page(console, Step::Company, form, fields.name_taken()).await?),
        Err(AccountError::PortfolioDeactivated) => {
            // It cannot be chosen any more, nor can its people.
            let form = NewAccountForm { portfolio: None, user: Vec::new(), people_of: None, ..form };
            let mut page = page(console, Step::Portfolio, form, fields).await?;
            page.portfolios.error = Some(FieldError::Said("This portfolio is deactivated. Choose another".to_owned()));
            respond::again(&page)
        }
        // An account that is not there yet cannot be changed by others.
        Err(AccountError::Stale(_)) => Err(Failure::Internal("a new account was stale".to_owned())),
        Err(AccountError::Denied(denied)) => Err(denied.into()),
    }
}

async fn page(console: &Console, step: Step, form: NewAccountForm, fields: AccountFields) -> Result<NewAccountPage, Failure> {
    let portfolio = form.portfolio;
    let wanted = Wanted { search: SearchTerm::parse(&form.find_portfolio), ticked: portfolio.into_iter().collect(), limit: PICKS_MAX };
    let users = Wanted { search: SearchTerm::parse(&form.find_user), ticked: form.user.clone(), limit: PICKS_MAX };
    let (frame, (portfolios, people)) = console
        .open(Action::Use(Permission::AccountsCreate), move |ctx, actor| {
            let portfolios = offers::portfolios_for_accounts(ctx, actor, &wanted)?;
            Ok((portfolios, portfolio.map(|portfolio| offers::people_of(ctx, actor, portfolio, &users)).transpose()?))
        })
        .await?;
    let mut carried = vec![("step", step.name().to_owned())];
    if step != Step::Company {
        carried.extend([("name", form.name), ("website", form.website), ("notes", form.notes)]);
    }
    let portfolio = portfolio.map(|portfolio| portfolio.to_string());
    if step != Step::Portfolio {
        carried.extend(portfolio.iter().map(|portfolio| ("portfolio", portfolio.clone())));
    }
    carried.extend(portfolio.map(|portfolio| ("people_of", portfolio)));
    if step != Step::People {
        carried.extend(form.user.iter().map(|user| ("user", user.to_string())));
    }
    let nobody = || offers::Offer { rows: Vec::new(), has_more: false, count: crate::usecases::Count::Exactly(0), ticked: Vec::new() };
    Ok(NewAccountPage {
        shell: console.shell(&frame),
        step,
        fields,
        carried,
        portfolios: picks::portfolios(portfolios, form.find_portfolio),
        people: picks::people(people.unwrap_or_else(nobody), form.find_user, "People in the portfolio", frame.now),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::{page::PickerKind, samples::check};

    #[test]
    fn renders() {
        for (step, name) in Step::ALL {
            check(&format!("new-account-{name}"), |sample| NewAccountPage {
                shell: sample.shell(),
                step,
                fields: AccountFields::typed(&sample.text, "x", &sample.text).0,
                carried: vec![("step", step.name().to_owned()), ("notes", sample.text.clone())],
                portfolios: Picker {
                    error: Some(FieldError::Said("No".into())),
                    id: "portfolios",
                    ..Picker::sample(sample, PickerKind::One)
                },
                people: Picker { id: "people", ..Picker::sample(sample, PickerKind::Many) },
            });
        }
    }
}
