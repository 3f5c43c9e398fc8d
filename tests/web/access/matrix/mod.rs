//! Every route for every kind of user and every kind of thing, compared with the written table.

use std::collections::BTreeSet;

use usher::web::shared::routing::{
    endpoint::{Access, Kind},
    paths::ENDPOINTS,
};

use crate::helpers::Page;

mod sites;
mod table;
mod world;

use sites::{Needs, OPEN, Site, ThingKind, is_site, sites};
use table::{Answer, Book, Circle, Piece, Place, Table, Thing, Viewer, Who};
use world::{Made, World};

/// Everything that there is of each kind.
fn things(kind: ThingKind) -> Vec<Thing> {
    const PEOPLE: [Who; 10] = [
        Who::Oneself,
        Who::InNordic,
        Who::InSouth,
        Who::InBoth,
        Who::InClosed,
        Who::Nowhere,
        Who::Peer,
        Who::Above,
        Who::Deleted,
        Who::Unknown,
    ];
    const PLACES: [Place; 4] = [Place::Nordic, Place::South, Place::Closed, Place::Unknown];
    match kind {
        ThingKind::Company => vec![Thing::Company],
        ThingKind::User => PEOPLE.map(Thing::User).into(),
        ThingKind::Portfolio => PLACES.map(Thing::Portfolio).into(),
        ThingKind::Account => {
            PLACES.map(Book::In).into_iter().chain([Book::Edited, Book::Billed, Book::Shut]).map(Thing::Account).collect()
        }
        ThingKind::Group => [Circle::Admins, Circle::Custom, Circle::Unknown].map(Thing::Group).into(),
        ThingKind::Asset(demand) => {
            let pieces = [Piece::Own, Piece::Edited, Piece::Viewed, Piece::Unshared, Piece::Unknown];
            pieces.map(|piece| Thing::Asset(demand, piece)).into()
        }
    }
}

/// All combinations of things that a request with these needs could concern, except those with two unusual ones.
fn combined(needs: &Needs) -> Vec<Vec<(&'static str, Thing)>> {
    let all = needs.iter().fold(vec![Vec::new()], |known, &(word, kind)| {
        let with = |known: &Vec<_>| things(kind).into_iter().map(|thing| [&known[..], &[(word, thing)]].concat()).collect::<Vec<_>>();
        known.iter().flat_map(with).collect()
    });
    all.into_iter().filter(|needs| needs.iter().filter(|(_, thing)| !is_ordinary(*thing)).count() < 2).collect()
}

/// True for things that a Portfolio Admin may change.
fn is_ordinary(thing: Thing) -> bool {
    matches!(
        thing,
        Thing::Company
            | Thing::User(Who::InBoth)
            | Thing::Portfolio(Place::Nordic | Place::South)
            | Thing::Account(Book::In(Place::Nordic | Place::South))
            | Thing::Group(Circle::Custom | Circle::Admins)
            | Thing::Asset(_, Piece::Own)
    )
}

