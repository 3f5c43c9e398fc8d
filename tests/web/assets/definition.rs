//! Definitions of processes: versions, edits, comparisons.

use chrono::TimeDelta;
use usher::usecases::assets::definition as use_case;

use super::*;

/// A process of Jonas's, shared with Lena to view. Returns its path and that of its definition.
async fn process(office: &mut Office) -> (String, String) {
    let lena = office.id(LENA);
    let process = create(&office.app, &mut office.jonas, "process", "Accruals", "").await;
    share(&office.app, &mut office.jonas, &process, &lena, "view").await.is(303);
    let definition = format!("{process}/definition");
    (process, definition)
}

/// Saves a text as the next version.
async fn save(app: &TestApp, browser: &mut Browser, definition: &str, text: &str) -> Page {
    browser.fill(app, &format!("{definition}/edit"), &[("text", text)]).await
}

fn typed(page: &Page, path: &str) -> String {
    page.form(path).into_iter().find(|(name, _)| name == "text").unwrap().1
}

#[apply(both_databases!)]
async fn each_save_of_another_text_makes_a_version(db: Db) {
    let mut office = Office::new(db).await;
    let (process, definition) = process(&mut office).await;
    let Office { app, mut jonas, .. } = office;
    jonas.get(&app, &process).await.sees("No definition yet");
    save(&app, &mut jonas, &definition, "\n1. Collect\r\n2. Book").await.redirects_to(&definition);
    jonas.get(&app, &definition).await.sees("Version 1 saved.").sees("1. Collect 2. Book").sees("19 bytes, saved by Jonas Vermeulen");
    save(&app, &mut jonas, &definition, "1. Book").await.is(303);
    jonas.get(&app, &definition).await.sees("Version 2 saved.").sees("1. Book").sees("2 versions");
    jonas.get(&app, &format!("{definition}/1")).await.sees("1. Collect 2. Book").sees("Compare with current");
    jonas.get(&app, &process).await.sees("Version 2, saved by Jonas Vermeulen");
    assert_eq!(app.count("process_versions WHERE text = '\n1. Collect\n2. Book'"), 1);
    assert_eq!(app.deeds().iter().filter(|deed| *deed == "asset.version_saved Accruals").count(), 2);
}

#[apply(both_databases!)]
async fn an_unchanged_text_makes_no_version(db: Db) {
    let mut office = Office::new(db).await;
    let (_, definition) = process(&mut office).await;
    let Office { app, mut jonas, .. } = office;
    let edit = format!("{definition}/edit");
    let opened = jonas.get(&app, &edit).await;
    for _ in 0..2 {
        jonas.send(&app, &opened, &edit, &[("text", "One\r\nTwo")]).await.redirects_to(&definition);
    }
    jonas.get(&app, &definition).await.sees("No changes to save.");
    assert_eq!(app.count("process_versions"), 1);
}

#[apply(both_databases!)]
async fn an_edit_of_an_outdated_definition_keeps_everything_typed(db: Db) {
    let mut office = Office::new(db).await;
    let (_, definition) = process(&mut office).await;
    let Office { app, mut jonas, .. } = office;
    let edit = format!("{definition}/edit");
    save(&app, &mut jonas, &definition, "One").await.is(303);
    let opened = jonas.get(&app, &edit).await;
    save(&app, &mut jonas, &definition, "Two").await.is(303);
    let stale = jonas.send(&app, &opened, &edit, &[("text", "Three")]).await;
    stale.is(409).sees("Someone changed this definition while you were editing");
    assert_eq!(typed(&stale, &edit), "Three");
    assert!(stale.has_link(&format!("{definition}/compare?from=1&to=2")));
    jonas.send(&app, &stale, &edit, &[]).await.redirects_to(&definition);
    jonas.get(&app, &definition).await.sees("Version 3 saved.");
    // A form that nobody typed into saves nothing.
    jonas.send(&app, &opened, &edit, &[]).await.redirects_to(&definition);
    jonas.get(&app, &definition).await.sees("No changes to save.").sees("3 versions");
}

#[apply(both_databases!)]
async fn an_earlier_version_is_brought_back_as_a_new_one(db: Db) {
    let mut office = Office::new(db).await;
    let (_, definition) = process(&mut office).await;
    let Office { app, mut jonas, .. } = office;
    for text in ["One", "Two"] {
        save(&app, &mut jonas, &definition, text).await.is(303);
    }
    jonas.press(&app, &definition, &format!("{definition}/1/bring-back")).await.redirects_to(&definition);
    jonas.get(&app, &definition).await.sees("Version 1 is back, as version 3.").sees("(version 1 brought back)");
    post(&app, &mut jonas, &format!("{definition}/1/bring-back"), &[]).await.is(303);
    jonas.get(&app, &definition).await.sees("No changes to save.").sees("3 versions");
    post(&app, &mut jonas, &format!("{definition}/9/bring-back"), &[]).await.is(404);
    assert_eq!(app.count("process_versions WHERE text = 'One'"), 2);
}

