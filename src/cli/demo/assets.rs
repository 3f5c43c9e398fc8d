//! Made-up assets: trees of folders, processes and integrations, with shares and history.

use chrono::TimeDelta;

use crate::{
    domain::{
        asset::{AssetDetails, AssetKind, BaseAddress, ConnectionKind, ConnectionSecret, ShareLevel},
        audit::{AuditEvent, ConnectionFields, Grantee, Named, Subject, SubjectKind},
        clock::Timestamp,
        ids::{AccountId, AssetId, GroupId, UserId, VersionNumber},
        text::{AssetName, Notes},
    },
    store::{
        Tx,
        assets::{self, NewAsset, connections, deleted, shares, shares::ShareWith, versions},
    },
    usecases::Context,
};

use super::{
    DemoError,
    asset_trees::{Content, DRAFTS, Node, TREES},
    chance::Chance,
    definitions,
    past::{Past, Person},
    users::{PORTFOLIO_ADMIN, USER},
};

/// Users for each tree, and the most trees: some 2,000 assets.
const USERS_TO_A_TREE: usize = 40;
const TREES_MAX: usize = 200;

/// Time for which owners of trees have been active at least.
const SETTLED: TimeDelta = TimeDelta::days(60);

/// Users with a tree of their own for trying out.
const TRIED_OUT: [u32; 3] = [0, PORTFOLIO_ADMIN, USER];

/// Things around the assets.
#[derive(Debug, Clone, Copy)]
pub(super) struct Around<'a> {
    pub(super) groups: &'a [Subject],
    pub(super) portfolios: &'a [Subject],
    /// Account of the tree of the Admin.
    pub(super) account: Option<&'a Subject>,
}

/// Adds trees of the first users. Each is shared with a group and with the owner of another tree, who works in it.
pub(super) fn add(
    ctx: &Context,
    tx: &mut Tx<'_>,
    past: &mut Past,
    people: &[Person],
    around: Around<'_>,
    users: u32,
) -> Result<(), DemoError> {
    let is_settled = |person: &&Person| person.active_since.is_some_and(|since| since + SETTLED < past.now);
    let mut owners = people.iter().filter(is_settled).collect::<Vec<_>>();
    owners.sort_by_key(|person| (!TRIED_OUT.contains(&person.number), person.number));
    let trees = (usize::try_from(users).unwrap_or(0) / USERS_TO_A_TREE).clamp(TRIED_OUT.len(), TREES_MAX).min(owners.len());
    for place in 0..trees {
        let (Some(owner), Some((node, group))) = (owners.get(place), TREES.get(place % TREES.len())) else { continue };
        // Owners of the first trees work in each other's, since somebody is going to look at these.
        let ring = if place < TRIED_OUT.len() { TRIED_OUT.len().min(trees) } else { trees };
        let helper = owners.get((place + 1) % ring).filter(|helper| helper.id != owner.id);
        let since = owner.active_since.max(helper.and_then(|helper| helper.active_since)).unwrap_or(past.start);
        let mut gardener = Gardener {
            ctx,
            tx: &mut *tx,
            past: &mut *past,
            owner,
            helper: helper.copied(),
            group: around.groups.get(*group),
            account: around.account.filter(|_| place == 0),
            chance: Chance::new(u64::from(owner.number), 1 << 36),
        };
        // Later trees are named after a portfolio.
        let portfolio = (place / TREES.len()).checked_sub(1).and_then(|place| around.portfolios.get(place % around.portfolios.len()));
        let name = portfolio.map_or_else(|| node.name.to_owned(), |portfolio| format!("{}, {}", node.name, portfolio.name));
        let top = gardener.plant(node, &name, None, since)?;
        gardener.share_top(&top)?;
        if place < TRIED_OUT.len() {
            gardener.plant_and_delete(&DRAFTS, since, TimeDelta::days(2) * i32::try_from(place + 1).unwrap_or(1))?;
        }
    }
    Ok(())
}

/// An asset with the time of its creation.
struct Planted<'a> {
    subject: Subject,
    owner: &'a Person,
    at: Timestamp,
}

impl Planted<'_> {
    fn id(&self) -> AssetId {
        AssetId(self.subject.id)
    }
}

/// Maker of one tree.
struct Gardener<'a, 'tx> {
    ctx: &'a Context,
    tx: &'a mut Tx<'tx>,
    past: &'a mut Past,
    owner: &'a Person,
    /// User who works in the tree.
    helper: Option<&'a Person>,
    group: Option<&'a Subject>,
    account: Option<&'a Subject>,
    chance: Chance,
}

