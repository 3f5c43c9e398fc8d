//! The tree of folders beside the lists: the top level, with the folders along one path open.

use crate::{
    domain::ids::UserId,
    store::{
        Database, StoreError,
        assets::{Asset, tree},
        page::Slice,
        users::User,
    },
    usecases::{ActionError, Context},
};

/// Most folders of a level.
pub const LEVEL_MAX: usize = 50;

/// A line of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TreeEntry {
    Folder {
        /// Number of folders above it in the tree.
        depth: usize,
        folder: Asset,
        is_open: bool,
    },
    /// Further folders in this one; of the top level without one.
    More { depth: usize, folder: Option<Asset> },
}

impl TreeEntry {
    pub fn depth(&self) -> usize {
        match self {
            Self::Folder { depth, .. } | Self::More { depth, .. } => *depth,
        }
    }
}

/// The tree of a user, with no folder open.
pub fn closed(ctx: &Context, user: &User) -> Result<Vec<TreeEntry>, ActionError> {
    ctx.store.read(|db| Ok(entries(db, user.id, &[])?))
}

/// The tree of a user: their own folders and those shared with them, each once. The folders of `open` are those from a
/// top level down to the one that is shown.
pub(super) fn entries(db: &mut Database, user: UserId, open: &[Asset]) -> Result<Vec<TreeEntry>, StoreError> {
    let mut levels = vec![(None, tree::top_folders(db, user, open.first().map(|folder| folder.id), LEVEL_MAX)?)];
    for folder in open {
        levels.push((Some(folder.clone()), tree::subfolders(db, folder.id, LEVEL_MAX)?));
    }
    let mut below = Vec::new();
    for (depth, (parent, level)) in levels.into_iter().enumerate().rev() {
        below = lines(depth, parent, level, open.get(depth), below);
    }
    Ok(below)
}

/// Lines of a level, with those below its open folder. That one is shown even where others are left out.
fn lines(depth: usize, parent: Option<Asset>, level: Slice<Asset>, open: Option<&Asset>, below: Vec<TreeEntry>) -> Vec<TreeEntry> {
    let Slice { rows: mut folders, has_next, .. } = level;
    if let Some(open) = open.filter(|open| folders.iter().all(|folder| folder.id != open.id)) {
        folders.push(open.clone());
        folders.sort_by_key(Asset::key);
    }
    let (mut lines, mut below) = (Vec::new(), Some(below));
    for folder in folders {
        let is_open = open.is_some_and(|open| open.id == folder.id);
        lines.push(TreeEntry::Folder { depth, folder, is_open });
        if is_open {
            lines.extend(below.take().into_iter().flatten());
        }
    }
    if has_next {
        lines.push(TreeEntry::More { depth, folder: parent });
    }
    lines
}
