//! Rules for scripts: format, and names that they must do without.

use std::collections::{BTreeMap, BTreeSet};

/// Longest line, in characters.
const WIDTH: usize = 120;

/// Names and signs that a script does without, with the reason.
const BANNED: &[(&str, &str)] = &[
    ("var", "const or let"),
    ("==", "==="),
    ("!=", "!=="),
    ("innerHTML", "textContent, or nodes of a parsed page"),
    ("outerHTML", "nodes of a parsed page"),
    ("insertAdjacentHTML", "nodes of a parsed page"),
    ("eval", "no code from text"),
    ("Function", "no code from text"),
    ("console", "no output"),
    ("debugger", "no breakpoints"),
];

/// Breaches in a script, with its path in the project.
pub(super) fn breaches(file: &str, source: &str) -> Vec<String> {
    let code = code(source);
    let (lines, blanked): (Vec<&str>, Vec<&str>) = (source.lines().collect(), code.lines().collect());
    let mut found = layout(&lines, &blanked);
    for (number, line) in (1..).zip(&lines) {
        if line.chars().count() > WIDTH {
            found.push(format!("{number}: a line ends by {WIDTH}"));
        }
        if line.ends_with(char::is_whitespace) {
            found.push(format!("{number}: blanks at the end"));
        }
    }
    for (number, _) in (1..).zip(&blanked).filter(|(_, line)| line.contains("document.write")) {
        found.push(format!("{number}: document.write: nodes of a parsed page"));
    }
    let tokens = tokens(&code);
    for (number, token) in &tokens {
        if let Some((banned, reason)) = BANNED.iter().find(|(banned, _)| banned == token) {
            found.push(format!("{number}: {banned}: {reason}"));
        }
    }
    let mut uses = BTreeMap::new();
    for (_, token) in &tokens {
        *uses.entry(*token).or_insert(0) += 1;
    }
    for (number, name) in declared(&tokens) {
        if uses.get(name) == Some(&1) {
            found.push(format!("{number}: {name} is not used"));
        }
    }
    found.iter().map(|breach| format!("{file}:{breach}")).collect()
}

/// Attributes that a script looks for and no page has; `markup` is everything that may write one.
pub(super) fn missing_hooks(file: &str, source: &str, markup: &str) -> Vec<String> {
    let is_part = |c: char| c.is_ascii_lowercase() || c == '-';
    let names = |text: &'static str, within: &str| -> BTreeSet<String> {
        let rests = within.split(text).skip(1);
        rests.map(|rest| format!("data-{}", &rest[..rest.find(|c| !is_part(c)).unwrap_or(rest.len())])).collect()
    };
    let (sought, written) = (names("[data-", source), names("data-", markup));
    let set = names("dataset.", source);
    sought.difference(&written).filter(|name| !set.contains(*name)).map(|name| format!("{file}: no page has {name}")).collect()
}

/// Breaches of indentation, by two blanks for each level, and missing semicolons.
fn layout(lines: &[&str], code: &[&str]) -> Vec<String> {
    let mut found = vec![];
    // Open brackets, each with the level of its line, and if it begins a value, whose end takes a semicolon.
    let mut open: Vec<(char, usize, bool)> = vec![];
    let mut before = "";
    for (index, (line, text)) in lines.iter().zip(code).map(|(line, code)| (line, code.trim())).enumerate() {
        let next = code[index + 1..].iter().map(|next| next.trim()).find(|next| !next.is_empty()).unwrap_or_default();
        let is_closing = text.starts_with(['}', ')', ']']);
        let goes_on = !is_closing && (goes_on_before(text) || goes_on_after(before) || is_header(before));
        let level = open.last().map_or(0, |(_, level, _)| level + usize::from(!is_closing)) + usize::from(goes_on);
        if !line.is_empty() && line.len() - line.trim_start().len() != 2 * level {
            found.push(format!("{}: indent by {} blanks", index + 1, 2 * level));
        }
        let mut ends_value = false;
        for (at, c) in text.char_indices() {
            match c {
                '{' | '(' | '[' => open.push((c, level, c != '{' || text[..at].trim_end().ends_with(['=', '>', '(', ',', ':', '?']))),
                '}' | ')' | ']' => ends_value = open.pop().is_some_and(|(_, _, is_value)| is_value),
                _ => ends_value = false,
            }
        }
        let is_statement = open.last().is_none_or(|(bracket, ..)| *bracket == '{');
        let is_ended = text.is_empty() || text.ends_with([';', '{', ',']) || (text.ends_with('}') && !ends_value);
        if is_statement && !is_ended && !goes_on_after(text) && !goes_on_before(next) && !is_header(text) {
            found.push(format!("{}: end the statement with a semicolon", index + 1));
        }
        if !text.is_empty() {
            before = text;
        }
    }
    found
}

fn goes_on_before(text: &str) -> bool {
    [".", "?", ":", "&&", "||"].iter().any(|sign| text.starts_with(sign)) && !text.starts_with("...")
}

fn goes_on_after(text: &str) -> bool {
    ["=>", "=", "&&", "||", "??", "+", "?", ":"].iter().any(|sign| text.ends_with(sign))
}

/// True for the head of a statement without braces.
fn is_header(text: &str) -> bool {
    text.ends_with(')') && ["if ", "for ", "while ", "else if "].iter().any(|word| text.starts_with(word)) || text == "else"
}

