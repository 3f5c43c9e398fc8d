//! Bulk actions: the question with affected and unaffected users, and the outcome.

use askama::Template;

use crate::{
    domain::{
        ids::{AccountId, UserId},
        policy::PolicyDenial,
        search::SearchTerm,
        user::Status,
        user_list::{BULK_MAX, BulkAction},
    },
    usecases::{
        self, Account, ActionError, Position,
        access::picker_options::{self, PickerQuery},
        users::{
            self,
            bulk::{Candidate, Done, Progress},
        },
    },
    web::{
        pages::accounts::pickers,
        shared::{
            error::WebError,
            form::{Form, each_once},
            list_query::shown,
            page::{
                Count, FieldError, Flash, FlashAction, FlashKind, FormErrors, Layout, NAMED, PICKS_MAX, Picker, UserLabel, counted,
                grouped, names_in_short, with_query,
            },
            page_context::PageContext,
            respond::{self, HandlerResult},
            routing::paths,
        },
    },
};

use super::list::{no_such, query::UserListQuery};

/// Selected users, and the action.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct BulkForm {
    action: BulkAction,
    #[serde(default)]
    user: Vec<UserId>,
    /// Selected accounts, for the action that assigns.
    #[serde(default)]
    account: Vec<AccountId>,
    #[serde(default)]
    find_account: String,
    /// "find" searches for other accounts.
    #[serde(default, rename = "do")]
    what: String,
    #[serde(default, rename = "return")]
    return_query: String,
    /// Query of the users after these, if all matching users are taken in turns.
    #[serde(default)]
    rest: String,
}

/// Question before the action.
#[derive(Debug, Clone, Template)]
#[template(path = "users/bulk.html")]
pub struct BulkPage {
    pub layout: Layout,
    pub action: BulkAction,
    pub affected: Vec<(UserLabel, Status)>,
    /// Unaffected users with the reason.
    pub others: Vec<(UserLabel, String)>,
    pub accounts: Option<Picker>,
    /// Query of the list, to return to.
    pub query: String,
    /// Query of the users after these.
    pub rest: String,
}

/// Question for all users in the list, taken in turns of as many as one action allows.
#[derive(Debug, Clone, Template)]
#[template(path = "users/bulk_matching.html")]
pub struct AllUsersPage {
    pub layout: Layout,
    /// Number of all matching users.
    pub count: Count,
    /// Users of this turn, in the order of the list.
    pub users: Vec<UserLabel>,
    /// True for all turns but the first.
    pub goes_on: bool,
    pub query: String,
    /// Query of the users after these; empty in the last turn.
    pub rest: String,
}

impl BulkPage {
    fn back(&self) -> String {
        with_query(paths::UsersAndPermissions {}, &self.query)
    }

    /// Address of the next turn, skipping this one.
    fn skip(&self) -> String {
        with_query(paths::BulkUsers {}, &self.rest)
    }

    fn errors(&self) -> FormErrors {
        let mut errors = FormErrors::default();
        if let Some(accounts) = &self.accounts {
            errors.and(accounts.id, accounts.error.as_ref());
        }
        errors
    }

    fn heading(&self) -> String {
        if self.affected.is_empty() {
            return format!("{}: nothing to change", self.action.label());
        }
        let users = counted(self.affected.len() as u64, "user", "users");
        match self.action {
            BulkAction::Deactivate => format!("Deactivate {users}?"),
            BulkAction::Reactivate => format!("Reactivate {users}?"),
            BulkAction::Resend => format!("Resend the invitation of {users}?"),
            BulkAction::Revoke => format!("Revoke the invitation of {users}?"),
            BulkAction::Assign => format!("Assign accounts to {users}"),
            BulkAction::RemindOfTwoFactor => format!("Remind {users} of two-factor?"),
        }
    }
}

impl AllUsersPage {
    fn back(&self) -> String {
        with_query(paths::UsersAndPermissions {}, &self.query)
    }

    /// Address of the next turn, skipping this one.
    fn skip(&self) -> String {
        with_query(paths::BulkUsers {}, &self.rest)
    }

