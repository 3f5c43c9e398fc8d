//! Permitted dependencies between layers.

use super::paths::{Named, named, uses_field};

/// Modules with the modules they may use, and the crates (or parts of them) they must not use.
const LAYERS: &[(&str, &[&str], &[&str])] = &[
    ("main", &["startup", "cli", "config", "telemetry"], &["diesel"]),
    ("cli", &["startup", "web", "usecases", "store", "mail", "domain", "config", "telemetry"], &["diesel"]),
    ("startup", &["web", "usecases", "store", "mail", "domain", "config", "telemetry"], &["diesel"]),
    ("config", &["domain"], &["diesel", "actix", "askama"]),
    ("telemetry", &["config", "domain"], &["diesel", "actix", "askama"]),
    ("web", &["usecases", "domain"], &["diesel", "lettre"]),
    ("usecases", &["store", "mail", "domain"], &["diesel", "actix", "askama", "lettre", "prometheus_client"]),
    ("store", &["domain"], &["actix", "askama", "lettre", "prometheus_client"]),
    ("mail", &["domain"], &["diesel", "actix", "prometheus_client"]),
    (
        "domain",
        &[],
        &["diesel", "actix", "askama", "lettre", "prometheus_client", "tokio", "std::fs", "std::net", "std::process", "std::env"],
    ),
];

/// Permitted exceptions: types without behaviour.
const HARMLESS: &[(&str, &[&str])] = &[(
    "domain",
    &[
        "diesel::deserialize::FromSqlRow",
        "diesel::expression::AsExpression",
        "diesel::sql_types",
        "std::net::IpAddr",
        "std::net::Ipv4Addr",
        "std::net::Ipv6Addr",
    ],
)];

/// Breaches in a file; its path is relative to `src/`.
pub(super) fn breaches(file: &str, source: &str) -> Vec<String> {
    let module: Vec<&str> = file.trim_end_matches(".rs").split('/').filter(|&name| name != "mod" && name != "lib").collect();
    let Some(&layer) = module.first() else { return vec![] };
    let Some((_, allowed, forbidden)) = LAYERS.iter().find(|(name, ..)| *name == layer) else {
        return vec![format!("{file} is in no layer that tests/architecture knows")];
    };
    let harmless = HARMLESS.iter().filter(|(name, _)| *name == layer).flat_map(|(_, paths)| *paths);
    let mut found: Vec<String> = named(source, &module)
        .into_iter()
        .filter_map(|path| match path {
            Named::Ours(path) => {
                let used = path.first().map_or("*", String::as_str);
                let allowed_here = used == layer || allowed.contains(&used);
                (!allowed_here).then(|| format!("{file}: {layer} must not use {used} ({})", path.join("::")))
            }
            Named::Other(path) => {
                let path = path.join("::");
                let forbidden = forbidden.iter().any(|&crate_or_part| begins_with(&path, crate_or_part));
                let harmless = harmless.clone().any(|&part| begins_with(&path, part));
                (forbidden && !harmless).then(|| format!("{file}: {layer} must do without {path}"))
            }
        })
        .collect();
    if module != ["usecases", "shared", "ending"] && layer != "store" && ["end_all(", "end_every("].iter().any(|end| source.contains(end)) {
        found.push(format!("{file}: access ends in usecases/shared/ending.rs alone"));
    }
    if layer == "web" && uses_field(source, "store") {
        found.push(format!("{file}: web goes to the store through use cases"));
    }
    found.sort();
    found.dedup();
    found
}

/// True if a path is at or below another; a family of crates counts as one (`actix` includes `actix_web`).
fn begins_with(path: &str, part: &str) -> bool {
    path.strip_prefix(part).is_some_and(|rest| rest.is_empty() || rest.starts_with("::") || (!part.contains("::") && rest.starts_with('_')))
}

