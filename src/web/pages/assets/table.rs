//! The table of assets with its toolbar, in lists and folders.

use super::{
    AssetHead, FolderLink,
    query::{AssetsQuery, AssetsRequest},
};
use crate::{
    domain::{asset::AssetKind, ids::UserId, permission::Permission, time_zone::ZonedTime},
    usecases::{
        User,
        assets::{Listing, Row, SharedNames},
    },
    web::shared::{
        list_query,
        page::{Chip, Count, DisplayTime, Pager, counted},
        routing::paths,
    },
};

/// Rows of a list with its search, filters and order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetTable {
    /// Address of the list.
    pub path: String,
    pub(super) query: AssetsQuery,
    pub chips: Vec<Chip>,
    pub count: Count,
    /// True if the pages have only some of the many hits of a search.
    pub is_partial: bool,
    pub rows: Vec<AssetRow>,
    pub pager: Pager,
    /// Address that changes the owner of everything which the owner in the filter owns.
    pub change_owner: Option<String>,
}

/// An asset in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetRow {
    pub head: AssetHead,
    pub owner: String,
    pub owner_id: UserId,
    /// True if the reader owns it.
    pub is_yours: bool,
    /// "Finance, 2 people"; empty if it is not shared.
    pub shared: String,
    pub folder: Option<FolderLink>,
    pub changed_at: DisplayTime,
}

impl AssetRow {
    pub(in crate::web) fn new(row: Row, reader: &User, now: ZonedTime) -> Self {
        let Row { asset, owner, shared, folder } = row;
        Self {
            head: AssetHead::new(&asset, &[]),
            owner_id: asset.owner_id,
            is_yours: asset.owner_id == reader.id,
            shared: in_words(&shared),
            folder: folder.as_ref().map(FolderLink::from),
            changed_at: DisplayTime::new(asset.changed_at, now),
            owner,
        }
    }

    /// Address of everything that its owner owns.
    pub(super) fn owner_path(&self) -> String {
        paths::with_query(paths::Assets {}, &[("owner", &self.owner_id.to_string())])
    }
}

