//! A company with all users and things of the table.

use std::collections::HashMap;

use usher::{
    domain::{
        asset::{AssetDetails, AssetKind, ShareLevel},
        email_address::EmailAddress,
        ids::{AccountId, AssetId, PortfolioId, UserId, VersionNumber},
        permission::AssignmentPermissions,
        text::{AssetName, GroupName, Notes},
    },
    store::{assets, assignments},
    usecases::{EntryPoint, groups, users},
};

use super::table::{Book, Circle, Demand, Piece, Place, Thing, Viewer, Who};
use crate::{
    helpers::{Browser, Setting, TestApp},
    shared::routes::{csrf, invite, stored},
};

/// State of the users that a route concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum State {
    Active,
    Invited,
    Deactivated,
    Deleted,
}

pub(super) struct World {
    pub(super) app: TestApp,
    /// Admin who makes things and views none.
    maya: UserId,
    browsers: HashMap<Viewer, (Browser, String)>,
    oneself: HashMap<Viewer, UserId>,
    places: HashMap<Place, PortfolioId>,
    /// Assets of each viewer, for such requests; the second one of each is deleted, the third an integration.
    own_assets: HashMap<Viewer, [AssetId; 3]>,
    /// Things for requests that only read, or are refused.
    shared: HashMap<(Thing, State), Made>,
    /// Answers about missing things, by form or page and by viewer.
    pub(super) nothing: HashMap<(&'static str, Viewer, bool), String>,
    made: u32,
}

/// A thing for a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Made {
    pub(super) id: String,
    /// Address of a user.
    pub(super) email: String,
}

impl World {
    pub(super) async fn new(db: crate::helpers::Db) -> Self {
        let (app, mut admin) = TestApp::with_admin_and(db, Setting { sends_mail: false, ..Setting::default() }).await;
        let maya = app.id_of("maya.fischer@example.com");
        let places = [(Place::Nordic, "Nordic Brands"), (Place::South, "South"), (Place::Closed, "Closed")];
        let places = places.map(|(place, name)| (place, app.create_portfolio(name))).into_iter().collect::<HashMap<_, _>>();
        let pia = app.create_portfolio_admin("Pia", "Berg", &[places[&Place::Nordic]]).await;
        let rolf = app.create_portfolio_admin("Rolf", "Maier", &[places[&Place::South], places[&Place::Closed]]).await;
        let uma = app.create_user("Uma", "Ek");
        app.create_user("Lena", "Novak");
        let zoe = app.create_admin("Zoe", "Adler");
        let mut browsers = HashMap::from([(Viewer::Anonymous, app.browser())]);
        for (viewer, name) in [
            (Viewer::Admin, "zoe.adler"),
            (Viewer::PortfolioAdmin, "pia.berg"),
            (Viewer::OtherPortfolioAdmin, "rolf.maier"),
            (Viewer::User, "uma.ek"),
            (Viewer::Deactivated, "lena.novak"),
        ] {
            browsers.insert(viewer, app.signed_in(&format!("{name}@example.com")).await);
        }
        let (_, link) = invite(&app, &mut admin, "noor@example.com").await;
        let mut invited = app.browser();
        invited.get(&app, &link).await.is(200);
        browsers.insert(Viewer::Invited, invited);
        app.execute("UPDATE user_rows SET blocked_at = created_at WHERE first_name = 'Lena'");
        let mut with_tokens = HashMap::new();
        for (viewer, mut browser) in browsers {
            let page = browser.get(&app, "/users-and-groups").await;
            let token = if page.status.is_success() { csrf(&page, "/sign-out") } else { String::new() };
            with_tokens.insert(viewer, (browser, token));
        }
        let oneself = [(Viewer::User, uma), (Viewer::PortfolioAdmin, pia), (Viewer::OtherPortfolioAdmin, rolf), (Viewer::Admin, zoe)];
        let oneself = oneself.into();
        let mut world = Self {
            app,
            maya,
            browsers: with_tokens,
            oneself,
            places,
            own_assets: HashMap::new(),
            shared: HashMap::new(),
            nothing: HashMap::new(),
            made: 0,
        };
        world.close(Place::Closed, true);
        // Both users work on these from the beginning.
        for book in [Book::Edited, Book::Billed, Book::Shut] {
            world.shared(Viewer::Admin, Thing::Account(book), State::Active);
        }
        for (viewer, user) in world.oneself.clone() {
            let assets = [Demand::Own, Demand::Restore, Demand::Connect].map(|demand| world.asset(user, None, demand));
            world.own_assets.insert(viewer, assets);
        }
        world
    }