impl<'a> Gardener<'a, '_> {
    /// Adds an asset with everything in it.
    fn plant(&mut self, node: &Node, name: &str, folder: Option<&Planted<'_>>, since: Timestamp) -> Result<Planted<'a>, DemoError> {
        let at = since + TimeDelta::minutes(1) + self.chance.time((self.past.now - since) / 4);
        // The helper adds some of the assets in the folders of the owner.
        let helper = self.helper.filter(|_| folder.is_some() && self.chance.happens(1, 3));
        let owner = helper.unwrap_or(self.owner);
        let kind = match node.content {
            Content::Folder(_) => AssetKind::Folder,
            Content::Process(_) => AssetKind::Process,
            Content::Integration(..) => AssetKind::Integration,
        };
        let account = self.account.filter(|_| kind == AssetKind::Process);
        let details = AssetDetails {
            name: AssetName::parse(name)?,
            description: Notes::parse(node.description)?,
            account: account.map(|account| AccountId(account.id)),
        };
        let new = NewAsset { kind, details: &details, owner: owner.id, folder: folder.map(Planted::id), now: at };
        let id = assets::insert(self.tx, new)?;
        let planted = Planted { subject: Subject { kind: SubjectKind::Asset, id: id.0, name: name.to_owned() }, owner, at };
        let named = |subject: &Subject| Named::new(subject.id, &subject.name);
        let folder = folder.map(|folder| named(&folder.subject));
        let created = AuditEvent::AssetCreated { kind, folder, account: account.map(named) };
        self.past.record(at, owner.by(), planted.subject.clone(), &created);
        match node.content {
            Content::Folder(content) => {
                for node in content {
                    self.plant(node, node.name, Some(&planted), at)?;
                }
            }
            Content::Process(text) => self.save_versions(&planted, text)?,
            Content::Integration(kind, base_address) => self.connect(&planted, kind, base_address)?,
        }
        if kind == AssetKind::Integration || self.chance.happens(1, 3) {
            self.share_one(&planted)?;
        }
        Ok(planted)
    }

    /// Saves the versions of a definition, by the owner and by the helper.
    fn save_versions(&mut self, planted: &Planted<'_>, text: &str) -> Result<(), DemoError> {
        let texts = definitions::versions(text);
        let step = (self.past.now - planted.at) / i32::try_from(texts.len()).unwrap_or(1);
        let mut at = planted.at + TimeDelta::minutes(2);
        for (number, text) in (1..).zip(&texts) {
            let by = self.helper.filter(|_| number % 2 == 0).unwrap_or(planted.owner);
            let new = versions::NewVersion { number: VersionNumber(number), text, restored_from: None, by: Some(by.id), now: at };
            versions::insert(self.tx, planted.id(), new)?;
            assets::touch(self.tx, planted.id(), Some(by.id), at)?;
            let saved = AuditEvent::AssetVersionSaved { number, bytes: text.len() as u64, restored_from: None };
            self.past.record(at, by.by(), planted.subject.clone(), &saved);
            at += self.chance.time(step - TimeDelta::minutes(2)).max(TimeDelta::seconds(1));
        }
        Ok(())
    }

    fn connect(&mut self, planted: &Planted<'_>, kind: ConnectionKind, base_address: &str) -> Result<(), DemoError> {
        let at = planted.at + TimeDelta::minutes(3).min(self.past.now - planted.at);
        let address = BaseAddress::parse(base_address).map_err(|error| DemoError::Integration(error.to_string()))?;
        connections::save(self.tx, planted.id(), kind, &address)?;
        let after = ConnectionFields { kind, base_address: base_address.to_owned() };
        let by = || planted.owner.by();
        self.past.record(at, by(), planted.subject.clone(), &AuditEvent::AssetConnectionEdited { before: None, after });
        let secret = ConnectionSecret::parse("made-up secret of the demo").map_err(|error| DemoError::Integration(error.to_string()))?;
        if let Some(secret) = secret {
            let sealed = secret.seal(&self.ctx.key, planted.id(), &*self.ctx.random);
            connections::set_secret(self.tx, planted.id(), &sealed, Some(planted.owner.id), at)?;
            self.past.record(at, by(), planted.subject.clone(), &AuditEvent::AssetSecretReplaced {});
        }
        Ok(assets::touch(self.tx, planted.id(), Some(planted.owner.id), at)?)
    }

    /// Shares the top folder with the group and with the helper.
    fn share_top(&mut self, top: &Planted<'_>) -> Result<(), DemoError> {
        if let Some(helper) = self.helper {
            self.share(top, &helper.subject(), ShareLevel::Edit)?;
        }
        self.group.map_or(Ok(()), |group| self.share(top, group, ShareLevel::View))
    }

    /// Shares an asset itself with the owner's counterpart, or with the group.
    fn share_one(&mut self, planted: &Planted<'_>) -> Result<(), DemoError> {
        let other = if planted.owner.id == self.owner.id { self.helper } else { Some(self.owner) };
        let level = if self.chance.happens(1, 2) { ShareLevel::View } else { ShareLevel::Edit };
        match (other, self.group) {
            (Some(other), _) if self.chance.happens(2, 3) => self.share(planted, &other.subject(), level),
            (_, Some(group)) => self.share(planted, group, level),
            _ => Ok(()),
        }
    }

    fn share(&mut self, planted: &Planted<'_>, with: &Subject, level: ShareLevel) -> Result<(), DemoError> {
        let at = planted.at + TimeDelta::seconds(30);
        let to = match with.kind {
            SubjectKind::Group => ShareWith::Group(GroupId(with.id)),
            _ => ShareWith::User(UserId(with.id)),
        };
        shares::set(self.tx, planted.id(), to, level)?;
        let with = Grantee { kind: with.kind, id: with.id, name: with.name.clone() };
        self.past.record(at, planted.owner.by(), planted.subject.clone(), &AuditEvent::AssetShared { with, level });
        Ok(())
    }

    /// Adds a folder of the owner's, deleted some time ago.
    fn plant_and_delete(&mut self, node: &Node, since: Timestamp, ago: TimeDelta) -> Result<(), DemoError> {
        let (helper, group) = (self.helper.take(), self.group.take());
        let planted = self.plant(node, node.name, None, since)?;
        (self.helper, self.group) = (helper, group);
        let at = self.past.now - ago;
        let count = deleted::delete(self.tx, planted.id(), Some(planted.owner.id), at)?;
        let event = AuditEvent::AssetDeleted { kind: AssetKind::Folder, count: count as u64 };
        self.past.record(at, planted.owner.by(), planted.subject, &event);
        Ok(())
    }
}