/// "Finance", "2 groups, 3 people", "Finance, Gustav Lindqvist"; empty for nobody.
fn in_words(shared: &SharedNames) -> String {
    let part = |number, name: &str, one, many| match number {
        0 => None,
        1 if !name.is_empty() => Some(name.to_owned()),
        number => Some(counted(number, one, many)),
    };
    let parts = [part(shared.groups, &shared.group, "group", "groups"), part(shared.users, &shared.user, "person", "people")];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

impl AssetTable {
    pub(super) fn new(path: String, query: AssetsQuery, request: &AssetsRequest, listing: Listing, reader: &User, now: ZonedTime) -> Self {
        let pager = query.pager(&path, request, &listing);
        let Listing { rows, count, is_partial, owner, account } = listing;
        let chip = |label, name: Option<String>, without: AssetsQuery| name.map(|name| Chip { label, name, without: without.at(&path) });
        let owner = chip("Owned by", owner, query.changed(|query| query.owner.clear()));
        let account = chip("Account", account, query.changed(|query| query.account.clear()));
        let is_any = !rows.rows.is_empty();
        let may_change_owner = Permission::AssetsChangeOwner.level(reader.actor().role).is_any();
        Self {
            chips: owner.into_iter().chain(account).collect(),
            count: list_query::shown(count),
            is_partial,
            rows: rows.rows.into_iter().map(|row| AssetRow::new(row, reader, now)).collect(),
            change_owner: request.filter.owner.filter(|_| may_change_owner && is_any).map(|user| paths::UserAssets { user }.to_string()),
            pager,
            path,
            query,
        }
    }

    /// True if a search or a filter narrows the list, so that it has all assets that the reader may read.
    pub(super) fn is_narrowed(&self) -> bool {
        self.query.is_narrowed()
    }

    /// True for the list whose assets can be selected to change their owner.
    pub(super) fn selects(&self) -> bool {
        self.path == paths::AllAssets::PATTERN
    }

    /// Fields of the query that the toolbar does not show.
    pub(super) fn hidden(&self) -> [(&'static str, &str); 4] {
        let AssetsQuery { owner, account, sort, rows, .. } = &self.query;
        [("owner", owner), ("account", account), ("sort", sort), ("rows", rows)]
    }

    pub(super) fn kinds() -> Vec<(&'static str, &'static str)> {
        let kinds = AssetKind::ALL.iter().map(|kind| {
            (
                kind.as_str(),
                match kind {
                    AssetKind::Folder => "Folders",
                    AssetKind::Process => "Processes",
                    AssetKind::Integration => "Integrations",
                },
            )
        });
        [("", "Any kind")].into_iter().chain(kinds).collect()
    }

    /// Address of the whole list.
    pub(super) fn all(&self) -> String {
        let AssetsQuery { sort, rows, .. } = self.query.clone();
        AssetsQuery { sort, rows, ..AssetsQuery::default() }.at(&self.path)
    }

    /// Address of the first page.
    pub(super) fn first(&self) -> String {
        self.query.changed(|_| ()).at(&self.path)
    }

    pub(super) fn by_name(&self) -> String {
        self.query.sorted(false).at(&self.path)
    }

    pub(super) fn by_change(&self) -> String {
        self.query.sorted(true).at(&self.path)
    }

    /// Direction of a column; empty for one that does not give the order.
    pub(super) fn direction(&self, by: &str) -> &'static str {
        match (by, &*self.query.sort) {
            ("name", "") | ("changed", "changed") => "ascending",
            ("name", "name-desc") | ("changed", "changed-desc") => "descending",
            _ => "",
        }
    }

    pub(super) fn order(&self) -> &'static str {
        match &*self.query.sort {
            "name-desc" => "sorted by name, descending",
            "changed" => "longest unchanged first",
            "changed-desc" => "last changed first",
            _ => "sorted by name",
        }
    }
}

#[cfg(test)]
impl AssetRow {
    pub(in crate::web) fn samples(sample: &crate::web::shared::samples::Sample) -> Vec<Self> {
        use crate::domain::ids::AssetId;
        sample.rows(|place, user| Self {
            head: AssetHead {
                id: AssetId(i64::try_from(place).unwrap() + 1),
                kind: AssetKind::ALL[place % 3],
                ..AssetHead::sample(sample)
            },
            owner: user.name,
            owner_id: user.id,
            is_yours: place.is_multiple_of(2),
            shared: if place == 2 { String::new() } else { sample.group() },
            folder: place.is_multiple_of(3).then(|| FolderLink { id: AssetId(5), name: sample.group() }),
            changed_at: sample.display_time(place),
        })
    }
}

#[cfg(test)]
impl AssetTable {
    pub(super) fn sample(sample: &crate::web::shared::samples::Sample, path: &str, query: AssetsQuery) -> Self {
        Self {
            path: path.to_owned(),
            chips: vec![Chip { label: "Owned by", name: sample.user(3).name, without: path.to_owned() }],
            query,
            count: Count::Exactly(sample.rows as u64),
            is_partial: false,
            rows: AssetRow::samples(sample),
            pager: Pager { next: Some("?page=a".into()), ..Pager::single("1–50 of 1,200 assets") },
            change_owner: (sample.rows > 3).then(|| "/users-and-groups/users/7/assets".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_named_while_there_is_one_and_counted_beyond() {
        let shared = |groups, users| in_words(&SharedNames { groups, group: "Finance".into(), users, user: "Gustav Lindqvist".into() });
        assert_eq!(shared(0, 0), "");
        assert_eq!(shared(1, 1), "Finance, Gustav Lindqvist");
        assert_eq!(shared(1, 2), "Finance, 2 people");
        assert_eq!(shared(2, 0), "2 groups");
        assert_eq!(shared(0, 3), "3 people");
    }
}
