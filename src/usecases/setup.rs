//! First start: the company and its first Admin. Also Admins made on the command line.

use chrono::TimeDelta;

use crate::{
    domain::{
        audit::AuditEvent,
        clock::random_bytes,
        company::Company,
        credentials::{
            password::{NewPassword, Password},
            token::{Token, TokenEnd, TokenPurpose},
        },
        email_address::EmailAddress,
        ids::UserId,
        policy::GroupAction,
        text::{CompanyName, PersonName},
        user::Who,
    },
    store::{
        StoreError, company,
        groups::{self, ADMINS},
        tokens::{self, NewToken},
        users::{self, NewActive},
    },
};

use super::{
    ActionError, ClientInfo, Context, NewPasswordError, Principal,
    credentials::{new_password, sessions},
    shared::{
        error::action_error_from_store,
        scoped_actor::ScopedActor,
        transaction::{Rights, UnitOfWork},
    },
};

/// Term of the printed address.
const TERM: TimeDelta = TimeDelta::hours(24);

/// A user who becomes an Admin without an invitation.
#[derive(Debug, Clone)]
pub struct NewAdmin {
    pub first_name: PersonName,
    pub last_name: PersonName,
    pub email: EmailAddress,
}

/// Reason for which the company is not set up.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// Unknown, used or expired address.
    #[error("the setup address does not exist")]
    NoSuchAddress,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Password(#[from] NewPasswordError),
}

/// Makes the single-use setup address in place of an earlier one; `None` once there are users.
pub fn open(ctx: &Context) -> Result<Option<String>, StoreError> {
    let (now, token) = (ctx.now(), Token::new(&*ctx.random));
    let opened = ctx.store.write_transaction(|tx| {
        if users::is_anybody(tx.db())? {
            return Ok(false);
        }
        tokens::end_setup(tx, TokenEnd::Replaced, now)?;
        let new = NewToken {
            purpose: TokenPurpose::Setup,
            hash: token.hash(),
            user: None,
            email: None,
            asked_by: None,
            expires_at: now + TERM,
            now,
        };
        tokens::insert(tx, &new)?;
        Ok::<_, StoreError>(true)
    })?;
    Ok(opened.then(|| ctx.links.with_token(TokenPurpose::Setup, &token)))
}

/// True until the company has its first user.
pub fn is_waiting(ctx: &Context) -> Result<bool, StoreError> {
    Ok(!ctx.store.read(users::is_anybody)?)
}

/// Reads the facts for the setup page.
///
/// # Errors
/// [`SetupError::NoSuchAddress`] for anything but the open address.
pub fn look(ctx: &Context, token: &Token) -> Result<Company, SetupError> {
    let now = ctx.now();
    ctx.store.read(|db| {
        let found = tokens::find(db, TokenPurpose::Setup, token.hash())?;
        found.filter(|token| token.ended_at.is_none() && now < token.expires_at).ok_or(SetupError::NoSuchAddress)?;
        Ok(company::load(db)?)
    })
}

/// Names the company, makes its first Admin and signs them in. Consumes the address.
pub fn set_up(
    ctx: &Context,
    token: &Token,
    name: &CompanyName,
    admin: &NewAdmin,
    password: NewPassword,
    client: &ClientInfo,
) -> Result<Token, SetupError> {
    let (now, session) = (ctx.now(), Token::new(&*ctx.random));
    look(ctx, token)?;
    let NewAdmin { first_name, last_name, email } = admin;
    let known = [name.as_str(), first_name.as_str(), last_name.as_str(), email.as_str()];
    let password = new_password::hash(ctx, token, password, &known, &client.client_ip)?;
    ctx.store.audited_transaction(|tx| {
        company::lock_rights(tx)?;
        tokens::consume(tx, TokenPurpose::Setup, token.hash(), now)?.ok_or(SetupError::NoSuchAddress)?;
        if users::is_anybody(tx.db())? {
            return Err(SetupError::NoSuchAddress);
        }
        company::set_name(tx, name)?;
        password.settle(tx, now)?;
        let new = NewActive { email, first_name, last_name, password: &password.hash, now };
        let id = users::insert_active(tx, &new)?;
        groups::add_member(tx, ADMINS, id, now)?;
        let who = admin.who(id);
        let company = company::load(tx.db())?;
        let mut work = UnitOfWork::of(ctx, tx, ScopedActor::oneself(&who), &client.client_ip, now);
        work.record(&company, &AuditEvent::CompanySetUp {});
        work.record(&who, &AuditEvent::AdminCreated { email: who.email.clone() });
        sessions::begin(&mut work, &who, &session, client)?;
        Ok(session.clone())
    })
}

/// Refusal to make an Admin.
#[derive(Debug, thiserror::Error)]
pub enum CreateAdminError {
    #[error("{0} is in use already")]
    AddressInUse(String),
    #[error(transparent)]
    Action(#[from] ActionError),
}

action_error_from_store!(CreateAdminError);

/// Makes an active Admin at once. Ends an open setup address.
pub fn create_admin(ctx: &Context, principal: &Principal, admin: &NewAdmin, password: &Password) -> Result<UserId, CreateAdminError> {
    let password = password.hash(&random_bytes(&*ctx.random)).map_err(ActionError::from)?;
    principal.audited_transaction(ctx, Rights::Change, |work| {
        if users::find_by_email(work.tx.db(), &admin.email)?.is_some() {
            return Err(CreateAdminError::AddressInUse(admin.email.to_string()));
        }
        tokens::end_setup(work.tx, TokenEnd::Revoked, work.now)?;
        let NewAdmin { first_name, last_name, email } = admin;
        let id = users::insert_active(work.tx, &NewActive { email, first_name, last_name, password: &password, now: work.now })?;
        let user = users::find(work.tx.db(), id)?.ok_or_else(ActionError::unknown)?;
        work.require(GroupAction::AddToAdmins(user.target(work.now)))?;
        groups::add_member(work.tx, ADMINS, id, work.now)?;
        work.record(&user, &AuditEvent::AdminCreated { email: user.email.clone() });
        work.notify_admins(&user)?;
        Ok(id)
    })
}

impl NewAdmin {
    fn who(&self, id: UserId) -> Who {
        Who { id, first_name: self.first_name.to_string(), last_name: self.last_name.to_string(), email: self.email.to_string() }
    }
}
