//! Passwords that attackers guess first: leaked ones, well-known phrases, personal words, and those that zxcvbn finds
//! within 10^8 guesses.

mod patterns;

use std::sync::LazyLock;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::PasswordError;

/// Leaked passwords in the form of [`key`], one a line, sorted by byte. `data/passwords/README.md` names their source.
static COMMON: &[u8] = include_bytes!("../../../../data/passwords/common.txt");

/// Words and phrases that add nothing to a password, forwards and backwards.
static WELL_KNOWN: LazyLock<Vec<String>> = LazyLock::new(|| {
    let lines = include_str!("../../../../data/passwords/well-known.txt").lines().filter(|line| !line.starts_with('#'));
    both_ways(lines.map(|line| skeleton(&folded(line))))
});

/// Number of leading characters passed to zxcvbn, whose time grows with the cube of the length. A password is at least
/// as strong as its beginning.
const JUDGED: usize = 32;

/// Fewest characters that a password needs beside common words, words known to acquaintances of its owner, years and
/// keyboard walks.
const OWN_MIN: usize = 8;

/// Shortest word that is also searched backwards.
const REVERSED_MIN: usize = 4;

/// Most characters before and after a leaked password that count as decoration.
const PREFIX_MAX: usize = 4;
const SUFFIX_MAX: usize = 8;

/// Finds the reason for refusing `text`. `known` are words that an attacker would try first: names, address, company.
pub(super) fn denial(text: &str, known: &[&str]) -> Option<PasswordError> {
    let folded = folded(text);
    if keys(&folded).any(|key| is_common(&key)) {
        return Some(PasswordError::Common);
    }
    if is_mostly(&folded, &[]) {
        return Some(PasswordError::Guessable);
    }
    if is_mostly(&folded, &WELL_KNOWN) {
        return Some(PasswordError::Common);
    }
    let known = known_words(known);
    let mut words = both_ways(known.iter().map(|word| skeleton(word)));
    words.extend(WELL_KNOWN.iter().cloned());
    if is_mostly(&folded, &longest_first(words)) {
        return Some(PasswordError::Personal);
    }
    let judged = text.chars().take(JUDGED).collect::<String>();
    let known = known.iter().map(String::as_str).collect::<Vec<_>>();
    (zxcvbn::zxcvbn(&judged, &known).score() < zxcvbn::Score::Three).then_some(PasswordError::Guessable)
}

/// Lower case, without accents and variants of letters.
fn folded(text: &str) -> String {
    text.nfkd().filter(|c| c.is_alphanumeric() || !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

/// Letters and digits only, with look-alike digits and symbols replaced by the letters they stand for.
fn skeleton(folded: &str) -> String {
    folded.chars().map(letter).filter(|c| c.is_alphanumeric()).collect()
}

fn letter(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | 'l' | '!' | '|' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' | '+' => 't',
        '8' => 'b',
        '9' => 'g',
        c => c,
    }
}

/// Forms in which the list may hold a password: with and without decoration at its ends.
fn keys(folded: &str) -> impl Iterator<Item = String> {
    let letters = trimmed(folded, |c| !c.is_alphabetic());
    let is_base = letters.chars().count() * 2 >= folded.chars().count();
    [Some(folded), Some(trimmed(folded, |c| !c.is_alphanumeric())), is_base.then_some(letters)].into_iter().flatten().map(key)
}

fn key(folded: &str) -> String {
    let mut key = skeleton(folded);
    key.truncate(period_length(&key));
    key
}

/// The text without decoration at its ends, up to [`PREFIX_MAX`] and [`SUFFIX_MAX`] characters.
fn trimmed(text: &str, is_decoration: impl Fn(char) -> bool) -> &str {
    let bytes = |length: usize, c: char| length + c.len_utf8();
    let before = text.chars().take(PREFIX_MAX).take_while(|c| is_decoration(*c)).fold(0, bytes);
    let text = &text[before..];
    let after = text.chars().rev().take(SUFFIX_MAX).take_while(|c| is_decoration(*c)).fold(0, bytes);
    &text[..text.len() - after]
}

/// Length in bytes of the shortest piece that the text repeats at least one and a half times, else of the whole text.
/// Linear, by the borders of Knuth, Morris and Pratt.
fn period_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut borders = vec![0; bytes.len()];
    let mut border = 0;
    for at in 1..bytes.len() {
        while border > 0 && bytes[at] != bytes[border] {
            border = borders[border - 1];
        }
        border += usize::from(bytes[at] == bytes[border]);
        borders[at] = border;
    }
    let period = bytes.len() - border;
    if period * 3 <= bytes.len() * 2 && text.is_char_boundary(period) { period } else { bytes.len() }
}

/// Binary search in the list.
fn is_common(key: &str) -> bool {
    let (mut low, mut high) = (0, COMMON.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let start = COMMON[low..middle].iter().rposition(|byte| *byte == b'\n').map_or(low, |at| low + at + 1);
        let end = COMMON[middle..high].iter().position(|byte| *byte == b'\n').map_or(high, |at| middle + at);
        match COMMON[start..end].cmp(key.as_bytes()) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => low = end + 1,
            std::cmp::Ordering::Greater => high = start,
        }
    }
    false
}

