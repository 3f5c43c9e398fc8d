//! Lines that two texts have in common, and those of one alone.

use std::time::{Duration, Instant};

use similar::{
    DiffOp,
    algorithms::{Capture, Replace, myers},
};

/// Longest time of a comparison. Differences after it are shown as one.
pub const TIME_MAX: Duration = Duration::from_millis(500);

/// Most rows of a comparison.
pub const ROWS_MAX: usize = 2000;

/// Unchanged lines around a difference.
const AROUND: usize = 3;

/// Differences of two texts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comparison {
    /// The first rows, at most [`ROWS_MAX`].
    pub rows: Vec<ComparedRow>,
    pub has_more: bool,
    /// Number of added lines, and of removed ones.
    pub added: usize,
    pub removed: usize,
}

/// A row of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ComparedRow {
    Unchanged(String),
    Removed(String),
    Added(String),
    /// Number of unchanged lines that are left out.
    Folded(usize),
}

/// Compares two texts line by line.
pub fn compare(before: &str, after: &str, deadline: Instant) -> Comparison {
    let [old, new] = [before, after].map(|text| text.split('\n').collect::<Vec<_>>());
    let mut found = Replace::new(Capture::new());
    let Ok(()) = myers::diff_deadline(&mut found, &old[..], 0..old.len(), &new[..], 0..new.len(), Some(deadline));
    let mut comparison = Comparison::default();
    // Unchanged lines since the last difference, in the old text.
    let mut unchanged = 0..0;
    for operation in found.into_inner().into_ops() {
        match operation {
            DiffOp::Equal { old_index, len, .. } if unchanged.is_empty() => unchanged = old_index..old_index + len,
            DiffOp::Equal { len, .. } => unchanged.end += len,
            difference => {
                let (removed, added) = (difference.old_range(), difference.new_range());
                comparison.fold(&old, &mut unchanged, false);
                comparison.removed += removed.len();
                comparison.added += added.len();
                comparison.add(old.iter().skip(removed.start).take(removed.len()), ComparedRow::Removed);
                comparison.add(new.iter().skip(added.start).take(added.len()), ComparedRow::Added);
            }
        }
    }
    comparison.fold(&old, &mut unchanged, true);
    comparison
}

impl Comparison {
    fn add<'a>(&mut self, lines: impl Iterator<Item = &'a &'a str>, row: fn(String) -> ComparedRow) {
        for line in lines {
            if self.rows.len() == ROWS_MAX {
                self.has_more = true;
                return;
            }
            self.rows.push(row((*line).to_owned()));
        }
    }

    /// Adds the unchanged lines before a difference, or at the end, without those that are far from differences.
    fn fold(&mut self, old: &[&str], unchanged: &mut std::ops::Range<usize>, is_end: bool) {
        let lines = std::mem::take(unchanged);
        let above = if self.rows.is_empty() { 0 } else { AROUND };
        let below = if is_end { 0 } else { AROUND };
        let lines_of = |from: usize, count: usize| old.iter().skip(from).take(count);
        if lines.len() <= above + below + 1 {
            self.add(lines_of(lines.start, lines.len()), ComparedRow::Unchanged);
            return;
        }
        self.add(lines_of(lines.start, above), ComparedRow::Unchanged);
        if self.rows.len() < ROWS_MAX {
            self.rows.push(ComparedRow::Folded(lines.len() - above - below));
        }
        self.add(lines_of(lines.end - below, below), ComparedRow::Unchanged);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_time(before: &str, after: &str) -> Comparison {
        compare(before, after, Instant::now() + Duration::from_secs(60))
    }

    fn rows(comparison: &Comparison) -> Vec<String> {
        let row = |row: &ComparedRow| match row {
            ComparedRow::Unchanged(line) => format!(" {line}"),
            ComparedRow::Removed(line) => format!("-{line}"),
            ComparedRow::Added(line) => format!("+{line}"),
            ComparedRow::Folded(lines) => format!("…{lines}"),
        };
        comparison.rows.iter().map(row).collect()
    }

    fn numbered(lines: std::ops::Range<usize>) -> String {
        lines.map(|line| line.to_string()).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_changed_line_is_shown_with_three_lines_around_it() {
        let comparison = in_time(&numbered(0..20), &numbered(0..20).replace("\n10\n", "\nten\n"));
        assert_eq!(rows(&comparison), ["…7", " 7", " 8", " 9", "-10", "+ten", " 11", " 12", " 13", "…6"]);
        assert_eq!((comparison.added, comparison.removed), (1, 1));
    }

    #[test]
    fn unchanged_lines_between_near_differences_are_shown() {
        let comparison = in_time("a\n1\n2\n3\n4\n5\n6\n7\nb", "1\n2\n3\n4\n5\n6\n7");
        assert_eq!(rows(&comparison), ["-a", " 1", " 2", " 3", " 4", " 5", " 6", " 7", "-b"]);
    }

    #[test]
    fn equal_texts_have_no_differences() {
        let comparison = in_time("a\nb", "a\nb");
        assert_eq!((rows(&comparison), comparison.added, comparison.removed), (vec!["…2".to_owned()], 0, 0));
    }

    #[test]
    fn a_comparison_without_time_left_shows_everything_between_as_changed() {
        let (before, after) = (numbered(0..40), numbered(0..40).replace("\n5\n", "\n").replace("\n30\n", "\n"));
        let comparison = compare(&before, &after, Instant::now());
        assert_eq!((comparison.removed, comparison.added), (26, 24));
    }

    #[test]
    fn a_long_comparison_is_cut() {
        let comparison = in_time("", &numbered(0..ROWS_MAX + 5));
        assert!(comparison.has_more);
        assert_eq!((comparison.rows.len(), comparison.added), (ROWS_MAX, ROWS_MAX + 5));
    }
}
