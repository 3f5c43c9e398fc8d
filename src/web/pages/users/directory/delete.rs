//! Delete user, after a page with the consequences and with new owners for the user's assets.

use actix_web::{
    http::StatusCode,
    web::{Path, Query},
};
use askama::Template;
use serde::Deserialize;

use super::new_owners::{Answers, OwnersCard, Per};
use crate::{
    domain::{audit::Named, digest::Digest, ids::UserId, search::SearchTerm, user::Status},
    usecases::{
        assets::owner::OwnerError,
        users::deletion::{self, DeleteError, DeletionOptions, Inventory, Receipt, Transfer},
    },
    web::{
        pages::assets::owner,
        shared::{
            error::WebError,
            form::Form,
            list_query::ListQuery,
            page::{
                DisplayTime, FieldError, Flash, FlashAction, FlashKind, FormErrors, Layout, UserLabel, counted, names_in_short, with_query,
            },
            page_context::PageContext,
            respond::{self, HandlerResult},
            routing::paths,
        },
    },
};

/// Question with the consequences.
#[derive(Debug, Clone, Template)]
#[template(path = "users/directory/delete.html")]
pub struct DeleteUserPage {
    pub layout: Layout,
    pub user: UserLabel,
    /// True if blocking is an alternative: for a user who can sign in.
    pub can_be_blocked: bool,
    /// End of the time to restore the user; `None` for a permanent deletion.
    pub restorable_until: Option<DisplayTime>,
    pub goes: WhatGoes,
    /// New owners of the user's assets; `None` for a user who owns nothing.
    pub owners: Option<OwnersCard>,
    /// True if the inventory changed since the page was shown.
    pub is_changed: bool,
    /// Digest of the inventory.
    pub shown: Digest,
    /// Query of the list, to return to.
    pub query: String,
}

/// Things lost with a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhatGoes {
    pub sessions: u64,
    /// Names of groups, Admins included.
    pub groups: Vec<String>,
    /// Names of portfolios.
    pub portfolios: Vec<String>,
    pub accounts: Vec<String>,
    /// Number of assets shared with the user directly.
    pub shares: u64,
    /// "Password" and other credentials.
    pub credentials: Vec<&'static str>,
}

impl From<&Inventory> for WhatGoes {
    fn from(inventory: &Inventory) -> Self {
        let names = |named: &[Named]| named.iter().map(|named| named.name.clone()).collect();
        Self {
            sessions: inventory.sessions as u64,
            groups: names(&inventory.groups),
            portfolios: names(&inventory.portfolios),
            accounts: names(&inventory.accounts),
            shares: inventory.shares.unsigned_abs(),
            credentials: vec!["Password"],
        }
    }
}

impl WhatGoes {
    fn sessions_in_words(&self) -> String {
        if self.sessions == 0 { "None".to_owned() } else { format!("{}, signed out at once", self.sessions) }
    }

    fn memberships_in_words(&self) -> String {
        named(&[(&self.groups, "group", "groups")])
    }

    fn assignments_in_words(&self) -> String {
        named(&[(&self.portfolios, "portfolio", "portfolios"), (&self.accounts, "account", "accounts")])
    }

    fn shares_in_words(&self) -> String {
        if self.shares == 0 { "None".to_owned() } else { counted(self.shares, "asset shared directly", "assets shared directly") }
    }

    fn credentials_in_words(&self) -> String {
        if self.credentials.is_empty() { "None".to_owned() } else { self.credentials.join(", ") }
    }
}

/// "1 portfolio: Nordic Brands; 2 accounts: Fjord Foods, Hygge Home".
fn named(kinds: &[(&[String], &str, &str)]) -> String {
    let kinds = kinds.iter().filter(|(names, ..)| !names.is_empty());
    let kinds = kinds.map(|(names, one, many)| format!("{}: {}", counted(names.len() as u64, one, many), names_in_short(names, 10)));
    let kinds = kinds.collect::<Vec<_>>().join("; ");
    if kinds.is_empty() { "None".to_owned() } else { kinds }
}

impl DeleteUserPage {
    fn path(&self) -> paths::DeleteUser {
        paths::DeleteUser { user: self.user.id }
    }

    fn back(&self) -> String {
        with_query(paths::UsersAndGroups {}, &self.query)
    }

    fn hand_over(&self) -> paths::UserAssets {
        paths::UserAssets { user: self.user.id }
    }

