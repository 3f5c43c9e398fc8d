//! Time of the counts above the list, without the page around them.

use std::time::{Duration, Instant};

use usher::{
    domain::{
        clock::{Clock as _, SystemClock},
        email_address::EmailAddress,
        search::SearchTerm,
        user::DefaultRole,
        user_list::{Order, UserFilter},
    },
    store::{
        Location, Store, scopes,
        users::{self, UserQuery},
    },
};

use super::{
    load::median,
    server::Company,
    users::{FREQUENT, RARE, Viewer},
};

const TIMES: usize = 9;

type Filters = fn() -> Vec<UserFilter>;

/// Counts to measure; of several filters, the slowest is reported.
pub const CASES: [(&str, Filters); 5] = [
    ("everybody", || vec![UserFilter::default()]),
    ("part of many names", || searches(&FREQUENT)),
    ("part of few names or none", || searches(&RARE)),
    ("each role", || DefaultRole::ALL.iter().map(|role| of_role(*role)).collect()),
    ("without assignments", || vec![UserFilter { is_unassigned: true, ..UserFilter::default() }]),
];

fn searches(terms: &[&str]) -> Vec<UserFilter> {
    terms.iter().map(|term| UserFilter { search: SearchTerm::parse(term), ..UserFilter::default() }).collect()
}

fn of_role(role: DefaultRole) -> UserFilter {
    UserFilter { default_role: Some(role), ..UserFilter::default() }
}

pub fn measure(company: &Company, viewer: Viewer) -> Vec<Duration> {
    let store = Store::open(Location::Sqlite(company.data.join("usher.db"))).expect("the database opens");
    let email = EmailAddress::parse(company.email(viewer)).expect("it is an address");
    let scope = store.read(|db| {
        let found = users::find_by_email(db, &email)?;
        scopes::of(db, &found.expect("the viewer is there").0)
    });
    let scope = scope.expect("there is a scope");
    let time = |filter: UserFilter| {
        let wanted = UserQuery { scope: scope.clone(), filter, order: Order::default(), as_of: SystemClock.now() };
        let once = |_| {
            let asked = Instant::now();
            store.read(|db| users::counts(db, &wanted)).expect("users are counted");
            asked.elapsed()
        };
        median(&mut (0..TIMES).map(once).collect::<Vec<_>>())
    };
    CASES.iter().map(|(_, filters)| filters().into_iter().map(time).max().unwrap_or_default()).collect()
}
