//! Page of an asset. A folder lists its content.

use actix_web::web::Path;
use askama::Template;

use super::{
    Aside, AssetHead, NewPlace, account, connection::ConnectionFacts, definition::VersionLine, query::AssetsQuery, table::AssetTable,
};
use crate::{
    domain::{
        asset::{AssetAccess, AssetKind},
        ids::AssetId,
        permission::Permission,
    },
    usecases::assets::{self, Shown},
    web::shared::{
        page::{DisplayTime, Layout},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::paths,
    },
};

/// Page of an asset.
#[derive(Debug, Clone, Template)]
#[template(path = "assets/show.html")]
pub struct AssetPage {
    pub layout: Layout,
    pub aside: Aside,
    pub head: AssetHead,
    pub description: String,
    pub owner: String,
    pub changed_at: DisplayTime,
    /// Name of the last editor; `None` if they are gone for good.
    pub changed_by: Option<String>,
    /// Name of the account; with its address, where the reader sees it.
    pub account: Option<(String, Option<paths::Account>)>,
    pub may_edit: bool,
    /// True if the reader owns it, and so shares and deletes it.
    pub is_yours: bool,
    /// True for Admins.
    pub may_change_owner: bool,
    /// Content of a folder.
    pub content: Option<AssetTable>,
    /// Latest version of the definition of a process.
    pub definition: Option<VersionLine>,
    /// Connection of an integration.
    pub connection: Option<ConnectionFacts>,
}

impl AssetPage {
    /// Advice in an empty folder.
    fn advice(&self) -> &'static str {
        if self.may_edit { "Create an asset here, or move one into this folder." } else { "Assets in this folder appear here." }
    }
}

/// `GET /assets/{asset}`
pub(in crate::web) async fn show(context: PageContext, id: Path<AssetId>, query: AssetsQuery) -> HandlerResult {
    let id = *id;
    let request = query.request()?;
    let page = request.list();
    let (layout_data, shown) = context.open(move |ctx, actor| assets::show(ctx, actor, id, page)).await?;
    let Shown { asset, access, path, owner, changed_by, account, content, tree, definition, connection } = shown;
    let (now, reader) = (layout_data.now, &context.current.user);
    let path_of_list = paths::Asset { asset: id }.to_string();
    let listed = content.map(|listing| AssetTable::new(path_of_list, query, &request, listing, reader, now));
    let may_edit = access >= AssetAccess::Edit;
    let creates_in = match asset.kind {
        AssetKind::Folder => may_edit.then_some(NewPlace::Folder(id)),
        AssetKind::Process | AssetKind::Integration => Some(NewPlace::TopLevel),
    };
    respond::page(&AssetPage {
        layout: context.layout(&layout_data),
        aside: Aside::new(reader, None, creates_in, Some(id), &tree),
        head: AssetHead::new(&asset, &path),
        description: asset.description,
        owner,
        changed_at: DisplayTime::new(asset.changed_at, now),
        changed_by,
        account: asset.account_id.map(|id| match account {
            Some(account) => (account.name, Some(paths::Account { account: id })),
            None => (account::ANOTHER.to_owned(), None),
        }),
        may_edit,
        is_yours: access == AssetAccess::Owner,
        may_change_owner: Permission::AssetsChangeOwner.level(reader.actor().role).is_any(),
        content: listed,
        definition: definition.map(|row| VersionLine::new(id, row, now)),
        connection: connection.map(|row| ConnectionFacts::new(row, now)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::ids::AccountId,
        web::shared::samples::{Sample, check},
    };

    fn page(sample: &Sample) -> AssetPage {
        AssetPage {
            layout: sample.layout(),
            aside: Aside::sample(None, sample),
            head: AssetHead::sample(sample),
            description: sample.text.clone(),
            owner: sample.user(3).name,
            changed_at: sample.display_time(7),
            changed_by: (sample.rows > 0).then(|| sample.user(2).name),
            account: Some((sample.group(), (sample.rows > 0).then_some(paths::Account { account: AccountId(7) }))),
            may_edit: true,
            is_yours: true,
            may_change_owner: true,
            content: Some(AssetTable::sample(sample, "/assets/7", AssetsQuery::default())),
            definition: None,
            connection: None,
        }
    }

    #[test]
    fn renders() {
        check("folder", page);
        check("integration", |sample| AssetPage {
            head: AssetHead { kind: AssetKind::Integration, ..AssetHead::sample(sample) },
            content: None,
            connection: (sample.rows > 0).then(|| ConnectionFacts::sample(sample)),
            ..page(sample)
        });
        check("process", |sample| AssetPage {
            head: AssetHead { kind: AssetKind::Process, ..AssetHead::sample(sample) },
            content: None,
            definition: (sample.rows > 0).then(|| VersionLine::sample(sample, 3)),
            may_edit: false,
            is_yours: false,
            ..page(sample)
        });
    }
}
