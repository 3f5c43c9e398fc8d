//! A list to tick from: boxes or radios in groups. Lists of more than a screenful are searched first, and what was ticked stays in sight.

use super::{Count, FieldError, grouped, switches};
use crate::domain::permission::AssignmentPermissions;

/// So many rows are shown at once; a longer list is searched first.
pub const PICKS_MAX: usize = 100;

/// Whether one or several may be picked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PickerKind {
    Many,
    One,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PickerOption {
    /// What the form sends for it.
    pub value: String,
    pub name: String,
    /// What tells it from others of the same name; may be empty.
    pub about: String,
    pub is_ticked: bool,
    /// What it gives once it is ticked, where that can be chosen.
    pub grants: Option<AssignmentPermissions>,
}

impl PickerOption {
    /// The boxes that say what it gives.
    pub fn switches(&self) -> impl Iterator<Item = (&'static str, &'static str, bool)> {
        self.grants.into_iter().flat_map(switches)
    }
}

/// A list to tick from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picker {
    pub kind: PickerKind,
    /// The list's id in the page.
    pub id: &'static str,
    /// The field that carries what is ticked.
    pub name: &'static str,
    /// The field that carries the search.
    pub find_name: &'static str,
    /// "Find an account"
    pub label: &'static str,
    /// "account", "accounts"
    pub words: (&'static str, &'static str),
    /// What is looked for; empty for all.
    pub find: String,
    /// How many there are to pick from, found or not.
    pub count: Count,
    /// True if more were found than are shown.
    pub has_more: bool,
    /// True if a search finds what is in a group by the group's name, too.
    pub finds_groups: bool,
    /// The groups' names and their rows.
    pub groups: Vec<(String, Vec<PickerOption>)>,
    pub error: Option<FieldError>,
}

impl Picker {
    /// `rows` into groups: each comes with its group's name, those of one group one after the other or not. Ticked rows that a search left out
    /// come first, so that they are neither lost nor hidden.
    pub fn grouped(rows: Vec<(String, PickerOption)>, kept: Vec<PickerOption>) -> Vec<(String, Vec<PickerOption>)> {
        let mut groups = Vec::<(String, Vec<PickerOption>)>::new();
        let kept = kept.into_iter().filter(|kept| rows.iter().all(|(_, row)| row.value != kept.value)).collect::<Vec<_>>();
        if !kept.is_empty() {
            groups.push(("Selected before".to_owned(), kept));
        }
        let kept = groups.len();
        for (name, row) in rows {
            match groups.iter_mut().skip(kept).find(|(known, _)| *known == name) {
                Some((_, rows)) => rows.push(row),
                None => groups.push((name, vec![row])),
            }
        }
        groups
    }

    pub fn is_many(&self) -> bool {
        self.kind == PickerKind::Many
    }

    pub fn input_type(&self) -> &'static str {
        match self.kind {
            PickerKind::Many => "checkbox",
            PickerKind::One => "radio",
        }
    }

    /// True if every row is here, so that the script can filter in place.
    pub fn is_whole(&self) -> bool {
        self.find.is_empty() && self.is_short()
    }

    fn is_short(&self) -> bool {
        matches!(self.count, Count::Exactly(count) if count <= PICKS_MAX as u64)
    }

    /// True if there is anything to search in.
    pub fn is_searched(&self) -> bool {
        !self.count.is_zero()
    }

    fn ticked(&self) -> usize {
        self.groups.iter().flat_map(|(_, picks)| picks).filter(|pick| pick.is_ticked).count()
    }

    /// "3 of 14 selected"
    pub fn counted(&self) -> String {
        format!("{} of {} selected", grouped(self.ticked() as u64), self.count)
    }

    /// "1 of 4"
    pub fn ticked_in(&self, picks: &[PickerOption]) -> String {
        format!("{} of {}", picks.iter().filter(|pick| pick.is_ticked).count(), picks.len())
    }

    /// What there is to say about the list as it stands.
    pub fn said(&self) -> Option<String> {
        let (one, many) = self.words;
        let found = self.groups.iter().filter(|(name, _)| name != "Selected before").map(|(_, picks)| picks.len()).sum::<usize>();
        if self.count.is_zero() {
            Some(format!("There are no {many} to choose from."))
        } else if self.find.is_empty() && !self.is_short() {
            Some(format!("{} to choose from. Type part of a name and press Find.", self.count.of(one, many)))
        } else if found == 0 {
            Some(format!("No {many} match “{}”.", self.find))
        } else if self.has_more {
            Some(format!("Showing the first {found} that match “{}”. Keep typing to narrow the list.", self.find))
        } else {
            None
        }
    }
}

#[cfg(test)]
impl Picker {
    pub(in crate::web) fn sample(sample: &crate::web::shared::samples::Sample, kind: PickerKind) -> Self {
        let row = |place: usize, user: super::UserLabel| {
            let pick = PickerOption {
                value: place.to_string(),
                name: user.name,
                about: user.email,
                is_ticked: place % 3 == 1,
                grants: place.is_multiple_of(2).then(AssignmentPermissions::default),
            };
            (if place < 5 { sample.group() } else { "Nordic Brands".to_owned() }, pick)
        };
        let rows = sample.rows(row);
        Self {
            kind,
            id: "accounts",
            name: "account",
            find_name: "find_account",
            label: "Find an account",
            words: ("account", "accounts"),
            find: if sample.name == "plain" { String::new() } else { sample.text.clone() },
            count: Count::Exactly(rows.len() as u64),
            has_more: false,
            finds_groups: true,
            groups: Self::grouped(rows, Vec::new()),
            error: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::shared::samples::Sample;

    fn pick(value: &str, is_ticked: bool) -> PickerOption {
        PickerOption { value: value.into(), name: value.into(), about: String::new(), is_ticked, grants: None }
    }

    #[test]
    fn what_was_ticked_stays_when_a_search_leaves_it_out() {
        let rows = vec![("A".to_owned(), pick("1", true)), ("B".to_owned(), pick("2", false)), ("A".to_owned(), pick("3", false))];
        let groups = Picker::grouped(rows, vec![pick("1", true), pick("9", true)]);
        let names = groups.iter().map(|(name, picks)| (name.as_str(), picks.len())).collect::<Vec<_>>();
        assert_eq!(names, [("Selected before", 1), ("A", 2), ("B", 1)]);
    }

    #[test]
    fn a_long_list_is_searched_first() {
        let long = Picker { count: Count::Exactly(101), groups: Vec::new(), ..Picker::sample(&Sample::plain(), PickerKind::Many) };
        assert!(!long.is_whole());
        assert_eq!(long.said().unwrap(), "101 accounts to choose from. Type part of a name and press Find.");
        let found = Picker { find: "nor".into(), ..long };
        assert_eq!(found.said().unwrap(), "No accounts match “nor”.");
    }
}
