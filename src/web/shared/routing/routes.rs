//! The whole site map.

use actix_session::{
    SessionMiddleware,
    config::{BrowserSession, CookieContentSecurity},
};
use actix_web::{
    HttpResponse, Resource, Route,
    cookie::SameSite,
    guard,
    http::header,
    middleware::from_fn,
    web::{self, Data, PathConfig, PayloadConfig, QueryConfig, ServiceConfig},
};

use crate::{
    domain::ids::{AccountId, PortfolioId, UserId},
    web::{
        ops::health,
        pages::{
            accounts,
            assets::{self, definition},
            audit_log,
            credentials::{
                confirm_identity,
                email_change::{confirm, stop, undo},
                invitation::{accept, new_link},
                passkey_sign_in,
                password_reset::{ask, choose},
                recovery, second_step, sign_in, stay_signed_in, unsent_form,
            },
            groups::{self, new},
            home,
            my_account::{self, passkeys, two_factor},
            portfolios, roles, settings, setup,
            users::{bulk, directory, link, list, manage, new_user, revoke, status_actions},
        },
        shared::{
            cookies,
            error::WebError,
            form::{FORM_MAX, LONG_FORM_MAX},
            held_forms,
            session::{COOKIE, DatabaseSessions, cookie_key},
            state::State,
        },
    },
};

use super::{
    endpoint::{Endpoint, Kind},
    paths,
};

/// An address with its handlers: that of the page, then that of the form. Which of them there are is declared with the address.
macro_rules! at {
    ($path:ident => $handler:expr) => {{
        const { assert!(!(paths::$path::ENDPOINT.kind.shows_page() && paths::$path::ENDPOINT.kind.takes_form()), "takes two handlers") };
        resource(paths::$path::ENDPOINT).route(methods(paths::$path::ENDPOINT.kind).to($handler))
    }};
    ($path:ident => $show:expr, $submit:expr) => {{
        const { assert!(paths::$path::ENDPOINT.kind.shows_page() && paths::$path::ENDPOINT.kind.takes_form(), "takes one handler") };
        resource(paths::$path::ENDPOINT).route(methods(paths::$path::ENDPOINT.kind).to($show)).route(web::post().to($submit))
    }};
}

/// The methods of an address with one handler, and of the page where there are two.
fn methods(kind: Kind) -> Route {
    match kind {
        Kind::Page | Kind::Form | Kind::Wizard => web::route().guard(guard::Any(guard::Get()).or(guard::Head())),
        Kind::Button => web::post(),
        Kind::Recorded | Kind::RecordedForm => web::get(),
    }
}

/// An address, known to its handlers by [`Endpoint::of`]. The answer to any other method names those that it takes.
fn resource(endpoint: &'static Endpoint) -> Resource {
    let refuse = move || async move { HttpResponse::MethodNotAllowed().insert_header((header::ALLOW, endpoint.kind.allow())).finish() };
    web::resource(endpoint.pattern).app_data(endpoint).default_service(web::to(refuse))
}