#[test]
fn an_arrow_that_runs_the_wrong_way_is_found() {
    let bad = [
        ("web/users/list.rs", "use crate::store::users;", "web must not use store"),
        ("web/users/list.rs", "fn f() { super::super::super::mail::send() }", "web must not use mail"),
        ("web/users/list.rs", "mod tests { use super::super::super::super::{domain::x, store}; }", "web must not use store"),
        ("web/page.rs", "use crate::config::Config;", "web must not use config"),
        ("web/page.rs", "use crate::*;", "web must not use *"),
        ("web/page.rs", "use crate as us;", "web must not use *"),
        ("web/users/list.rs", "fn f() { state.ctx.store.read(g) }", "web goes to the store through use cases"),
        ("usecases/groups.rs", "fn f() { sessions::end_all(tx, user, None) }", "access ends in usecases/shared/ending.rs alone"),
        ("usecases/groups.rs", "fn f() { end_every(tx) }", "access ends in usecases/shared/ending.rs alone"),
        ("usecases/invite.rs", "use actix_web::{web as w};", "usecases must do without actix_web::web"),
        ("usecases/invite.rs", "#[derive(askama::Template)] struct Page;", "usecases must do without askama::Template"),
        ("usecases/invite.rs", "use diesel::prelude::*;", "usecases must do without diesel::prelude::*"),
        ("usecases/invite.rs", "use crate::web::paths;", "usecases must not use web"),
        (
            "store/load.rs",
            "use prometheus_client::metrics::counter::Counter;",
            "store must do without prometheus_client::metrics::counter::Counter",
        ),
        ("store/users.rs", "use crate::mail::Message;", "store must not use mail"),
        ("mail/mod.rs", "use crate::store::outbox;", "mail must not use store"),
        ("mail/mod.rs", "use crate::usecases::outbox;", "mail must not use usecases"),
        ("domain/user.rs", "use crate::store::users;", "domain must not use store"),
        ("domain/user.rs", "use std::{fmt, fs::File};", "domain must do without std::fs::File"),
        ("domain/user.rs", "fn f() { std::env::var(NAME) }", "domain must do without std::env::var"),
        ("domain/user.rs", "use std::net::TcpStream;", "domain must do without std::net::TcpStream"),
        ("domain/user.rs", "use tokio::sync::Mutex;", "domain must do without tokio::sync::Mutex"),
        ("domain/user.rs", "use diesel::{sql_types::Text, RunQueryDsl};", "domain must do without diesel::RunQueryDsl"),
        ("config.rs", "use crate::startup::Server;", "config must not use startup"),
        ("main.rs", "use usher::store::Store;", "main must not use store"),
        ("startup.rs", "use crate::cli::Command;", "startup must not use cli"),
        ("helpers/mod.rs", "", "helpers/mod.rs is in no layer"),
    ];
    for (file, source, expected) in bad {
        let found = breaches(file, source);
        assert!(found.len() == 1 && found[0].contains(expected), "{file} {source:?}: {found:?}");
    }
}

#[test]
fn an_arrow_that_runs_the_right_way_is_no_breach() {
    let good = [
        ("lib.rs", "pub mod store; pub mod web;"),
        ("main.rs", "use usher::{cli, startup};"),
        (
            "web/users/list.rs",
            "use crate::{domain::policy, usecases::users}; use super::{paths, super::page}; use actix_web::HttpResponse;",
        ),
        ("web/users/list.rs", "pub(crate) mod tests { use super::*; use super::super::super::domain; }"),
        (
            "usecases/invite.rs",
            "use crate::{store::{self, users}, mail::Message, domain::*}; // not crate::web, nor \n /* actix_web::web */",
        ),
        ("web/users/list.rs", "fn f() { drafts.store(); ctx.restore; ctx.stored.text }"),
        ("usecases/invite.rs", "fn f() { ctx.store.read(g) }"),
        ("usecases/shared/ending.rs", "fn f() { sessions::end_all(tx, user, None) }"),
        ("usecases/mail.rs", "const TEXT: &str = \"use actix_web::web\"; use super::mail;"),
        ("store/users.rs", "use diesel::prelude::*; use crate::domain::user::User;"),
        ("domain/ids.rs", "use diesel::{deserialize::FromSqlRow, expression::AsExpression, sql_types::BigInt}; use std::net::IpAddr;"),
        ("domain/ids.rs", "#[diesel(sql_type = diesel::sql_types::Text)] struct X; fn std_fs(environment: env) {}"),
    ];
    for (file, source) in good {
        assert_eq!(breaches(file, source), Vec::<String>::new(), "{source}");
    }
}
