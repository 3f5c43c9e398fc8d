//! Sentences about assets in the guide to creating and managing users: with scripts and without, on either database.

use usher::domain::asset::AssetKind;

use super::find;
use crate::{
    business::JONAS,
    helpers::Db,
    office::{LENA, create},
    site::{MAYA, Site},
};

/// A company with an Admin and two regular users.
fn company(db: Db) -> Site {
    let site = Site::with_admin_on(db);
    site.app.create_user("Jonas", "Vermeulen");
    site.app.create_user("Lena", "Novak");
    site
}

#[apply(in_every_combination!)]
fn regular_users_create_edit_and_share_integrations_folders_and_processes(db: Db, scripts: bool) {
    let site = company(db);
    let (jonas, lena) = (site.signed_in(JONAS, scripts), site.signed_in(LENA, scripts));
    for (kind, name) in [("Integration", "Ledger"), ("Folder", "Finance"), ("Process", "Closing")] {
        // Regular users can create,
        jonas.open("/assets");
        jonas.press("Create");
        jonas.click_link(kind);
        jonas.fill("Name", name);
        jonas.press(&format!("Create {}", kind.to_lowercase()));
        jonas.see(&format!("Created the {} {name}.", kind.to_lowercase()));
        // edit
        jonas.click_link("Edit details");
        jonas.fill("Name", &format!("{name} of the year"));
        jonas.press("Save details");
        jonas.see("Details saved.");
        if kind == "Integration" {
            jonas.click_link("Edit connection");
            jonas.fill("Base address", "https://ledger.example.com");
            jonas.press("Save connection");
            jonas.see("Connection saved.");
        }
        // and share integrations.
        jonas.click_link("Share");
        find(&jonas, "lena", &format!("Lena Novak {LENA}"), scripts);
        jonas.choose("Access", "Edit");
        jonas.press("Share");
        jonas.see("Lena Novak now has Edit access.");
        lena.open("/assets");
        lena.click_link("Shared with me");
        lena.see(&format!("{name} of the year"));
        lena.open(jonas.path().trim_end_matches("/share"));
        lena.see(&format!("{kind}, owned by Jonas Vermeulen"));
        lena.see("Edit details");
        // Admins can additionally change ownership of assets.
        assert!(!lena.has_link("Change owner") && !jonas.has_link("Change owner"));
    }
    site.subjects();
}

#[apply(in_every_combination!)]
fn admins_change_the_ownership_of_processes_and_folders(db: Db, scripts: bool) {
    let site = company(db);
    let process = create(&site, AssetKind::Process, "Closing checklist", None);
    let folder = create(&site, AssetKind::Folder, "Finance", None);
    create(&site, AssetKind::Integration, "Ledger export", Some(folder));
    let (maya, lena) = (site.signed_in(MAYA, scripts), site.signed_in(LENA, scripts));
    for (asset, kind, name, owned) in [(process, "Process", "Closing checklist", "1 asset"), (folder, "Folder", "Finance", "2 assets")] {
        // Admins can change ownership of assets such as processes or folders.
        maya.open("/assets");
        maya.click_link("All assets");
        maya.see(name);
        maya.open(&format!("/assets/{asset}"));
        maya.see(&format!("{kind}, owned by Jonas Vermeulen"));
        maya.click_link("Change owner");
        find(&maya, "lena", &format!("Lena Novak {LENA}"), scripts);
        if kind == "Folder" {
            maya.tick("Everything in the folder that this owner owns 1 folder and 1 integration");
        }
        maya.press("Change owner");
        maya.see(&format!("Lena Novak now owns {owned}."));
        maya.see(&format!("{kind}, owned by Lena Novak"));
    }
    lena.open("/assets");
    lena.see("3 assets");
    lena.click_link("Ledger export");
    lena.see("Integration, owned by Lena Novak");
    assert!(lena.has_link("Share") && lena.has_link("Edit details"));
    site.subjects();
}