/// Everything that is served. The caller wraps the application with [`crate::web::shared::middleware::serve`].
#[expect(clippy::too_many_lines, reason = "it is the whole site map, an address a line")]
pub fn configure(state: &Data<State>, config: &mut ServiceConfig) {
    config
        .app_data(state.clone())
        .app_data(PayloadConfig::new(FORM_MAX))
        .app_data(PathConfig::default().error_handler(|_, _| WebError::NotFound.into()))
        .app_data(QueryConfig::default().error_handler(|_, _| WebError::Malformed.into()))
        .service(at!(StaticFile => health::asset))
        .service(at!(Healthz => health::healthz))
        .service(at!(Readyz => health::readyz))
        .service(
            web::scope("")
                .wrap(from_fn(held_forms::serve))
                .wrap(sessions(state))
                .service(at!(Root => home::show))
                .service(at!(Setup => setup::show, setup::submit))
                .service(at!(SignIn => sign_in::show, sign_in::submit))
                .service(at!(SecondStep => second_step::show, second_step::submit))
                .service(at!(PasskeySignIn => passkey_sign_in::submit))
                .service(at!(SignOut => sign_in::sign_out))
                .service(at!(StaySignedIn => stay_signed_in::submit))
                .service(at!(ConfirmIdentity => confirm_identity::show, confirm_identity::submit))
                .service(at!(UnsentForm => unsent_form::show, unsent_form::discard))
                .service(at!(MyAccount => my_account::show::show))
                .service(at!(RenameOneself => my_account::name::submit))
                .service(at!(ChangeOwnEmail => my_account::email::submit))
                .service(at!(KeepOwnEmail => my_account::email::keep))
                .service(at!(ChangePassword => my_account::password::submit))
                .service(at!(TurnOnTwoFactor => two_factor::show, two_factor::turn_on))
                .service(at!(TurnOffTwoFactor => two_factor::ask_off, two_factor::turn_off))
                .service(at!(RenewRecoveryCodes => two_factor::ask_codes, two_factor::renew_codes))
                .service(at!(RecoveryCodesFile => two_factor::file))
                .service(at!(NewPasskey => passkeys::show, passkeys::add))
                .service(at!(RenamePasskey => passkeys::ask_name, passkeys::rename))
                .service(at!(RemovePasskey => passkeys::ask_removal, passkeys::remove))
                .service(at!(ChangeAppearance => my_account::appearance::submit))
                .service(at!(EndOwnSession => my_account::sessions::end))
                .service(at!(EndOtherSessions => my_account::sessions::end_others))
                .service(at!(ForgotPassword => ask::show, ask::submit))
                .service(at!(PasswordReset => choose::show, choose::submit))
                .service(at!(Recovery => recovery::show, recovery::submit))
                .service(at!(ConfirmEmail => confirm::show, confirm::submit))
                .service(at!(StopEmailChange => stop::show, stop::submit))
                .service(at!(UndoEmailChange => undo::show, undo::submit))
                .service(at!(Invitation => accept::show, accept::submit))
                .service(at!(InvitationNewLink => new_link::show, new_link::submit))
                .service(at!(UsersAndGroups => directory::list::list))
                .service(at!(NewUser => directory::invite::show, directory::invite::submit))
                .service(at!(NewGroup => new::show, new::submit))
                .service(at!(Group => groups::show::show))
                .service(at!(AddToGroup => groups::add::show, groups::add::submit))
                .service(at!(RenameGroup => groups::rename::show, groups::rename::submit))
                .service(at!(DeleteGroup => groups::delete::show, groups::delete::submit))
                .service(at!(RemoveFromGroup => groups::remove::show, groups::remove::submit))
                .service(at!(BlockUser => status_actions::deactivate))
                .service(at!(ActivateUser => status_actions::reactivate))
                .service(at!(DeleteUser => directory::delete::show, directory::delete::submit))
                .service(at!(UserAssets => assets::owner::show_all, assets::owner::submit_all))
                .service(at!(ResendInvitation => status_actions::resend))
                .service(at!(RevokeInvitation => revoke::show, revoke::submit))
                .service(at!(InvitationLink => link::show, link::submit))
                .service(at!(SendMailAgain => directory::send_again::one))
                .service(at!(SendMailsAgain => directory::send_again::all))
                .service(at!(DeletedUsers => directory::deleted::list))
                .service(at!(RestoreUser => directory::deleted::restore))
                .service(at!(UsersAndPermissions => list::list))
                .service(at!(ExportUsers => list::export::export))
                .service(at!(BulkUsers => bulk::everybody))
                .service(at!(TickedUsers => bulk::ask))
                .service(at!(DoBulk => bulk::submit))
                .service(at!(NewUserWizard => new_user::show, new_user::submit))
                .service(at!(Manage => manage::show::show))
                .service(at!(EditUser => manage::edit::show, manage::edit::submit))
                .service(at!(DeactivateUser => status_actions::deactivate))
                .service(at!(ReactivateUser => status_actions::reactivate))
                .service(at!(EndSessions => manage::status_actions::end_sessions))
                .service(at!(ResetTwoFactor => manage::two_factor::show, manage::two_factor::submit))
                .service(at!(SendPasswordReset => manage::status_actions::send_password_reset))
                .service(at!(WithdrawEmailChange => manage::status_actions::withdraw_email_change))
                .service(at!(ResendFromManage => status_actions::resend))
                .service(at!(RevokeFromManage => revoke::show, revoke::submit))
                .service(at!(LinkFromManage => link::show, link::submit))
                .service(at!(Assign => manage::assignments::assign))
                .service(at!(Unassign => manage::unassign::several))
                .service(at!(AssignPortfolio => manage::assignments::assign_portfolio))
                .service(at!(UnassignPortfolio => manage::unassign::ask_portfolio, manage::unassign::portfolio))
                .service(at!(AssignAccount => manage::assignments::assign_account))
                .service(at!(UnassignAccount => manage::unassign::ask_account, manage::unassign::account))
                .service(at!(TogglePermission => manage::assignments::toggle))
                .service(at!(Roles => roles::show))
                .service(at!(Portfolios => portfolios::list::list))
                .service(at!(NewPortfolio => portfolios::new::show, portfolios::new::submit))
                .service(at!(Accounts => accounts::list::list))
                .service(at!(Portfolio => portfolios::show::show))
                .service(at!(EditPortfolio => portfolios::edit::show, portfolios::edit::submit))
                .service(at!(DeactivatePortfolio => portfolios::status_actions::ask, portfolios::status_actions::deactivate))
                .service(at!(ReactivatePortfolio => portfolios::status_actions::reactivate))
                .service(at!(NewAccount => accounts::new::show, accounts::new::submit))
                .service(at!(Account => accounts::show::show))
                .service(at!(AddToAccount => accounts::add::show, accounts::add::submit))
                .service(at!(EditAccount => accounts::edit::show, accounts::edit::submit))
                .service(at!(MoveAccount => accounts::move_to::show, accounts::move_to::submit))
                .service(at!(Billing => accounts::billing::show, accounts::billing::submit))
                .service(at!(UserActivity => audit_log::activity::show::<UserId>))
                .service(at!(PortfolioActivity => audit_log::activity::show::<PortfolioId>))
                .service(at!(AccountActivity => audit_log::activity::show::<AccountId>))
                .service(at!(UserAccess => audit_log::access_on::show::<UserId>))
                .service(at!(ExportUserAccess => audit_log::access_on::export::<UserId>))
                .service(at!(PortfolioAccess => audit_log::access_on::show::<PortfolioId>))
                .service(at!(ExportPortfolioAccess => audit_log::access_on::export::<PortfolioId>))
                .service(at!(AccountAccess => audit_log::access_on::show::<AccountId>))
                .service(at!(ExportAccountAccess => audit_log::access_on::export::<AccountId>))
                .service(at!(AuditLog => audit_log::list::list))
                .service(at!(ExportAuditLog => audit_log::export::export))
                .service(at!(AuditLogPerson => audit_log::person::find))
                .service(at!(AuditLogPlace => audit_log::place::find))
                .service(at!(RefusedSignIns => audit_log::refusals::list))
                .service(at!(ExportRefusedSignIns => audit_log::refusals::export))
                .service(at!(AuditProof => audit_log::proof::show))
                .service(at!(VerifyAuditLog => audit_log::proof::verify))
                .service(at!(AcknowledgeRecovery => recovery::acknowledge))
                .service(at!(AuditEntry => audit_log::entry::show))
                .service(at!(Settings => settings::show::show, settings::show::submit))
                .service(at!(SendTestMail => settings::test_mail::submit))
                .service(at!(Assets => assets::list::mine))
                .service(at!(SharedAssets => assets::list::shared))
                .service(at!(AllAssets => assets::list::all))
                .service(at!(ChangeOwners => assets::owner::show_selected, assets::owner::submit_selected))
                .service(at!(NewAsset => assets::new::show, assets::new::submit))
                .service(at!(DeletedAssets => assets::deleted::list))
                .service(at!(RestoreAsset => assets::deleted::restore))
                .service(at!(Asset => assets::show::show))
                .service(at!(EditAsset => assets::edit::show, assets::edit::submit))
                .service(at!(MoveAsset => assets::move_to::show, assets::move_to::submit))
                .service(at!(ShareAsset => assets::share::show, assets::share::submit))
                .service(at!(ChangeOwner => assets::owner::show, assets::owner::submit))
                .service(at!(DeleteAsset => assets::delete::show, assets::delete::submit))
                .service(at!(Connection => assets::connection::show, assets::connection::submit))
                .service(at!(Definition => definition::show::show))
                .service(
                    at!(EditDefinition => definition::edit::show, definition::edit::submit).app_data(PayloadConfig::new(LONG_FORM_MAX)),
                )
                .service(at!(CompareVersions => definition::compare::show))
                .service(at!(DefinitionVersion => definition::version::show))
                .service(at!(BringBackVersion => definition::version::bring_back)),
        );
}

/// The session's cookie: signed, for as long as the browser runs. How long the session holds is the database's to say.
fn sessions(state: &Data<State>) -> SessionMiddleware<DatabaseSessions> {
    let is_https = state.trust.is_https;
    SessionMiddleware::builder(DatabaseSessions { ctx: state.ctx.clone() }, cookie_key(&state.ctx.key))
        .cookie_name(cookies::full_name(COOKIE, is_https))
        .cookie_secure(is_https)
        .cookie_http_only(true)
        .cookie_same_site(SameSite::Lax)
        .cookie_content_security(CookieContentSecurity::Signed)
        .session_lifecycle(BrowserSession::default())
        .build()
}
