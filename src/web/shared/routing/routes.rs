//! The whole site map.

use actix_session::{
    SessionMiddleware,
    config::{BrowserSession, CookieContentSecurity},
};
use actix_web::{
    HttpResponse, Resource, Route,
    cookie::{Key, SameSite},
    guard,
    http::header,
    middleware::from_fn,
    web::{self, Data, PathConfig, PayloadConfig, QueryConfig, ServiceConfig},
};

use crate::web::{
    ops::health,
    pages::{
        accounts,
        credentials::{
            email_change::{confirm, stop},
            invitation::{accept, new_link},
            password_reset::{ask, choose},
            sign_in, stay_signed_in,
        },
        groups::{self, new},
        portfolios, roles, setup,
        users::{
            bulk,
            directory::{self, revoke, status_actions},
            list, manage, new_user,
        },
    },
    shared::{cookies, error::WebError, form::FORM_MAX, middleware, session::DatabaseSessions, state::State},
};

use super::paths;

/// A page that a link leads to. HEAD is asked like GET, and neither changes anything.
macro_rules! page {
    ($path:ident => $show:expr) => {
        resource(paths::$path::PATTERN, "GET, HEAD").route(get_or_head().to($show))
    };
    ($path:ident => $show:expr, post $submit:expr) => {
        resource(paths::$path::PATTERN, "GET, HEAD, POST").route(get_or_head().to($show)).route(web::post().to($submit))
    };
}

/// A page whose look is written down: GET alone, since HEAD would leave an entry and show nothing, and never from another site.
macro_rules! get_only {
    ($path:ident => $show:expr) => {
        resource(paths::$path::PATTERN, "GET").route(web::get().to($show)).wrap(from_fn(middleware::require_same_site))
    };
}

/// A button.
macro_rules! post {
    ($path:ident => $submit:expr) => {
        resource(paths::$path::PATTERN, "POST").route(web::post().to($submit))
    };
}

fn get_or_head() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

/// An address, and what the answer to any other method names as allowed.
fn resource(pattern: &str, allowed: &'static str) -> Resource {
    let refuse = move || async move { HttpResponse::MethodNotAllowed().insert_header((header::ALLOW, allowed)).finish() };
    web::resource(pattern).default_service(web::to(refuse))
}

