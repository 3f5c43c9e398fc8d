//! A list to select from: checkboxes or radio buttons in groups. Longer lists are searched first, and earlier
//! selections stay visible.

use super::{Count, FieldError, grouped, toggles};
use crate::domain::permission::AssignmentPermissions;

/// Most rows shown; a longer list is searched first.
pub const PICKS_MAX: usize = 100;

/// Selection of several rows or of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PickerKind {
    Many,
    One,
}

/// A row of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PickerOption {
    /// Submitted value.
    pub value: String,
    pub name: String,
    /// Text that distinguishes rows of one name; may be empty.
    pub about: String,
    pub is_ticked: bool,
    /// Permissions of the assignment, where they can be chosen.
    pub permissions: Option<AssignmentPermissions>,
}

impl PickerOption {
    /// Checkboxes of those permissions.
    pub fn toggles(&self) -> impl Iterator<Item = (&'static str, &'static str, bool)> {
        self.permissions.into_iter().flat_map(toggles)
    }
}

/// A list to select from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picker {
    pub kind: PickerKind,
    /// Id of the list in the page.
    pub id: &'static str,
    /// Name of the field with the selection.
    pub name: &'static str,
    /// Name of the field with the search.
    pub find_name: &'static str,
    /// "Find an account"
    pub label: &'static str,
    /// "account", "accounts"
    pub words: (&'static str, &'static str),
    /// Typed search; empty for all rows.
    pub find: String,
    /// Number of all rows, found or not.
    pub count: Count,
    /// True if further rows match.
    pub has_more: bool,
    /// True if a search also matches the names of groups.
    pub finds_groups: bool,
    /// Names of the groups with their rows.
    pub groups: Vec<(String, Vec<PickerOption>)>,
    pub error: Option<FieldError>,
}

impl Picker {
    /// Groups `rows` by the names of their groups, in any order. Selected rows that a search left out come first, so
    /// that they are neither lost nor hidden.
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

    /// True if all rows are on the page, so that the script can filter them.
    pub fn is_whole(&self) -> bool {
        self.find.is_empty() && self.is_short()
    }

    fn is_short(&self) -> bool {
        matches!(self.count, Count::Exactly(count) if count <= PICKS_MAX as u64)
    }

    /// True if there is anything to search.
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

    /// Announcement about the list, for screen readers.
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
                permissions: place.is_multiple_of(2).then(AssignmentPermissions::default),
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
        PickerOption { value: value.into(), name: value.into(), about: String::new(), is_ticked, permissions: None }
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
