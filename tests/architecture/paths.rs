//! Parser for the paths that a Rust source names, in `use` trees and in code, without comments and strings.

/// A path, seen from the crate's root or from outside.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Named {
    /// Path of this crate: `crate::…`, `super::…`, `self::…`, `usher::…`.
    Ours(Vec<String>),
    /// Other path: a crate, or a name in scope.
    Other(Vec<String>),
}

/// All paths in the source of the module with this path.
pub(super) fn named(source: &str, module: &[&str]) -> Vec<Named> {
    let tokens = tokens(source);
    let mut reader =
        Reader { tokens: &tokens, at: 0, module: module.iter().map(|&name| name.to_owned()).collect(), blocks: vec![], found: vec![] };
    reader.read();
    reader.found
}

/// True if a source reads or writes a field of this name; a method may have the name.
pub(super) fn uses_field(source: &str, name: &str) -> bool {
    let tokens = tokens(source);
    let is_field = |at: usize| tokens[at] == Token::Sign('.') && tokens.get(at + 2) != Some(&Token::Sign('('));
    (0..tokens.len()).any(|at| is_field(at) && tokens.get(at + 1) == Some(&Token::Word(name.to_owned())))
}

#[derive(Debug, PartialEq)]
enum Token {
    Word(String),
    Separator,
    Sign(char),
}

struct Reader<'a> {
    tokens: &'a [Token],
    at: usize,
    module: Vec<String>,
    /// Open braces, with a flag for inline modules.
    blocks: Vec<bool>,
    found: Vec<Named>,
}

impl Reader<'_> {
    fn read(&mut self) {
        while let Some(token) = self.tokens.get(self.at) {
            match token {
                Token::Word(word) if word == "use" => {
                    self.at += 1;
                    self.use_tree(vec![]);
                }
                Token::Word(word) if word == "mod" => self.inline_module(),
                Token::Word(_) => {
                    let path = self.path();
                    // A single word is a name, or the `crate` of `pub(crate)`.
                    if path.len() > 1 {
                        self.note(path);
                    }
                }
                Token::Sign(sign) => {
                    match sign {
                        '{' => self.blocks.push(false),
                        '}' if self.blocks.pop() == Some(true) => {
                            self.module.pop();
                        }
                        _ => {}
                    }
                    self.at += 1;
                }
                Token::Separator => self.at += 1,
            }
        }
    }

    fn inline_module(&mut self) {
        if let [Token::Word(name), Token::Sign('{'), ..] = &self.tokens[self.at + 1..] {
            self.module.push(name.clone());
            self.blocks.push(true);
            self.at += 2;
        }
        self.at += 1;
    }

    fn path(&mut self) -> Vec<String> {
        let mut path = vec![];
        while let Some(Token::Word(word)) = self.tokens.get(self.at) {
            path.push(word.clone());
            self.at += 1;
            if self.tokens.get(self.at) != Some(&Token::Separator) {
                break;
            }
            self.at += 1;
        }
        path
    }

    fn use_tree(&mut self, mut prefix: Vec<String>) {
        if self.tokens.get(self.at) == Some(&Token::Separator) {
            self.at += 1;
        }
        prefix.extend(self.path());
        match self.tokens.get(self.at) {
            Some(Token::Sign('{')) => {
                self.at += 1;
                while !matches!(self.tokens.get(self.at), None | Some(Token::Sign('}'))) {
                    let before = self.at;
                    self.use_tree(prefix.clone());
                    // A comma, or an unknown token in a macro's pattern.
                    if self.tokens.get(self.at) == Some(&Token::Sign(',')) || self.at == before {
                        self.at += 1;
                    }
                }
                self.at += 1;
            }
            Some(Token::Sign('*')) => {
                self.at += 1;
                prefix.push("*".to_owned());
                self.note(prefix);
            }
            _ => {
                if matches!(&prefix[..], [_, .., last] if last == "self") {
                    prefix.pop();
                }
                if !prefix.is_empty() {
                    self.note(prefix);
                }
                if self.tokens.get(self.at) == Some(&Token::Word("as".to_owned())) {
                    self.at += 2;
                }
            }
        }
    }

    fn note(&mut self, path: Vec<String>) {
        let mut rest = &path[..];
        let mut base = match rest[0].as_str() {
            "crate" | "usher" => vec![],
            "self" | "super" => self.module.clone(),
            _ => return self.found.push(Named::Other(path)),
        };
        if rest[0] != "super" {
            rest = &rest[1..];
        }
        while rest.first().is_some_and(|word| word == "super") {
            base.pop();
            rest = &rest[1..];
        }
        base.extend_from_slice(rest);
        self.found.push(Named::Ours(base));
    }
}

