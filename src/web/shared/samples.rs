//! Samples for tests: every page is rendered with an empty, a long, a hostile and a large sample, and each result is
//! checked.
//!
//! With `USHER_SAMPLES` set to a folder, the pages are also written there for viewing.

use std::{collections::HashSet, fs, path::Path};

use askama::Template;
use chrono::{NaiveDate, TimeDelta};

use super::{
    page::{DisplayTime, Flash, FlashAction, FlashKind, Layout, PublicLayout, SessionLeft, UserLabel, navigation},
    routing::{endpoint::Section, paths},
};
use crate::domain::{appearance::Appearance, clock::Timestamp, ids::UserId, role::Role, time_zone::ZonedTime, user::Who};

/// Markup, quotes, an entity and a direction mark.
const HOSTILE: &str = "\"'><script>alert(1)</script><img src=x onerror=alert(1)> &amp; \u{202E}";

/// Content for a page.
#[derive(Debug)]
pub(crate) struct Sample {
    pub(crate) name: &'static str,
    /// Text for names and typed values.
    pub(crate) text: String,
    pub(crate) email: String,
    pub(crate) rows: usize,
    users: &'static [(&'static str, &'static str)],
}

const PEOPLE: [(&str, &str); 12] = [
    ("Bastian", "Keller"),
    ("Chiara", "Lombardi"),
    ("Daniel", "Moreau"),
    ("Elif", "Yıldız"),
    ("", ""),
    ("Gustav", "Lindqvist"),
    ("Hana", "Novotná"),
    ("Ibrahim", "Sesay"),
    ("Jonas", "Vermeulen"),
    ("Katarzyna", "Wiśniewska"),
    ("Liam", "Ó Briain"),
    ("Maya", "Fischer"),
];

impl Sample {
    fn all() -> [Self; 5] {
        let long_address = format!("{}@{}.example.com", "a".repeat(64), "b".repeat(254 - 64 - 1 - 12));
        let sample = |name, text: &str, email: &str, rows, users| Self { name, text: text.into(), email: email.into(), rows, users };
        [
            sample("plain", "Northwind Trading", "maya.fischer@example.com", 12, &PEOPLE),
            sample("empty", "", "", 0, &[]),
            sample("long", &"W".repeat(100), &long_address, 3, &[]),
            sample("hostile", HOSTILE, HOSTILE, 3, &[]),
            sample("large", "Northwind Trading", "maya.fischer@example.com", 50, &PEOPLE),
        ]
    }

    pub(crate) fn plain() -> Self {
        let [plain, ..] = Self::all();
        plain
    }

    pub(crate) fn public_layout(&self) -> PublicLayout {
        PublicLayout { company: self.text.clone(), csrf: "0123456789abcdef".into(), flash: None }
    }

    /// Layout for an Admin, with all messages: hostile text must be harmless in each.
    pub(crate) fn layout(&self) -> Layout {
        let is_plain = self.name == "plain";
        Layout {
            company: self.text.clone(),
            time_zone: self.now().zone,
            me: self.user(11),
            is_my_account: is_plain,
            appearance: if is_plain { Appearance::System } else { Appearance::Dark },
            nav: navigation(Role::Admin, Some(Section::UsersAndGroups)),
            csrf: "0123456789abcdef".into(),
            flash: (!is_plain).then(|| self.flash()),
            session: SessionLeft { idle: 3600, absolute: 43_200 },
            is_only_admin: !is_plain,
            audit_damage: (!is_plain).then_some(412),
            mails_to_files: !is_plain,
        }
    }

    pub(crate) fn flash(&self) -> Flash {
        let action = FlashAction::new("Activate", &self.text, paths::ActivateUser { user: UserId(7) }).returning(&self.query());
        let flash = Flash::new(FlashKind::Ok, format!("{} is deactivated and signed out everywhere.", self.text));
        if self.text.is_empty() { flash } else { flash.with_action(action) }
    }

    pub(crate) fn user(&self, place: usize) -> UserLabel {
        let id = UserId(i64::try_from(place).unwrap() + 1);
        let who = if self.users.is_empty() {
            Who { id, first_name: self.text.clone(), last_name: self.text.clone(), email: self.email.clone() }
        } else {
            let (first, last) = self.users[place % self.users.len()];
            let email = if first.is_empty() { "farah.haddad".to_owned() } else { format!("{first}.{last}").to_lowercase() };
            Who { id, first_name: first.into(), last_name: last.into(), email: format!("{}@example.com", email.replace(' ', "")) }
        };
        UserLabel::from(&who)
    }

    /// Query of a list.
    pub(crate) fn query(&self) -> String {
        if self.name == "hostile" { self.text.clone() } else { serde_urlencoded::to_string([("q", &self.text)]).unwrap() }
    }

    /// Name of a group, never empty.
    pub(crate) fn group(&self) -> String {
        if self.users.is_empty() && !self.text.is_empty() { self.text.clone() } else { "Finance".to_owned() }
    }

    /// Rows made by `row` from an index and a user.
    pub(crate) fn rows<T>(&self, row: impl Fn(usize, UserLabel) -> T) -> Vec<T> {
        (0..self.rows).map(|place| row(place, self.user(place))).collect()
    }

