//! The list of Users & Permissions: what an Admin asks of it.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

const LIST: &str = "/users-and-permissions";

/// The same as the cases of the Users panel, and each status and order.
pub fn cases() -> Vec<(&'static str, Vec<String>)> {
    let one = |query: &str| vec![format!("{LIST}?{query}")];
    let several = |queries: &[&str]| queries.iter().map(|query| format!("{LIST}?{query}")).collect();
    vec![
        ("permissions, first page", vec![LIST.to_owned()]),
        ("permissions, Active", one("status=active")),
        ("permissions, Deactivated", one("status=deactivated")),
        ("permissions, Invited", one("status=invited")),
        ("permissions, Expired", one("status=expired")),
        ("permissions, by email", several(&["sort=email", "sort=email-desc"])),
        ("permissions, by status", several(&["sort=status", "sort=status-desc"])),
        ("permissions, by created", several(&["sort=created", "sort=created-desc"])),
        ("permissions, by last sign-in", several(&["sort=last_sign_in", "sort=last_sign_in-desc"])),
        ("permissions, last page", vec![key("", r#""l""#), key("sort=last_sign_in&", r#""l""#)]),
        ("permissions, deep inside", ('b'..='w').map(|letter| key("", &format!(r#"{{"a":[0,"{letter}",0]}}"#))).collect()),
        ("permissions, deep inside by created", (1..20).map(|month| key("sort=created&", &created(month))).collect()),
        ("permissions, search by a frequent fragment", several(&["q=mar", "q=son", "q=ann", "q=ber"])),
        ("permissions, search by a rare fragment", several(&["q=hanna+fischer", "q=noor+visser", "q=kofi+mensah", "q=zzz"])),
        ("permissions, by role", several(&["role=portfolio_admin", "role=user"])),
        ("permissions, without assignments", one("assignments=none")),
    ]
}

/// The page at this place of the list with this query.
fn key(query: &str, place: &str) -> String {
    let key = format!(r#"{{"place":{place},"from":51,"at":1795000000000000}}"#);
    format!("{LIST}?{query}page={}", URL_SAFE_NO_PAD.encode(key))
}

/// After those created some months before.
fn created(months: i64) -> String {
    let micros = (1_795_000_000 - months * 30 * 86_400) * 1_000_000;
    format!(r#"{{"a":[0,{micros},0]}}"#)
}
