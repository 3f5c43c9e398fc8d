//! New owners of the assets of a deleted user: one for all, or one per kind, chosen in turn. The choices stand in the
//! address.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{
    domain::{asset::AssetKind, ids::UserId, time_zone::ZonedTime},
    usecases::{
        Slice, User,
        users::deletion::{Inventory, NewOwners, OwnedKind},
    },
    web::shared::{
        page::{DisplayTime, FieldError, Finder, UserLabel, counted},
        routing::paths,
    },
};

/// Number of owners.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Per {
    Kind,
}

/// Answers so far.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    /// Query of the list, to return to.
    pub query: String,
    /// Typed search.
    pub q: String,
    pub per: Option<Per>,
    /// New owner of all assets.
    pub all: Option<UserId>,
    pub by_kind: BTreeMap<AssetKind, UserId>,
}

impl Answers {
    pub fn by_kind(folder: Option<UserId>, process: Option<UserId>, integration: Option<UserId>) -> BTreeMap<AssetKind, UserId> {
        let owners = [(AssetKind::Folder, folder), (AssetKind::Process, process), (AssetKind::Integration, integration)];
        owners.into_iter().filter_map(|(kind, owner)| Some((kind, owner?))).collect()
    }

    pub fn chosen(&self) -> Vec<UserId> {
        self.all.into_iter().chain(self.by_kind.values().copied()).collect()
    }

    pub fn new_owners(&self) -> NewOwners {
        match self.per {
            Some(Per::Kind) => NewOwners::PerKind(self.by_kind.clone()),
            None => NewOwners::One(self.all),
        }
    }

    /// Takes back the choice of this user.
    pub fn forget(&mut self, owner: UserId) {
        self.all = self.all.filter(|all| *all != owner);
        self.by_kind.retain(|_, other| *other != owner);
    }

    /// Fields that hold the answers, without the search and without the owners of these kinds.
    fn fields(&self, without: &[AssetKind]) -> Vec<(&'static str, String)> {
        let owners = self.by_kind.iter().filter(|(kind, _)| !without.contains(kind));
        let owners = owners.map(|(kind, owner)| (kind.as_str(), owner.to_string()));
        let per = self.per.map(|_| ("per", "kind".to_owned()));
        [("return", self.query.clone())].into_iter().chain(per).chain(owners).filter(|(_, value)| !value.is_empty()).collect()
    }

    fn link(&self, user: UserId, without: &[AssetKind]) -> String {
        let fields = self.fields(without);
        let fields = fields.iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>();
        paths::with_query(paths::DeleteUser { user }, &fields)
    }
}

/// Card about the assets and their new owners.
#[derive(Debug, Clone)]
pub struct OwnersCard {
    pub kinds: Vec<KindRow>,
    /// Number of assets that are not deleted.
    pub count: u64,
    /// Number of deleted assets that go along.
    pub deleted: u64,
    /// End of the time to restore the last deleted ones.
    pub deleted_until: Option<DisplayTime>,
    /// Choice between one owner and one per kind: label, address, and if it is the current one. Empty for one kind.
    pub choice: Vec<(&'static str, String, bool)>,
    /// Kind whose owner is searched for; `None` for all kinds.
    pub current: Option<AssetKind>,
    /// `None` once each kind has its owner.
    pub finder: Option<Finder>,
    /// Fields with the answers so far, for the form of the results.
    pub fields: Vec<(&'static str, String)>,
}

/// Assets of a kind.
#[derive(Debug, Clone)]
pub struct KindRow {
    pub kind: AssetKind,
    /// "3: Month-end close, Rate cards, Archive 2025, and 1 deleted"
    pub assets: String,
    /// New owner, with the address of the page that asks for another one.
    pub owner: Option<(UserLabel, String)>,
}

impl KindRow {
    /// "Folders"
    pub fn label(&self) -> &'static str {
        plural(self.kind)
    }
}

fn plural(kind: AssetKind) -> &'static str {
    match kind {
        AssetKind::Folder => "Folders",
        AssetKind::Process => "Processes",
        AssetKind::Integration => "Integrations",
    }
}

