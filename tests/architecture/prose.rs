//! Rules for comments and documents.

/// Longest line of Markdown, in characters.
const WIDTH: usize = 120;

/// Tables whose cells are texts of the code, which other tests compare.
const COMPARED_TABLES: &[&str] = &["docs/audit.md", "docs/permissions.md"];

/// Words with which a comment does not begin, since a noun or a verb says more.
const OPENINGS: &[&str] = &[
    "All of",
    "As",
    "Everybody",
    "How",
    "It",
    "Nobody",
    "One of them",
    "Somebody",
    "The same",
    "They",
    "Those",
    "What",
    "Whatever",
    "When",
    "Where",
    "Whether",
    "Who",
    "Whoever",
    "Whom",
    "Whose",
    "Why",
];

/// Breaches in a Markdown file, with its path in the project.
pub(super) fn long_lines(file: &str, source: &str) -> Vec<String> {
    let is_compared = |line: &str| COMPARED_TABLES.contains(&file) && line.starts_with("| `");
    let lines = (1..).zip(source.lines()).filter(|(_, line)| line.chars().count() > WIDTH && !is_compared(line));
    lines.map(|(number, _)| format!("{file}:{number}: a line of Markdown ends by {WIDTH}")).collect()
}

/// Breaches in the comments of a file, with its path in the project.
pub(super) fn openings(file: &str, source: &str) -> Vec<String> {
    let marks: &[&str] = match file.rsplit('.').next() {
        Some("rs") => &["///", "//!", "//"],
        Some("js") => &["//"],
        Some("css") => &["/*"],
        Some("html") => &["{#-", "{#"],
        Some("sql") => &["--"],
        _ => &[],
    };
    let mut found = vec![];
    let mut is_within = false;
    for (number, line) in (1..).zip(source.lines()) {
        let text = marks.iter().find_map(|mark| line.trim_start().strip_prefix(mark)).map(str::trim);
        let begins = |text: &str| OPENINGS.iter().find(|opening| begins_with(text, opening));
        if let Some(opening) = text.filter(|_| !is_within).and_then(begins) {
            found.push(format!("{file}:{number}: a comment begins with a noun or a verb, not with {opening:?}"));
        }
        is_within = text.is_some_and(|text| !text.is_empty());
    }
    found
}

fn begins_with(text: &str, opening: &str) -> bool {
    text.strip_prefix(opening).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
}

#[test]
fn a_comment_that_begins_with_a_riddle_is_found() {
    let bad = [
        ("a.rs", "/// Whether it is open."),
        ("a.rs", "    //! What it is."),
        ("a.rs", "// Who asks."),
        ("a.rs", "/// A door.\n///\n/// It opens."),
        ("a.js", "// All of them."),
        ("a.css", "  /* The same, smaller */"),
        ("a.html", "{#- As above. #}"),
        ("a.sql", "-- Where bills go."),
    ];
    for (file, source) in bad {
        assert_eq!(openings(file, source).len(), 1, "{source}");
    }
    let good = "/// Whole lists.\n/// It may go on.\n/// Ascending.\nlet x = 1; // Who\n/// Whosoever";
    assert_eq!(openings("a.rs", good), Vec::<String>::new());
}

#[test]
fn a_long_line_of_markdown_is_found() {
    let line = "ü".repeat(WIDTH);
    assert_eq!(long_lines("README.md", &line), Vec::<String>::new());
    assert_eq!(long_lines("README.md", &format!("{line}ü")).len(), 1);
    assert_eq!(long_lines("docs/audit.md", &format!("| `{line}` |")), Vec::<String>::new());
}
