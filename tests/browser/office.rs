//! A company with assets: a User who owns a folder, and a colleague.

use usher::{
    domain::{
        asset::{AssetDetails, AssetKind, BaseAddress, ConnectionKind, ConnectionSecret, ShareLevel},
        ids::{AssetId, UserId, VersionNumber},
        text::{AssetName, Notes},
    },
    usecases::{
        ShareWith,
        assets::{self, connection, definition, shares},
    },
};

use crate::{
    business::JONAS,
    helpers::Db,
    site::{MAYA, Site},
};

/// Colleague of Jonas.
pub(crate) const LENA: &str = "lena.novak@example.com";

pub(crate) struct Office {
    /// Owner of all assets.
    pub(crate) jonas: UserId,
    pub(crate) lena: UserId,
    /// Folder, shared with Lena to view.
    pub(crate) finance: AssetId,
    /// Folder of its own.
    pub(crate) archive: AssetId,
    /// Process in the folder, with two versions of its definition.
    pub(crate) checklist: AssetId,
    /// Integration in the folder, with a connection.
    pub(crate) ledger: AssetId,
    pub(crate) site: Site,
}

impl Office {
    /// With scripts on SQLite, without on PostgreSQL, so that each story covers both.
    pub(crate) fn new(scripts: bool) -> Self {
        let site = Site::with_admin_on(if scripts { Db::Sqlite } else { Db::Postgres });
        let (jonas, lena) = (site.app.create_user("Jonas", "Vermeulen"), site.app.create_user("Lena", "Novak"));
        let ctx = &site.app.ctx;
        let finance = create(&site, AssetKind::Folder, "Finance", None);
        shares::share(ctx, &site.caller(JONAS), finance, ShareWith::User(lena), ShareLevel::View).unwrap();
        let checklist = create(&site, AssetKind::Process, "Closing checklist", Some(finance));
        for (latest, text) in ["Post accruals\nLock the period", "Post accruals\nReconcile banks\nLock the period"].iter().enumerate() {
            let latest = VersionNumber(i64::try_from(latest).unwrap());
            definition::save(ctx, &site.caller(JONAS), checklist, text, latest).unwrap();
        }
        let ledger = create(&site, AssetKind::Integration, "Ledger export", Some(finance));
        let address = BaseAddress::parse("https://ledger.example.com/api/v2").unwrap();
        let secret = connection::SecretChange::Replace(ConnectionSecret::parse("seven hills").unwrap().unwrap());
        let new = connection::NewConnection { kind: ConnectionKind::Rest, base_address: address, secret };
        connection::save(ctx, &site.caller(JONAS), ledger, &new, 0).unwrap();
        let archive = create(&site, AssetKind::Folder, "Archive", None);
        Self { jonas, lena, finance, archive, checklist, ledger, site }
    }

    /// Makes a group with Maya and Lena as the Admin.
    pub(crate) fn create_group(&self, name: &str) {
        let group = self.site.create_group(name);
        for user in [self.site.app.id_of(MAYA), self.lena] {
            usher::usecases::groups::add(&self.site.app.ctx, &self.site.caller(MAYA), group, user).unwrap();
        }
        self.site.subjects();
    }
}

/// Creates an asset as Jonas.
pub(crate) fn create(site: &Site, kind: AssetKind, name: &str, folder: Option<AssetId>) -> AssetId {
    let details = AssetDetails { name: AssetName::parse(name).unwrap(), description: Notes::default(), account: None };
    assets::create(&site.app.ctx, &site.caller(JONAS), kind, folder, &details).unwrap()
}