impl OwnersCard {
    /// `None` for a user who owns nothing. `chosen` are the users who can become owners.
    pub fn new(
        user: UserId,
        (inventory, now): (&Inventory, ZonedTime),
        answers: &Answers,
        (chosen, candidates): (&[User], &Slice<User>),
        error: Option<FieldError>,
    ) -> Option<Self> {
        let assets = &inventory.assets;
        if assets.is_empty() {
            return None;
        }
        let label = |id: UserId| chosen.iter().find(|owner| owner.id == id).map(|owner| UserLabel::from(&owner.who()));
        let per_kind = answers.per.is_some();
        let row = |owned: &OwnedKind| {
            let owner = answers.by_kind.get(&owned.kind).copied().filter(|_| per_kind).and_then(label);
            let another = answers.link(user, &[owned.kind]);
            KindRow { kind: owned.kind, assets: in_words(owned), owner: owner.map(|owner| (owner, another)) }
        };
        let kinds = assets.iter().map(row).collect::<Vec<_>>();
        let current = kinds.iter().find(|row| row.owner.is_none()).map(|row| row.kind).filter(|_| per_kind);
        let missing = kinds.iter().filter(|row| row.owner.is_none()).map(|row| row.kind).collect::<Vec<_>>();
        let fields = answers.fields(&missing);
        let is_complete = per_kind && current.is_none();
        let finder = (!is_complete).then(|| {
            let picked = answers.all.filter(|_| !per_kind).and_then(label);
            let others = candidates.rows.iter().filter(|other| picked.as_ref().is_none_or(|picked| picked.id != other.id));
            let others = others.map(|other| UserLabel::from(&other.who())).collect::<Vec<_>>();
            Finder {
                whom: " who can own assets",
                name: current.map_or("user", AssetKind::as_str),
                fields: fields.clone(),
                q: answers.q.clone(),
                picked: picked.as_ref().map(|picked| picked.id),
                results: picked.into_iter().chain(others).collect(),
                has_more: candidates.has_next,
                error,
                ..Finder::new(paths::DeleteUser { user }, "Shows active people.")
            }
        });
        let [one, several] =
            [None, Some(Per::Kind)].map(|per| Answers { per, by_kind: BTreeMap::new(), ..answers.clone() }.link(user, &[]));
        let choice = vec![("One new owner for all", one, !per_kind), ("One per kind", several, per_kind)];
        Some(Self {
            count: assets.iter().map(|owned| owned.count.unsigned_abs()).sum(),
            deleted: assets.iter().map(|owned| owned.deleted.unsigned_abs()).sum(),
            deleted_until: inventory.deleted_until.map(|until| DisplayTime::new(until, now)),
            choice: if kinds.len() > 1 || per_kind { choice } else { Vec::new() },
            kinds,
            current,
            finder,
            fields,
        })
    }

    /// "9 assets and 2 deleted ones"
    pub fn owned(&self) -> String {
        match (self.count, self.deleted) {
            (0, deleted) => counted(deleted, "deleted asset", "deleted assets"),
            (count, 0) => counted(count, "asset", "assets"),
            (count, deleted) => format!("{} and {}", counted(count, "asset", "assets"), counted(deleted, "deleted one", "deleted ones")),
        }
    }

    /// Label of the button that chooses the owner of the current kind.
    pub fn choose(&self) -> Option<String> {
        self.current.map(|kind| format!("Choose for {}", kind.words().1))
    }
}

/// "6: Month-end close, Rate cards, Archive 2025, Payroll and 2 more, and 1 deleted"
fn in_words(owned: &OwnedKind) -> String {
    let deleted = (owned.deleted > 0).then(|| format!("{} deleted", owned.deleted));
    let more = owned.count - i64::try_from(owned.first.len()).unwrap_or(i64::MAX);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let named = (owned.count > 0).then(|| format!("{}: {}{more}", owned.count, owned.first.join(", ")));
    named.into_iter().chain(deleted).collect::<Vec<_>>().join(", and ")
}

#[cfg(test)]
impl OwnersCard {
    /// One owner for all, or one per kind of which some are chosen.
    pub(super) fn sample(sample: &crate::web::shared::samples::Sample, per: Option<Per>, chosen: usize) -> Self {
        let results = sample.rows(|_, user| user).into_iter().take(8).collect();
        let row = |(place, kind): (usize, &AssetKind)| KindRow {
            kind: *kind,
            assets: format!("3: {}", sample.group()),
            owner: (place < chosen).then(|| (sample.user(place), "/users-and-groups/users/7/delete?per=kind".to_owned())),
        };
        let current = per.and(AssetKind::ALL.get(chosen).copied());
        let finder = Finder { q: sample.text.clone(), results, ..Finder::new("/users-and-groups/users/7/delete", "Shows active people.") };
        let link = || "/users-and-groups/users/7/delete?per=kind".to_owned();
        Self {
            kinds: AssetKind::ALL.iter().enumerate().map(row).collect(),
            count: 9,
            deleted: sample.rows as u64,
            deleted_until: (sample.rows > 0).then(|| sample.display_time(0)),
            choice: vec![("One new owner for all", link(), per.is_none()), ("One per kind", link(), per.is_some())],
            finder: (per.is_none() || current.is_some()).then_some(finder),
            fields: vec![("return", sample.query()), ("per", "kind".to_owned())],
            current,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assets_of_a_kind_are_said_in_words() {
        let owned = |count, deleted, first: &[&str]| {
            in_words(&OwnedKind { kind: AssetKind::Process, count, deleted, first: first.iter().map(|name| (*name).to_owned()).collect() })
        };
        assert_eq!(owned(1, 0, &["Accruals"]), "1: Accruals");
        assert_eq!(owned(3, 1, &["Accruals", "Rates"]), "3: Accruals, Rates and 1 more, and 1 deleted");
        assert_eq!(owned(0, 2, &[]), "2 deleted");
    }
}
