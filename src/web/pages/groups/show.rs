//! A group and its members.

use askama::Template;

use super::{GroupHead, add};
use crate::{
    domain::{
        ids::GroupId,
        policy::{GroupAction, decide},
        time_zone::ZonedTime,
        user::{DefaultRole, Status},
    },
    usecases::{
        GroupKind,
        users::{
            self,
            directory::{GroupListing, Member},
        },
    },
    web::{
        pages::users::directory::{Aside, AsideEntry, list::DirectoryRow},
        shared::{
            list_query::{self, ListQuery},
            page::{Count, DisplayTime, Finder, Layout, Pager, UserLabel, grouped},
            page_context::PageContext,
            respond::{self, HandlerResult},
            routing::paths,
        },
    },
};
use actix_web::web::Path;

/// Panel of a group.
#[derive(Debug, Clone, Template)]
#[template(path = "groups/show.html")]
pub struct GroupPage {
    pub layout: Layout,
    pub aside: Aside,
    pub group: GroupHead,
    pub count: Count,
    pub members: Members,
    pub pager: Pager,
    /// Query of this view, to which the actions in its rows return.
    pub query: String,
}

/// Members, as far as the reader may see and act on them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Members {
    /// Members for Admins.
    Managed(Vec<MemberRow>),
    /// Members for all other readers.
    Directory(Vec<DirectoryRow>),
}

/// A member, as shown to Admins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberRow {
    pub user: UserLabel,
    pub status: Status,
    pub default_role: DefaultRole,
    pub since: DisplayTime,
    /// True for the reader.
    pub is_you: bool,
    /// True if the company would be left without an Admin.
    pub is_last_active_admin: bool,
}

impl GroupPage {
    fn is_managed(&self) -> bool {
        matches!(self.members, Members::Managed(_))
    }

    fn remove_path(&self, row: &MemberRow) -> paths::RemoveFromGroup {
        paths::RemoveFromGroup { group: self.group.id, user: row.user.id }
    }

    /// Audit log of the group, for Admins.
    fn log(&self) -> String {
        paths::with_query(paths::AuditLog {}, &[("group", &self.group.id.to_string())])
    }

    /// Search in the dialog, before anything was typed.
    fn finder(&self) -> Finder {
        add::finder(&self.group)
    }
}

/// `GET /users-and-groups/groups/{group}`
pub(in crate::web) async fn show(context: PageContext, id: Path<GroupId>, query: ListQuery) -> HandlerResult {
    let id = *id;
    let query = query.without_search();
    let request = query.request()?;
    let (position, limit) = (request.position.clone(), request.rows.count());
    let (layout_data, GroupListing { menu, group, rows, count, active }) =
        context.open(move |ctx, actor| users::directory::group(ctx, actor, id, &position, limit)).await?;
    let mut pager = query.pager(paths::Group { group: id }, &request, &rows, |member| member.user.key(), count, ("member", "members"));
    if group.kind == GroupKind::Admins {
        pager.label = format!("{}, {}", pager.label, active_in_words(active, list_query::shown(count)));
    }
    respond::page(&GroupPage {
        layout: context.layout(&layout_data),
        aside: Aside::new(&context.current.user, &layout_data, menu, AsideEntry::Group(id)),
        group: GroupHead::from(&group),
        count: list_query::shown(count),
        members: Members::new(&context, rows.rows, layout_data.now),
        pager,
        query: query.text(),
    })
}

/// "both active", "3 active"
fn active_in_words(active: u64, of: Count) -> String {
    if of != Count::Exactly(active) {
        return format!("{} active", grouped(active));
    }
    match active {
        1 => "active",
        2 => "both active",
        _ => "all active",
    }
    .to_owned()
}

impl Members {
    fn new(context: &PageContext, members: Vec<Member>, now: ZonedTime) -> Self {
        if decide(context.current.user.actor(), GroupAction::RemoveFromGroup).is_err() {
            return Self::Directory(members.iter().map(|member| DirectoryRow::new(context, &member.user, Vec::new())).collect());
        }
        let row = |Member { user, status, since, is_last_active_admin, .. }: Member| MemberRow {
            status,
            default_role: user.default_role,
            since: DisplayTime::new(since, now),
            is_you: context.is_you(&user),
            is_last_active_admin,
            user: UserLabel::from(&user.who()),
        };
        Self::Managed(members.into_iter().map(row).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::ids::GroupId,
        web::{
            pages::users::directory::AsideEntry,
            shared::samples::{Sample, check},
        },
    };

    fn page(sample: &Sample, group: GroupHead) -> GroupPage {
        let is_admins = group.is_admins;
        let row = |place: usize, user| MemberRow {
            user,
            status: if place == 2 { Status::Deactivated } else { Status::Active },
            default_role: if place.is_multiple_of(3) { DefaultRole::PortfolioAdmin } else { DefaultRole::User },
            since: sample.display_time(place * 5000),
            is_you: place == 11,
            is_last_active_admin: is_admins && place == 11,
        };
        GroupPage {
            layout: sample.layout(),
            aside: Aside::sample(sample, AsideEntry::Group(group.id)),
            group,
            count: Count::Exactly(1200),
            members: Members::Managed(sample.rows(row)),
            pager: if is_admins {
                Pager::single("2 members, both active")
            } else {
                Pager { label: "1–50 of 1,200 members".into(), next: Some("?page=a".into()), ..Pager::default() }
            },
            query: sample.query(),
        }
    }

    #[test]
    fn renders() {
        check("group", |sample| page(sample, GroupHead::sample(sample)));
        check("group-admins", |sample| page(sample, GroupHead::admins()));
        check("group-directory", |sample| GroupPage {
            aside: Aside::sample_for_readers(sample, AsideEntry::Group(GroupId(2))),
            members: Members::Directory(sample.rows(|place, user| DirectoryRow {
                user,
                is_you: place == 3,
                groups: vec![sample.group(); place % 3],
            })),
            ..page(sample, GroupHead::sample(sample))
        });
    }

    #[test]
    fn nobody_can_try_to_remove_the_last_active_admin() {
        let html = page(&Sample::plain(), GroupHead::admins()).render().unwrap();
        assert_eq!(html.matches("aria-label=\"Remove from group\"").count(), 11);
        assert!(html.contains("Only active Admin"));
        assert!(!html.contains("Delete group") && !html.contains("Rename group"));
    }

    #[test]
    fn who_may_only_look_has_no_actions() {
        let sample = Sample::plain();
        let rows = sample.rows(|_, user| DirectoryRow { user, is_you: false, groups: Vec::new() });
        let aside = Aside::sample_for_readers(&sample, AsideEntry::Group(GroupId(2)));
        let page = GroupPage { aside, members: Members::Directory(rows), ..page(&sample, GroupHead::sample(&sample)) };
        let html = page.render().unwrap();
        for word in ["Remove", "Rename", "Delete", "Add user", "Status", "Admins", "Create"] {
            assert!(!html.contains(word), "{word}");
        }
    }
}
