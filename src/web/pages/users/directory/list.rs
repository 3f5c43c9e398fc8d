//! Panel of users in Users & Groups.

use askama::Template;

use super::{Aside, AsideEntry, MailTrouble, Problems};
use crate::{
    domain::{
        policy::{UserAction, decide},
        time_zone::ZonedTime,
        user::Status,
    },
    usecases::users::{
        self,
        directory::{Listing, May, Row},
    },
    web::shared::{
        list_query::ListQuery,
        page::{DisplayTime, Layout, Pager, UserLabel, names_in_short},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::paths,
    },
};

/// Users of the company: all with their actions, or only the directory.
#[derive(Debug, Clone, Template)]
#[template(path = "users/directory/list.html")]
pub struct UsersPage {
    pub layout: Layout,
    pub aside: Aside,
    /// Problems with mails as a whole, for Admins.
    pub mails: Option<Problems>,
    /// Typed search; empty for all users.
    pub q: String,
    /// Query of this view, to which the actions in its rows return.
    pub query: String,
    pub rows: UserRows,
    pub pager: Pager,
}

/// Rows, by the reader's permissions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserRows {
    /// Rows for Admins.
    Everyone(Vec<UserRow>),
    /// Rows for other readers: users who can sign in.
    Directory(Vec<DirectoryRow>),
}

/// A user, as shown to Admins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserRow {
    pub user: UserLabel,
    pub status: Status,
    pub is_admin: bool,
    /// True for the reader, who has no actions on themselves.
    pub is_you: bool,
    /// Names of groups, Admins included.
    pub groups: Vec<String>,
    pub last_sign_in: Option<DisplayTime>,
    /// Problem with the mail of the open invitation.
    pub mail: Option<MailTrouble>,
    /// True if the invitation's link can be shown, since there is no mail server.
    pub shows_link: bool,
    /// Permitted actions of the reader.
    pub may: May,
}

/// A user, as shown to other readers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryRow {
    pub user: UserLabel,
    pub is_you: bool,
    /// Names of custom groups.
    pub groups: Vec<String>,
}

impl UserRows {
    fn is_empty(&self) -> bool {
        match self {
            Self::Everyone(rows) => rows.is_empty(),
            Self::Directory(rows) => rows.is_empty(),
        }
    }
}

impl UserRow {
    fn block(&self) -> paths::BlockUser {
        paths::BlockUser { user: self.user.id }
    }

    fn activate(&self) -> paths::ActivateUser {
        paths::ActivateUser { user: self.user.id }
    }

    fn delete(&self) -> paths::DeleteUser {
        paths::DeleteUser { user: self.user.id }
    }

    fn resend(&self) -> paths::ResendInvitation {
        paths::ResendInvitation { user: self.user.id }
    }

    fn revoke(&self) -> paths::RevokeInvitation {
        paths::RevokeInvitation { user: self.user.id }
    }

    fn link(&self) -> paths::InvitationLink {
        paths::InvitationLink { user: self.user.id }
    }
}

/// Most groups named in a row; the others are counted.
const GROUPS_NAMED: usize = 2;

/// "Finance, Research", "Finance, Research and 2 more"; empty for none.
pub(in crate::web) fn groups_in_short(groups: &[String]) -> String {
    if groups.is_empty() { String::new() } else { names_in_short(groups, GROUPS_NAMED) }
}

/// `GET /users-and-groups`
pub(in crate::web) async fn list(context: PageContext, query: ListQuery) -> HandlerResult {
    let request = query.request()?;
    let (search, position, limit) = (request.search.clone(), request.position.clone(), request.rows.count());
    let (layout_data, Listing { menu, rows, count, mails }) =
        context.open(move |ctx, actor| users::directory::list(ctx, actor, search, &position, limit)).await?;
    let pager = query.pager(paths::UsersAndGroups {}, &request, &rows, |row| row.user.key(), count, ("user", "users"));
    respond::page(&UsersPage {
        layout: context.layout(&layout_data),
        aside: Aside::new(&context.current.user, &layout_data, menu, AsideEntry::Users),
        mails: mails.map(Problems::from),
        query: query.text(),
        q: query.q,
        rows: UserRows::new(&context, rows.rows, layout_data.now),
        pager,
    })
}

impl UserRows {
    fn new(context: &PageContext, rows: Vec<Row>, now: ZonedTime) -> Self {
        if decide(context.current.user.actor(), UserAction::SeeEveryone).is_err() {
            return Self::Directory(rows.into_iter().map(|row| DirectoryRow::new(context, &row.user, row.groups)).collect());
        }
        let row = |Row { user, status, groups, mail, may }: Row| UserRow {
            status,
            is_admin: user.is_admin,
            is_you: context.is_you(&user),
            groups,
            last_sign_in: user.last_sign_in_at.map(|at| DisplayTime::new(at, now)),
            mail: mail.and_then(|mail| MailTrouble::of(mail, now)),
            shows_link: context.passes_links_on() && may.see_link,
            may,
            user: UserLabel::from(&user.who()),
        };
        Self::Everyone(rows.into_iter().map(row).collect())
    }
}

