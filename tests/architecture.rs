//! Rules of the code base that the compiler does not check; `docs/architecture.md` has their reasons.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the lints know test functions, and not what they call")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

#[path = "architecture/circles.rs"]
mod circles;
#[path = "architecture/layers.rs"]
mod layers;
#[path = "architecture/paths.rs"]
mod paths;
#[path = "architecture/prose.rs"]
mod prose;
#[path = "architecture/scripts.rs"]
mod scripts;
#[path = "architecture/styles.rs"]
mod styles;
#[path = "architecture/templates.rs"]
mod templates;
#[path = "architecture/user_rows.rs"]
mod user_rows;

const LONGEST_FILE: usize = 400;

/// All files below a folder of the project, with their paths in it. A missing folder fails, since a rule over no files
/// would always pass.
fn files(folder: &str) -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() { walk(&path, found) } else { found.push(path) }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut paths = vec![];
    walk(&root, &mut paths);
    paths.sort();
    let relative = |path: &Path| path.strip_prefix(&root).unwrap().display().to_string();
    paths.iter().map(|path| (relative(path), String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned())).collect()
}

fn assert_none(breaches: &[String]) {
    assert!(breaches.is_empty(), "\n{}\n", breaches.join("\n"));
}

fn is_kind(file: &str, extension: &str) -> bool {
    Path::new(file).extension().is_some_and(|found| found == extension)
}

/// All Rust sources below a folder, with their paths in it.
fn sources(folder: &str) -> impl Iterator<Item = (String, String)> {
    files(folder).into_iter().filter(|(file, _)| is_kind(file, "rs"))
}

#[test]
fn every_arrow_between_the_layers_runs_the_right_way() {
    assert_none(&sources("src").flat_map(|(file, source)| layers::breaches(&file, &source)).collect::<Vec<_>>());
}

#[test]
fn no_imports_within_a_layer_run_in_a_circle() {
    assert_none(&circles::breaches(&sources("src").collect::<Vec<_>>()));
}

#[test]
fn deleted_users_are_read_where_they_are_shown_alone() {
    assert_none(&files("src").into_iter().filter_map(|(file, source)| user_rows::breach(&file, &source)).collect::<Vec<_>>());
}

#[test]
fn no_file_is_too_long_to_be_read_at_a_sitting() {
    let long = ["src", "tests", "benches"].into_iter().flat_map(|folder| {
        let lengths = sources(folder).map(|(file, source)| (file, source.lines().count()));
        // Diesel writes the schema.
        let read = lengths.filter(|(file, lines)| *lines > LONGEST_FILE && file != "store/schema.rs");
        read.map(move |(file, lines)| format!("{folder}/{file} has {lines} lines"))
    });
    assert_none(&long.collect::<Vec<_>>());
}

#[test]
fn both_databases_have_the_same_migrations() {
    let names =
        |database: &str| -> BTreeSet<String> { files(&format!("migrations/{database}")).into_iter().map(|(file, _)| file).collect() };
    let (sqlite, postgres) = (names("sqlite"), names("postgres"));
    assert!(!sqlite.is_empty());
    let apart = sqlite
        .symmetric_difference(&postgres)
        .map(|file| format!("{file} is missing from one of migrations/sqlite and migrations/postgres"));
    assert_none(&apart.collect::<Vec<_>>());
}

/// Mails are left out: mail programs need inline styles and have no content policy.
#[test]
fn pages_have_no_inline_script_or_style_and_escape_everything() {
    let pages = files("templates").into_iter().filter(|(file, _)| !file.starts_with("mail/"));
    assert_none(&pages.flat_map(|(file, source)| templates::breaches(&file, &source)).collect::<Vec<_>>());
}

/// All files of these folders, with their paths in the project.
fn in_project(folders: &[&'static str]) -> impl Iterator<Item = (String, String)> {
    folders.iter().flat_map(|folder| files(folder).into_iter().map(move |(file, source)| (format!("{folder}/{file}"), source)))
}

#[test]
fn comments_begin_with_a_noun_or_a_verb() {
    let files = in_project(&["src", "tests", "benches", "templates", "static", "migrations"]);
    assert_none(&files.flat_map(|(file, source)| prose::openings(&file, &source)).collect::<Vec<_>>());
}

#[test]
fn lines_of_documents_end_by_120() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let names = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let at_root = names.filter_map(|file| Some((file.clone(), fs::read_to_string(root.join(&file)).ok()?)));
    let documents = at_root.chain(in_project(&["docs", "data", "tests"])).filter(|(file, _)| is_kind(file, "md"));
    assert_none(&documents.flat_map(|(file, source)| prose::long_lines(&file, &source)).collect::<Vec<_>>());
}

/// `USHER_FORMAT=1 cargo test --test architecture` formats it.
#[test]
fn the_stylesheet_is_formatted_and_holds_its_rules() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("static/console.css");
    let source = fs::read_to_string(&path).unwrap();
    let formatted = styles::formatted(&source);
    if std::env::var_os("USHER_FORMAT").is_some() {
        fs::write(&path, &formatted).unwrap();
    }
    let first_apart = (1..).zip(source.lines()).zip(formatted.lines()).find(|((_, now), then)| now != then);
    let apart = first_apart.map(|((line, _), then)| format!("static/console.css:{line} should be {then:?}"));
    let mut breaches: Vec<String> = apart.into_iter().collect();
    if source.len() != formatted.len() && breaches.is_empty() {
        breaches.push("static/console.css ends otherwise when it is formatted".to_owned());
    }
    let markup = in_project(&["templates", "src", "static"]).filter(|(file, _)| !is_kind(file, "css"));
    breaches.extend(styles::breaches(&source, &markup.map(|(_, source)| source).collect::<String>()));
    assert_none(&breaches);
}

#[test]
fn scripts_are_formatted_and_hold_their_rules() {
    let scripts: Vec<_> = files("static").into_iter().filter(|(file, _)| is_kind(file, "js")).collect();
    assert!(!scripts.is_empty());
    let markup = in_project(&["templates", "src"]).map(|(_, source)| source).collect::<String>();
    let breaches =
        |(file, source): &(String, String)| [scripts::breaches(file, source), scripts::missing_hooks(file, source, &markup)].concat();
    assert_none(&scripts.iter().flat_map(breaches).collect::<Vec<_>>());
}
