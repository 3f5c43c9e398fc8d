//! Assets: lists, folders and their content, details, moves, shares, deletion.

pub mod connection;
pub mod definition;
pub mod delete;
pub mod deleted;
pub mod edit;
mod fields;
pub mod list;
pub mod move_to;
pub mod new;
pub mod owner;
pub mod share;
pub mod show;

use crate::{
    domain::{
        asset::AssetKind,
        ids::AssetId,
        policy::{AssetAction, decide},
    },
    usecases::{Asset, User, assets::Row},
    web::shared::{page::DisplayTime, routing::paths},
};

/// Head of a page about an asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetHead {
    pub id: AssetId,
    pub name: String,
    pub kind: AssetKind,
    /// Folders above it, as far as the reader sees them.
    pub folders: Vec<FolderLink>,
}

/// A folder in the path of an asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderLink {
    pub id: AssetId,
    pub name: String,
}

impl From<&Asset> for FolderLink {
    fn from(folder: &Asset) -> Self {
        Self { id: folder.id, name: folder.name.clone() }
    }
}

impl FolderLink {
    fn path(&self) -> paths::Asset {
        paths::Asset { asset: self.id }
    }
}

impl AssetHead {
    fn new(asset: &Asset, above: &[Asset]) -> Self {
        let folders = above.iter().map(FolderLink::from).collect();
        Self { id: asset.id, name: asset.name.clone(), kind: asset.kind, folders }
    }

    fn path(&self) -> paths::Asset {
        paths::Asset { asset: self.id }
    }

    fn icon(&self) -> &'static str {
        icon(self.kind)
    }

    fn edit_path(&self) -> paths::EditAsset {
        paths::EditAsset { asset: self.id }
    }

    fn move_path(&self) -> paths::MoveAsset {
        paths::MoveAsset { asset: self.id }
    }

    fn share_path(&self) -> paths::ShareAsset {
        paths::ShareAsset { asset: self.id }
    }

    fn owner_path(&self) -> paths::ChangeOwner {
        paths::ChangeOwner { asset: self.id }
    }

    fn delete_path(&self) -> paths::DeleteAsset {
        paths::DeleteAsset { asset: self.id }
    }
}

/// Icon of a kind.
fn icon(kind: AssetKind) -> &'static str {
    match kind {
        AssetKind::Folder => "folder",
        AssetKind::Process => "process",
        AssetKind::Integration => "plug",
    }
}

/// Menu beside the lists of assets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aside {
    pub current: Option<AsideEntry>,
    /// True if all assets are linked.
    pub sees_all: bool,
    /// Place of new assets; `None` where the reader may create none.
    pub creates_in: Option<NewPlace>,
}

/// Current entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsideEntry {
    Mine,
    Shared,
    All,
    Deleted,
}

/// Place of a new asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewPlace {
    TopLevel,
    Folder(AssetId),
}

impl Aside {
    fn new(reader: &User, current: Option<AsideEntry>, creates_in: Option<NewPlace>) -> Self {
        Self { current, sees_all: decide(reader.actor(), AssetAction::SeeAllAssets).is_ok(), creates_in }
    }

    /// Entries of the Create menu: label, icon and address.
    fn kinds(&self) -> Vec<(&'static str, &'static str, String)> {
        let Some(place) = self.creates_in else { return Vec::new() };
        let folder = match place {
            NewPlace::TopLevel => String::new(),
            NewPlace::Folder(id) => id.to_string(),
        };
        let link = |kind: AssetKind| paths::with_query(paths::NewAsset {}, &[("kind", kind.as_str()), ("folder", &folder)]);
        AssetKind::ALL.iter().map(|&kind| (kind.label(), icon(kind), link(kind))).collect()
    }

    /// Entries of the navigation: label, icon, address, and if it is the current one.
    fn entries(&self) -> Vec<(&'static str, &'static str, &'static str, bool)> {
        let entries = [
            ("My assets", "box", paths::Assets::PATTERN, AsideEntry::Mine),
            ("Shared with me", "share", paths::SharedAssets::PATTERN, AsideEntry::Shared),
            ("All assets", "open", paths::AllAssets::PATTERN, AsideEntry::All),
            ("Deleted assets", "trash", paths::DeletedAssets::PATTERN, AsideEntry::Deleted),
        ];
        let shown = entries.into_iter().filter(|(.., entry)| self.sees_all || *entry != AsideEntry::All);
        shown.map(|(label, icon, href, entry)| (label, icon, href, self.current == Some(entry))).collect()
    }
}

/// An asset in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetRow {
    pub head: AssetHead,
    pub owner: String,
    /// True if the reader owns it.
    pub is_yours: bool,
    pub changed_at: DisplayTime,
}

impl AssetRow {
    fn new(row: Row, reader: &User, now: crate::domain::clock::Timestamp) -> Self {
        let Row { asset, owner } = row;
        Self {
            head: AssetHead::new(&asset, &[]),
            is_yours: asset.owner_id == reader.id,
            changed_at: DisplayTime::new(asset.changed_at, now),
            owner,
        }
    }
}

#[cfg(test)]
impl AssetHead {
    fn sample(sample: &crate::web::shared::samples::Sample) -> Self {
        let folders = (0..sample.rows.min(3)).map(|_| FolderLink { id: AssetId(5), name: sample.group() }).collect();
        Self { id: AssetId(7), name: sample.group(), kind: AssetKind::Folder, folders }
    }
}

#[cfg(test)]
impl AssetRow {
    fn samples(sample: &crate::web::shared::samples::Sample) -> Vec<Self> {
        sample.rows(|place, user| Self {
            head: AssetHead {
                id: AssetId(i64::try_from(place).unwrap() + 1),
                kind: AssetKind::ALL[place % 3],
                ..AssetHead::sample(sample)
            },
            owner: user.name,
            is_yours: place.is_multiple_of(2),
            changed_at: sample.display_time(place),
        })
    }
}

#[cfg(test)]
impl Aside {
    fn sample(current: Option<AsideEntry>) -> Self {
        Self { current, sees_all: true, creates_in: Some(NewPlace::Folder(AssetId(7))) }
    }
}
