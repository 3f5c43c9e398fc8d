//! Answers: a page, a form again, the way to another page with what happened.

use actix_session::Session;
use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};
use askama::Template;

use crate::{
    domain::{policy::Role, user::DefaultRole},
    usecases::directory::Frame,
};

use super::{
    extract::{CurrentUser, Guest},
    failure::Failure,
    page::{Gate, Person, Section, Shell},
    state::State,
};

/// What every handler answers.
pub(super) type Answer = Result<HttpResponse, Failure>;

/// A page.
pub(super) fn page(page: &impl Template) -> Answer {
    with_status(StatusCode::OK, page)
}

/// The form again, with what is wrong with it.
pub(super) fn again(page: &impl Template) -> Answer {
    with_status(StatusCode::UNPROCESSABLE_ENTITY, page)
}

pub(super) fn with_status(status: StatusCode, page: &impl Template) -> Answer {
    Ok(HttpResponse::build(status).content_type("text/html; charset=utf-8").body(super::page::render(page)?))
}

/// On to another page, which a reload then repeats.
#[expect(clippy::unnecessary_wraps, reason = "it ends handlers, like the other answers")]
pub(super) fn see_other(path: impl ToString) -> Answer {
    Ok(HttpResponse::SeeOther().insert_header((header::LOCATION, path.to_string())).finish())
}

/// The console's frame for somebody signed in. It takes what the last request left to be said.
pub(super) fn shell(state: &State, user: &CurrentUser, session: &Session, frame: &Frame) -> Shell {
    let role = user.person.actor().role;
    Shell {
        company: frame.company.name.clone(),
        me: Person::from(&user.person.who()),
        nav: Section::UsersAndGroups.nav(role),
        csrf: user.csrf(state),
        flash: user.take_flash(session),
        is_only_admin: frame.is_single_admin,
        mails_to_files: role == Role::of(true, DefaultRole::User) && !state.ctx.sends_mail,
    }
}

/// The frame of a page that needs no session.
pub(super) fn gate(state: &State, guest: &Guest, company: &str) -> Gate {
    Gate { company: company.to_owned(), csrf: guest.csrf(state), flash: None }
}
