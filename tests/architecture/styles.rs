//! Rules for the stylesheet. `malva` knows its format.

use std::collections::BTreeSet;

use malva::{Syntax, config::FormatOptions, format_text};

/// Functions and marks that begin a colour.
const COLOURS: &[&str] = &["oklch(", "oklab(", "rgb(", "rgba(", "hsl(", "hwb(", "#"];

/// Blocks and declarations, each with the preludes of the blocks around it.
#[derive(Default)]
struct Styles {
    blocks: Vec<Vec<String>>,
    declarations: Vec<(Vec<String>, String)>,
}

/// Formats a stylesheet: 120 columns, and one declaration a line, but a block of a single one on one line.
pub(super) fn formatted(source: &str) -> String {
    let mut options = FormatOptions::default();
    options.layout.print_width = 120;
    options.language.single_line_block_threshold = Some(1);
    format_text(source, Syntax::Css, &options).unwrap()
}

/// Breaches in a stylesheet; `markup` is everything that may name a class.
pub(super) fn breaches(source: &str, markup: &str) -> Vec<String> {
    let styles = parsed(source);
    let mut found = vec![];
    let mut blocks = BTreeSet::new();
    for path in &styles.blocks {
        if path.last().is_some_and(|prelude| prelude != "@font-face") && !blocks.insert(path) {
            found.push(format!("the block {} is there twice", path.join(" ")));
        }
    }
    let mut properties = BTreeSet::new();
    for (path, declaration) in &styles.declarations {
        let Some((property, value)) = declaration.split_once(':') else { continue };
        if !properties.insert((path, property)) && !path.iter().any(|prelude| prelude == "@font-face") {
            found.push(format!("{} sets {property} twice", path.join(" ")));
        }
        let is_token = path.first().is_some_and(|layer| layer == "@layer tokens");
        if !is_token && has_colour(value) {
            found.push(format!("{}: colours are tokens: {declaration}", path.join(" ")));
        }
    }
    let unreasoned = (1..).zip(source.lines()).filter(|(_, line)| line.contains("!important") && !line.contains("/*"));
    found.extend(unreasoned.map(|(number, _)| format!("line {number}: !important takes a comment with its reason")));
    let defined: BTreeSet<&str> = styles.declarations.iter().filter_map(|(_, text)| text.split_once(':')).map(|(name, _)| name).collect();
    let defined: BTreeSet<&str> = defined.into_iter().filter(|name| name.starts_with("--")).collect();
    let after = |start: &'static str, end: fn(char) -> bool| {
        source.split(start).skip(1).map(move |rest| &rest[..rest.find(end).unwrap_or(rest.len())]).collect::<BTreeSet<&str>>()
    };
    let used = after("var(", |c| !is_name(c));
    found.extend(used.difference(&defined).map(|name| format!("{name} is not defined")));
    found.extend(defined.difference(&used).map(|name| format!("{name} is not used")));
    let named: BTreeSet<&str> = markup.split(|c| !is_name(c)).collect();
    let classes: BTreeSet<&str> = styles.blocks.iter().flatten().flat_map(|prelude| classes(prelude)).collect();
    found.extend(classes.difference(&named).map(|class| format!("no page has the class {class}")));
    found
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '_'
}

/// True if a value has a colour that is not computed from a custom property.
fn has_colour(value: &str) -> bool {
    let mut rests = COLOURS.iter().flat_map(|colour| value.split(colour).skip(1));
    rests.any(|rest| !rest.split(')').next().is_some_and(|arguments| arguments.contains("var(")))
}

/// Names of the classes in a selector.
fn classes(selector: &str) -> impl Iterator<Item = &str> {
    let selector = if selector.starts_with('@') { "" } else { selector };
    let ends = |class: &str| class.find(|c| !is_name(c)).unwrap_or(class.len());
    selector.split('.').skip(1).map(move |class| &class[..ends(class)])
}

fn parsed(source: &str) -> Styles {
    let mut styles = Styles::default();
    let (mut path, mut text, mut quote, mut depth, mut rest) = (vec![], String::new(), None, 0_u32, source);
    while let Some(c) = rest.chars().next() {
        if quote.is_none() && rest.starts_with("/*") {
            rest = rest.split_once("*/").map_or("", |(_, after)| after);
            continue;
        }
        rest = &rest[c.len_utf8()..];
        match (c, quote) {
            ('"', None) => quote = Some(c),
            ('"', Some(_)) => quote = None,
            ('(', None) => depth += 1,
            (')', None) => depth = depth.saturating_sub(1),
            _ => {}
        }
        if quote.is_some() || depth > 0 || !matches!(c, '{' | '}' | ';') {
            text.push(c);
            continue;
        }
        let taken = std::mem::take(&mut text).split_whitespace().collect::<Vec<_>>().join(" ");
        if c == '{' {
            path.push(taken);
            styles.blocks.push(path.clone());
        } else {
            if !taken.is_empty() {
                styles.declarations.push((path.clone(), taken));
            }
            if c == '}' {
                path.pop();
            }
        }
    }
    styles
}

#[test]
fn a_breach_of_the_stylesheet_is_found() {
    let bad = [
        (".a { top: 0; } .a { left: 0; }", "the block .a is there twice"),
        (".a { & b { top: 0; } & b { left: 0; } }", "the block .a & b is there twice"),
        (".a { top: 0; top: 1px; }", ".a sets top twice"),
        (".a { top: 0 !important; }", "line 1: !important takes a comment with its reason"),
        (".a { color: #fff; }", ".a: colours are tokens: color: #fff"),
        (".a { color: light-dark(oklch(1 0 0), red); }", ".a: colours are tokens: color: light-dark(oklch(1 0 0), red)"),
        (".a { --b: 1px; }", "--b is not used"),
        (".a { top: var(--b); }", "--b is not defined"),
        (".c { top: 0; }", "no page has the class c"),
    ];
    for (source, expected) in bad {
        assert_eq!(breaches(source, "class=\"a\""), [expected], "{source}");
    }
    let good = "@layer tokens { :root { --b: #fff; } } .a::after { content: \"{ .c }\"; color: var(--b); }
        .a { & i { top: 0 !important; } } /* reason */\n @media print { .a { color: oklch(1 0 var(--b)); } }";
    assert_eq!(breaches(good, "class=\"a\""), Vec::<String>::new());
}

#[test]
fn a_stylesheet_in_another_format_is_found() {
    assert_eq!(formatted(".a{top:0;left:0}\n.b {\n  top: 0;\n}"), ".a {\n  top: 0;\n  left: 0;\n}\n.b { top: 0; }\n");
}