/// True if a viewer is tested with all of these. Signed out, one existing and one missing thing suffice.
fn is_asked(viewer: Viewer, needs: &[(&'static str, Thing)]) -> bool {
    let plain = |thing: Thing| is_ordinary(thing) || !thing.exists();
    viewer.is_signed_in() || needs.iter().all(|(_, thing)| plain(*thing))
}

/// The page as an answer of the table.
fn given(page: &Page) -> Answer {
    match page.status.as_u16() {
        303 if page.header("location").starts_with("/sign-in") => Answer::SignIn,
        403 => Answer::Refused,
        404 => Answer::Unknown,
        _ => Answer::Allowed,
    }
}

/// One request of one viewer.
struct Ask<'a> {
    site: &'a Site,
    viewer: Viewer,
    needs: Vec<(&'static str, Thing)>,
    is_form: bool,
}

impl Ask<'_> {
    async fn answered(&self, world: &mut World, is_fresh: bool) -> Page {
        let mut made = Vec::new();
        for &(_, thing) in &self.needs {
            let state = self.site.state;
            made.push((thing, if is_fresh { world.fresh(self.viewer, thing, state) } else { world.shared(self.viewer, thing, state) }));
        }
        let number = world.number();
        let filled = |text: &str| made.iter().fold(text.replace("{made}", &number), |text, (thing, made)| written(&text, *thing, made));
        let (mut browser, token) = world.browser(self.viewer);
        let path = filled(&self.site.path());
        if !self.is_form {
            return browser.get(&world.app, &path).await;
        }
        let fields = self.site.fields.iter().map(|(name, value)| (*name, filled(value))).collect::<Vec<_>>();
        let fields = fields.iter().map(|(name, value)| (*name, value.as_str())).chain([("csrf", token.as_str())]).collect::<Vec<_>>();
        browser.post(&world.app, &path, &fields).await
    }

    /// Answer to this viewer about missing things.
    async fn nothing(&self, world: &mut World) -> String {
        let key = (self.site.endpoint.name, self.viewer, self.is_form);
        if let Some(body) = world.nothing.get(&key) {
            return body.clone();
        }
        let needs = self.needs.iter().map(|&(word, thing)| (word, thing.unknown())).collect();
        let page = Ask { needs, ..*self }.answered(world, false).await;
        world.nothing.insert(key, page.body.clone());
        page.body
    }

    /// Fault of an answer.
    async fn fault(&self, world: &mut World, expected: Answer, is_fresh: bool) -> Option<String> {
        let page = self.answered(world, is_fresh).await;
        let (status, usual) = (page.status.as_u16(), if self.is_form { 303 } else { 200 });
        let is_oneself = self.needs.iter().any(|(_, thing)| *thing == Thing::User(Who::Oneself));
        let is_deleted = self.needs.iter().any(|(_, thing)| *thing == Thing::User(Who::Deleted));
        let is_past = expected == Answer::Unknown && is_deleted && self.site.shows_deleted;
        let is_right = match expected {
            _ if is_past => status == usual,
            Answer::Allowed => status == usual || self.site.besides.contains(&status) || (is_oneself && status == 409),
            _ => given(&page) == expected,
        };
        let about = format!("{} {:?} {:?}", self.site.endpoint.name, self.viewer, self.needs);
        if !is_right {
            return Some(format!("{about}: {expected:?}, and not {status} {}", page.header("location")));
        }
        if expected == Answer::Unknown && !is_past && page.body != self.nothing(world).await {
            return Some(format!("{about}: not as something unknown"));
        }
        None
    }
}

fn written(text: &str, thing: Thing, made: &Made) -> String {
    let name = match thing {
        Thing::Company => return text.to_owned(),
        Thing::User(_) => "{user}",
        Thing::Portfolio(_) => "{portfolio}",
        Thing::Account(_) => "{account}",
        Thing::Group(_) => "{group}",
        Thing::Asset(..) => "{asset}",
    };
    text.replace(name, &made.id).replace("{email}", if made.email.is_empty() { "{email}" } else { &made.email })
}

#[test]
fn no_route_is_left_out_here() {
    let open = OPEN.iter().map(|&(name, _, page, form)| (name, page.is_some(), form.is_some())).collect::<BTreeSet<_>>();
    let others = ENDPOINTS.iter().filter(|endpoint| endpoint.access != Access::Monitoring && !is_site(endpoint));
    assert_eq!(open, others.map(|endpoint| (endpoint.name, endpoint.kind.shows_page(), endpoint.kind.takes_form())).collect());
}

#[track_caller]
fn none(faults: &[String]) {
    assert!(faults.is_empty(), "{}:\n{}", faults.len(), faults.join("\n"));
}

#[apply(both_databases!)]
async fn each_page_opens_for_whom_the_table_says(db: Db) {
    let (mut world, table, mut faults) = (World::new(db).await, Table::written(), Vec::new());
    for site in &sites(Kind::shows_page) {
        for needs in combined(&site.page) {
            for viewer in Viewer::ALL.into_iter().filter(|viewer| is_asked(*viewer, &needs)) {
                let expected = table.answer(viewer, &needs);
                faults.extend(Ask { site, viewer, needs: needs.clone(), is_form: false }.fault(&mut world, expected, false).await);
            }
        }
    }
    none(&faults);
}

#[apply(both_databases!)]
async fn a_form_that_the_table_refuses_changes_nothing(db: Db) {
    let (mut world, table, mut faults) = (World::new(db).await, Table::written(), Vec::new());
    for site in &sites(Kind::takes_form) {
        for thing in site.form.iter().flat_map(|(_, kind)| things(*kind)) {
            world.shared(Viewer::Admin, thing, site.state);
        }
        for viewer in Viewer::ALL {
            let before = world.stored();
            for needs in combined(&site.form).into_iter().filter(|needs| is_asked(viewer, needs)) {
                let expected = table.answer(viewer, &needs);
                if expected != Answer::Allowed {
                    faults.extend(Ask { site, viewer, needs, is_form: true }.fault(&mut world, expected, false).await);
                }
            }
            if world.stored() != before {
                faults.push(format!("{} {viewer:?}: something is stored", site.endpoint.name));
            }
        }
    }
    none(&faults);
}

#[apply(both_databases!)]
async fn a_form_that_the_table_allows_is_accepted(db: Db) {
    let (mut world, table, mut faults) = (World::new(db).await, Table::written(), Vec::new());
    for site in &sites(Kind::takes_form) {
        for needs in combined(&site.form) {
            for viewer in Viewer::ALL {
                if table.answer(viewer, &needs) == Answer::Allowed {
                    let ask = Ask { site, viewer, needs: needs.clone(), is_form: true };
                    faults.extend(ask.fault(&mut world, Answer::Allowed, true).await);
                    world.appoint_again();
                }
            }
        }
    }
    none(&faults);
}

#[apply(both_databases!)]
async fn what_a_form_does_and_what_the_next_page_says_of_it_are_saved_together(db: Db) {
    let (mut world, table, mut faults, mut failed) = (World::new(db).await, Table::written(), Vec::new(), 0);
    // A recorded page answers its form itself, without a message.
    let asks = sites(|kind| kind.takes_form() && !kind.is_recorded()).leak().iter().filter_map(|site| {
        let viewer = Viewer::Admin;
        let needs = combined(&site.form).into_iter().find(|needs| {
            let is_plain = |&(_, thing): &(_, Thing)| thing != Thing::User(Who::Oneself);
            needs.iter().all(is_plain) && table.answer(viewer, needs) == Answer::Allowed
        })?;
        Some(Ask { site, viewer, needs, is_form: true })
    });
    for ask in asks {
        for &(_, thing) in &ask.needs {
            world.shared(ask.viewer, thing, ask.site.state);
        }
        let before = world.stored();
        world.app.refuse("UPDATE OF state ON sessions", "true");
        let page = ask.answered(&mut world, false).await;
        if world.stored() != before {
            faults.push(format!("{}: something is stored without a message", ask.site.endpoint.name));
        }
        if page.status.is_server_error() {
            failed += 1;
            page.sees("Nothing was saved");
        }
        world.app.accept_again("sessions");
        world.app.execute("UPDATE sessions SET state = ''");
        let page = ask.answered(&mut world, true).await;
        let messages = world.app.count("sessions WHERE state <> ''");
        if page.status.is_server_error() || messages != i64::from(page.status.as_u16() == 303) {
            faults.push(format!("{}: {} with {messages} messages", ask.site.endpoint.name, page.status));
        }
        world.appoint_again();
    }
    none(&faults);
    assert!(failed >= 30, "{failed}");
}

#[apply(both_databases!)]
async fn what_everybody_may_use_answers_all_alike(db: Db) {
    let world = World::new(db).await;
    for (name, path, page, form) in OPEN {
        for viewer in Viewer::ALL {
            let (mut browser, mut token) = world.browser(viewer);
            let signed_in = usize::from(!token.is_empty());
            if let Some(page) = page {
                assert_eq!(browser.get(&world.app, path).await.status.as_u16(), page[signed_in], "{name} {viewer:?}");
            }
            if token.is_empty() {
                token = crate::shared::routes::csrf(&browser.get(&world.app, "/sign-in").await, "/sign-in");
            }
            if let Some(form) = form {
                assert_eq!(browser.post(&world.app, path, &[("csrf", &token)]).await.status.as_u16(), form[signed_in], "{name} {viewer:?}");
            }
        }
    }
}
