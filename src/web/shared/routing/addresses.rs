//! Addresses that come from outside, found among those of the product.

use crate::web::shared::steps;

use super::{
    endpoint::{Endpoint, Kind, Section},
    paths::{ADDRESS_MAX, ENDPOINTS, Root, path_of},
};

/// Segments of an address that are looked at. Pages have six at the most.
const SEGMENTS_MAX: usize = 10;

/// Digits of the largest id.
const DIGITS_MAX: usize = 19;

/// Tells whether the path of an address ends as that of a wizard, whose addresses hold drafts.
pub(in crate::web) fn is_of_wizard(address: &str) -> bool {
    ENDPOINTS.iter().any(|endpoint| endpoint.kind == Kind::Wizard && path_of(address).ends_with(endpoint.pattern))
}

/// The page at an address of ours, or the nearest above it: that of the list for a form in the list, or for the question that it led to.
pub fn nearest_page(address: &str) -> Option<String> {
    let (segments, rest) = split(address)?;
    let nearest = (1..=segments.len()).rev().find(|count| is_page(&segments[..*count]))?;
    let query = if rest.starts_with('?') { rest } else { "" };
    Some(format!("{}{query}", segments[..nearest].join("/")))
}

/// `next` if it leads to a page of ours; anything else leads nowhere.
pub fn known_page(next: &str) -> Option<&str> {
    let (segments, _) = split(next)?;
    is_page(&segments).then_some(next)
}

/// The first segments of an address, and what follows its path. `None` where it is too long or has characters that no address of ours has.
fn split(address: &str) -> Option<(Vec<&str>, &str)> {
    if address.len() > ADDRESS_MAX {
        return None;
    }
    let is_plain = address.bytes().all(|byte| {
        steps::count(1);
        byte.is_ascii_graphic() && byte != b'\\'
    });
    let (path, rest) = address.split_at(address.find(['?', '#']).unwrap_or(address.len()));
    is_plain.then(|| (path.split('/').take(SEGMENTS_MAX).collect(), rest))
}

/// True for a page that signing in may lead to. No recorded page is one, since another site could lead there through the
/// sign-in page. Home needs no mention: signing in leads there by itself.
fn is_page(segments: &[&str]) -> bool {
    let is_page = |endpoint: &Endpoint| {
        let is_plain = endpoint.kind.shows_page() && !endpoint.kind.is_recorded();
        is_plain && endpoint.access.is_signed_in() && endpoint != Root::ENDPOINT
    };
    ENDPOINTS.iter().any(|endpoint| is_page(endpoint) && is_like(segments, endpoint.pattern))
}

/// The section of the console that an address of ours is in.
pub(in crate::web) fn section(address: &str) -> Option<Section> {
    endpoint(address)?.access.section()
}

/// The endpoint at an address of ours.
pub(in crate::web) fn endpoint(address: &str) -> Option<&'static Endpoint> {
    let (segments, _) = split(address)?;
    ENDPOINTS.iter().copied().find(|endpoint| is_like(&segments, endpoint.pattern))
}

/// True if a path is written as its pattern reads, with a number for each id.
fn is_like(segments: &[&str], pattern: &str) -> bool {
    let is_number = |text: &str| (1..=DIGITS_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_part = |(part, written): (&&str, &str)| {
        steps::count(1);
        if written.starts_with('{') { is_number(part) } else { *part == written }
    };
    segments.len() == pattern.split('/').count() && segments.iter().zip(pattern.split('/')).all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_page_leads_to_the_one_above() {
        for (address, page) in [
            ("/users-and-permissions/7?q=a", Some("/users-and-permissions/7?q=a")),
            ("/users-and-permissions/7/remove", Some("/users-and-permissions/7")),
            ("/users-and-permissions/ticked/do?status=invited", Some("/users-and-permissions?status=invited")),
            ("/users-and-groups/users/7/block", Some("/users-and-groups")),
            ("/users-and-groups/users/7/link", Some("/users-and-groups")),
            ("/users-and-permissions/export?q=a", Some("/users-and-permissions?q=a")),
            ("/invitation/secret", None),
            ("//evil.example", None),
            ("", None),
        ] {
            assert_eq!(nearest_page(address).as_deref(), page, "{address}");
        }
    }

    #[test]
    fn of_a_deep_address_only_the_first_segments_are_looked_at() {
        let deep = format!("/users-and-groups/groups/7{}", "/x".repeat(100));
        assert_eq!(nearest_page(&deep).as_deref(), Some("/users-and-groups/groups/7"));
        assert_eq!(known_page(&deep), None);
        let padded = format!("/users-and-permissions/7{}?q=a", "/".repeat(50));
        assert_eq!(nearest_page(&padded).as_deref(), Some("/users-and-permissions/7?q=a"));
        let query = |count| format!("/users-and-permissions?q={}", "a".repeat(count));
        assert!(known_page(&query(ADDRESS_MAX - 25)).is_some());
        assert!(known_page(&query(ADDRESS_MAX)).is_none());
        assert!(nearest_page(&query(ADDRESS_MAX)).is_none());
    }

    #[test]
    fn an_address_is_in_the_section_of_its_page() {
        for (address, section) in [
            ("/users-and-groups/groups/3?q=a", Some(Section::UsersAndGroups)),
            ("/accounts/new?step=review", Some(Section::Portfolios)),
            ("/accounts/3/billing", Some(Section::Portfolios)),
            ("/users-and-groupsies", None),
            ("/sign-in", None),
        ] {
            assert_eq!(super::section(address), section, "{address}");
        }
    }

    #[test]
    fn only_pages_of_ours_are_gone_to_after_signing_in() {
        for next in ["/users-and-groups", "/users-and-groups?q=ma&page=x", "/users-and-groups/groups/1", "/users-and-groups/deleted"] {
            assert_eq!(known_page(next), Some(next));
        }
        for next in [
            "",
            "/",
            "//evil.example",
            "https://evil.example/users-and-groups",
            "/\\evil.example",
            "/users-and-groups/../../x",
            "/users-and-groups//evil.example",
            "/users-and-groups\r\nSet-Cookie: a=b",
            "/sign-out",
            "/users-and-permissions/export",
            "/users-and-groups/users/7/link",
            "javascript:alert(1)",
            "/unknown",
        ] {
            assert_eq!(known_page(next), None, "{next:?}");
        }
    }
}
