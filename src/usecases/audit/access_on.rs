//! Access at the end of a past day, from the audit log alone.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::{
    domain::{
        audit::{
            AuditAction, AuditEvent, By, Named, Subject, SubjectKind,
            history::{Held, PlaceHistory, Recorded, UserHistory},
        },
        clock::Timestamp,
        ids::{AccountId, EntryId, PortfolioId, UserId},
        permission::{AssignmentPermissions, Permission},
        policy::Action,
        role::Role,
        user::Status,
    },
    store::{
        Database, ReadEntry, StoreError,
        audit::{
            entry_key, history,
            log::{self, Bounds, Direction, Entries, IndexRange},
        },
        users::User,
    },
    usecases::{
        ActionError, Context, Principal,
        shared::{error::authorise, transaction::Rights},
    },
};

use super::{HistoryOf, log::name};

/// Access at a time.
#[derive(Debug, Clone)]
pub struct AccessOn {
    /// Name at that time, else the current one.
    pub name: String,
    /// Time of the first entry about the user, portfolio or account; `None` without entries.
    pub recorded_since: Option<Timestamp>,
    /// Portfolio of the account.
    pub portfolio: Option<Named>,
    /// True if the portfolio was deactivated: its assignments gave no access.
    pub is_deactivated: bool,
    /// The user themself; `None` before their invitation and after their deletion.
    pub user: Option<UserThen>,
    /// Entry that cannot be read, so that the access is unknown.
    pub unreadable: Option<EntryId>,
    /// By portfolio, account and user. Admins, who see everything, come last.
    pub rows: Vec<AccessRow>,
    /// True if it still exists.
    pub is_existing: bool,
    /// Users, portfolios and accounts in the rows that still exist.
    pub existing: HashSet<(SubjectKind, i64)>,
}

/// A user at that time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserThen {
    pub status: Status,
    pub role: Role,
    /// Names of the groups, in order.
    pub groups: Vec<String>,
}

/// One user's access to one portfolio or account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessRow {
    pub user: Named,
    pub email: String,
    pub status: Status,
    pub through: Through,
    /// Portfolio; `None` for Admins.
    pub portfolio: Option<Named>,
    /// Account; `None` for the whole portfolio.
    pub account: Option<Named>,
    pub by: Option<UserId>,
    pub by_name: String,
    pub since: Timestamp,
    /// True if the portfolio was deactivated, so that the assignment gave no access.
    pub is_suspended: bool,
}

/// Source of an access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Through {
    Account(AssignmentPermissions),
    Portfolio,
    Admin,
}

/// Reads the access of a user, or to a portfolio or account, as it was before `end`. Only entries before it are read;
/// invitations expire by `end`, or by now if that is earlier.
///
/// # Errors
/// Unknown for something that does not exist and has no entries.
pub fn read(ctx: &Context, actor: &User, of: HistoryOf, end: Timestamp) -> Result<AccessOn, ActionError> {
    let at = end.min(ctx.now());
    ctx.store.read(|db| {
        authorise(actor.actor(), Action::Use(Permission::AuditLogView), None)?;
        access_on(db, of, end, at)
    })
}

/// Reads the access for an export, and records it. `on` is the day: "2026-05-31".
///
/// # Errors
/// [`StoreError::UnreadableEntry`] if an entry cannot be read.
pub fn export(ctx: &Context, principal: &Principal, of: HistoryOf, on: &str, end: Timestamp) -> Result<AccessOn, ActionError> {
    principal.audited_transaction(ctx, Rights::Stay, |work| {
        work.require(Action::Use(Permission::AuditLogView))?;
        let found = access_on(work.tx.db(), of, end, end.min(work.now))?;
        if let Some(entry) = found.unreadable {
            return Err(StoreError::UnreadableEntry(entry.0).into());
        }
        let (kind, id) = of.subject();
        work.record(Subject { kind, id, name: found.name.clone() }, &AuditEvent::AccessExported { on: on.to_owned() });
        Ok(found)
    })
}

