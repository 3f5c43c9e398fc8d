//! Assets: lists, folders and their content, details, moves, shares, deletion.

mod account;
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
pub mod query;
pub mod share;
pub mod show;
pub mod table;

use crate::{
    domain::{
        asset::AssetKind,
        ids::AssetId,
        policy::{AssetAction, decide},
    },
    usecases::{Asset, User, assets::folder_tree::TreeEntry},
    web::shared::routing::paths,
};

pub use table::{AssetRow, AssetTable};

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

    pub(in crate::web) fn path(&self) -> paths::Asset {
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
    /// The tree of folders, from the top down.
    pub tree: Vec<TreeLine>,
}

/// A line of the tree of folders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeLine {
    pub href: String,
    /// Name of the folder, or of the one with further folders.
    pub name: String,
    pub icon: &'static str,
    /// True for a link to further folders.
    pub is_more: bool,
    pub is_current: bool,
    /// True if the lines of its folders follow.
    pub opens: bool,
    /// Number of lists that end with it.
    pub closes: usize,
}

impl TreeLine {
    fn all(entries: &[TreeEntry], current: Option<AssetId>) -> Vec<Self> {
        let depth = |place: usize| entries.get(place).map_or(0, TreeEntry::depth);
        let line = |(place, entry): (usize, &TreeEntry)| {
            let (opens, closes) = (depth(place + 1) > depth(place), depth(place).saturating_sub(depth(place + 1)));
            let (folder, is_open, is_more) = match entry {
                TreeEntry::Folder { folder, is_open, .. } => (Some(folder), *is_open, false),
                TreeEntry::More { folder, .. } => (folder.as_ref(), false, true),
            };
            Self {
                href: folder.map_or_else(
                    || paths::with_query(paths::Assets {}, &[("kind", "folder")]),
                    |folder| paths::Asset { asset: folder.id }.to_string(),
                ),
                name: folder.map(|folder| folder.name.clone()).unwrap_or_default(),
                icon: if is_open { "open" } else { "folder" },
                is_more,
                is_current: is_open && folder.map(|folder| folder.id) == current,
                opens,
                closes,
            }
        };
        entries.iter().enumerate().map(line).collect()
    }
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
    /// `open` is the folder that the page shows.
    fn new(reader: &User, current: Option<AsideEntry>, creates_in: Option<NewPlace>, open: Option<AssetId>, tree: &[TreeEntry]) -> Self {
        let sees_all = decide(reader.actor(), AssetAction::SeeAllAssets).is_ok();
        Self { current, sees_all, creates_in, tree: TreeLine::all(tree, open) }
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

#[cfg(test)]
impl AssetHead {
    fn sample(sample: &crate::web::shared::samples::Sample) -> Self {
        let folders = (0..sample.rows.min(3)).map(|_| FolderLink { id: AssetId(5), name: sample.group() }).collect();
        Self { id: AssetId(7), name: sample.group(), kind: AssetKind::Folder, folders }
    }
}

#[cfg(test)]
impl Aside {
    fn sample(current: Option<AsideEntry>, sample: &crate::web::shared::samples::Sample) -> Self {
        let line = |place: usize, is_more| TreeLine {
            href: format!("/assets/{place}"),
            name: sample.group(),
            icon: "folder",
            is_more,
            is_current: place == 2 && current.is_none(),
            opens: place < 2,
            closes: if place == 4 { 2 } else { 0 },
        };
        let tree = [line(0, false), line(1, false), line(2, false), line(3, false), line(4, true), line(5, false)];
        Self { current, sees_all: true, creates_in: Some(NewPlace::Folder(AssetId(7))), tree: tree.into() }
    }
}
