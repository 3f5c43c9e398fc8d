//! Import cycles, in which no file can be understood before the others.

use std::collections::{BTreeMap, BTreeSet};

use super::paths::{Named, named};

type Module = Vec<String>;

/// Import cycles between files of one layer, in sources with their paths relative to `src/`. A parent and its own
/// children may use each other; tests may use anything.
pub(super) fn breaches(sources: &[(String, String)]) -> Vec<String> {
    let modules: BTreeSet<Module> = sources.iter().map(|(file, _)| module(file)).collect();
    let paths: BTreeMap<Module, Vec<Module>> =
        sources.iter().map(|(file, source)| (module(file), paths(&module(file), source, &modules))).collect();
    let imports: BTreeMap<&Module, BTreeSet<Module>> = paths
        .iter()
        .map(|(from, named)| (from, named.iter().map(|path| defined_in(path, &paths)).filter(|to| is_import(from, to)).collect()))
        .collect();
    let leads_back = |from: &Module, to: &Module| {
        let (mut seen, mut open) = (BTreeSet::new(), vec![to]);
        while let Some(next) = open.pop() {
            if seen.insert(next) {
                open.extend(&imports[next]);
            }
        }
        seen.contains(from)
    };
    let all = imports.iter().flat_map(|(from, to)| to.iter().map(move |to| (*from, to)));
    all.filter(|(from, to)| leads_back(from, to))
        .map(|(from, to)| format!("{} uses {}, which leads back to it", from.join("::"), to.join("::")))
        .collect()
}

fn module(file: &str) -> Module {
    file.trim_end_matches(".rs").split('/').filter(|&name| !["mod", "lib", "main"].contains(&name)).map(str::to_owned).collect()
}

/// Paths of this crate that a source names outside its tests, from the crate's root: also those below its imports and
/// its children.
fn paths(module: &Module, source: &str, modules: &BTreeSet<Module>) -> Vec<Module> {
    let source = source.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let names = named(source, &module.iter().map(String::as_str).collect::<Vec<_>>());
    let (ours, others) = names.into_iter().partition::<Vec<_>, _>(|named| matches!(named, Named::Ours(_)));
    let mut ours: Vec<Module> = ours.into_iter().map(|(Named::Ours(path) | Named::Other(path))| path).collect();
    let imported: BTreeMap<String, Module> =
        ours.iter().filter(|path| modules.contains(*path)).filter_map(|path| Some((path.last()?.clone(), path.clone()))).collect();
    for Named::Ours(path) | Named::Other(path) in others {
        let child = [&module[..], &path[..1]].concat();
        let base = if modules.contains(&child) { Some(&child) } else { imported.get(&path[0]) };
        ours.extend(base.map(|base| [&base[..], &path[1..]].concat()));
    }
    ours
}

/// File that defines a path: the module that it begins with, or the one from which that module imports the name.
fn defined_in(path: &[String], paths: &BTreeMap<Module, Vec<Module>>) -> Module {
    let mut path = path.to_vec();
    for _ in 0..path.len() + 4 {
        let Some(length) = (0..=path.len()).rev().find(|&length| paths.contains_key(&path[..length])) else { break };
        let (file, rest) = path.split_at(length);
        let import = rest.first().and_then(|name| {
            paths[file].iter().find(|other| other.last() == Some(name) && !other.starts_with(&[file, &rest[..1]].concat()))
        });
        match import {
            Some(import) => path = [&import[..], &rest[1..]].concat(),
            None => return file.to_vec(),
        }
    }
    Module::new()
}

fn is_import(from: &Module, to: &Module) -> bool {
    from.first() == to.first() && !from.starts_with(to) && !to.starts_with(from)
}

fn found(sources: &[(&str, &str)]) -> Vec<String> {
    breaches(&sources.iter().map(|(file, source)| ((*file).to_owned(), (*source).to_owned())).collect::<Vec<_>>())
}

#[test]
fn a_circle_is_found_however_it_is_written() {
    let back = ("web/b.rs", "use crate::web::c::C;");
    for source in [
        "use super::b::B;",
        "use super::b; fn f() { b::g() }",
        "fn f() { crate::web::b::g() }",
        "use super::B;",
        "use crate::web; fn f() { web::B }",
    ] {
        let root = ("web/mod.rs", "mod a; mod b; mod c; pub use b::B;");
        let circle = found(&[root, ("web/a.rs", source), back, ("web/c.rs", "use super::a;")]);
        assert_eq!(circle.len(), 3, "{source}: {circle:?}");
        assert!(circle[0].starts_with("web::a uses web::b"), "{circle:?}");
    }
}

#[test]
fn a_parent_its_children_and_tests_make_no_circle() {
    let sources = [
        ("web/mod.rs", "mod a; pub use a::A; pub struct W;"),
        ("web/a.rs", "use super::W; mod c; use c::C;\n#[cfg(test)]\nmod tests { use super::super::b; }"),
        ("web/a/c.rs", "use super::A; use crate::web::W;"),
        ("web/b.rs", "use super::A; // use super::b::C;"),
        ("store/a.rs", "use crate::domain::a;"),
        ("domain/a.rs", "/// [`crate::store::a`]"),
    ];
    assert_eq!(found(&sources), Vec::<String>::new());
}