fn access_on(db: &mut Database, of: HistoryOf, end: Timestamp, at: Timestamp) -> Result<AccessOn, ActionError> {
    let (kind, id) = of.subject();
    let first = Entries::new(&IndexRange::of(kind, id), Bounds::default(), Direction::OldestFirst, 1).next(db)?;
    if first.is_none() && log::existing(db, &[(kind, id)])?.is_empty() {
        return Err(ActionError::unknown());
    }
    let timeless = first.as_ref().and_then(|first| first.as_ref().err()).filter(|entry| entry.at.is_none());
    let mut found = AccessOn {
        name: name(db, (kind, id))?,
        recorded_since: first.as_ref().and_then(|first| entry_key(first).at),
        portfolio: None,
        is_deactivated: false,
        user: None,
        unreadable: timeless.map(|entry| EntryId(entry.sequence)),
        rows: Vec::new(),
        is_existing: false,
        existing: HashSet::new(),
    };
    let read = match of {
        HistoryOf::User(user) => found.read_user(db, user, end, at),
        HistoryOf::Portfolio(portfolio) => found.read_portfolio(db, portfolio, end, at),
        HistoryOf::Account(account) => found.read_account(db, account, end, at),
    };
    match read {
        Err(StoreError::UnreadableEntry(entry)) => {
            found.unreadable = Some(EntryId(entry));
            found.rows.clear();
        }
        read => read?,
    }
    found.rows.sort_by_cached_key(AccessRow::key);
    let things = found.rows.iter().flat_map(|row| {
        let portfolio = row.portfolio.as_ref().map(|portfolio| (SubjectKind::Portfolio, portfolio.id));
        let account = row.account.as_ref().map(|account| (SubjectKind::Account, account.id));
        [Some((SubjectKind::User, row.user.id)), portfolio, account].into_iter().flatten()
    });
    let things = things.chain([(kind, id)]);
    found.existing = log::existing(db, &things.collect::<HashSet<_>>().into_iter().collect::<Vec<_>>())?;
    found.is_existing = found.existing.contains(&(kind, id));
    Ok(found)
}

impl AccessOn {
    fn read_user(&mut self, db: &mut Database, id: UserId, end: Timestamp, at: Timestamp) -> Result<(), StoreError> {
        let Some((id, user)) = users(db, &[id.0], end)?.pop_first() else { return Ok(()) };
        self.name.clone_from(&user.name);
        if user.is_gone() {
            return Ok(());
        }
        let groups = user.groups.iter().map(|(group, held)| Named::new(*group, &held.name)).collect::<Vec<_>>();
        let accounts = places(db, SubjectKind::Account, user.accounts.keys().map(|account| account.0), end)?;
        let portfolio_ids = accounts.values().filter_map(|account| Some(account.portfolio.as_ref()?.id));
        let portfolio_ids = portfolio_ids.chain(user.portfolios.keys().map(|portfolio| portfolio.0)).collect::<HashSet<_>>();
        let portfolios = places(db, SubjectKind::Portfolio, portfolio_ids, end)?;
        for (portfolio, held) in &user.portfolios {
            let named = named(&portfolios, portfolio.0, &held.name);
            self.rows.push(AccessRow::new(id, &user, at, Through::Portfolio, held, (Some(named), None)));
        }
        for (account, held) in &user.accounts {
            let portfolio = accounts.get(&account.0).and_then(|account| account.portfolio.clone());
            let portfolio = portfolio.map(|portfolio| named(&portfolios, portfolio.id, &portfolio.name));
            let account = named(&accounts, account.0, &held.name);
            self.rows.push(AccessRow::new(id, &user, at, Through::of(held), held, (portfolio, Some(account))));
        }
        for row in &mut self.rows {
            let history = row.portfolio.as_ref().and_then(|portfolio| portfolios.get(&portfolio.id));
            row.is_suspended = history.is_some_and(|portfolio| portfolio.is_deactivated);
        }
        if let Some(held) = &user.admin_since {
            self.rows.push(AccessRow::new(id, &user, at, Through::Admin, held, (None, None)));
        }
        let groups = groups_then(db, groups, end)?;
        self.user = Some(UserThen { status: user.status(at), role: user.role(), groups });
        Ok(())
    }

