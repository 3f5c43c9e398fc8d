//! Share an asset with users and groups.

use actix_web::web::{Path, Query};
use askama::Template;
use serde::Deserialize;

use super::AssetHead;
use crate::{
    domain::{
        asset::ShareLevel,
        ids::{AssetId, GroupId, UserId},
        search::SearchTerm,
        user::Status,
    },
    usecases::{
        ShareWith,
        assets::shares::{self, AccessSource, GranteeFacts, ShareError, SharedWith, Sharing, SourceOf, UserAccess},
    },
    web::shared::{
        error::{WebError, already},
        form::Form,
        page::{Badge, FieldError, FindQuery, Finder, Flash, FlashKind, FormErrors, Layout, UserLabel, counted},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::paths,
    },
};

/// Shares, a search for further users, and all users with access.
#[derive(Debug, Clone, Template)]
#[template(path = "assets/share.html")]
pub struct ShareAssetPage {
    pub layout: Layout,
    pub head: AssetHead,
    pub owner: String,
    pub shares: Vec<ShareRow>,
    pub finder: Finder,
    pub users: Vec<AccessRow>,
    /// True if there are more users with access.
    pub has_more: bool,
}

/// A share of the asset itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareRow {
    pub with: ShareWith,
    pub name: String,
    /// "jonas@example.com", "Group, 6 members"
    pub about: String,
    /// Status of a user who is not active.
    pub badge: Option<Badge>,
    pub level: ShareLevel,
}

impl ShareRow {
    /// Field of the form that names the user or group.
    fn field(&self) -> &'static str {
        match self.with {
            ShareWith::User(_) => "user",
            ShareWith::Group(_) => "group",
        }
    }

    fn id(&self) -> i64 {
        match self.with {
            ShareWith::User(id) => id.0,
            ShareWith::Group(id) => id.0,
        }
    }
}

/// Badge of a status that keeps a user from access.
fn inactive(status: Status) -> Option<Badge> {
    (status != Status::Active).then(|| status.into())
}

impl From<SharedWith> for ShareRow {
    fn from(shared: SharedWith) -> Self {
        let (about, badge) = match shared.about {
            GranteeFacts::User { email, status } => (email, inactive(status)),
            GranteeFacts::Group { members } => (format!("Group, {}", counted(members.unsigned_abs(), "member", "members")), None),
        };
        Self { with: shared.with, name: shared.name, about, badge, level: shared.level }
    }
}

/// A user with access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessRow {
    pub user: UserLabel,
    /// Status of a user who is not active.
    pub badge: Option<Badge>,
    /// "Edit"
    pub access: &'static str,
    /// "Owner of the folder Finance; group Research"
    pub sources: String,
}

impl From<UserAccess> for AccessRow {
    fn from(access: UserAccess) -> Self {
        let sources = access.sources.iter().map(in_words).collect::<Vec<_>>().join("; ");
        Self { user: UserLabel::from(&access.user.who()), badge: inactive(access.status), access: access.access.label(), sources }
    }
}

fn in_words(source: &AccessSource) -> String {
    let folder = match &source.on {
        SourceOf::Asset => None,
        SourceOf::Folder(name) => Some(format!("the folder {name}")),
        SourceOf::HiddenFolder => Some("a folder above".to_owned()),
    };
    match (source.is_owner, &source.group, folder) {
        (true, _, None) => "Owner".to_owned(),
        (true, _, Some(folder)) => format!("Owner of {folder}"),
        (false, None, None) => "Shared directly".to_owned(),
        (false, None, Some(folder)) => format!("Shared through {folder}"),
        (false, Some(group), None) => format!("Group {group}"),
        (false, Some(group), Some(folder)) => format!("Group {group} through {folder}"),
    }
}

impl ShareAssetPage {
    fn errors(&self) -> FormErrors {
        FormErrors::of([("add-q", self.finder.error.as_ref())])
    }

    fn has_inactive(&self) -> bool {
        self.users.iter().any(|row| row.badge.is_some())
    }
}

/// Pressed button, besides the one that shares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Do {
    Remove,
}

/// User or group, and level.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShareForm {
    /// User or group of a search: "12", "g3".
    who: Option<String>,
    user: Option<UserId>,
    group: Option<GroupId>,
    level: ShareLevel,
    r#do: Option<Do>,
    /// Typed search, with which the page is shown again.
    #[serde(default)]
    q: String,
}

/// `GET /assets/{asset}/share`
pub(in crate::web) async fn show(context: PageContext, id: Path<AssetId>, query: Query<FindQuery>) -> HandlerResult {
    respond::page(&page(&context, *id, query.into_inner().q, None).await?)
}

