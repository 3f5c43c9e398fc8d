//! Requests to the lists of users, by viewer.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// User who views the lists.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Viewer {
    Admin,
    /// Portfolio Admin with some 5,000 users in scope, if there are as many.
    PortfolioAdmin,
}

impl Viewer {
    pub const ALL: [Self; 2] = [Self::Admin, Self::PortfolioAdmin];

    pub fn name(self) -> &'static str {
        match self {
            Self::Admin => "Admin",
            Self::PortfolioAdmin => "Portfolio Admin",
        }
    }
}

/// Pages of one kind, requested in turn.
pub struct Case {
    pub list: &'static str,
    pub viewer: Viewer,
    pub name: &'static str,
    pub paths: Vec<String>,
}

const HOME: &str = "Home";
const GROUPS: &str = "Users & Groups";
const PERMISSIONS: &str = "Users & Permissions";

pub const LISTS: [(&str, Viewer); 5] = [
    (HOME, Viewer::Admin),
    (HOME, Viewer::PortfolioAdmin),
    (GROUPS, Viewer::Admin),
    (PERMISSIONS, Viewer::Admin),
    (PERMISSIONS, Viewer::PortfolioAdmin),
];

/// Terms with very many hits, with fewer hits late in the order, and with one hit or none. Three letters each.
pub const FREQUENT: [&str; 4] = ["mar", "son", "ann", "ber"];
const FREQUENT_LATE: [&str; 4] = ["tha", "the", "org", "%D0%BA%D0%BE%D0%B2"];
pub const RARE: [&str; 4] = ["jls", "oek", "huk", "qqq"];

pub fn cases() -> Vec<Case> {
    let mut cases = Viewer::ALL.into_iter().flat_map(home).collect::<Vec<_>>();
    cases.extend(users_and_groups());
    cases.extend(Viewer::ALL.into_iter().flat_map(users_and_permissions));
    cases
}

/// Home, and the list of accounts that it leads to.
fn home(viewer: Viewer) -> [Case; 2] {
    [("Home", "/"), ("accounts missing billing", "/portfolios/accounts?billing=missing")].map(|(name, path)| Case {
        list: HOME,
        viewer,
        name,
        paths: vec![path.to_owned()],
    })
}

fn users_and_groups() -> Vec<Case> {
    let path = "/users-and-groups";
    let case = |name, paths| Case { list: GROUPS, viewer: Viewer::Admin, name, paths };
    let search = |name, terms: &[&str]| case(name, terms.iter().map(|term| format!("{path}?q={term}")).collect());
    let after = |letter| key(&format!("{path}?"), &format!(r#"{{"place":{{"a":["{letter}",0]}},"from":51}}"#));
    vec![
        case("first page", vec![path.to_owned()]),
        case("page by key, deep inside", ('b'..='w').map(after).collect()),
        search("search, one name", &["hanna+fischer", "rohan+desai", "zara+yates", "noor+visser", "eliska+fiala", "kofi+mensah"]),
        search("search, one last name", &["fletcher", "dubois", "castillo", "teixeira", "winkler", "hoekstra"]),
        search("search, part of many names", &FREQUENT),
        search("search, part of many late names", &FREQUENT_LATE),
        search("search, part of every address", &["example", ".com"]),
    ]
}

fn users_and_permissions(viewer: Viewer) -> Vec<Case> {
    let path = "/users-and-permissions";
    let case = |name, paths| Case { list: PERMISSIONS, viewer, name, paths };
    let of = |name, queries: &[&str]| case(name, queries.iter().map(|query| format!("{path}?{query}")).collect());
    let search = |name, terms: &[&str]| case(name, terms.iter().map(|term| format!("{path}?q={term}")).collect());
    let place = |query: &str, place: &str| key(&format!("{path}?{query}"), &format!(r#"{{"place":{place},"from":51,"at":{AT}000000}}"#));
    let after = |letter| place("", &format!(r#"{{"a":[0,"{letter}",0]}}"#));
    let created = |months: i64| place("sort=created&", &format!(r#"{{"a":[0,{}000000,0]}}"#, AT - months * 30 * 86_400));
    vec![
        case("first page", vec![path.to_owned()]),
        of("Active", &["status=active"]),
        of("Deactivated", &["status=deactivated"]),
        of("Invited", &["status=invited"]),
        of("Expired", &["status=expired"]),
        of("by email", &["sort=email", "sort=email-desc"]),
        of("by status", &["sort=status", "sort=status-desc"]),
        of("by created", &["sort=created", "sort=created-desc"]),
        of("by last sign-in", &["sort=last_sign_in", "sort=last_sign_in-desc"]),
        case("last page", vec![place("", r#""l""#), place("sort=last_sign_in&", r#""l""#)]),
        case("page by key, deep inside", ('b'..='w').map(after).collect()),
        case("page by key, deep inside by created", (1..20).map(created).collect()),
        search("search, part of many names", &FREQUENT),
        search("search, part of many late names", &FREQUENT_LATE),
        search("search, part of few names or none", &RARE),
        search("search, part of every address", &["example", ".com"]),
        of("by role", &["role=portfolio_admin", "role=user"]),
        of("without assignments", &["assignments=none"]),
        of(
            "with two-factor",
            &["two_factor=on", "two_factor=on&status=active", "two_factor=on&sort=email", "two_factor=on&sort=created-desc"],
        ),
        of("without two-factor", &["two_factor=off", "two_factor=off&status=active", "two_factor=off&sort=last_sign_in"]),
        of("by last sign-in before", &["last_sign_in=90", "last_sign_in=90&status=active", "last_sign_in=never"]),
    ]
}

/// Time of the first page, in seconds.
const AT: i64 = 1_795_000_000;

fn key(list: &str, key: &str) -> String {
    format!("{list}page={}", URL_SAFE_NO_PAD.encode(key))
}