/// The script with blanks in place of comments, and of the contents of texts and regular expressions. Expressions
/// within templates stay.
fn code(source: &str) -> String {
    let chars: Vec<char> = source.chars().collect();
    let (mut code, mut at, mut templates, mut last) = (String::new(), 0, vec![], ' ');
    while let Some(&c) = chars.get(at) {
        let next = chars.get(at + 1).copied();
        let is_pattern = c == '/' && (last == ' ' || "(,=:[!&|?{};>".contains(last));
        let end = match (c, next) {
            ('/', Some('/')) => chars[at..].iter().position(|c| *c == '\n').map_or(chars.len(), |length| at + length),
            ('"' | '\'', _) => text_end(&chars, at, &[c]),
            ('`', _) => text_end(&chars, at, &['`', '$']),
            ('}', _) if templates.last() == Some(&0) => text_end(&chars, at, &['`', '$']),
            _ if is_pattern => text_end(&chars, at, &['/']),
            _ => at + 1,
        };
        match (c, templates.last_mut()) {
            ('{', Some(depth)) => *depth += 1,
            ('}', Some(0)) => drop(templates.pop()),
            ('}', Some(depth)) => *depth -= 1,
            _ => {}
        }
        if end > at + 1 || c == '`' {
            let is_open = chars.get(end - 1) == Some(&'{') && matches!(c, '`' | '}');
            code.extend((at..end).map(|_| ' '));
            if is_open {
                templates.push(0);
            }
            if c != '/' || is_pattern && next != Some('/') {
                code.pop();
                code.push('"');
                last = '"';
            }
        } else {
            code.push(c);
            last = if c.is_whitespace() { last } else { c };
        }
        at = end;
    }
    code
}

/// Index after the text that begins at `start`: behind one of `ends`, which `$` is before a brace alone.
fn text_end(chars: &[char], start: usize, ends: &[char]) -> usize {
    let mut at = start + 1;
    while let Some(c) = chars.get(at) {
        match c {
            '\\' => at += 1,
            '$' if ends.contains(c) && chars.get(at + 1) == Some(&'{') => return at + 2,
            '$' => {}
            c if ends.contains(c) => return at + 1,
            _ => {}
        }
        at += 1;
    }
    chars.len()
}

/// Names, comparisons and single signs, with the numbers of their lines.
fn tokens(code: &str) -> Vec<(usize, &str)> {
    let mut tokens = vec![];
    for (number, line) in (1..).zip(code.lines()) {
        let mut rest = line.trim_start();
        while let Some(first) = rest.chars().next() {
            let same: fn(char) -> bool = if is_name(first) { is_name } else { |c| matches!(c, '=' | '!' | '>' | '<') };
            let length = rest.find(|c| !same(c)).unwrap_or(rest.len()).max(first.len_utf8());
            tokens.push((number, &rest[..length]));
            rest = rest[length..].trim_start();
        }
    }
    tokens
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Names that `const`, `let` and `function` declare, alone or in a pattern.
fn declared<'a>(tokens: &[(usize, &'a str)]) -> Vec<(usize, &'a str)> {
    let mut names = vec![];
    for (at, (_, word)) in tokens.iter().enumerate() {
        if !matches!(*word, "const" | "let" | "function") {
            continue;
        }
        let (mut depth, mut is_name_next) = (0, true);
        for (number, token) in &tokens[at + 1..] {
            match *token {
                "[" | "{" | "(" => depth += 1,
                "]" | "}" | ")" => depth -= 1,
                "=" | "of" | "in" => is_name_next = false,
                ";" if depth <= 0 => break,
                "," if depth == 0 => is_name_next = true,
                name if is_name_next && name.starts_with(is_name) => names.push((*number, name)),
                _ => {}
            }
            if depth < 0 || (*word == "function" && depth > 0) {
                break;
            }
        }
    }
    names
}

#[test]
fn an_attribute_that_no_page_has_is_found() {
    let script = "on(\"[data-a]\", (e) => (e.dataset.b = \"\"));\non(\"[data-b], a[data-c-d]\");";
    assert_eq!(missing_hooks("a.js", script, "<p data-a data-b>"), ["a.js: no page has data-c-d"]);
    assert_eq!(missing_hooks("a.js", script, "<p data-a><p data-c-d=\"1\">"), Vec::<String>::new());
}

#[test]
fn a_breach_of_a_script_is_found() {
    let bad = [
        ("var a = 1;\na();", "1: var: const or let"),
        ("if (a == 1) b();", "1: ==: ==="),
        ("if (a != 1) b();", "1: !=: !=="),
        ("a.innerHTML = b;", "1: innerHTML: textContent, or nodes of a parsed page"),
        ("eval(a);", "1: eval: no code from text"),
        ("a()\nb();", "1: end the statement with a semicolon"),
        ("a(() => {\n  b();\n})", "3: end the statement with a semicolon"),
        ("a = () => {\n  b();\n}", "3: end the statement with a semicolon"),
        ("if (a) {\n    b();\n}", "2: indent by 2 blanks"),
        ("if (a)\nb();", "2: indent by 2 blanks"),
        ("const a = 1;", "1: a is not used"),
        ("const [a, b] = c;\na();", "1: b is not used"),
        ("let a, b;\na();", "1: b is not used"),
        ("const a = f(1, 2), b = 3;\na();", "1: b is not used"),
        ("function a() {\n  b();\n}", "1: a is not used"),
        ("a(); ", "1: blanks at the end"),
        (&format!("a({});", "1".repeat(WIDTH)), "1: a line ends by 120"),
    ];
    for (source, expected) in bad {
        assert_eq!(breaches("a.js", source), [format!("a.js:{expected}")], "{source}");
    }
    let good = "// var a == b
const on = (a) =>
  a.b((e) => {
    if (e && /[\"}{]/.test(e)) e.c(`${a.map((i) => `${i}: {`)} == innerHTML`);
    else { a(); e(); }
  });
on(
  { a: \"var b\", c: '==' },
  (x) => x === 1,
);
try {
  on(1)
    .then(on);
} catch { on(2); }";
    assert_eq!(breaches("a.js", good), Vec::<String>::new());
}