    fn read_account(&mut self, db: &mut Database, id: AccountId, end: Timestamp, at: Timestamp) -> Result<(), StoreError> {
        let Some(account) = places(db, SubjectKind::Account, [id.0], end)?.remove(&id.0) else { return Ok(()) };
        let accounts = BTreeMap::from([(id, account.name.clone())]);
        if let Some(portfolio) = &account.portfolio {
            self.read_place(db, (portfolio, &accounts), end, at)?;
        }
        self.name = account.name;
        Ok(())
    }

    fn read_portfolio(&mut self, db: &mut Database, id: PortfolioId, end: Timestamp, at: Timestamp) -> Result<(), StoreError> {
        let Some(portfolio) = places(db, SubjectKind::Portfolio, [id.0], end)?.remove(&id.0) else { return Ok(()) };
        let came = [AuditAction::AccountCreated, AuditAction::AccountMoved];
        let came = history::subjects_at(db, SubjectKind::Account, (SubjectKind::Portfolio, &[id.0]), &came)?;
        let accounts = places(db, SubjectKind::Account, came, end)?.into_iter();
        let accounts = accounts.filter(|(_, account)| account.portfolio.as_ref().is_some_and(|place| place.id == id.0));
        let accounts = accounts.map(|(account, history)| (AccountId(account), history.name)).collect();
        self.read_place(db, (&Named::new(id.0, &portfolio.name), &accounts), end, at)?;
        self.name = portfolio.name;
        Ok(())
    }

    /// Adds those who had access to these accounts of a portfolio: by assignment, through the portfolio, and as Admins.
    fn read_place(
        &mut self,
        db: &mut Database,
        (portfolio, accounts): (&Named, &BTreeMap<AccountId, String>),
        end: Timestamp,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let history = places(db, SubjectKind::Portfolio, [portfolio.id], end)?.remove(&portfolio.id).unwrap_or_default();
        let portfolio = named(&HashMap::from([(portfolio.id, history.clone())]), portfolio.id, &portfolio.name);
        self.is_deactivated = history.is_deactivated;
        let ids = accounts.keys().map(|account| account.0).collect::<Vec<_>>();
        let given = [AuditAction::AssignmentAdded];
        let mut users_ids = history::subjects(db, &[AuditAction::AdminCreated, AuditAction::AdminAppointed])?;
        users_ids.extend(history::subjects_at(db, SubjectKind::User, (SubjectKind::Account, &ids), &given)?);
        users_ids.extend(history::subjects_at(db, SubjectKind::User, (SubjectKind::Portfolio, &[portfolio.id]), &given)?);
        users_ids.sort_unstable();
        users_ids.dedup();
        for (id, user) in users(db, &users_ids, end)?.into_iter().filter(|(_, user)| !user.is_gone()) {
            for (account, held) in user.accounts.iter().filter(|(account, _)| accounts.contains_key(account)) {
                let account = Named::new(account.0, &accounts[account]);
                let place = (Some(portfolio.clone()), Some(account));
                self.rows.push(AccessRow::new(id, &user, at, Through::of(held), held, place));
            }
            if let Some(held) = user.portfolios.get(&PortfolioId(portfolio.id)) {
                self.rows.push(AccessRow::new(id, &user, at, Through::Portfolio, held, (Some(portfolio.clone()), None)));
            }
            if let Some(held) = &user.admin_since {
                self.rows.push(AccessRow::new(id, &user, at, Through::Admin, held, (None, None)));
            }
        }
        for row in self.rows.iter_mut().filter(|row| row.through != Through::Admin) {
            row.is_suspended = history.is_deactivated;
        }
        self.portfolio = Some(portfolio);
        Ok(())
    }
}

impl Through {
    fn of(held: &Held) -> Self {
        Self::Account(held.permissions.unwrap_or_default())
    }
}

impl AccessRow {
    fn new(
        id: i64,
        user: &UserHistory,
        at: Timestamp,
        through: Through,
        held: &Held,
        (portfolio, account): (Option<Named>, Option<Named>),
    ) -> Self {
        Self {
            user: Named::new(id, &user.name),
            email: user.email.clone(),
            status: user.status(at),
            through,
            portfolio,
            account,
            by: held.by,
            by_name: held.by_name.clone(),
            since: held.since,
            is_suspended: false,
        }
    }

