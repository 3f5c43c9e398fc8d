//! New User: the wizard of three steps. Each step posts all answers so far and is answered with the next one; only the last one writes, and
//! checks everything again, since a posted form proves nothing about the steps before it.

mod answers;
pub mod assignments;
pub mod name_and_role;
pub mod review;

use crate::{
    domain::{permission::Permission, policy::Action, sent_form::SentForm},
    usecases::{invitations::InviteError, new_user},
    web::{
        console::Console,
        form::Form,
        page::{Flash, FlashKind},
        paths,
        respond::{self, Answer},
    },
};

pub use answers::{Answers, Hidden, WizardForm};
use answers::{Do, Step};
use name_and_role::{Checked, NameAndRolePage};

/// `GET /users-and-permissions/new`
pub(in crate::web) async fn show(console: Console) -> Answer {
    respond::page(&NameAndRolePage::new(&console, &Answers::default()).await?)
}

/// `POST /users-and-permissions/new`
pub(in crate::web) async fn submit(console: Console, form: Form<WizardForm>) -> Answer {
    console.open(Action::Use(Permission::UsersInvite), |_, _| Ok(())).await?;
    let Form(form, sent) = form;
    let (what, step) = (form.what, form.step);
    let (answers, find) = form.answers()?;
    let to = match (what, step) {
        (Do::Next, Step::NameAndRole) | (Do::Find | Do::Step2, _) | (Do::Back, Step::Review) => Step::Assignments,
        (Do::Next, Step::Assignments | Step::Review) => Step::Review,
        (Do::Back, Step::NameAndRole | Step::Assignments) | (Do::Step1, _) => Step::NameAndRole,
        (Do::Add, _) => return add(&console, &answers, sent).await,
    };
    if to == Step::NameAndRole {
        return respond::page(&NameAndRolePage::new(&console, &answers).await?);
    }
    let checked = match name_and_role::check(&console, &answers).await? {
        Ok(checked) => checked,
        Err(page) => return respond::again(&*page),
    };
    if to == Step::Assignments {
        return respond::page(&assignments::AssignmentsPage::new(&console, &answers, checked, find, None).await?);
    }
    match review::ReviewPage::new(&console, &answers, checked.clone()).await? {
        Some(page) => respond::page(&page),
        None => respond::again(&assignments::AssignmentsPage::nothing_ticked(&console, &answers, checked).await?),
    }
}

async fn add(console: &Console, answers: &Answers, sent: SentForm) -> Answer {
    let checked = match name_and_role::parsed(console, answers).await? {
        Ok(checked) => checked,
        Err(page) => return respond::again(&*page),
    };
    let Some(given) = answers.given() else {
        return respond::again(&assignments::AssignmentsPage::nothing_ticked(console, answers, checked).await?);
    };
    let Checked { first_name, last_name, email, .. } = checked;
    let new = new_user::NewUser { first_name, last_name, email, given };
    match console.make(sent, move |ctx, caller| new_user::invite(ctx, caller, &new)).await? {
        Ok(person) => {
            let how = if console.passes_links_on() { " Show link on this page gives you the link to pass on." } else { "" };
            let text = format!("{} is invited: an invitation goes to {}.{how}", person.display_name(), person.email);
            console.done(&Flash::new(FlashKind::Ok, text), paths::Manage { user: person.id })
        }
        Err(InviteError::Denied(denied)) => Err(denied.into()),
        // Taken since the first step looked.
        Err(taken) => respond::again(&NameAndRolePage::taken(console, answers, &taken).await?),
    }
}