    fn ask_path(&self) -> String {
        with_query(paths::TickedUsers {}, &self.query)
    }

    /// "the first 200", "the next 87".
    fn which(&self) -> String {
        format!("the {} {}", if self.goes_on { "next" } else { "first" }, grouped(self.users.len() as u64))
    }

    /// First and last user of this turn.
    fn ends(&self) -> Option<(&UserLabel, &UserLabel)> {
        self.users.first().zip(self.users.last())
    }

    /// True if the list is taken in several turns.
    fn is_in_turns(&self) -> bool {
        self.goes_on || !self.rest.is_empty()
    }
}

/// `GET /users-and-permissions/bulk`
pub(in crate::web) async fn everybody(context: PageContext, query: UserListQuery) -> HandlerResult {
    let turns = query.in_turns();
    let request = turns.request()?;
    let (goes_on, status) = (request.position != Position::First, request.filter.status);
    let open = move |ctx: &_, actor: &_| users::bulk::everybody(ctx, actor, &request);
    let (layout_data, listing) = context.open(open).await.map_err(no_such)?;
    let users = listing.iter().flat_map(|listing| &listing.rows.rows).map(|row| UserLabel::from(&row.user.who()));
    respond::page(&AllUsersPage {
        layout: context.layout(&layout_data),
        count: shown(listing.as_ref().map_or(usecases::Count::Exactly(0), |listing| listing.counts.of(status))),
        users: users.collect(),
        goes_on,
        query: query.changed(|_| ()).text(),
        rest: listing.as_ref().and_then(|listing| turns.rest(listing)).map(|rest| rest.text()).unwrap_or_default(),
    })
}

/// `POST /users-and-permissions/ticked`
pub(in crate::web) async fn ask(context: PageContext, form: Form<BulkForm>) -> HandlerResult {
    let form = form.0.checked()?;
    if form.user.is_empty() {
        let nobody = Flash::new(FlashKind::Info, "No users selected.");
        return context.say(&nobody, with_query(paths::UsersAndPermissions {}, &form.return_query));
    }
    respond::page(&question(&context, form, None).await?)
}

/// `POST /users-and-permissions/ticked/do`
pub(in crate::web) async fn submit(context: PageContext, form: Form<BulkForm>) -> HandlerResult {
    let form = form.0.checked()?;
    if form.what == "find" {
        return respond::page(&question(&context, form, None).await?);
    }
    if form.action == BulkAction::Assign && form.account.is_empty() {
        let error = FieldError::Message("Select at least one account".to_owned());
        return respond::again(&question(&context, form, Some(error)).await?);
    }
    let (action, actor) = (form.action, context.current.user.clone());
    let (user_ids, accounts) = (form.user, form.account);
    let said_of = move |so_far: &Progress| Flash::new(FlashKind::Warn, format!("{}.", in_words(action, *so_far)));
    let perform = move |ctx: &_, submission: &_| users::bulk::perform(ctx, submission, &actor, action, &user_ids, &accounts);
    let done = context.act(said_of, perform).await?;
    let (done, given) = done.map_err(|denied| not_all_there(denied.into(), &form.return_query))?;
    let list = context.home_or(with_query(paths::UsersAndPermissions {}, &form.return_query));
    let broken_off = broken_off(action, &done);
    let flash = said(action, done, &given, &form.return_query, &form.rest)?;
    if let Some(text) = broken_off {
        // Stored now, since this page may be the last that works; the next one completes the message.
        context.keep(&flash);
        return Err(WebError::BrokenOff { text, list });
    }
    context.say(&flash, if form.rest.is_empty() { list } else { with_query(paths::BulkUsers {}, &form.rest) })
}

/// "1 of 2 users deactivated"
fn in_words(action: BulkAction, Progress { done, of }: Progress) -> String {
    format!("{} of {}", grouped(done as u64), outcome(action, of))
}