    /// A time some minutes ago.
    pub(crate) fn display_time(&self, minutes: usize) -> DisplayTime {
        let minutes = i64::try_from(minutes * self.rows.max(1)).unwrap();
        DisplayTime::new(now() - TimeDelta::minutes(minutes), self.now())
    }

    /// The current time, in the zone with the longest name for the sample of long texts.
    pub(crate) fn now(&self) -> ZonedTime {
        let zone = if self.name == "long" { "America/Argentina/ComodRivadavia" } else { "UTC" };
        ZonedTime { at: now(), zone: zone.parse().unwrap() }
    }
}

pub(crate) fn now() -> Timestamp {
    NaiveDate::from_ymd_opt(2026, 11, 22).unwrap().and_hms_opt(9, 14, 0).unwrap()
}

/// Renders a page with every sample and checks the results.
pub(crate) fn check<P: Template>(page: &str, make: impl Fn(&Sample) -> P) {
    for sample in Sample::all() {
        let html = make(&sample).render().unwrap();
        let name = format!("{page}-{}", sample.name);
        if let Some(folder) = std::env::var_os("USHER_SAMPLES") {
            fs::write(Path::new(&folder).join(format!("{name}.html")), &html).unwrap();
        }
        Checked { name: &name, html: &html }.everything();
    }
}

/// A rendered page with its checks.
struct Checked<'a> {
    name: &'a str,
    html: &'a str,
}

impl<'a> Checked<'a> {
    fn everything(&self) {
        self.nothing_runs_in_the_page();
        self.structure_is_sound();
        self.ids_are_unique_and_found();
        self.posted_forms_carry_a_token();
    }

    /// Tags without their brackets. Text and attributes are escaped and have no brackets.
    fn tags(&self) -> impl Iterator<Item = &'a str> {
        self.html.split('<').skip(1).map(|rest| rest.split_once('>').map_or(rest, |(tag, _)| tag))
    }

    /// Values of an attribute in all tags.
    fn values(&self, attribute: &str) -> Vec<&'a str> {
        let start = format!(" {attribute}=\"");
        self.tags().filter_map(|tag| tag.split_once(&start)?.1.split('"').next()).collect()
    }

    fn nothing_runs_in_the_page(&self) {
        let Self { name, html } = self;
        for raw in ["<script>", "<img", "\"'>", "{{", "{%"] {
            assert!(!html.contains(raw), "{name}: {raw} is not escaped");
        }
        for tag in self.tags() {
            let element = tag.split_whitespace().next().unwrap_or("");
            assert!(element != "script" || tag.contains(" src=\""), "{name}: inline script");
            assert!(element != "style" && !tag.contains(" style="), "{name}: inline style in <{tag}>");
            let unquoted = outside_quotes(tag);
            let handler = unquoted.split_whitespace().any(|word| word.starts_with("on") && word.contains('='));
            assert!(!handler && !unquoted.contains("javascript:"), "{name}: handler in <{tag}>");
        }
        for link in self.values("href").into_iter().chain(self.values("src")).chain(self.values("action")) {
            assert!(!link.is_empty() && !link.contains(':'), "{name}: leads to {link:?}");
        }
    }

    fn structure_is_sound(&self) {
        let count = |element: &str| self.tags().filter(|tag| tag.split_whitespace().next() == Some(element)).count();
        for element in ["h1", "title", "main"] {
            assert_eq!(count(element), 1, "{}: <{element}>", self.name);
        }
        assert!(!self.html.contains("<title> "), "{}: title", self.name);
        for element in ["form", "dialog", "section", "span", "a", "p", "div", "button", "th", "td", "tr"] {
            assert_eq!(count(element), count(&format!("/{element}")), "{}: <{element}> is left open", self.name);
        }
    }

    fn ids_are_unique_and_found(&self) {
        let name = self.name;
        let ids = self.values("id");
        let unique = ids.iter().copied().collect::<HashSet<_>>();
        assert_eq!(ids.len(), unique.len(), "{name}: an id twice in {ids:?}");
        for attribute in [
            "for",
            "aria-labelledby",
            "aria-describedby",
            "form",
            "popovertarget",
            "commandfor",
            "data-dialog",
            "data-live",
            "data-copy",
            "data-reveal",
        ] {
            for id in self.values(attribute).into_iter().flat_map(str::split_whitespace) {
                assert!(unique.contains(id), "{name}: {attribute}={id:?} leads nowhere");
            }
        }
        for link in self.values("href") {
            if let Some(id) = link.strip_prefix('#') {
                assert!(unique.contains(id), "{name}: #{id} leads nowhere");
            }
        }
    }

    fn posted_forms_carry_a_token(&self) {
        for form in self.html.split("<form").skip(1) {
            let form = form.split("</form>").next().unwrap_or(form);
            let tag = form.split('>').next().unwrap_or(form);
            assert!(tag.contains(" method=\"post\"") || tag.contains(" method=\"get\""), "{}: {tag}", self.name);
            let is_posted = tag.contains(" method=\"post\"");
            assert_eq!(form.contains("name=\"csrf\" value=\"0123456789abcdef\""), is_posted, "{}: {tag}", self.name);
        }
    }
}

/// A tag without the values of its attributes.
fn outside_quotes(tag: &str) -> String {
    tag.split('"').step_by(2).collect()
}