    pub(super) fn browser(&self, viewer: Viewer) -> (Browser, String) {
        self.browsers[&viewer].clone()
    }

    /// A new number at each call.
    pub(super) fn number(&mut self) -> String {
        self.made += 1;
        self.made.to_string()
    }

    /// Puts Admins back into their group.
    pub(super) fn appoint_again(&self) {
        let zoe = self.oneself[&Viewer::Admin];
        self.app.execute(&format!(
            "INSERT INTO memberships (group_id, user_id, added_at) SELECT 1, id, created_at FROM users WHERE id = {zoe} \
             AND NOT EXISTS (SELECT 1 FROM memberships WHERE group_id = 1 AND user_id = {zoe})"
        ));
    }

    pub(super) fn stored(&self) -> Vec<(&'static str, i64)> {
        stored(&self.app)
    }

    /// A thing that stays unchanged.
    pub(super) fn shared(&mut self, viewer: Viewer, thing: Thing, state: State) -> Made {
        if let Some(made) = self.shared.get(&(thing, state)) {
            return made.clone();
        }
        if let Thing::Asset(demand, Piece::Own) = thing {
            let [kept, deleted, integration] = self.own_assets[if viewer.is_signed_in() { &viewer } else { &Viewer::User }];
            let asset = match demand {
                Demand::Restore => deleted,
                Demand::Connect => integration,
                Demand::View | Demand::Edit | Demand::Own => kept,
            };
            return Made { id: asset.to_string(), email: String::new() };
        }
        let made = self.fresh(viewer, thing, state);
        if thing != Thing::User(Who::Oneself) {
            self.shared.insert((thing, state), made.clone());
        }
        made
    }

    /// A thing that may be changed.
    pub(super) fn fresh(&mut self, viewer: Viewer, thing: Thing, state: State) -> Made {
        self.made += 1;
        let id = match thing {
            Thing::Asset(demand, piece) if piece != Piece::Unknown => {
                let owner = if piece == Piece::Own { self.oneself.get(&viewer).copied().unwrap_or(self.maya) } else { self.maya };
                let level = match piece {
                    Piece::Edited => Some(ShareLevel::Edit),
                    Piece::Viewed => Some(ShareLevel::View),
                    Piece::Own | Piece::Unshared | Piece::Unknown => None,
                };
                self.asset(owner, level, demand).to_string()
            }
            Thing::Company => String::new(),
            Thing::User(who) => return self.person(viewer, who, state),
            Thing::Portfolio(place) => self.portfolio(place).map_or_else(|| "987654".to_owned(), |id| id.to_string()),
            Thing::Account(book) => self.account(book).map_or_else(|| "987654".to_owned(), |id| id.to_string()),
            Thing::Group(Circle::Admins) => "1".to_owned(),
            Thing::Group(Circle::Unknown) | Thing::Asset(..) => "987654".to_owned(),
            Thing::Group(Circle::Custom) => {
                let name = GroupName::parse(&format!("Group {}", self.made)).unwrap();
                groups::create(&self.app.ctx, &self.app.caller(self.maya), &name).unwrap().to_string()
            }
        };
        Made { id, email: String::new() }
    }

    /// An asset, shared with all viewers.
    fn asset(&self, owner: UserId, level: Option<ShareLevel>, demand: Demand) -> AssetId {
        let details = AssetDetails { name: AssetName::parse("Close checklist").unwrap(), description: Notes::default(), account: None };
        let kind = if demand == Demand::Connect { AssetKind::Integration } else { AssetKind::Process };
        self.app
            .store()
            .write_transaction(|tx| {
                let new = assets::NewAsset { kind, details: &details, owner, folder: None, now: self.app.now() };
                let id = assets::insert(tx, new)?;
                for (number, text) in [(1, "One"), (2, "Two")] {
                    let (number, now) = (VersionNumber(number), self.app.now());
                    let new = assets::versions::NewVersion { number, text, restored_from: None, by: None, now };
                    assets::versions::insert(tx, id, new)?;
                }
                for user in level.iter().flat_map(|_| self.oneself.values()) {
                    let with = assets::shares::ShareWith::User(*user);
                    assets::shares::set(tx, id, with, level.unwrap())?;
                }
                if demand == Demand::Restore {
                    assets::deleted::delete(tx, id, None, self.app.now())?;
                }
                Ok::<_, usher::store::StoreError>(id)
            })
            .unwrap()
    }