    /// Place in the list.
    fn key(&self) -> (bool, [String; 3], [i64; 3]) {
        let (name, id) = (|named: &Named| named.name.to_lowercase(), |named: &Named| named.id);
        let (portfolio, account) = (self.portfolio.as_ref(), self.account.as_ref());
        let names = [portfolio.map(name).unwrap_or_default(), account.map(name).unwrap_or_default(), name(&self.user)];
        (self.through == Through::Admin, names, [portfolio.map_or(0, id), account.map_or(0, id), self.user.id])
    }
}

fn named(histories: &HashMap<i64, PlaceHistory>, id: i64, name: &str) -> Named {
    let name = histories.get(&id).map(|history| &*history.name).filter(|name| !name.is_empty()).unwrap_or(name);
    Named::new(id, name)
}

/// Users as they were, by id.
fn users(db: &mut Database, ids: &[i64], end: Timestamp) -> Result<BTreeMap<i64, UserHistory>, StoreError> {
    let entries = entries(db, SubjectKind::User, ids, &UserHistory::ACTIONS, end)?;
    Ok(entries.iter().map(|(id, entries)| (*id, UserHistory::replay(entries))).collect())
}

/// Portfolios or accounts as they were, by id. Those without entries are omitted.
fn places(
    db: &mut Database,
    kind: SubjectKind,
    ids: impl IntoIterator<Item = i64>,
    end: Timestamp,
) -> Result<HashMap<i64, PlaceHistory>, StoreError> {
    let entries = entries(db, kind, &ids.into_iter().collect::<Vec<_>>(), &PlaceHistory::ACTIONS, end)?;
    Ok(entries.iter().map(|(id, entries)| (*id, PlaceHistory::replay(entries))).collect())
}

/// Names of these groups, sorted, without deleted groups.
fn groups_then(db: &mut Database, groups: Vec<Named>, end: Timestamp) -> Result<Vec<String>, StoreError> {
    let ids = groups.iter().map(|group| group.id).collect::<Vec<_>>();
    let entries = entries(db, SubjectKind::Group, &ids, &[AuditAction::GroupRenamed, AuditAction::GroupDeleted], end)?;
    let name = |group: Named| match entries.get(&group.id).and_then(|entries| entries.last()).map(|entry| &entry.event) {
        Some(AuditEvent::GroupDeleted { .. }) => None,
        Some(AuditEvent::GroupRenamed { after, .. }) => Some(after.clone()),
        _ => Some(group.name),
    };
    let mut names = groups.into_iter().filter_map(name).collect::<Vec<_>>();
    names.sort();
    Ok(names)
}

/// Entries by subject, in the order of the chain.
///
/// # Errors
/// [`StoreError::UnreadableEntry`] for the first that cannot be read.
fn entries(
    db: &mut Database,
    kind: SubjectKind,
    ids: &[i64],
    actions: &[AuditAction],
    end: Timestamp,
) -> Result<HashMap<i64, Vec<Recorded>>, StoreError> {
    let mut entries = HashMap::<_, Vec<_>>::new();
    for entry in history::about(db, kind, ids, actions, end)? {
        let (id, entry) = recorded(entry)?;
        entries.entry(id).or_default().push(entry);
    }
    Ok(entries)
}

/// An entry for the replay, with the id of its subject.
fn recorded(entry: ReadEntry) -> Result<(i64, Recorded), StoreError> {
    let row = entry.map_err(|unreadable| StoreError::UnreadableEntry(unreadable.sequence))?;
    let event = row.event().map_err(|_| StoreError::UnreadableEntry(row.sequence))?;
    let place = row.place_kind.zip(row.place_id).map(|(kind, id)| (kind, Named { id, name: row.place_name.unwrap_or_default() }));
    let by = By { id: row.actor_id, name: row.actor_name, channel: row.channel, client_ip: row.client_ip };
    Ok((row.subject_id, Recorded { at: row.at, by, subject: row.subject_name, place, event }))
}