/// Personal words: each as a whole and in its parts.
fn known_words(known: &[&str]) -> Vec<String> {
    let mut words = Vec::new();
    for text in known.iter().chain(&["Usher"]) {
        let text = folded(text);
        words.extend(text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() >= 3).map(str::to_owned));
        words.push(text);
    }
    words
}

/// The words, and the longer ones reversed, the longest first.
fn both_ways(words: impl Iterator<Item = String>) -> Vec<String> {
    let reversed = |word: &String| (word.chars().count() >= REVERSED_MIN).then(|| word.chars().rev().collect());
    longest_first(words.flat_map(|word| [reversed(&word), Some(word)]).flatten().collect())
}

fn longest_first(mut words: Vec<String>) -> Vec<String> {
    words.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    words.dedup();
    words
}

/// True if fewer than [`OWN_MIN`] characters, and no more than half, remain once all `words` and patterns are removed.
/// Spaces and hyphens count as removed.
fn is_mostly(folded: &str, words: &[String]) -> bool {
    let chars = folded.chars().collect::<Vec<_>>();
    let mut is_taken = patterns::taken(&chars);
    take_words(&chars, words, &mut is_taken);
    patterns::take_digits(&chars, &mut is_taken);
    let is_symbol = |c: char| !c.is_whitespace() && !"-_.,'’".contains(c);
    let own = chars.iter().zip(&is_taken).filter(|(c, is_taken)| !**is_taken && (letter(**c).is_alphanumeric() || is_symbol(**c))).count();
    let whole = chars.iter().filter(|c| letter(**c).is_alphanumeric()).count();
    is_taken.contains(&true) && own < OWN_MIN && own * 2 <= whole
}

