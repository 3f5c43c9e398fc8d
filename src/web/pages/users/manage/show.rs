//! Page of a user in Users & Permissions.

use actix_web::web::{Path, Query};
use askama::Template;

use super::{
    assigned::{Assignments, ManageQuery, WithheldAssignments},
    fields::{self, EditFields},
    links::{EmailChange, Invitation, PasswordReset},
    list,
    permissions::{self, Block},
    two_factor::TwoFactor,
    with_return,
};
use crate::{
    domain::{
        audit::SubjectKind,
        ids::UserId,
        policy::{UserAction, decide},
        role::Role,
        search::SearchTerm,
        user::Status,
    },
    usecases::{
        self, LinkDelivery,
        audit::HistoryOf,
        credentials::password_reset::Latest,
        users::{
            self,
            page::{AssignmentsQuery, May, Shown},
        },
    },
    web::{
        pages::{audit_log::activity::ActivityLinks, users::list::query::UserListQuery},
        shared::{
            list_query::{self, PageRequest},
            page::{DisplayTime, Event, Layout, UserLabel, counted, listed},
            page_context::PageContext,
            page_size::PageSize,
            respond::{self, HandlerResult},
            routing::paths,
        },
    },
};

/// Sessions of a user: their number, and the sign-in of the oldest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionsInShort {
    pub number: u64,
    pub since: Option<DisplayTime>,
}

/// Page of a user.
#[derive(Debug, Clone, Template)]
#[template(path = "users/manage/show.html")]
#[expect(clippy::struct_excessive_bools, reason = "each is one fact about the user or the reader")]
pub struct ManagePage {
    pub layout: Layout,
    pub user: UserLabel,
    pub status: Status,
    /// "Portfolio Admin", "User".
    pub default_role: &'static str,
    /// True for an Admin, if the reader may know it.
    pub is_admin: bool,
    pub is_you: bool,
    /// True if a Portfolio Admin sees only the part of the user in their portfolios.
    pub is_partly_outside: bool,
    pub groups: Vec<String>,
    pub created: DisplayTime,
    pub last_sign_in: Option<DisplayTime>,
    pub invitation: Option<Invitation>,
    pub email_change: Option<EmailChange>,
    pub password_reset: Option<PasswordReset>,
    pub two_factor: Option<TwoFactor>,
    /// Sessions, for readers who may end them.
    pub sessions: Option<SessionsInShort>,
    pub blocks: Vec<Block>,
    pub more_portfolios: Option<String>,
    pub assignments: Assignments,
    pub withheld: WithheldAssignments,
    pub events: Vec<Event>,
    pub activity: ActivityLinks,
    /// Dialog Manage User, for readers who may edit.
    pub edit: Option<EditFields>,
    pub may: May,
    pub shows_link: bool,
    /// Query of the list, to return to.
    pub query: String,
}

impl ManagePage {
    fn sessions_in_words(&self) -> String {
        match self.sessions.as_ref().map_or(0, |sessions| sessions.number) {
            0 => "No active sessions".to_owned(),
            sessions => counted(sessions, "active session", "active sessions"),
        }
    }

    /// Title of the assignments: a deactivated user keeps them without access.
    fn assignments_title(&self) -> &'static str {
        match (self.status, self.assignments.has_portfolios) {
            (Status::Deactivated, true) => "Portfolios and accounts they had",
            (Status::Deactivated, false) if !self.assignments.is_empty() => "Accounts they had",
            _ => "Assignments",
        }
    }

    fn is_open(&self) -> bool {
        matches!(self.status, Status::Invited | Status::Expired)
    }

    fn list(&self) -> String {
        list(&self.query)
    }

    fn path(&self) -> paths::Manage {
        paths::Manage { user: self.user.id }
    }

    fn edit_path(&self) -> String {
        with_return(paths::EditUser { user: self.user.id }, &self.query)
    }

    fn deactivate(&self) -> paths::DeactivateUser {
        paths::DeactivateUser { user: self.user.id }
    }

    fn reactivate(&self) -> paths::ReactivateUser {
        paths::ReactivateUser { user: self.user.id }
    }

    fn resend(&self) -> paths::ResendFromManage {
        paths::ResendFromManage { user: self.user.id }
    }

    fn revoke(&self) -> String {
        with_return(paths::RevokeFromManage { user: self.user.id }, &self.query)
    }

    fn link(&self) -> String {
        with_return(paths::LinkFromManage { user: self.user.id }, &self.query)
    }

    fn reset_two_factor(&self) -> String {
        with_return(paths::ResetTwoFactor { user: self.user.id }, &self.query)
    }

    fn end_sessions(&self) -> paths::EndSessions {
        paths::EndSessions { user: self.user.id }
    }

    fn send_password_reset(&self) -> paths::SendPasswordReset {
        paths::SendPasswordReset { user: self.user.id }
    }

    fn withdraw_email_change(&self) -> paths::WithdrawEmailChange {
        paths::WithdrawEmailChange { user: self.user.id }
    }

    fn unassign(&self) -> paths::Unassign {
        paths::Unassign { user: self.user.id }
    }

    fn assign(&self) -> paths::Assign {
        paths::Assign { user: self.user.id }
    }
}