/// "2 users deactivated"
fn outcome(action: BulkAction, count: usize) -> String {
    let (one, many, done) = match action {
        BulkAction::Deactivate => ("user", "users", "deactivated"),
        BulkAction::Reactivate => ("user", "users", "reactivated"),
        BulkAction::Resend => ("invitation", "invitations", "sent again"),
        BulkAction::Revoke => ("invitation", "invitations", "revoked"),
        BulkAction::Assign => ("user", "users", "assigned"),
        BulkAction::RemindOfTwoFactor => ("user", "users", "reminded"),
    };
    format!("{} {done}", counted(count as u64, one, many))
}

/// Progress of an interrupted action.
fn broken_off(action: BulkAction, all: &[Done]) -> Option<String> {
    let failed = |done: &&Done| matches!(&done.outcome, Some(Err(denied)) if !denied.is_about_one());
    let failed = all.iter().find(failed)?;
    let done = all.iter().filter(|done| matches!(done.outcome, Some(Ok(_)))).count();
    let so_far = in_words(action, Progress { done, of: all.len() });
    Some(if failed.may_be_done() {
        let name = failed.user.display_name();
        format!("{so_far}. Then something went wrong: {name} may have been changed too. No one else was changed.")
    } else {
        format!("{so_far}. Then something went wrong. No one else was changed.")
    })
}

impl BulkForm {
    /// Checks the posted fields: no user twice, no more than one action takes, and the rest as pages of Usher send it.
    fn checked(mut self) -> Result<Self, WebError> {
        each_once(&self.user)?;
        each_once(&self.account)?;
        let is_ours = self.user.len() <= BULK_MAX && self.account.len() <= BULK_MAX && ["", "find"].contains(&self.what.as_str());
        self.return_query = UserListQuery::returned(&self.return_query);
        self.rest = UserListQuery::returned(&self.rest);
        if is_ours { Ok(self) } else { Err(WebError::Malformed) }
    }
}

async fn question(context: &PageContext, form: BulkForm, error: Option<FieldError>) -> Result<BulkPage, WebError> {
    let BulkForm { action, user, account, find_account, return_query, rest, .. } = form;
    let search = SearchTerm::parse(&find_account);
    let open = move |ctx: &_, actor: &_| {
        let candidates = users::bulk::look(ctx, actor, action, &user)?;
        let is_assigning = action == BulkAction::Assign;
        let wanted = PickerQuery { search, ticked: account, held: Vec::new(), limit: PICKS_MAX };
        let accounts = is_assigning.then(|| picker_options::accounts_to_give(ctx, actor, &wanted, None)).transpose()?;
        Ok((candidates, accounts))
    };
    let opened = context.open(open).await;
    let (layout_data, (candidates, accounts)) = opened.map_err(|failure| not_all_there(failure, &return_query))?;
    let (mut affected, mut others) = (Vec::new(), Vec::new());
    for Candidate { user, status, denial } in candidates {
        let who = UserLabel::from(&user.who());
        match denial {
            None => affected.push((who, status)),
            Some(PolicyDenial::Status(status)) => others.push((who, format!("{}: {}", status.label(), action.reaches()))),
            Some(denial) => others.push((who, why(ActionError::Refused { denial, name: Some(user.display_name()) })?)),
        }
    }
    Ok(BulkPage {
        layout: context.layout(&layout_data),
        action,
        affected,
        others,
        accounts: accounts.map(|accounts| Picker { error, ..pickers::accounts(accounts, find_account) }),
        query: return_query,
        rest,
    })
}

/// Converts "not found" into the error for a missing selection.
fn not_all_there(failure: WebError, query: &str) -> WebError {
    match failure {
        WebError::NotFound => WebError::NotAllThere { list: with_query(paths::UsersAndPermissions {}, query) },
        failure => failure,
    }
}

/// Reason for leaving a user out. Errors of the whole request remain errors.
fn why(denied: ActionError) -> Result<String, WebError> {
    if let ActionError::Refused { denial: PolicyDenial::Status(status), .. } = denied {
        return Ok(format!("Is {} now.", status.label()));
    }
    match WebError::from(denied) {
        // Possible only for a user who existed at the question.
        WebError::NotFound => Ok("This user no longer exists.".to_owned()),
        WebError::Refused { text, .. } => Ok(text),
        WebError::OutOfReach => Ok("This user also works outside your portfolios. An Admin can do this.".to_owned()),
        failure => Err(failure),
    }
}