/// Marks every occurrence of `words`, the longest first, in the skeleton of `chars`.
fn take_words(chars: &[char], words: &[String], is_taken: &mut [bool]) {
    let mut rest = String::new();
    // Index of the character behind each byte of the skeleton.
    let mut origins = Vec::new();
    for (at, c) in chars.iter().map(|c| letter(*c)).enumerate().filter(|(_, c)| c.is_alphanumeric()) {
        rest.push(c);
        origins.resize(rest.len(), at);
    }
    for word in words.iter().filter(|word| word.len() > 1) {
        let mut from = 0;
        while let Some(found) = rest[from..].find(word.as_str()) {
            let place = from + found..from + found + word.len();
            rest.replace_range(place.clone(), &"\0".repeat(word.len()));
            from = place.end;
            for at in &origins[place] {
                is_taken[*at] = true;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 4] = ["Maya", "Fischer", "maya.fischer@example.com", "Northwind Trading"];

    #[test]
    fn leaked_and_well_known_passwords_are_refused_in_any_dress() {
        for text in [
            "thisismypassword",
            "This is my password",
            "this-is-my-password!",
            "Th1sIsMyP4ssw0rd",
            "thisismypassword2026",
            "ThisIsMyPassword#1",
            "correcthorsebatterystaple",
            "Correct Horse Battery Staple",
            "correct-horse-battery-staple-1",
            "c0rrecth0rseb4tteryst4ple",
            "iloveyouforever",
            "I love you forever!",
            "iloveyouforeverandever",
            "letmeinletmein",
            "letmeinletmeinletmein",
            "trustno1trustno1",
            "trustno1trustno1!",
            "tobeornottobethatisthequestion",
            "To be, or not to be: that is the question",
            "maytheforcebewithyou",
            "M4y the F0rce be w1th you!!",
            "qwertyuiop123456",
            "passwordpassword",
            "PasswordPassword123",
            "p@ssw0rdp@ssw0rd",
            "1234567890123456",
            "abcdefghijklmnop",
            "adminadminadmin",
            "Administrator2026!",
            "welcometothejungle",
            "dragondragondragon",
            "monkeymonkey1234",
            "sunshine sunshine",
            "superman-superman-superman",
            "neverguessthispassword",
            "mypasswordissecret",
            "the quick brown fox jumps over the lazy dog",
            "allyourbasearebelongtous",
            "winteriscoming2025",
            "houstonwehaveaproblem",
            "motdepassemotdepasse",
            "пароль пароль пароль",
            "ＰａｓｓｗｏｒｄＰａｓｓｗｏｒｄ",
            "pässwördpässwörd",
        ] {
            assert!(denial(text, &KNOWN).is_some(), "{text}");
        }
    }

    #[test]
    fn years_walks_over_keys_and_words_backwards_add_nothing() {
        for text in [
            "password2026password2025",
            "letmein2026letmein!2026",
            "qwerty2024qwerty2025",
            "iloveyou2024iloveyou2025",
            "1qaz@WSX3edc$RFV",
            "!QAZ2wsx#EDC4rfv",
            "p0o9i8u7y6t5r4e3",
            "a1b2c3d4e5f6g7h8",
            "йцукенгшщзхъфыва",
            "Summer2025!Summer",
            "Winter2025Winter2026",
            "mondaytuesdaywednesday",
            "dragon1monkey2master3",
            "areallylongpassword1",
            "zaq1xsw2cde3vfr4",
            "January2025February2026",
            "drowssap-drowssap-1",
            "qazwsxedcrfvtgbyhn",
            "azertyuiopqsdfgh2024",
            "q-w-e-r-t-y-u-i-o-p",
            "31121999#01012000!",
            "Herbst2025!Winter2026",
            "фывапролджэ2025",
        ] {
            assert!(denial(text, &KNOWN).is_some(), "{text}");
        }
    }

    #[test]
    fn own_words_with_well_known_ones_are_refused() {
        for text in [
            "welcometonorthwind",
            "maya.fischer@example.com",
            "MayaFischerNorthwind1",
            "Northwind Trading 2026",
            "M4y4F1scher-password",
            "iloveusher and maya",
            "gnidarTdniwhtroN",
            "rehcsif.ayam.2026!",
        ] {
            assert_eq!(denial(text, &KNOWN), Some(PasswordError::Personal), "{text}");
        }
    }

    #[test]
    fn unlikely_passwords_are_accepted() {
        for text in [
            "velvet otter harbour nine",
            "velvetotterharbournine",
            "wrench-TUESDAY-oboe",
            "Große Änderungen überall",
            "кот читает газету утром",
            "🦉🌲🚲🎻🧭🪁🏔️🍋🐙🧩🪴🎈🛶🧵🪐",
            "昨日の夜は雨が静かに降っていました",
            "오늘은바람이조금차갑게불었습니다",
            "قطة تنام تحت شجرة الليمون",
            "my cousin paints orange bicycles",
            "I always burn toast on Thursdays",
            "please water Gertrud the cactus",
            "nine purple staplers hum quietly",
            "love is a rusty trombone case",
            "copper-lantern-drizzle",
            "Marmalade.Tugboat.Fjord",
            "glacier pickle saxophone",
            "spoon ladder violet engine",
            "tundra_walnut_kettle_84",
            "correct otter battery harbour",
            "xK9#mQ2v!Lr7@pZd",
            "w7Tq-Zp2x-Lm9v-Ke4r",
            "Jb8vRkq2ZtYw5LnD",
            "fhqwhgads-plumbus-42",
            "b1c0c8f2-9d3e-4a77",
            "tY%8h&Kq*2(wN)5z",
            "aVeryOddHedgehogJuggles",
            "ranocchio vende ombrelli blu",
            "le hibou mange des crêpes salées",
            "siedem zielonych parasoli w deszczu",
            "kaksi hullua sorsaa uimassa",
            "four dressers were assertive",
            "summer barn, crooked weathervane",
            "Tuesday's lanterns smell of resin",
            "an expert juggles 1987 teapots",
            "dragon sneezes over quiet marsh",
            "marble-kettle-2024-orchid",
            "bookmark the hijacked banana boat",
            "pineapple property under frost",
            "4839201746592037",
            "Qz7-mellow-harpoon-88",
            "winter hedgehog borrows my ladder",
            "superb violins drift eastward",
            "ein Dachs trinkt Mittwochs Tee",
            "зимний чайник поёт басом",
            "the master clockmaker lost nine cogs",
        ] {
            assert_eq!(denial(text, &KNOWN), None, "{text}");
        }
    }

    #[test]
    fn the_list_is_sorted_and_each_line_is_found() {
        let lines = COMMON.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect::<Vec<_>>();
        assert!(lines.len() > 100_000 && lines.is_sorted());
        for line in lines.iter().step_by(997).chain(lines.first()).chain(lines.last()) {
            let line = str::from_utf8(line).unwrap();
            assert!(is_common(line), "{line}");
            assert_eq!(key(line), line);
            assert!(!is_common(&format!("{line}\u{7f}")), "{line}");
        }
        assert!(!is_common(""));
    }

    #[test]
    fn a_repeated_piece_counts_once() {
        for (text, piece) in
            [("letmeinletmein", "letmein"), ("abababa", "ab"), ("trustnoitrustno", "trustnoi"), ("banana", "banana"), ("", "")]
        {
            assert_eq!(&text[..period_length(text)], piece);
        }
    }

    #[test]
    fn only_the_beginning_of_a_long_password_is_judged_by_zxcvbn() {
        let ambiguous = "l1|!iI0oO5sS$".repeat(10);
        for length in [64, 128] {
            let text = ambiguous.chars().take(length).collect::<String>();
            let judged = text.chars().take(JUDGED).collect::<String>();
            let is_weak = zxcvbn::zxcvbn(&judged, &["usher"]).score() < zxcvbn::Score::Three;
            assert_eq!(denial(&text, &[]).is_some(), is_weak);
        }
    }
}