    fn errors(&self) -> FormErrors {
        let finder = self.owners.as_ref().and_then(|owners| owners.finder.as_ref());
        FormErrors::of([("add-q", finder.and_then(|finder| finder.error.as_ref()))])
    }

    /// True if the page deletes the user: nothing needs an owner, or one is chosen on this page or was chosen for each
    /// kind.
    fn is_complete(&self) -> bool {
        self.owners.as_ref().is_none_or(|owners| owners.current.is_none())
    }
}

/// Query of the page.
#[derive(Debug, Clone, Default, Deserialize)]
pub(in crate::web) struct DeleteQuery {
    #[serde(default, rename = "return")]
    return_query: String,
    #[serde(default)]
    q: String,
    per: Option<Per>,
    folder: Option<UserId>,
    process: Option<UserId>,
    integration: Option<UserId>,
}

/// Consent, with the new owners.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct DeleteForm {
    #[serde(default, rename = "return")]
    return_query: String,
    #[serde(default)]
    q: String,
    per: Option<Per>,
    /// New owner of everything.
    user: Option<UserId>,
    folder: Option<UserId>,
    process: Option<UserId>,
    integration: Option<UserId>,
    /// Digest of the inventory that the page showed.
    shown: Option<Digest>,
}

/// `GET /users-and-groups/users/{user}/delete`
pub(in crate::web) async fn show(context: PageContext, id: Path<UserId>, query: Query<DeleteQuery>) -> HandlerResult {
    let DeleteQuery { return_query, q, per, folder, process, integration } = query.into_inner();
    let by_kind = Answers::by_kind(folder, process, integration);
    let answers = Answers { query: ListQuery::returned(&return_query), q, per, all: None, by_kind };
    respond::page(&page(&context, *id, answers, None).await?)
}

/// `POST /users-and-groups/users/{user}/delete`
pub(in crate::web) async fn submit(context: PageContext, id: Path<UserId>, form: Form<DeleteForm>) -> HandlerResult {
    let (id, now) = (*id, context.now());
    let DeleteForm { return_query, q, per, user, folder, process, integration, shown } = form.0;
    let by_kind = Answers::by_kind(folder, process, integration);
    let mut answers = Answers { query: ListQuery::returned(&return_query), q, per, all: user, by_kind };
    let new_owners = answers.new_owners();
    let said = move |receipt: &Receipt| {
        let flash = Flash::new(FlashKind::Ok, in_words(receipt, now));
        let (id, name) = (receipt.user.id, receipt.user.display_name());
        match receipt.restorable_until {
            Some(_) => flash.with_action(FlashAction::new("Restore", &name, paths::RestoreUser { user: id })),
            None => flash,
        }
    };
    let delete = move |ctx: &_, submission: &_| deletion::delete(ctx, submission, id, &new_owners, shown.as_ref());
    let error = match context.act(said, delete).await? {
        Ok(_) => return respond::see_other(with_query(paths::UsersAndGroups {}, &answers.query)),
        Err(DeleteError::Already { name, restorable_until }) => {
            let until = DisplayTime::new(restorable_until, now).date();
            let flash = Flash::new(FlashKind::Info, format!("{name} is deleted already and can be restored until {until}."));
            let flash = flash.with_action(FlashAction::new("Restore", &name, paths::RestoreUser { user: id }));
            return context.say(&flash, with_query(paths::UsersAndGroups {}, &answers.query));
        }
        Err(DeleteError::Action(error)) => return Err(error.into()),
        Err(DeleteError::Changed) => {
            let page = DeleteUserPage { is_changed: true, ..page(&context, id, answers, None).await? };
            return respond::with_status(StatusCode::CONFLICT, &page);
        }
        Err(DeleteError::NoOwner) => "Choose a person from the results".to_owned(),
        Err(DeleteError::Owner { source: OwnerError::IsOwner { name }, .. }) => format!("{name} is being deleted"),
        Err(DeleteError::Owner { id, source }) => {
            answers.forget(id);
            owner::refused(source)?
        }
    };
    respond::again(&page(&context, id, answers, Some(FieldError::Message(error))).await?)
}

