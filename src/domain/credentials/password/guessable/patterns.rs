//! Patterns that add nothing to a password: keyboard and alphabet walks, two such walks interleaved, repeated
//! characters, years and dates.

use std::ops::Range;

/// Rows of keyboards, each key above the one to its left below, after folding: й becomes и, so that it is missing. A
/// layout without rows stands for the alphabet.
const LAYOUTS: [&[&str]; 5] = [
    &[],
    &["1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"],
    &["1234567890", "qwertzuiop", "asdfghjkl", "yxcvbnm"],
    &["1234567890", "azertyuiop", "qsdfghjklm", "wxcvbn"],
    &["1234567890", " цукенгшщзхъ", "фывапролджэ", "ячсмитьбю"],
];

/// Directions of a walk: in place, along a row, and up or down a column.
const STEPS: [(i64, i64); 7] = [(0, 0), (0, 1), (0, -1), (1, 0), (-1, 0), (1, -1), (-1, 1)];

/// Fewest characters of a walk.
const WALK_MIN: usize = 3;

/// Shortest run of digits that counts as a number.
const NUMBER_MIN: usize = 3;

/// Digits of a date: day, month and year in either order.
const DATE_MAX: usize = 8;

/// Tells for each character if it belongs to a walk, to a date or to consecutive years.
pub(super) fn taken(chars: &[char]) -> Vec<bool> {
    let mut is_taken = vec![false; chars.len()];
    let keys = chars.iter().map(|c| unshifted(*c)).collect::<Vec<_>>();
    for rows in LAYOUTS {
        let places = keys.iter().map(|key| place(rows, *key)).collect::<Vec<_>>();
        for interleaved in 1..=2 {
            take_walks(&places, interleaved, &mut is_taken);
        }
    }
    for number in numbers(chars) {
        let is_year = |digits: &[char]| matches!(digits, ['1', '9', _, _] | ['2', '0', _, _]);
        let digits = &chars[number.clone()];
        let is_date =
            digits.len() <= DATE_MAX && (is_year(&digits[..digits.len().min(4)]) || is_year(&digits[digits.len().saturating_sub(4)..]));
        if is_date || digits.chunks(4).all(is_year) {
            is_taken[number].fill(true);
        }
    }
    is_taken
}

/// Marks numbers next to letters that are marked already.
pub(super) fn take_digits(chars: &[char], is_taken: &mut [bool]) {
    if chars.iter().zip(&*is_taken).any(|(c, is_taken)| *is_taken && c.is_alphabetic()) {
        for number in numbers(chars) {
            is_taken[number].fill(true);
        }
    }
}

/// Runs of at least [`NUMBER_MIN`] digits.
fn numbers(chars: &[char]) -> Vec<Range<usize>> {
    let mut numbers = Vec::new();
    let mut start = 0;
    for run in chars.chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit()) {
        if run.len() >= NUMBER_MIN && run[0].is_ascii_digit() {
            numbers.push(start..start + run.len());
        }
        start += run.len();
    }
    numbers
}

/// Marks walks of which `interleaved` alternate, each in one direction. Linear: each search starts behind the last one.
fn take_walks(places: &[(i64, i64)], interleaved: usize, is_taken: &mut [bool]) {
    let step = |at: usize| {
        let (from, to) = (places.get(at)?, places.get(at + interleaved)?);
        Some((to.0 - from.0, to.1 - from.1)).filter(|step| STEPS.contains(step))
    };
    let mut start = 0;
    while start < places.len() {
        let mut end = start;
        while step(end).is_some() && (end < start + interleaved || step(end) == step(end - interleaved)) {
            end += 1;
        }
        if end - start >= (WALK_MIN - 1) * interleaved {
            is_taken[start..end + interleaved].fill(true);
        }
        start = (end + 1).saturating_sub(interleaved).max(start + 1);
    }
}

/// Row and column of a key; a key that is on no row has its position in the alphabet.
fn place(rows: &[&str], key: char) -> (i64, i64) {
    let found = (0..).zip(rows).find_map(|(row, keys)| Some((row, (0..).zip(keys.chars()).find(|(_, c)| *c == key)?.0)));
    found.unwrap_or((i64::MAX / 4, i64::from(u32::from(key))))
}

/// The digit on the key of a symbol.
fn unshifted(c: char) -> char {
    match c {
        '!' => '1',
        '@' => '2',
        '#' => '3',
        '$' => '4',
        '%' => '5',
        '^' => '6',
        '&' => '7',
        '*' => '8',
        '(' => '9',
        ')' => '0',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(text: &str) -> String {
        let chars = text.chars().collect::<Vec<_>>();
        chars.iter().zip(taken(&chars)).filter(|(_, is_taken)| !is_taken).map(|(c, _)| c).collect()
    }

    #[test]
    fn walks_and_years_are_found_and_words_are_left() {
        for (text, rest) in [
            ("xqwertx", "xx"),
            ("mqazwsxm", "mm"),
            ("k1q2w3e4k", "kk"),
            ("a1b2c3", ""),
            ("yxcvbk", "k"),
            ("aaa-bbb", "-"),
            ("ka1987k", "kak"),
            ("5820417396205837", "5820417396205837"),
            ("k20242025202620272028k", "kk"),
            ("k31121987k", "kk"),
            ("otter", "otter"),
            ("dresser", "dresser"),
            ("", ""),
        ] {
            assert_eq!(left(text), rest, "{text}");
        }
    }
}
