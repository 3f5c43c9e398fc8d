//! Assets, and the deletion of users who own some.

use usher::{domain::asset::AssetKind, usecases::assets};

use super::{look_good, none, once};
use crate::{
    business::JONAS,
    office::{LENA, Office, create},
    site::MAYA,
};

const LONG: &str = "Accruals and provisions of all subsidiaries in northern Europe, with intercompany-balances";

#[test]
fn assets_of_an_owner() {
    let office = Office::new(true);
    office.create_group("Regional sales and partner management, northern Europe");
    let Office { site, finance, archive, checklist, ledger, .. } = office;
    let long = create(&site, AssetKind::Folder, LONG, Some(finance));
    create(&site, AssetKind::Process, LONG, Some(long));
    let gone = create(&site, AssetKind::Folder, "Old forms", None);
    assets::deletion::delete(&site.app.ctx, &site.caller(JONAS), gone, None).unwrap();
    let jonas = site.signed_in(JONAS, true);
    let pages = [
        "",
        "?q=accruals",
        "?q=nothing&kind=folder",
        "/shared",
        "/deleted",
        "/new?kind=folder",
        &format!("/new?kind=process&folder={long}"),
        &format!("/{finance}"),
        &format!("/{archive}"),
        &format!("/{long}"),
        &format!("/{checklist}"),
        &format!("/{ledger}"),
        &format!("/{ledger}/edit"),
        &format!("/{ledger}/connection"),
        &format!("/{finance}/share"),
        &format!("/{long}/share?q=e"),
        &format!("/{long}/move"),
        &format!("/{long}/move?q=nothing"),
        &format!("/{long}/move?to={archive}"),
        &format!("/{finance}/delete"),
        &format!("/{checklist}/definition"),
        &format!("/{checklist}/definition/1"),
        &format!("/{checklist}/definition/edit"),
        &format!("/{checklist}/definition/compare?from=1&to=2"),
        &format!("/{archive}/owner"),
    ];
    look_good(&jonas, &pages.map(|page| format!("/assets{page}")));
    site.subjects();
}

#[test]
fn forms_of_assets_with_errors_and_out_of_date() {
    let Office { site, archive, checklist, ledger, .. } = Office::new(true);
    let (jonas, elsewhere) = (site.signed_in(JONAS, true), site.signed_in(JONAS, true));
    let mut found = Vec::new();
    jonas.open("/assets/new?kind=folder");
    jonas.fill("Name", "<b>");
    jonas.press("Create folder");
    found.extend(once(&jonas, "Remove < and >"));
    jonas.open(&format!("/assets/{ledger}/connection"));
    jonas.fill("Base address", "https://maya@ledger.example.com");
    jonas.press("Save connection");
    found.extend(once(&jonas, "There is a problem"));
    jonas.open(&format!("/assets/{archive}/share"));
    jonas.press("Share");
    found.extend(once(&jonas, "Choose a person or a group to share with"));
    for (page, label, button, said, stale) in [
        ("edit", "Name", "Save details", "Details saved.", "Someone changed this asset while you were editing"),
        ("definition/edit", "Definition", "Save definition", "Version 3 saved.", "Someone changed this definition while you were editing"),
    ] {
        jonas.open(&format!("/assets/{checklist}/{page}"));
        elsewhere.open(&format!("/assets/{checklist}/{page}"));
        for (browser, text, answer) in [(&elsewhere, "Checklist", said), (&jonas, "List of checks", stale)] {
            browser.fill(label, text);
            browser.press(button);
            browser.see(answer);
        }
        found.extend(once(&jonas, stale));
    }
    none(&found);
}

#[test]
fn assets_as_an_admin_who_changes_owners() {
    let Office { site, jonas, finance, archive, checklist, .. } = Office::new(true);
    let maya = site.signed_in(MAYA, true);
    let pages = [
        "/assets".to_owned(),
        "/assets/all".to_owned(),
        "/assets/deleted".to_owned(),
        format!("/assets/{finance}"),
        format!("/assets/{checklist}/definition"),
        format!("/assets/{finance}/owner?q=e"),
        format!("/assets/{archive}/owner?q=nobody"),
        format!("/assets/owner?asset={finance}&asset={checklist}"),
        format!("/users-and-groups/users/{jonas}/assets"),
    ];
    look_good(&maya, &pages);
    let mut found = Vec::new();
    maya.open("/assets/all");
    maya.tick("Finance Folder");
    found.extend(once(&maya, "1 selected"));
    maya.press("Change owner");
    maya.press("Change owner");
    found.extend(once(&maya, "Choose a person from the results"));
    none(&found);
    look_good(&site.signed_in(LENA, true), &["/assets/shared".to_owned(), format!("/assets/{finance}"), format!("/assets/{checklist}")]);
}

#[test]
fn the_deletion_of_a_user_with_assets_and_its_receipt() {
    let Office { site, jonas, lena, .. } = Office::new(true);
    let maya = site.signed_in(MAYA, true);
    let page = format!("/users-and-groups/users/{jonas}/delete");
    look_good(
        &maya,
        &["", "?q=e", "?q=nobody", "?per=kind&q=e", &format!("?per=kind&folder={lena}")].map(|query| format!("{page}{query}")),
    );
    let mut found = Vec::new();
    maya.open(&page);
    maya.press("Delete user");
    found.extend(once(&maya, "Choose a person from the results"));
    maya.open(&format!("{page}?q=lena"));
    maya.tick(&format!("Lena Novak {LENA}"));
    maya.press("Delete user");
    found.extend(once(&maya, "went to Lena Novak."));
    maya.open("/users-and-groups/deleted");
    found.extend(once(&maya, "Jonas Vermeulen"));
    none(&found);
    site.subjects();
}