    /// Another portfolio, with the Portfolio Admin of this place.
    fn portfolio(&self, place: Place) -> Option<PortfolioId> {
        let admin = match place {
            Place::Nordic => Viewer::PortfolioAdmin,
            Place::South | Place::Closed => Viewer::OtherPortfolioAdmin,
            Place::Unknown => return None,
        };
        let id = self.app.create_portfolio(&format!("{place:?} {}", self.made));
        self.app.give_portfolio(self.oneself[&admin], id);
        if place == Place::Closed {
            self.app.execute(&format!("UPDATE portfolios SET deactivated_at = created_at WHERE id = {id}"));
        }
        Some(id)
    }

    fn account(&self, book: Book) -> Option<AccountId> {
        let (place, permissions) = match book {
            Book::In(Place::Unknown) => return None,
            Book::In(place) => (place, None),
            Book::Edited => (Place::Nordic, Some(AssignmentPermissions::default())),
            Book::Billed => (Place::Nordic, Some(AssignmentPermissions { edits_details: false, sees_billing: true })),
            Book::Shut => (Place::Closed, Some(AssignmentPermissions::default())),
        };
        // New accounts need an active portfolio.
        self.close(place, false);
        let id = self.app.create_account(self.places[&place], &format!("Account {}", self.made));
        self.close(place, true);
        for viewer in permissions.iter().flat_map(|_| [Viewer::User, Viewer::OtherPortfolioAdmin]) {
            self.give(self.oneself[&viewer], id, permissions.unwrap_or_default());
        }
        Some(id)
    }

    fn close(&self, place: Place, is_closed: bool) {
        if place == Place::Closed {
            let (id, since) = (self.places[&place], if is_closed { "created_at" } else { "NULL" });
            self.app.execute(&format!("UPDATE portfolios SET deactivated_at = {since} WHERE id = {id}"));
        }
    }

    fn give(&self, user: UserId, account: AccountId, permissions: AssignmentPermissions) {
        // Past the use case, which gives nothing in a portfolio that is deactivated.
        self.app
            .store()
            .write_transaction(|tx| assignments::give_account(tx, user, account, permissions, Some(self.maya), self.app.now()))
            .unwrap();
    }

    fn person(&mut self, viewer: Viewer, who: Who, state: State) -> Made {
        let state = if who == Who::Deleted { State::Deleted } else { state };
        let places: &[Place] = match who {
            Who::Unknown => return Made { id: "987654".to_owned(), email: "nobody@example.com".to_owned() },
            Who::Oneself => {
                let id = self.oneself.get(&viewer).copied().unwrap_or(self.maya);
                return Made { id: id.to_string(), email: "oneself@example.com".to_owned() };
            }
            Who::InNordic | Who::Above => &[Place::Nordic],
            Who::InSouth => &[Place::South],
            Who::InBoth => &[Place::Nordic, Place::South],
            Who::InClosed => &[Place::Closed],
            Who::Peer | Who::Nowhere | Who::Deleted => &[],
        };
        let (number, nordic) = (self.made, self.places[&Place::Nordic]);
        let mut email = format!("p{number}.lund@example.com");
        let id = match who {
            Who::Peer => {
                let id = self.app.create_user(&format!("P{number}"), "Lund");
                self.app.execute(&format!("UPDATE user_rows SET default_role = 'portfolio_admin' WHERE id = {id}"));
                self.app.give_portfolio(id, nordic);
                id
            }
            Who::Above => self.app.create_admin(&format!("P{number}"), "Lund"),
            _ if state == State::Invited => {
                email = format!("p{number}@example.com");
                let address = EmailAddress::parse(&email).unwrap();
                users::invite::invite(&self.app.ctx, &self.app.caller(self.maya), &address).unwrap();
                self.app.id_of(&email)
            }
            _ => self.app.create_user(&format!("P{number}"), "Lund"),
        };
        for &place in places {
            self.made += 1;
            if let Some(account) = self.account(Book::In(place)) {
                self.give(id, account, AssignmentPermissions::default());
            }
        }
        let by = self.app.session_of(self.maya);
        match state {
            State::Active | State::Invited => {}
            State::Deactivated => _ = users::lifecycle::block(&self.app.ctx, &by.into(), EntryPoint::UsersAndGroups, id).unwrap(),
            State::Deleted => self.app.delete_user(id),
        }
        Made { id: id.to_string(), email }
    }
}