#[apply(both_databases!)]
async fn two_versions_are_compared_line_by_line_in_either_direction(db: Db) {
    let mut office = Office::new(db).await;
    let (_, definition) = process(&mut office).await;
    let Office { app, mut jonas, .. } = office;
    for text in ["Collect\nBook", "Collect\n<script>alert(1)</script>\nBook"] {
        save(&app, &mut jonas, &definition, text).await.is(303);
    }
    let page = jonas.get(&app, &format!("{definition}/compare?from=1&to=2&unknown=1")).await;
    page.is(200).sees("1 line added, 0 lines removed").sees("Added: <script>alert(1)</script>");
    assert!(!page.body.contains("<script>alert"));
    let page = jonas.get(&app, &format!("{definition}/compare?from=2&to=1")).await;
    page.sees("0 lines added, 1 line removed").sees("Removed: <script>alert(1)</script>");
    for (query, status) in [("from=1&to=9", 404), ("from=0&to=1", 400), ("from=x&to=1", 400), ("from=1&from=1", 400)] {
        jonas.get(&app, &format!("{definition}/compare?{query}")).await.is(status);
    }
}

#[apply(both_databases!)]
async fn a_text_that_is_no_definition_is_refused_and_kept(db: Db) {
    let mut office = Office::new(db).await;
    let (_, definition) = process(&mut office).await;
    let Office { app, mut jonas, .. } = office;
    let edit = format!("{definition}/edit");
    for (text, error) in [
        (" \n ", "Enter a definition"),
        ("One\nTwo\u{1b}[0m", "Remove the hidden control character in line 2"),
        ("\0", "Remove the hidden control character in line 1"),
        (&*"é".repeat(500_001), "Use at most 1 MB"),
    ] {
        let page = save(&app, &mut jonas, &definition, text).await;
        page.is(422).sees(error);
        assert_eq!(typed(&page, &edit), text.trim_start_matches('\n'));
    }
    assert_eq!(app.count("process_versions"), 0);
}

#[apply(both_databases!)]
async fn a_text_of_a_megabyte_is_saved_and_five_are_not_read(db: Db) {
    let mut office = Office::new(db).await;
    let (_, definition) = process(&mut office).await;
    let Office { app, mut jonas, .. } = office;
    save(&app, &mut jonas, &definition, &"é".repeat(500_000)).await.is(303);
    jonas.get(&app, &definition).await.sees("1,000 kB");
    save(&app, &mut jonas, &definition, &"a".repeat(5_000_000)).await.is(413).sees("The form is too large");
    // Every other form has its usual limit.
    let details = definition.replace("/definition", "/edit");
    jonas.fill(&app, &details, &[("description", &"a".repeat(100_000))]).await.is(413);
    assert_eq!(app.count("process_versions"), 1);
}

#[apply(both_databases!)]
async fn viewers_read_a_definition_and_strangers_find_nothing(db: Db) {
    let mut office = Office::new(db).await;
    let (_, definition) = process(&mut office).await;
    let Office { app, mut maya, mut jonas, mut lena } = office;
    save(&app, &mut jonas, &definition, "One").await.is(303);
    for browser in [&mut lena, &mut maya] {
        browser.get(&app, &definition).await.sees("One").sees_no("Edit definition").sees_no("Bring back");
        browser.get(&app, &format!("{definition}/edit")).await.is(403);
        post(&app, browser, &format!("{definition}/edit"), &[("text", "Two"), ("version", "1")]).await.is(403);
        post(&app, browser, &format!("{definition}/1/bring-back"), &[]).await.is(403);
    }
    let folder = create(&app, &mut jonas, "folder", "Finance", "").await;
    let private = create(&app, &mut jonas, "process", "Payroll", "").await;
    for path in ["/assets/987654/definition", &format!("{folder}/definition"), &format!("{private}/definition")] {
        for rest in ["", "/edit", "/1", "/compare"] {
            lena.get(&app, &format!("{path}{rest}")).await.is(404);
        }
    }
    for number in ["0", "01", "9", "x"] {
        jonas.get(&app, &format!("{definition}/{number}")).await.is(404);
    }
}

#[apply(both_databases!)]
async fn a_definition_is_deleted_restored_and_removed_with_its_process(db: Db) {
    let mut office = Office::new(db).await;
    let (process, definition) = process(&mut office).await;
    let Office { app, mut jonas, .. } = office;
    save(&app, &mut jonas, &definition, "One").await.is(303);
    crate::shared::steps::confirm(&app, &mut jonas, &format!("{process}/delete")).await.is(303);
    jonas.get(&app, &definition).await.is(404);
    jonas.press(&app, "/assets/deleted", &format!("/assets/deleted/{}/restore", number(&process))).await.is(303);
    jonas.get(&app, &definition).await.sees("One");
    crate::shared::steps::confirm(&app, &mut jonas, &format!("{process}/delete")).await.is(303);
    app.advance(TimeDelta::days(31));
    usher::usecases::outbox::housekeeping::sweep(&app.ctx).unwrap();
    assert_eq!(app.count("process_versions"), 0);
}

#[apply(both_databases!)]
async fn of_two_saves_at_once_one_is_stale(db: Db) {
    let mut office = Office::new(db).await;
    let (process, _) = process(&mut office).await;
    let (id, jonas) = (number(&process).parse().unwrap(), office.app.id_of("jonas.vermeulen@example.com"));
    let ctx = office.app.ctx.clone();
    let caller = office.app.session_of(jonas);
    let save = |text: &str| use_case::save(&ctx, &caller.clone().into(), id, text, usher::domain::ids::VersionNumber(0));
    let done = crate::shared::steps::at_once(["One", "Two"], save);
    assert_eq!(done.iter().filter(|done| matches!(done, Err(use_case::SaveError::Stale(_)))).count(), 1);
    assert_eq!(office.app.count("process_versions"), 1);
}
