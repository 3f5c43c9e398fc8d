//! New User: a wizard of three steps. Each step posts its answers with a draft of the others and leads to the next;
//! only the last one writes, and checks everything again, since a posted form proves nothing about earlier steps.

mod answers;
pub mod assignments;
pub mod name_and_role;
pub mod review;

use actix_web::web::Query;

use crate::{
    domain::{idempotency_key::IdempotencyKey, user::DefaultRole},
    usecases::{
        ActionError, EntryPoint, User,
        access::picker_options::{self, PickerQuery},
        users::{self, invite::InviteError},
    },
    web::{
        pages::users::list::query::UserListQuery,
        shared::{
            error::{WebError, too_many_invitations},
            form::Form,
            invitation_flash,
            page_context::PageContext,
            respond::{self, HandlerResult},
            routing::paths,
            wizard::{self, DraftQuery, Step as _, WizardButton},
        },
    },
};

use answers::Origin;
pub use answers::{Answers, Step, WizardForm};
use assignments::AssignmentsPage;
use name_and_role::{Checked, NameAndRolePage};
use review::ReviewPage;

/// `GET /users-and-permissions/new`
pub(in crate::web) async fn show(context: PageContext, query: Query<DraftQuery<Step>>) -> HandlerResult {
    let DraftQuery { step, draft, q, portfolio, return_query } = query.into_inner().shortened();
    let Some(mut answers) = wizard::open::<Answers>(&context, &draft) else {
        return respond::page(&lost(&context, &Answers::default()).await?);
    };
    if draft.is_empty() {
        answers.return_query = UserListQuery::returned(&return_query);
    }
    if let Some(portfolio) = portfolio {
        let came_from = Answers { default_role: Some(DefaultRole::PortfolioAdmin), portfolios: vec![portfolio], ..Answers::default() };
        check_ticks(&context, &came_from, &Answers::default()).await?;
        answers.from = Some(portfolio);
    }
    // A step with missing or outdated answers is not skipped.
    let step = step.unwrap_or(Step::NameAndRole);
    let Some(checked) = Checked::of(&answers).filter(|_| step > Step::NameAndRole) else {
        return respond::page(&NameAndRolePage::new(&context, &answers).await?);
    };
    if step == Step::Review
        && let Some(page) = ReviewPage::new(&context, &answers, checked.clone()).await?
    {
        return respond::page(&page);
    }
    respond::page(&AssignmentsPage::new(&context, &answers, &answers, checked, q, None).await?)
}

/// `POST /users-and-permissions/new`
pub(in crate::web) async fn submit(context: PageContext, form: Form<WizardForm>) -> HandlerResult {
    let Form(form, sent) = form;
    let Some(held) = wizard::open::<Answers>(&context, &form.draft) else {
        let (typed, _) = form.answers(&Answers::default())?;
        let typed =
            Answers { portfolios: Vec::new(), accounts: Vec::new(), no_edit: Vec::new(), billing: Vec::new(), dropped: false, ..typed };
        return respond::again(&lost(&context, &typed).await?);
    };
    let (button, step) = (form.button, form.step);
    let (answers, find) = form.answers(&held)?;
    check_ticks(&context, &answers, &held).await?;
    if button == WizardButton::Create {
        return add(&context, &answers, &held, sent).await;
    }
    let to = step.after(button);
    if to == Step::NameAndRole {
        let page = NameAndRolePage::new(&context, &answers).await?;
        return wizard::forward::<Answers>(to, &page.draft, "", &page);
    }
    let checked = match name_and_role::check(&context, &answers).await? {
        Ok(checked) => checked,
        Err(page) => return respond::again(&*page),
    };
    if to == Step::Assignments {
        let page = AssignmentsPage::new(&context, &answers, &held, checked, find, None).await?;
        return wizard::forward::<Answers>(to, &page.draft, &page.picker.find, &page);
    }
    match ReviewPage::new(&context, &answers, checked.clone()).await? {
        Some(page) => wizard::forward::<Answers>(to, &page.draft, "", &page),
        None => respond::again(&AssignmentsPage::nothing_ticked(&context, &answers, &held, checked).await?),
    }
}

/// First step, with what was `typed` now, after a draft that cannot be read.
async fn lost(context: &PageContext, typed: &Answers) -> Result<NameAndRolePage, WebError> {
    let mut page = NameAndRolePage::new(context, typed).await?;
    page.layout.flash = Some(wizard::lost());
    Ok(page)
}

/// Refuses selections outside the actor's scope, unless they were in the draft `held` and are gone since.
async fn check_ticks(context: &PageContext, answers: &Answers, held: &Answers) -> Result<(), WebError> {
    let portfolios = PickerQuery { search: None, ticked: answers.portfolios.clone(), held: held.held_portfolios(), limit: 0 };
    let accounts = PickerQuery { search: None, ticked: answers.accounts.clone(), held: held.accounts.clone(), limit: 0 };
    context
        .state()
        .run({
            let actor = context.current.user.clone();
            move |ctx| {
                if portfolios.has_new() {
                    picker_options::portfolios_to_give(ctx, &actor, &portfolios)?;
                }
                if accounts.has_new() {
                    picker_options::accounts_to_give(ctx, &actor, &accounts, None)?;
                }
                Ok::<_, ActionError>(())
            }
        })
        .await
}

async fn add(context: &PageContext, answers: &Answers, held: &Answers, sent: IdempotencyKey) -> HandlerResult {
    let checked = match name_and_role::parsed(context, answers).await? {
        Ok(checked) => checked,
        Err(page) => return respond::again(&*page),
    };
    let Some(given) = answers.given() else {
        return respond::again(&AssignmentsPage::nothing_ticked(context, answers, held, checked).await?);
    };
    let Checked { first_name, last_name, email, .. } = checked.clone();
    let new = users::new_user::NewUser { first_name, last_name, email, given };
    let passes_links_on = context.passes_links_on();
    let said = move |user: &User| invitation_flash::invited(user, EntryPoint::UsersAndPermissions, passes_links_on);
    match context.make(sent, said, move |ctx, submission| users::new_user::invite(ctx, submission, &new)).await? {
        Ok(user) => respond::see_other(paths::with_query(paths::Manage { user: user.id }, &[("return", &answers.return_query)])),
        Err(InviteError::Action(error)) if error.is_unknown() => {
            let page = AssignmentsPage::new(context, answers, held, checked, String::new(), None).await?;
            if page.picker.error.is_some() { respond::again(&page) } else { Err(error.into()) }
        }
        Err(InviteError::Action(ActionError::TooManyInvitations { sent, span, wait })) => {
            let page = ReviewPage::new(context, answers, checked).await?.ok_or(WebError::NotFound)?;
            respond::wait(wait, &ReviewPage { held: Some(too_many_invitations(sent, span, &wait)), ..page })
        }
        Err(InviteError::Action(error)) => Err(error.into()),
        // The address was taken since the first step checked it.
        Err(taken) => respond::again(&NameAndRolePage::address_in_use(context, answers, &taken).await?),
    }
}