impl DirectoryRow {
    pub(in crate::web) fn new(context: &PageContext, user: &crate::usecases::User, groups: Vec<String>) -> Self {
        Self { is_you: context.is_you(user), groups, user: UserLabel::from(&user.who()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{
            ids::UserId,
            policy::{Actor, Target},
            role::Role,
            user::DefaultRole,
        },
        web::shared::{
            page::RowsLink,
            page_size::PageSize,
            samples::{Sample, check},
        },
    };

    fn may(status: Status) -> May {
        let target = Target { id: UserId(2), status, is_admin: false, default_role: DefaultRole::User, inside: None };
        May::of(Actor { id: Some(UserId(1)), role: Role::Admin }, target, 1)
    }

    fn pager(sample: &Sample) -> Pager {
        if sample.rows == 0 {
            return Pager::single("0 users");
        }
        let href = |place: &str| Some(format!("?q=ma&page={place}"));
        let rows = PageSize::ALL.map(|rows| RowsLink { rows, href: format!("?rows={rows}"), is_current: rows == PageSize::Usual });
        Pager { label: "1–50 of 48,213 users".into(), next: href("a-7"), last: href("z"), rows: rows.into(), ..Pager::default() }
    }

    fn page(sample: &Sample) -> UsersPage {
        let row = |place: usize, user: UserLabel| {
            let statuses = [Status::Active, Status::Active, Status::Deactivated, Status::Active, Status::Invited, Status::Active];
            let (status, is_admin) = (statuses[place % 6], matches!(place, 2 | 11));
            let status = if place % 8 == 7 { Status::Expired } else { status };
            UserRow {
                status,
                is_admin,
                is_you: place == 11,
                groups: (0..place % 4).map(|_| sample.group()).collect(),
                last_sign_in: (!place.is_multiple_of(4)).then(|| sample.display_time(place * place * 10)),
                mail: MailTrouble::sample(sample, place),
                shows_link: place > 6,
                may: may(status),
                user,
            }
        };
        UsersPage {
            layout: sample.layout(),
            aside: Aside::sample(sample, AsideEntry::Users),
            mails: None,
            q: if sample.name == "plain" { String::new() } else { sample.text.clone() },
            query: sample.query(),
            rows: UserRows::Everyone(sample.rows(row)),
            pager: pager(sample),
        }
    }

    #[test]
    fn renders() {
        check("users", page);
        check("users-blocked", |sample| {
            let mut page = page(sample);
            page.layout.flash = Some(sample.flash());
            page
        });
        check("users-mail-refused", |sample| UsersPage { mails: Some(Problems::sample(sample)), ..page(sample) });
        check("users-no-match", |sample| UsersPage {
            rows: UserRows::Everyone(Vec::new()),
            q: if sample.text.is_empty() { String::new() } else { format!("marguerite {}", sample.text) },
            pager: Pager::single("0 users"),
            ..page(sample)
        });
        check("directory", |sample| UsersPage {
            aside: Aside::sample_for_readers(sample, AsideEntry::Users),
            rows: UserRows::Directory(sample.rows(|place, user| DirectoryRow {
                user,
                is_you: place == 11,
                groups: (0..place % 3).map(|_| sample.group()).collect(),
            })),
            ..page(sample)
        });
    }

    #[test]
    fn a_row_offers_what_fits_the_status() {
        let mut page = page(&Sample::plain());
        let UserRows::Everyone(rows) = page.rows else { panic!("an Admin sees everyone") };
        for (status, is_you, shows_link, offered) in [
            (Status::Active, false, false, vec!["Block", "Delete user"]),
            (Status::Deactivated, false, false, vec!["Activate", "Delete user"]),
            (Status::Invited, false, false, vec!["Resend invitation", "Revoke invitation"]),
            (Status::Expired, false, true, vec!["Resend invitation", "Show link", "Revoke invitation"]),
            (Status::Active, true, false, vec!["My account"]),
        ] {
            page.rows = UserRows::Everyone(vec![UserRow { status, is_you, shows_link, may: may(status), ..rows[0].clone() }]);
            let html = page.render().unwrap();
            let cell = html.split("<div class=\"row-acts\">").nth(1).unwrap().split("</td>").next().unwrap();
            for label in ["Block", "Activate", "Delete user", "Show link", "Resend invitation", "Revoke invitation", "My account"] {
                let is_there = cell.contains(&format!(">{label}<")) || cell.contains(&format!("aria-label=\"{label}\""));
                assert_eq!(is_there, offered.contains(&label), "{status:?} {is_you}: {label}");
            }
        }
    }

    #[test]
    fn many_groups_are_counted() {
        let groups = |count: usize| vec!["A".to_owned(); count];
        assert_eq!(groups_in_short(&groups(2)), "A, A");
        assert_eq!(groups_in_short(&groups(5)), "A, A and 3 more");
    }

    #[test]
    fn the_directory_shows_no_status_and_no_actions() {
        let sample = Sample::plain();
        let rows = sample.rows(|_, user| DirectoryRow { user, is_you: false, groups: Vec::new() });
        let aside = Aside::sample_for_readers(&sample, AsideEntry::Users);
        let html = UsersPage { aside, rows: UserRows::Directory(rows), ..page(&sample) }.render().unwrap();
        for word in ["badge", "Status", "Last sign-in", "Admins", "Block", "Delete", "Create"] {
            assert!(!html.contains(word), "{word}");
        }
    }
}
