//! Search for a user by whom to filter the log.

use actix_web::{http::StatusCode, web::Query};
use askama::Template;
use serde::Deserialize;

use super::query::{LogQuery, no_such};
use crate::{
    domain::search::SearchTerm,
    usecases::audit::log,
    web::shared::{
        list_query,
        page::{Finder, Layout, RESULTS_MAX, UserLabel},
        page_context::PageContext,
        respond::{self, HandlerResult},
        routing::paths,
    },
};

/// Search and results.
#[derive(Debug, Clone, Template)]
#[template(path = "audit_log/person.html")]
pub struct PersonPage {
    pub layout: Layout,
    pub title: &'static str,
    pub finder: Finder,
    /// Further filters of the list.
    pub filters: Vec<(&'static str, String)>,
    /// Address of the list as it was left.
    pub back: String,
}

/// Query of the search.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct PersonQuery {
    q: String,
    /// "actor" or "user", as in the log's query.
    #[serde(rename = "as")]
    role: String,
    #[serde(rename = "return")]
    return_query: String,
}

/// `GET /audit-log/person`
pub(in crate::web) async fn find(context: PageContext, query: Query<PersonQuery>) -> HandlerResult {
    let PersonQuery { q, role, return_query } = query.into_inner();
    let (name, title, hint) = match &*role {
        "" | "actor" => ("actor", "Entries by a person", "Shows what this person did."),
        "user" => ("user", "Entries about a person", "Shows what was done to this person."),
        _ => return Err(no_such(StatusCode::NOT_FOUND)),
    };
    let (q, list) = (list_query::looked_for(&q), LogQuery::returned(&return_query));
    let search = SearchTerm::parse(&q);
    let q = if search.is_some() { q } else { String::new() };
    let (layout_data, found) = context.open(move |ctx, actor| log::people(ctx, actor, search, RESULTS_MAX)).await?;
    let finder = Finder {
        whom: "",
        name,
        fields: vec![("as", name.to_owned()), ("return", list.text())],
        q,
        results: found.rows.iter().map(|user| UserLabel::from(&user.who())).collect(),
        has_more: found.has_next,
        ..Finder::new(paths::AuditLogPerson {}, hint)
    };
    let filters = list.filters().into_iter().filter(|(field, value)| *field != name && !value.is_empty());
    respond::page(&PersonPage {
        layout: context.layout(&layout_data),
        title,
        finder,
        filters: filters.map(|(field, value)| (field, value.to_owned())).collect(),
        back: list.path(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::samples::{Sample, check};

    #[test]
    fn renders() {
        check("audit-log-person", |sample: &Sample| PersonPage {
            layout: sample.layout(),
            title: "Entries by a person",
            finder: Finder {
                name: "actor",
                fields: vec![("as", "actor".to_owned()), ("return", sample.query())],
                q: sample.text.clone(),
                results: sample.rows(|_, user| user).into_iter().take(RESULTS_MAX).collect(),
                ..Finder::new(paths::AuditLogPerson {}, "Shows what this person did.")
            },
            filters: vec![("q", sample.text.clone())],
            back: paths::AuditLog {}.to_string(),
        });
    }
}
