//! Search by part of a name or address, and the order of lists. Both databases only compare bytes; this module has the
//! rules.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Prefix of each word in a search text. Two blanks make even a single first letter a run of three characters, so that
/// the databases' trigram indexes serve the shortest terms too.
const BEFORE_WORD: &str = "  ";

/// Longest search term, in characters.
const TERM_MAX: usize = 100;

/// Number of searched characters of a name or address: the longest address. Folding makes up to 18 characters of one.
const SEARCHED_MAX: usize = 254;

/// Number of characters of a name that determine its order. Two such names, of up to four bytes a character, fit into
/// the address of a page.
const SORTED_MAX: usize = 150;

/// Number of searched characters of a sentence of the audit log, which may hold three names.
const SENTENCE_MAX: usize = 1000;

/// Lower case without accents: "Novotná" is found by "novotna".
fn fold(text: &str, max: usize) -> String {
    let plain = text.nfkd().filter(|c| !is_combining_mark(*c)).collect::<String>().to_lowercase();
    plain.nfc().filter(|c| !c.is_control()).take(max).collect()
}

/// Search text of a user: each word of name and address, with two blanks before it.
pub fn search_text(first_name: &str, last_name: &str, email: &str) -> String {
    join_words(&[first_name, last_name, email].map(|text| fold(text, SEARCHED_MAX)).join(" "))
}

/// Search text of a thing with a name.
pub fn search_words(name: &str) -> String {
    join_words(&fold(name, SEARCHED_MAX))
}

/// Search text of a sentence.
pub fn search_sentence(sentence: &str) -> String {
    join_words(&fold(sentence, SENTENCE_MAX))
}

fn join_words(folded: &str) -> String {
    folded.split_whitespace().flat_map(|word| [BEFORE_WORD, word]).collect()
}

/// Sort key of a user: the beginning of the name as shown, without case and accents.
pub fn sort_key(display_name: &str) -> String {
    fold(display_name, SORTED_MAX)
}

/// The searched part of a typed search.
pub fn looked_for(typed: &str) -> String {
    typed.chars().take(TERM_MAX).collect()
}

/// A non-empty fragment, ready to be compared with search texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchTerm(String);

impl SearchTerm {
    /// Parses a typed search; `None` for an empty one. One or two letters match beginnings of words, three or more
    /// match any part.
    pub fn parse(typed: &str) -> Option<Self> {
        let words = join_words(&fold(&looked_for(typed), TERM_MAX));
        let term = words.strip_prefix(BEFORE_WORD)?;
        Some(Self(if term.chars().count() < 3 { words } else { term.to_owned() }))
    }

    /// Parses each word of a typed search, in any order.
    pub fn words(typed: &str) -> Vec<Self> {
        looked_for(typed).split_whitespace().filter_map(Self::parse).collect()
    }

    /// The fragment: at least three characters.
    pub fn fragment(&self) -> &str {
        &self.0
    }

    /// The term as the beginning of a sort key.
    pub fn beginning(&self) -> String {
        self.0.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// True if the term is part of `search_text`.
    pub fn is_in(&self, search_text: &str) -> bool {
        search_text.contains(&self.0)
    }

    /// All runs of three characters, for a trigram index.
    pub fn trigrams(&self) -> Vec<String> {
        let chars = self.0.chars().collect::<Vec<_>>();
        let mut trigrams = chars.windows(3).map(|three| three.iter().collect()).collect::<Vec<String>>();
        trigrams.sort_unstable();
        trigrams.dedup();
        trigrams
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(typed: &str) -> bool {
        SearchTerm::parse(typed).is_some_and(|term| term.is_in(&search_text("Hana", "Novotná", "Hana.N@Example.com")))
    }

    #[test]
    fn three_letters_find_any_part_and_fewer_only_beginnings() {
        for typed in ["ovo", "NOVOTNÁ", "novotna", "ana.n@", "hana nov", "  Hana   Nov ", "h", "n", "no", "ha", "hana no"] {
            assert!(finds(typed), "{typed:?}");
        }
        for typed in ["", "  ", "o", "ov", "a", "xyz", "hananov", "ana ov"] {
            assert!(!finds(typed), "{typed:?}");
        }
    }

    #[test]
    fn a_sort_key_begins_with_the_terms_that_begin_its_name() {
        for (typed, begins) in [("É", true), ("École  n", true), ("no", false), ("nationale", false)] {
            assert_eq!(sort_key("École nationale").starts_with(&SearchTerm::parse(typed).unwrap().beginning()), begins, "{typed:?}");
        }
    }

    #[test]
    fn a_term_is_at_least_one_trigram() {
        for (typed, trigrams) in [("x", vec!["  x"]), ("xy", vec!["  x", " xy"]), ("abab", vec!["aba", "bab"])] {
            assert_eq!(SearchTerm::parse(typed).unwrap().trigrams(), trigrams);
        }
    }

    #[test]
    fn what_is_kept_of_a_name_is_bounded_however_its_characters_unfold() {
        for character in ["\u{FDFA}", "\u{1F82}", "\u{FB03}", "\u{2A6D6}", "\"", "\u{AC01}"] {
            let name = character.repeat(100);
            let key = sort_key(&format!("{name} {name}"));
            assert!(key.chars().count() <= SORTED_MAX && key.len() <= 4 * SORTED_MAX, "{character:?}");
            assert!(search_words(&name).chars().count() <= 3 * SEARCHED_MAX, "{character:?}");
            let term = SearchTerm::parse(&name).unwrap();
            assert!(term.fragment().chars().count() <= 3 * TERM_MAX, "{character:?}");
            let text = search_text(&name, &name, "hana@example.com");
            assert!(term.is_in(&text) && text.ends_with("  hana@example.com"), "{character:?}");
        }
    }

    #[test]
    fn order_ignores_case_and_accents() {
        let mut names = ["Zoë", "Österberg", "adam", "Ólafur", "Bob"];
        names.sort_by_key(|name| sort_key(name));
        assert_eq!(names, ["adam", "Bob", "Ólafur", "Österberg", "Zoë"]);
    }
}