/// `POST /assets/{asset}/share`
pub(in crate::web) async fn submit(context: PageContext, id: Path<AssetId>, form: Form<ShareForm>) -> HandlerResult {
    let (id, ShareForm { who, user, group, level, r#do, q }) = (*id, form.0);
    let (user, group) = match who.as_deref().map(found).transpose()? {
        Some(ShareWith::User(user)) => (Some(user), group),
        Some(ShareWith::Group(group)) => (user, Some(group)),
        None => (user, group),
    };
    let with = match (user, group) {
        (Some(user), None) => ShareWith::User(user),
        (None, Some(group)) => ShareWith::Group(group),
        (None, None) => return again(&context, id, q, "Choose a person or a group to share with").await,
        (Some(_), Some(_)) => return Err(WebError::Malformed),
    };
    let is_removed = r#do == Some(Do::Remove);
    let said = move |name: &String| {
        let text = if is_removed { format!("Stopped sharing with {name}.") } else { format!("{name} now has {} access.", level.label()) };
        Flash::new(FlashKind::Ok, text)
    };
    let outcome =
        context
            .act(said, move |ctx, submission| {
                if is_removed { shares::unshare(ctx, submission, id, with) } else { shares::share(ctx, submission, id, with, level) }
            })
            .await?;
    match outcome {
        Ok(_) => respond::see_other(paths::ShareAsset { asset: id }),
        Err(ShareError::Gone) => again(&context, id, q, "This person or group no longer exists").await,
        Err(ShareError::NotActive) => again(&context, id, q, "You can share with active people only").await,
        Err(ShareError::IsOwner { name }) => again(&context, id, q, &format!("{name} already owns this")).await,
        Err(ShareError::Action(error)) => context.say(&already(error)?, paths::ShareAsset { asset: id }),
    }
}

/// User or group chosen from the results of a search.
fn found(who: &str) -> Result<ShareWith, WebError> {
    let found = match who.strip_prefix('g') {
        Some(group) => group.parse().ok().map(ShareWith::Group),
        None => who.parse().ok().map(ShareWith::User),
    };
    found.ok_or(WebError::Malformed)
}

async fn again(context: &PageContext, id: AssetId, q: String, error: &str) -> HandlerResult {
    respond::again(&page(context, id, q, Some(FieldError::Message(error.to_owned()))).await?)
}

async fn page(context: &PageContext, id: AssetId, q: String, error: Option<FieldError>) -> Result<ShareAssetPage, WebError> {
    let search = SearchTerm::parse(&q);
    let q = if search.is_some() { q } else { String::new() };
    let (layout_data, sharing) = context.open(move |ctx, actor| shares::sharing(ctx, actor, id, search)).await?;
    let Sharing { asset, path, owner, shares, groups, candidates, users, has_more } = sharing;
    let head = AssetHead::new(&asset, &path);
    let others = candidates.rows.iter().filter(|user| user.id != asset.owner_id);
    let results = others.map(|user| UserLabel::from(&user.who())).collect();
    let groups = groups.into_iter().map(|group| (group.id, group.name, group.member_count.unsigned_abs())).collect();
    let finder = Finder { q, groups, results, has_more: candidates.has_next, error, ..finder(&head) };
    Ok(ShareAssetPage {
        layout: context.layout(&layout_data),
        head,
        owner,
        shares: shares.into_iter().map(ShareRow::from).collect(),
        finder,
        users: users.into_iter().map(AccessRow::from).collect(),
        has_more,
    })
}

/// Search before anything was typed.
fn finder(head: &AssetHead) -> Finder {
    let hint = "Part of the name or address of a person, or of the name of a group.";
    Finder { name: "who", whom: " whom you can share with", ..Finder::new(head.share_path(), hint) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::samples::check;

    #[test]
    fn renders() {
        check("share-asset", |sample| {
            let head = AssetHead::sample(sample);
            let results = sample.rows(|_, user| user).into_iter().take(8).collect();
            let groups = vec![(GroupId(3), sample.group(), 6)];
            let finder = Finder { q: sample.text.clone(), groups, results, ..finder(&head) };
            ShareAssetPage {
                layout: sample.layout(),
                owner: sample.user(1).name,
                shares: sample.rows(|place, user| ShareRow {
                    with: if place == 0 { ShareWith::Group(GroupId(3)) } else { ShareWith::User(user.id) },
                    about: user.email.clone(),
                    badge: inactive(Status::ALL[place % 2]),
                    name: user.name,
                    level: ShareLevel::ALL[place % 2],
                }),
                finder,
                users: sample.rows(|place, user| AccessRow {
                    user,
                    badge: inactive(Status::ALL[place % 2]),
                    access: "Edit",
                    sources: sample.group(),
                }),
                has_more: sample.rows == 50,
                head,
            }
        });
    }

    #[test]
    fn a_source_of_access_is_said_in_words() {
        let finance = || SourceOf::Folder("Finance".to_owned());
        let source = |is_owner, group: Option<&str>, on| in_words(&AccessSource { on, group: group.map(str::to_owned), is_owner });
        assert_eq!(source(true, None, finance()), "Owner of the folder Finance");
        assert_eq!(source(true, None, SourceOf::HiddenFolder), "Owner of a folder above");
        assert_eq!(source(false, Some("Research"), finance()), "Group Research through the folder Finance");
        assert_eq!(source(false, None, SourceOf::Asset), "Shared directly");
    }
}