async fn page(context: &PageContext, id: UserId, mut answers: Answers, error: Option<FieldError>) -> Result<DeleteUserPage, WebError> {
    let (company, chosen, search) = (context.current.company.clone(), answers.chosen(), SearchTerm::parse(&answers.q));
    if search.is_none() {
        answers.q = String::new();
    }
    let (layout_data, options) = context.open(move |ctx, actor| deletion::options(ctx, actor, &company, id, &chosen, search)).await?;
    let DeletionOptions { user, inventory, restorable_until, candidates, chosen } = options;
    Ok(DeleteUserPage {
        layout: context.layout(&layout_data),
        can_be_blocked: user.status(layout_data.now.at) == Status::Active,
        restorable_until: restorable_until.map(|until| DisplayTime::new(until, layout_data.now)),
        goes: WhatGoes::from(&inventory),
        owners: OwnersCard::new(id, (&inventory, layout_data.now), &answers, (&chosen, &candidates), error),
        is_changed: false,
        shown: inventory.digest(),
        user: UserLabel::from(&user.who()),
        query: answers.query,
    })
}

/// "Elif Yıldız was deleted and can be restored until 22 Dec 2026. 3 folders and 1 deleted asset went to Gustav
/// Lindqvist. 2 sessions ended."
fn in_words(receipt: &Receipt, now: crate::domain::time_zone::ZonedTime) -> String {
    let Receipt { user, restorable_until, sessions, transfers } = receipt;
    let until = restorable_until.map(|until| format!(" and can be restored until {}", DisplayTime::new(until, now).date()));
    let mut sentences = vec![format!("{} was deleted{}.", user.display_name(), until.unwrap_or_default())];
    for Transfer { to, assets } in transfers {
        let counts = assets.iter().map(|owned| (owned.kind, owned.count)).collect::<Vec<_>>();
        let deleted = assets.iter().map(|owned| owned.deleted).sum();
        sentences.push(format!("{} went to {}.", owner::in_words(&counts, deleted), to.display_name()));
    }
    if *sessions > 0 {
        sentences.push(counted(*sessions as u64, "session ended.", "sessions ended."));
    }
    sentences.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::samples::{Sample, check};

    fn page(sample: &Sample, restorable_until: Option<DisplayTime>) -> DeleteUserPage {
        DeleteUserPage {
            layout: sample.layout(),
            user: sample.user(3),
            can_be_blocked: restorable_until.is_some(),
            restorable_until,
            goes: WhatGoes {
                sessions: sample.rows as u64,
                groups: vec![sample.group(); sample.rows.min(40)],
                portfolios: vec![sample.group(); sample.rows.min(2)],
                accounts: vec![sample.group(); sample.rows],
                shares: sample.rows as u64,
                credentials: if sample.rows == 0 { Vec::new() } else { vec!["Password"] },
            },
            owners: None,
            is_changed: sample.rows > 3,
            shown: Digest::of(&sample.rows),
            query: sample.query(),
        }
    }

    #[test]
    fn renders() {
        check("delete-user", |sample| page(sample, Some(sample.display_time(0))));
        check("delete-user-for-good", |sample| page(sample, None));
        for (per, chosen) in [(None, 0), (Some(Per::Kind), 0), (Some(Per::Kind), 1), (Some(Per::Kind), 3)] {
            check(&format!("delete-owner-{per:?}-{chosen}"), |sample| DeleteUserPage {
                owners: Some(OwnersCard::sample(sample, per, chosen)),
                ..page(sample, Some(sample.display_time(0)))
            });
        }
    }

    #[test]
    fn what_goes_is_said_in_words() {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let goes = |sessions, groups: &[&str]| WhatGoes {
            sessions,
            groups: owned(groups),
            portfolios: owned(&groups[..groups.len().min(1)]),
            accounts: owned(groups),
            shares: sessions,
            credentials: Vec::new(),
        };
        assert_eq!(goes(0, &[]).sessions_in_words(), "None");
        assert_eq!(goes(2, &[]).sessions_in_words(), "2, signed out at once");
        assert_eq!(goes(0, &[]).shares_in_words(), "None");
        assert_eq!(goes(1, &[]).shares_in_words(), "1 asset shared directly");
        assert_eq!(goes(0, &[]).memberships_in_words(), "None");
        assert_eq!(goes(0, &[]).assignments_in_words(), "None");
        assert_eq!(goes(0, &["A", "B"]).assignments_in_words(), "1 portfolio: A; 2 accounts: A, B");
        assert_eq!(goes(0, &["Research"]).memberships_in_words(), "1 group: Research");
        assert_eq!(goes(0, &["Admins", "Research"]).memberships_in_words(), "2 groups: Admins, Research");
    }
}