/// Message with the outcome for each user, failures first. Offers an undo for the others, which goes on as the form
/// did.
fn said(action: BulkAction, done: Vec<Done>, given: &[Account], query: &str, rest: &str) -> Result<Flash, WebError> {
    let reached = done.iter().filter(|done| matches!(done.outcome, Some(Ok(_)))).map(|done| done.user.id).collect::<Vec<_>>();
    let (mut changed, mut others) = (Vec::new(), Vec::new());
    for Done { user, outcome } in done {
        let name = user.display_name();
        match outcome {
            Some(Ok(reassigned)) if reassigned.is_empty() => changed.push(format!("{name}: {}", action.done())),
            Some(Ok(reassigned)) => {
                changed.push(format!(
                    "{name}: {}. You are now the assigner of {} (the previous one lost access).",
                    action.done(),
                    names_in_short(&reassigned, NAMED)
                ));
            }
            Some(Err(ActionError::Refused { denial: PolicyDenial::Unchanged, .. })) => others.push(format!("{name} already has this.")),
            Some(Err(denied)) if denied.is_about_one() => others.push(format!("{name}: not changed. {}", why(denied)?)),
            Some(Err(denied)) => {
                tracing::error!(%denied, action = action.as_str(), "an action on many people broke off");
                let what = if denied.may_be_done() { "may have been changed" } else { "not changed, because it could not be saved" };
                others.push(format!("{name}: {what}. We stopped here."));
            }
            None => others.push(format!("{name}: not changed.")),
        }
    }
    let kind = if others.is_empty() { FlashKind::Ok } else { FlashKind::Warn };
    let not = if others.is_empty() { String::new() } else { format!(", {} not changed", grouped(others.len() as u64)) };
    let to = match given.iter().map(|account| account.name.as_str()).collect::<Vec<_>>().join(", ") {
        names if names.is_empty() => names,
        names => format!(" to {names}"),
    };
    let whom = counted(changed.len() as u64, "user", "users");
    let flash = Flash::new(kind, format!("{}{to}{not}.", outcome(action, changed.len()))).with_lines(others, changed);
    let Some(opposite) = action.opposite().filter(|_| !reached.is_empty()) else { return Ok(flash) };
    let undo = FlashAction::new(opposite.label(), &whom, paths::DoBulk {}).returning(query).with("rest", rest);
    let undo = undo.with("action", opposite.as_str());
    Ok(flash.with_action(reached.iter().fold(undo, |undo, id| undo.with("user", id))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::{
        page::PickerKind,
        samples::{Sample, check},
    };

    fn page(sample: &Sample, action: BulkAction) -> BulkPage {
        BulkPage {
            layout: sample.layout(),
            action,
            affected: sample.rows(|place, user| (user, Status::ALL[place % 4])),
            others: sample.rows(|_, user| (user, format!("Invited: {}", sample.text))),
            accounts: (action == BulkAction::Assign).then(|| Picker::sample(sample, PickerKind::Many)),
            query: sample.query(),
            rest: sample.query(),
        }
    }

    #[test]
    fn renders() {
        for action in BulkAction::ALL {
            check(&format!("bulk-{}", action.as_str()), |sample| page(sample, *action));
        }
        for (goes_on, rows, has_rest) in [(false, 0, false), (false, 2, false), (false, 2, true), (true, 2, false), (true, 0, false)] {
            check(&format!("bulk-everybody-{goes_on}-{rows}-{has_rest}"), |sample| AllUsersPage {
                layout: sample.layout(),
                count: Count::Exactly(287),
                users: (0..rows).map(|place| sample.user(place)).collect(),
                goes_on,
                query: sample.query(),
                rest: if has_rest { sample.query() } else { String::new() },
            });
        }
    }
}