/// `GET /users-and-permissions/{user}`
pub(in crate::web) async fn show(context: PageContext, id: Path<UserId>, query: Query<ManageQuery>) -> HandlerResult {
    let id = *id;
    let Query(ManageQuery { q, page, add, return_query }) = query;
    let query = ManageQuery {
        q: list_query::looked_for(&q),
        add: list_query::looked_for(&add),
        page,
        return_query: UserListQuery::returned(&return_query),
    };
    let request = PageRequest::at(&query.page, PageSize::default())?;
    let wanted = AssignmentsQuery {
        search: SearchTerm::parse(&query.q),
        position: request.position.clone(),
        limit: request.rows.count(),
        offer: SearchTerm::parse(&query.add),
    };
    let company = context.current.company.clone();
    let read = move |ctx: &_, actor: &_| {
        let shown = users::page::show(ctx, actor, &company, id, &wanted)?;
        let portfolios = if shown.may.edit { fields::portfolios(ctx, actor, &shown.user, Vec::new(), "")? } else { None };
        Ok((shown, portfolios))
    };
    let (layout_data, (shown, portfolios)) = context.open(read).await?;
    let page = ManagePage::new(&context, &layout_data, shown, &request, query);
    respond::page(&ManagePage { edit: page.edit.map(|fields| EditFields { portfolios, ..fields }), ..page })
}

impl ManagePage {
    fn new(context: &PageContext, layout_data: &usecases::LayoutData, shown: Shown, request: &PageRequest, query: ManageQuery) -> Self {
        let now = layout_data.now;
        let Shown {
            user,
            status,
            role,
            groups,
            invitation,
            email_change,
            password_reset,
            two_factor,
            sessions,
            effective,
            assigned,
            withheld,
            offered,
            events,
            may,
        } = shown;
        let moment = |at| DisplayTime::new(at, now);
        let waiting = email_change.as_ref().map(|(change, _)| change.email.clone());
        let (blocks, more_portfolios) = permissions::blocks(&effective, now);
        let sends_again = decide(context.current.user.actor(), UserAction::SendMailsAgain).is_ok();
        let mail = |mail: Option<LinkDelivery>| mail.map(|mail| LinkDelivery { again: mail.again.filter(|_| sends_again), ..mail });
        Self {
            layout: context.layout(layout_data),
            status,
            default_role: user.default_role.label(),
            is_admin: role == Role::Admin,
            is_you: context.is_you(&user),
            // Admins are shown alike.
            is_partly_outside: !may.edit && !context.is_you(&user) && context.current.user.actor().role == Role::PortfolioAdmin,
            groups: listed(groups),
            created: moment(user.created_at),
            last_sign_in: user.last_sign_in_at.map(moment),
            invitation: invitation.map(|sent| Invitation::new(users::page::Invitation { mail: mail(sent.mail), ..sent }, now)),
            email_change: email_change.map(|(change, sent)| EmailChange::new(change, mail(sent), now)),
            password_reset: password_reset.map(|sent| PasswordReset::new(Latest { mail: mail(sent.mail), ..sent }, now)),
            two_factor: two_factor.map(|state| TwoFactor::new(state, now)),
            sessions: sessions.map(|sessions| SessionsInShort { number: sessions.number, since: sessions.since.map(moment) }),
            blocks,
            more_portfolios,
            assignments: Assignments::new(user.id, assigned, offered, request, &query),
            withheld: WithheldAssignments::new(user.id, withheld, may.assign),
            events: events.iter().map(|entry| Event::of(entry, (SubjectKind::User, user.id.0), "this user", now)).collect(),
            activity: ActivityLinks::new(context, HistoryOf::User(user.id), true),
            edit: may.edit.then(|| EditFields::of(&user, waiting, now)),
            shows_link: context.passes_links_on() && may.see_link,
            may,
            user: UserLabel::from(&user.who()),
            query: query.return_query,
        }
    }
}

#[cfg(test)]
mod tests;
