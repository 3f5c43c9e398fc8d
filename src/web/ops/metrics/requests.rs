//! Requests by method, route and class of status. All possible labels are known before the first request, so that
//! counting takes no lock, and nothing that a stranger sends becomes a label.

use std::{
    collections::HashMap,
    sync::{
        LazyLock,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use actix_web::http::{Method, StatusCode};

use crate::{
    domain::durations::{Distribution, Durations},
    web::shared::routing::paths,
};

const METHODS: [&str; 4] = ["GET", "HEAD", "POST", "other"];
const STATUSES: [&str; 4] = ["2xx", "3xx", "4xx", "5xx"];

/// Label of requests without a route.
pub(in crate::web) const NO_ROUTE: &str = "(none)";

static ROUTES: LazyLock<HashMap<&str, usize>> = LazyLock::new(|| routes().zip(0..).collect());

/// Names and values of labels.
pub(super) type Labels = [(&'static str, &'static str); 3];

#[derive(Debug)]
pub(in crate::web) struct Requests {
    in_flight: AtomicI64,
    /// Durations by route, then method, then status.
    answered: Box<[Durations]>,
}

impl Default for Requests {
    fn default() -> Self {
        let places = routes().count() * METHODS.len() * STATUSES.len();
        Self { in_flight: AtomicI64::new(0), answered: (0..places).map(|_| Durations::default()).collect() }
    }
}

/// A request in progress; dropping it ends the count.
#[derive(Debug)]
pub(in crate::web) struct InFlight<'a>(&'a AtomicI64);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Requests {
    pub(in crate::web) fn begin(&self) -> InFlight<'_> {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        InFlight(&self.in_flight)
    }

    /// Counts an answered request at the route with this pattern.
    pub(in crate::web) fn note(&self, method: &Method, route: &str, status: StatusCode, took: Duration) {
        let route = ROUTES.get(route).copied().unwrap_or(0);
        let method = METHODS.iter().position(|known| method == known).unwrap_or(METHODS.len() - 1);
        let status = usize::from(status.as_u16() / 100).clamp(2, 5) - 2;
        if let Some(durations) = self.answered.get((route * METHODS.len() + method) * STATUSES.len() + status) {
            durations.note(took);
        }
    }

    pub(super) fn in_flight(&self) -> i64 {
        self.in_flight.load(Ordering::Relaxed)
    }

    /// Durations of the label sets that occurred.
    pub(super) fn answered(&self) -> Vec<(Labels, Distribution)> {
        let labels =
            routes().flat_map(|route| METHODS.map(|method| STATUSES.map(|status| labels(method, route, status))).into_iter().flatten());
        let answered = labels.zip(self.answered.iter().map(Durations::so_far));
        answered.filter(|(_, distribution)| distribution.count() > 0).collect()
    }
}

/// Every route there is, and at first none.
fn routes() -> impl Iterator<Item = &'static str> {
    std::iter::once(NO_ROUTE).chain(paths::ENDPOINTS.iter().map(|endpoint| endpoint.pattern))
}

fn labels(method: &'static str, route: &'static str, status: &'static str) -> Labels {
    [("method", method), ("route", route), ("status", status)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_request_is_counted_under_its_own_labels() {
        let requests = Requests::default();
        let strange = Method::from_bytes(b"BREW").unwrap();
        for route in routes() {
            for (method, named, status, class) in [
                (&Method::GET, "GET", 200, "2xx"),
                (&Method::HEAD, "HEAD", 304, "3xx"),
                (&Method::POST, "POST", 422, "4xx"),
                (&strange, "other", 503, "5xx"),
            ] {
                let before = requests.answered();
                requests.note(method, route, StatusCode::from_u16(status).unwrap(), Duration::from_millis(3));
                let after = requests.answered();
                let new = after.iter().find(|counted| !before.contains(counted)).unwrap();
                assert_eq!(new.0, labels(named, route, class));
                assert_eq!((new.1.count(), after.len()), (1, before.len() + 1));
            }
        }
    }

    #[test]
    fn what_is_no_route_of_ours_is_no_label() {
        let requests = Requests::default();
        requests.note(&Method::GET, "/invitation/a-token", StatusCode::OK, Duration::ZERO);
        assert_eq!(requests.answered()[0].0, labels("GET", NO_ROUTE, "2xx"));
    }
}
