//! Random operations on assets, users and groups. After each of them every asset has an owner, no share dangles, and
//! the folders above each asset are those of the tree.

use chrono::TimeDelta;
use proptest::{
    collection,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use usher::{
    domain::{
        asset::{AssetDetails, AssetKind, ShareLevel},
        ids::{AssetId, GroupId, UserId},
        text::{AssetName, GroupName, Notes},
    },
    store::verify_chain,
    usecases::{
        ActionError, EntryPoint, NameError, ShareWith, Submission,
        assets::{
            self, TreeError,
            deletion::{self as assets_deletion, DeleteError},
            moves,
            owner::{self, NewOwner, OwnerError, Reowned},
            shares::{self, ShareError},
        },
        groups,
        outbox::housekeeping,
        users::{
            deletion::{self, NewOwners},
            lifecycle,
            restoration::{self, RestoreError},
        },
    },
};

use crate::helpers::{Db, Setting, TestApp};

/// Kinds of operations. The first does nothing: failures shrink to it.
const KINDS: u8 = 24;

/// An operation: its kind, and numbers that choose what it is done to.
type Operation = (u8, usize, usize, usize);

/// Rows that contradict a rule.
const CONTRADICTIONS: [(&str, &str); 8] = [
    ("an owner who is deleted", "assets WHERE deleted_at IS NULL AND owner_id NOT IN (SELECT id FROM users)"),
    ("a share with a deleted user", "asset_shares WHERE user_id IS NOT NULL AND user_id NOT IN (SELECT id FROM users)"),
    ("a share with a deleted group", "asset_shares WHERE group_id IS NOT NULL AND group_id NOT IN (SELECT id FROM user_groups)"),
    ("a share of nothing", "asset_shares WHERE asset_id NOT IN (SELECT id FROM assets)"),
    ("a share with the owner", "asset_shares JOIN assets ON assets.id = asset_id WHERE owner_id = user_id"),
    (
        "an asset in a deleted folder",
        "assets JOIN assets AS folder ON folder.id = assets.folder_id WHERE assets.deleted_at IS NULL AND folder.deleted_at IS NOT NULL",
    ),
    (
        "a folder that is not noted",
        "(WITH RECURSIVE TREE SELECT * FROM tree EXCEPT SELECT asset_id, ancestor_id, depth FROM asset_ancestors) AS missing",
    ),
    (
        "a folder noted wrongly",
        "(WITH RECURSIVE TREE SELECT asset_id, ancestor_id, depth FROM asset_ancestors EXCEPT SELECT * FROM tree) AS wrong",
    ),
];

/// The folders above each asset, by `folder_id` alone.
const TREE: &str = "tree (asset_id, ancestor_id, depth) AS (SELECT id, id, 0 FROM assets UNION ALL \
    SELECT tree.asset_id, assets.folder_id, depth + 1 FROM tree JOIN assets ON assets.id = tree.ancestor_id \
    WHERE assets.folder_id IS NOT NULL)";

/// A company under random operations.
struct Company {
    app: TestApp,
    maya: UserId,
    users: Vec<UserId>,
    groups: Vec<GroupId>,
    assets: Vec<AssetId>,
    newcomers: usize,
    /// Number of operations that were permitted.
    done: usize,
}

fn pick<T: Copy>(things: &[T], number: usize) -> Option<T> {
    (!things.is_empty()).then(|| things[number % things.len()])
}

/// Refusals by rules are expected; failures are not.
trait Refusal {
    fn is_expected(&self) -> bool;
}

impl Refusal for ActionError {
    fn is_expected(&self) -> bool {
        matches!(self, Self::SignedOut | Self::Refused { .. })
    }
}

macro_rules! refusals {
    ($($error:ident),*) => {$(
        impl Refusal for $error {
            fn is_expected(&self) -> bool {
                if let Self::Action(error) = self { error.is_expected() } else { true }
            }
        }
    )*};
}

refusals!(TreeError, DeleteError, OwnerError, ShareError, RestoreError, NameError);

impl Refusal for deletion::DeleteError {
    fn is_expected(&self) -> bool {
        if let Self::Action(error) = self { error.is_expected() } else { true }
    }
}

impl Company {
    async fn new(db: Db) -> Self {
        let app = TestApp::with(db, Setting::default()).await;
        let maya = app.create_admin("Maya", "Fischer");
        let users = ["Ada", "Bo", "Cleo", "Dan", "Eva"].map(|name| app.create_user(name, "Test"));
        Self { app, maya, users: users.into(), groups: Vec::new(), assets: Vec::new(), newcomers: 0, done: 0 }
    }

    fn note<T, E: Refusal + std::fmt::Debug>(&mut self, outcome: Result<T, E>) -> Option<T> {
        match outcome {
            Ok(done) => {
                self.done += 1;
                Some(done)
            }
            Err(error) => {
                assert!(error.is_expected(), "{error:?}");
                None
            }
        }
    }

    fn by<T>(&self, user: UserId) -> Submission<T> {
        self.app.caller(user)
    }

    /// The owner of an asset.
    fn owner(&self, asset: AssetId) -> UserId {
        let owners = self.users.iter().chain([&self.maya]);
        *owners
            .into_iter()
            .find(|user| self.app.count(&format!("assets WHERE id = {asset} AND owner_id = {user}")) > 0)
            .unwrap_or(&self.maya)
    }

    #[expect(clippy::too_many_lines, reason = "each kind of operation, one after the other")]
    fn perform(&mut self, (kind, first, second, third): Operation) -> Option<()> {
        let ctx = self.app.ctx.clone();
        let people = self.users.iter().copied().chain([self.maya]).collect::<Vec<_>>();
        let (user, other) = (pick(&people, first)?, pick(&people, second)?);
        let asset = pick(&self.assets, first);
        let folder = pick(&self.assets, second).filter(|_| !third.is_multiple_of(4));
        match kind {
            1..=5 => {
                let name = AssetName::parse(&format!("Asset {}", self.assets.len())).unwrap();
                let details = AssetDetails { name, description: Notes::default(), account: None };
                let kind = if third.is_multiple_of(2) { AssetKind::Folder } else { AssetKind::ALL[third % 3] };
                let made = assets::create(&ctx, &self.by(user), kind, folder, &details);
                let made = self.note(made)?;
                self.assets.push(made);
            }
            6..=8 => {
                let moved = moves::move_to(&ctx, &self.by(self.owner(asset?)), asset?, folder);
                self.note(moved)?;
            }
            9..=12 => {
                let group = pick(&self.groups, second).filter(|_| third.is_multiple_of(2));
                let with = group.map_or(ShareWith::User(other), ShareWith::Group);
                let level = if third.is_multiple_of(3) { ShareLevel::View } else { ShareLevel::Edit };
                let shared = shares::share(&ctx, &self.by(self.owner(asset?)), asset?, with, level);
                self.note(shared)?;
            }
            13 => {
                let unshared = shares::unshare(&ctx, &self.by(self.owner(asset?)), asset?, ShareWith::User(other));
                self.note(unshared)?;
            }
            14 => {
                let deleted = assets_deletion::delete(&ctx, &self.by(self.owner(asset?)), asset?, None);
                self.note(deleted)?;
            }
            15 => {
                let restored = assets_deletion::restore(&ctx, &self.by(self.maya), asset?);
                self.note(restored)?;
            }
            16 => {
                let ids = [asset?, pick(&self.assets, second)?].into_iter().collect::<std::collections::BTreeSet<_>>();
                let reowned = Reowned::Assets { ids: ids.into_iter().collect(), with_content: third.is_multiple_of(2) };
                let new = NewOwner { to: other, keeps_edit: third.is_multiple_of(3), seen: None };
                let changed = owner::change(&ctx, &self.by(self.maya), &reowned, &new);
                self.note(changed)?;
            }
            17 => {
                let new = NewOwner { to: other, keeps_edit: third.is_multiple_of(2), seen: None };
                let changed = owner::change(&ctx, &self.by(self.maya), &Reowned::AllOf(user), &new);
                self.note(changed)?;
            }
            18 => {
                let kinds = AssetKind::ALL.iter().enumerate();
                let per_kind = kinds.map(|(place, kind)| (*kind, people[(second + place) % people.len()])).collect();
                let owners = if third.is_multiple_of(2) { NewOwners::PerKind(per_kind) } else { NewOwners::One(Some(other)) };
                let deleted = deletion::delete(&ctx, &self.by(self.maya), user, &owners, None);
                self.note(deleted)?;
            }
            19 => {
                let restored = restoration::restore(&ctx, &self.by(self.maya), user);
                self.note(restored)?;
            }
            20 => {
                let name = GroupName::parse(&format!("Group {third} {}", self.groups.len())).unwrap();
                let made = groups::create(&ctx, &self.by(self.maya), &name);
                let made = self.note(made)?;
                self.groups.push(made);
            }
            21 => {
                let group = pick(&self.groups, second)?;
                let added = groups::add(&ctx, &self.by(self.maya), group, user);
                self.note(added)?;
                if third.is_multiple_of(3) {
                    let deleted = groups::delete(&ctx, &self.by(self.maya), group);
                    self.note(deleted)?;
                }
            }
            22 if third.is_multiple_of(3) => {
                let blocked = lifecycle::block(&ctx, &self.by(self.maya), EntryPoint::UsersAndGroups, user);
                self.note(blocked)?;
            }
            22 => {
                let activated = lifecycle::activate(&ctx, &self.by(self.maya), EntryPoint::UsersAndGroups, user);
                self.note(activated)?;
            }
            23 => {
                self.app.advance(TimeDelta::days(i64::try_from(third % 12).unwrap()));
                housekeeping::sweep(&ctx).unwrap();
                self.users.retain(|user| self.app.count(&format!("user_rows WHERE id = {user}")) > 0);
                if self.users.len() < 12 {
                    self.newcomers += 1;
                    self.users.push(self.app.create_user(&format!("New{}", self.newcomers), "Test"));
                }
            }
            _ => {}
        }
        Some(())
    }

    fn assert_consistent(&self, after: Operation) {
        for (what, rows) in CONTRADICTIONS {
            assert_eq!(self.app.count(&rows.replace("TREE", TREE)), 0, "{what} after {after:?}");
        }
    }
}

/// Runs so many random operations. A failure is shrunk to the operations that it needs.
fn holds_after(operations: usize, db: Db) {
    let config = Config { cases: 1, max_shrink_iters: 200, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let operation = (0..KINDS, 0..10_000_usize, 0..10_000_usize, 0..10_000_usize);
    let strategy = collection::vec(operation, operations);
    let run = |operations: Vec<Operation>| {
        actix_web::rt::System::new().block_on(async {
            let mut company = Company::new(db).await;
            for operation in &operations {
                company.perform(*operation);
                company.assert_consistent(*operation);
            }
            println!("{} of {} operations were permitted", company.done, operations.len());
            assert!(verify_chain(company.app.store(), vec![]).unwrap().is_ok(), "the audit chain is whole");
        });
        Ok(())
    };
    runner.run(&strategy, run).unwrap();
}

#[test]
fn assets_stay_consistent_after_a_thousand_random_operations_on_sqlite() {
    holds_after(1000, Db::Sqlite);
}

#[test]
fn assets_stay_consistent_after_random_operations_on_postgres() {
    holds_after(200, Db::Postgres);
}