fn tokens(source: &str) -> Vec<Token> {
    let mut tokens = vec![];
    let mut rest = source;
    while let Some(sign) = rest.chars().next() {
        if let Some(length) = skipped(rest) {
            rest = &rest[length..];
        } else if sign.is_alphanumeric() || sign == '_' {
            let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_').map_or(rest, |end| &rest[..end]);
            tokens.push(Token::Word(word.to_owned()));
            rest = &rest[word.len()..];
        } else if let Some(after) = rest.strip_prefix("::") {
            tokens.push(Token::Separator);
            rest = after;
        } else {
            tokens.push(Token::Sign(sign));
            rest = &rest[sign.len_utf8()..];
        }
    }
    tokens
}

/// Length of the white space, comment, string, character or lifetime at the beginning of a source.
fn skipped(source: &str) -> Option<usize> {
    let rest_of_line = || source.find('\n').unwrap_or(source.len());
    let first = source.chars().next()?;
    if first.is_whitespace() {
        return Some(first.len_utf8());
    }
    if source.starts_with("//") {
        return Some(rest_of_line());
    }
    if source.starts_with("/*") {
        return Some(block_comment(source));
    }
    if let Some(after) = source.strip_prefix('\'') {
        // A character literal, or else a lifetime, of which the quote is skipped.
        let character = after.strip_prefix('\\').map_or_else(
            || after.chars().next().map_or(0, char::len_utf8),
            |escaped| 1 + escaped.find('\'').map_or(0, |end| end.max(escaped.chars().next().map_or(0, char::len_utf8))),
        );
        return Some(if after[character..].starts_with('\'') { character + 2 } else { 1 });
    }
    let text = ["br", "cr", "r", "b", "c", ""].iter().find_map(|prefix| {
        let after = source.strip_prefix(prefix)?;
        let fences = if prefix.ends_with('r') { after.len() - after.trim_start_matches('#').len() } else { 0 };
        let body = after[fences..].strip_prefix('"')?;
        let start = prefix.len() + fences + 1;
        let end = if prefix.ends_with('r') {
            body.find(&format!("\"{}", "#".repeat(fences))).map(|end| end + 1 + fences)
        } else {
            end_of_text(body)
        };
        Some(end.map_or(source.len(), |end| start + end))
    });
    text.or_else(|| source.starts_with("r#").then_some(2))
}

fn end_of_text(body: &str) -> Option<usize> {
    let mut escaped = false;
    body.char_indices().find_map(|(at, c)| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends.then_some(at + 1)
    })
}

fn block_comment(source: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < source.len() {
        if source[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if source[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                break;
            }
        } else {
            at += source[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    at
}

#[test]
fn paths_are_found_wherever_they_stand() {
    let source = r#"
        use crate::{domain::{ids::UserId, token::{self, Token as Ticket}}, store::*};
        use super::super::mail;
        use ::lettre::{Message};
        pub(crate) fn f<'a>(x: &'a usher::web::Page) -> Vec<self::inner::X> { std::fs::read('\'', '"', "use crate::cli;", r"crate::config") }
        // use crate::startup;
        /* crate::telemetry::x /* nested */ crate::telemetry::y */
        mod tests { use super::*; fn g() { if true { super::h() } super::super::up() } }
        fn after() { super::sibling(); $crate::usecases::groups::add() }
    "#;
    let mut found: Vec<String> = named(source, &["web", "users"])
        .into_iter()
        .map(|named| match named {
            Named::Ours(path) => format!("ours {}", path.join("::")),
            Named::Other(path) => path.join("::"),
        })
        .collect();
    found.sort();
    let expected = [
        "lettre::Message",
        "ours domain::ids::UserId",
        "ours domain::token",
        "ours domain::token::Token",
        "ours mail",
        "ours store::*",
        "ours usecases::groups::add",
        "ours web::Page",
        "ours web::sibling",
        "ours web::up",
        "ours web::users::*",
        "ours web::users::h",
        "ours web::users::inner::X",
        "std::fs::read",
    ];
    assert_eq!(found, expected);
}