/// Everything that is served. The caller wraps the application with [`middleware::serve`].
#[expect(clippy::too_many_lines, reason = "it is the whole site map, an address a line")]
pub fn configure(state: &Data<State>, config: &mut ServiceConfig) {
    config
        .app_data(state.clone())
        .app_data(PayloadConfig::new(FORM_MAX))
        .app_data(PathConfig::default().error_handler(|_, _| WebError::NotFound.into()))
        .app_data(QueryConfig::default().error_handler(|_, _| WebError::Malformed.into()))
        .service(page!(Asset => health::asset))
        .service(page!(Healthz => health::healthz))
        .service(page!(Readyz => health::readyz))
        .service(
            web::scope("")
                .wrap(sessions(state))
                .service(page!(Root => health::root))
                .service(page!(Setup => setup::show, post setup::submit).wrap(from_fn(middleware::token_in_address)))
                .service(page!(SignIn => sign_in::show, post sign_in::submit))
                .service(post!(SignOut => sign_in::sign_out))
                .service(post!(StaySignedIn => stay_signed_in::submit))
                .service(page!(ForgotPassword => ask::show, post ask::submit))
                .service(page!(PasswordReset => choose::show, post choose::submit).wrap(from_fn(middleware::token_in_address)))
                .service(page!(ConfirmEmail => confirm::show, post confirm::submit).wrap(from_fn(middleware::token_in_address)))
                .service(page!(StopEmailChange => stop::show, post stop::submit).wrap(from_fn(middleware::token_in_address)))
                .service(page!(Invitation => accept::show, post accept::submit).wrap(from_fn(middleware::token_in_address)))
                .service(page!(InvitationNewLink => new_link::show, post new_link::submit).wrap(from_fn(middleware::token_in_address)))
                .service(page!(UsersAndGroups => directory::list::list))
                .service(page!(NewUser => directory::invite::show, post directory::invite::submit))
                .service(page!(NewGroup => new::show, post new::submit))
                .service(page!(Group => groups::show::show))
                .service(page!(AddToGroup => groups::add::show, post groups::add::submit))
                .service(page!(RenameGroup => groups::rename::show, post groups::rename::submit))
                .service(page!(DeleteGroup => groups::delete::show, post groups::delete::submit))
                .service(page!(RemoveFromGroup => groups::remove::show, post groups::remove::submit))
                .service(post!(BlockUser => status_actions::block))
                .service(post!(ActivateUser => status_actions::activate))
                .service(page!(DeleteUser => directory::delete::show, post directory::delete::submit))
                .service(post!(ResendInvitation => status_actions::resend))
                .service(page!(RevokeInvitation => revoke::show, post revoke::submit))
                .service(get_only!(InvitationLink => directory::link::show))
                .service(post!(SendMailAgain => directory::send_again::one))
                .service(post!(SendMailsAgain => directory::send_again::all))
                .service(page!(DeletedUsers => directory::deleted::list))
                .service(post!(RestoreUser => directory::deleted::restore))
                .service(page!(UsersAndPermissions => list::list))
                .service(get_only!(ExportUsers => list::export::export))
                .service(page!(BulkUsers => bulk::everybody))
                .service(post!(TickedUsers => bulk::ask))
                .service(post!(DoBulk => bulk::submit))
                .service(page!(NewUserWizard => new_user::show, post new_user::submit))
                .service(page!(Manage => manage::show::show))
                .service(page!(EditUser => manage::edit::show, post manage::edit::submit))
                .service(post!(DeactivateUser => manage::status_actions::deactivate))
                .service(post!(ReactivateUser => manage::status_actions::reactivate))
                .service(post!(EndSessions => manage::status_actions::end_sessions))
                .service(post!(SendPasswordReset => manage::status_actions::send_password_reset))
                .service(post!(WithdrawEmailChange => manage::status_actions::withdraw_email_change))
                .service(post!(ResendFromManage => manage::status_actions::resend))
                .service(page!(RevokeFromManage => manage::revoke::show, post manage::revoke::submit))
                .service(get_only!(LinkFromManage => manage::link::show))
                .service(post!(Assign => manage::assignments::assign))
                .service(post!(Unassign => manage::unassign::several))
                .service(post!(AssignPortfolio => manage::assignments::assign_portfolio))
                .service(page!(UnassignPortfolio => manage::unassign::ask_portfolio, post manage::unassign::portfolio))
                .service(post!(AssignAccount => manage::assignments::assign_account))
                .service(page!(UnassignAccount => manage::unassign::ask_account, post manage::unassign::account))
                .service(post!(SwitchPermission => manage::assignments::switch))
                .service(page!(Roles => roles::show))
                .service(page!(Portfolios => portfolios::list::list))
                .service(page!(NewPortfolio => portfolios::new::show, post portfolios::new::submit))
                .service(page!(Portfolio => portfolios::show::show))
                .service(page!(EditPortfolio => portfolios::edit::show, post portfolios::edit::submit))
                .service(page!(DeactivatePortfolio => portfolios::status_actions::ask, post portfolios::status_actions::deactivate))
                .service(post!(ReactivatePortfolio => portfolios::status_actions::reactivate))
                .service(page!(NewAccount => accounts::new::show, post accounts::new::submit))
                .service(page!(Account => accounts::show::show))
                .service(page!(AddToAccount => accounts::add::show, post accounts::add::submit))
                .service(page!(EditAccount => accounts::edit::show, post accounts::edit::submit))
                .service(page!(MoveAccount => accounts::move_to::show, post accounts::move_to::submit))
                .service(page!(Billing => accounts::billing::show, post accounts::billing::submit)),
        );
}

/// The session's cookie: signed, for as long as the browser runs. How long the session holds is the database's to say.
fn sessions(state: &Data<State>) -> SessionMiddleware<DatabaseSessions> {
    let key = Key::from(&state.ctx.key.derive::<64>("session cookie"));
    let is_https = state.trust.is_https;
    SessionMiddleware::builder(DatabaseSessions { ctx: state.ctx.clone() }, key)
        .cookie_name(cookies::full_name("usher", is_https))
        .cookie_secure(is_https)
        .cookie_http_only(true)
        .cookie_same_site(SameSite::Lax)
        .cookie_content_security(CookieContentSecurity::Signed)
        .session_lifecycle(BrowserSession::default())
        .build()
}
