//! Query of a list of assets: search, filters, order, page. Unknown parameters are ignored; unknown values are refused.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::StatusCode, web::Query};
use serde::Deserialize;

use crate::{
    domain::{
        asset::AssetOrder,
        ids::{AccountId, UserId},
        search::SearchTerm,
    },
    usecases::{
        AssetFilter, Position,
        assets::{ListRequest, Listing},
    },
    web::shared::{
        error::WebError,
        list_query::{self, PageRequest, known},
        page::Pager,
        page_key::timestamp,
        page_size::PageSize,
        routing::paths,
        state::State,
    },
};

/// Query of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(in crate::web) struct AssetsQuery {
    pub(super) q: String,
    pub(super) kind: String,
    /// Id of a user.
    pub(super) owner: String,
    /// Id of an account.
    pub(super) account: String,
    /// "name-desc", "changed", "changed-desc"; empty by name.
    pub(super) sort: String,
    pub(super) rows: String,
    pub(super) page: String,
    #[serde(skip)]
    pub(super) remembered: PageSize,
}

impl FromRequest for AssetsQuery {
    type Error = WebError;
    type Future = Ready<Result<Self, WebError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(assets_query(request))
    }
}

fn assets_query(request: &HttpRequest) -> Result<AssetsQuery, WebError> {
    let Query(query) =
        Query::<AssetsQuery>::from_query(request.query_string()).map_err(|_| WebError::NoSuchList(StatusCode::BAD_REQUEST, None))?;
    let remembered = PageSize::remembered(request, State::of(request)?, &query.rows);
    Ok(AssetsQuery { remembered, q: list_query::looked_for(&query.q), ..query })
}

/// Orders with their words in addresses.
const ORDERS: [(&str, AssetOrder); 4] = [
    ("", AssetOrder { by_change: false, is_descending: false }),
    ("name-desc", AssetOrder { by_change: false, is_descending: true }),
    ("changed", AssetOrder { by_change: true, is_descending: false }),
    ("changed-desc", AssetOrder { by_change: true, is_descending: true }),
];

/// A page of a list, as its address asks for it.
pub(super) struct AssetsRequest {
    pub(super) filter: AssetFilter,
    pub(super) order: AssetOrder,
    page: PageRequest,
}

impl AssetsRequest {
    pub(super) fn list(&self) -> ListRequest {
        let Self { filter, order, page } = self;
        ListRequest { filter: filter.clone(), order: *order, position: page.position.clone(), limit: page.rows.count() }
    }
}

impl AssetsQuery {
    /// # Errors
    /// [`WebError::NoSuchList`] for words that no list has written.
    pub(super) fn request(&self) -> Result<AssetsRequest, WebError> {
        let unknown = |_| WebError::NoSuchList(StatusCode::NOT_FOUND, None);
        let rows = known(&self.rows, PageSize::parse).map_err(unknown)?.unwrap_or(self.remembered);
        let (_, order) = *ORDERS.iter().find(|(word, _)| *word == self.sort).ok_or(WebError::NotFound).map_err(unknown)?;
        let page = PageRequest::at(&self.page, rows)?;
        if let (true, Position::After(key) | Position::Before(key)) = (order.by_change, &page.position) {
            key.sort_key.parse().ok().and_then(timestamp).ok_or(WebError::NotFound).map_err(unknown)?;
        }
        let filter = AssetFilter {
            search: SearchTerm::parse(&self.q),
            kind: known(&self.kind, |text| text.parse().ok()).map_err(unknown)?,
            owner: known(&self.owner, |text| text.parse::<UserId>().ok()).map_err(unknown)?,
            account: known(&self.account, |text| text.parse::<AccountId>().ok()).map_err(unknown)?,
        };
        Ok(AssetsRequest { filter, order, page })
    }

    /// The query of the first page with a change.
    pub(super) fn changed(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut query = Self { page: String::new(), ..self.clone() };
        change(&mut query);
        query
    }

    /// Address of the list at `path` with this query.
    pub(super) fn at(&self, path: &str) -> String {
        let Self { q, kind, owner, account, sort, rows, page, .. } = self;
        let fields = [("q", q), ("kind", kind), ("owner", owner), ("account", account), ("sort", sort), ("rows", rows), ("page", page)];
        paths::with_query(path, &fields.map(|(name, value)| (name, value.as_str())))
    }

    /// True if a search or a filter narrows the list.
    pub(super) fn is_narrowed(&self) -> bool {
        [&self.q, &self.kind, &self.owner, &self.account].into_iter().any(|text| !text.is_empty())
    }

    /// The query in the order of a column: reversed where it is in force.
    pub(super) fn sorted(&self, by_change: bool) -> Self {
        let current = ORDERS.iter().find(|(word, _)| *word == self.sort).map(|(_, order)| *order).unwrap_or_default();
        let order = AssetOrder { by_change, is_descending: current.by_change == by_change && !current.is_descending };
        let word = ORDERS.iter().find(|(_, known)| *known == order).map_or("", |(word, _)| word);
        self.changed(|query| word.clone_into(&mut query.sort))
    }

    /// Links to the other pages of the list at `path`.
    pub(super) fn pager(&self, path: &str, request: &AssetsRequest, listing: &Listing) -> Pager {
        let AssetsRequest { order, page, .. } = request;
        let link = |key: &str| self.changed(|query| key.clone_into(&mut query.page)).at(path);
        let pager = page.pager(link, &listing.rows, |row| row.asset.key_in(*order), listing.count, ("asset", "assets"));
        pager.with_sizes(listing.rows.rows.len(), page.rows.count(), |rows| self.changed(|query| query.rows = rows.to_string()).at(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<AssetsRequest, WebError> {
        serde_urlencoded::from_str::<AssetsQuery>(text).map_err(|_| WebError::Malformed)?.request()
    }

    #[test]
    fn an_address_has_the_search_all_filters_and_the_order() {
        let text = "q=close&kind=process&owner=7&account=8&sort=changed-desc&rows=100";
        let request = parsed(text).unwrap().list();
        assert_eq!((request.filter.owner, request.filter.account), (Some(UserId(7)), Some(AccountId(8))));
        assert!(request.filter.search.is_some() && request.order.by_change && request.order.is_descending && request.limit == 100);
        assert_eq!(serde_urlencoded::from_str::<AssetsQuery>(text).unwrap().at("/assets"), format!("/assets?{text}"));
    }

    #[test]
    fn unknown_words_are_refused() {
        for text in ["kind=x", "owner=me", "account=-", "sort=kind", "sort=changed&page=e30", "rows=7", "page=x"] {
            assert!(matches!(parsed(text), Err(WebError::NoSuchList(StatusCode::NOT_FOUND, None))), "{text}");
        }
    }

    #[test]
    fn a_column_in_force_is_reversed() {
        let by_name = AssetsQuery::default();
        assert_eq!([by_name.sorted(false).sort, by_name.sorted(true).sort.clone()], ["name-desc", "changed"]);
        assert_eq!(by_name.sorted(true).sorted(true).sort, "changed-desc");
        assert_eq!(by_name.sorted(true).sorted(false).sort, "");
    }
}
