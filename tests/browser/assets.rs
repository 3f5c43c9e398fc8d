//! Assets: definitions, shares, moves, and new owners after a deletion.

mod guide;

use usher::domain::asset::AssetKind;

use crate::{
    business::JONAS,
    office::{LENA, Office, create},
    site::MAYA,
    support::browser::Browser,
};

/// Searches for a person or group, and chooses the only result.
fn find(browser: &Browser, text: &str, result: &str, scripts: bool) {
    browser.fill("Name or Email", text);
    if !scripts {
        browser.press("Search");
    }
    browser.see(&format!("matches “{text}”"));
    browser.tick(result);
}

#[apply(with_scripts_and_without!)]
fn versions_of_a_definition_are_written_compared_and_brought_back(scripts: bool) {
    let Office { site, .. } = Office::new(scripts);
    let jonas = site.signed_in(JONAS, scripts);
    jonas.click_link("Assets");
    jonas.press("Create");
    jonas.click_link("Folder");
    jonas.fill("Name", "Suppliers");
    jonas.press("Create folder");
    jonas.see("Created the folder Suppliers.");
    jonas.press("Create");
    jonas.click_link("Process");
    jonas.see("In Suppliers");
    jonas.fill("Name", "Onboarding");
    jonas.press("Create process");
    jonas.see("No definition yet");
    for (number, text) in [(1, "Check the bank account"), (2, "Check the address")] {
        jonas.click_link("Edit definition");
        jonas.fill("Definition", text);
        jonas.press("Save definition");
        jonas.see(&format!("Version {number} saved."));
    }
    jonas.click_link("Compare");
    jonas.see("1 line added, 1 line removed");
    jonas.see("Check the bank account");
    jonas.click_link("Definition");
    jonas.press("Bring back");
    jonas.see("Version 1 is back, as version 3.");
    assert!(!jonas.shows("Check the address"));
    jonas.click_link("Suppliers");
    jonas.see("1 asset");
}

#[apply(with_scripts_and_without!)]
fn a_folder_is_shared_with_a_group_and_with_no_one_again(scripts: bool) {
    let office = Office::new(scripts);
    office.create_group("Controlling");
    let Office { site, archive, .. } = office;
    let (jonas, lena) = (site.signed_in(JONAS, scripts), site.signed_in(LENA, scripts));
    jonas.open(&format!("/assets/{archive}"));
    jonas.click_link("Share");
    jonas.see("Not shared yet");
    find(&jonas, "contr", "Controlling Group, 2 members", scripts);
    jonas.choose("Access", "Edit");
    jonas.press("Share");
    jonas.see("Controlling now has Edit access.");
    jonas.see("Group Controlling");
    lena.click_link("Assets");
    lena.click_link("Shared with me");
    lena.see("Archive");
    lena.open(&format!("/assets/{archive}"));
    lena.see("Edit details");
    jonas.choose("Access of Controlling", "View");
    jonas.press("Save");
    jonas.see("Controlling now has View access.");
    lena.reload();
    lena.see_no("Edit details");
    jonas.press("Remove share");
    jonas.see("Stopped sharing with Controlling.");
    lena.reload();
    lena.see("Page not found");
    site.subjects();
}

#[apply(with_scripts_and_without!)]
fn a_move_tells_beforehand_who_gains_and_who_loses_access(scripts: bool) {
    let Office { site, archive, checklist, .. } = Office::new(scripts);
    let (jonas, lena) = (site.signed_in(JONAS, scripts), site.signed_in(LENA, scripts));
    lena.open(&format!("/assets/{checklist}"));
    lena.see("Closing checklist");
    jonas.open(&format!("/assets/{checklist}"));
    jonas.click_link("Move");
    jonas.fill("Folder", "arch");
    jonas.press("Search");
    jonas.tick("Archive");
    jonas.press("Next");
    jonas.see("Move Closing checklist to Archive?");
    jonas.see("No one gains access.");
    jonas.see("Lena Novak");
    lena.reload();
    lena.see("Closing checklist");
    jonas.press("Move");
    jonas.see("Moved Closing checklist to Archive.");
    lena.reload();
    lena.see("Page not found");
    jonas.open(&format!("/assets/{archive}"));
    jonas.see("1 asset");
    site.subjects();
}

#[apply(with_scripts_and_without!)]
fn assets_of_a_deleted_user_go_to_a_successor_who_finds_everything(scripts: bool) {
    let Office { site, finance, .. } = Office::new(scripts);
    for number in 3..=20 {
        let kind = if number % 2 == 0 { AssetKind::Process } else { AssetKind::Integration };
        create(&site, kind, &format!("Report {number:02}"), Some(finance));
    }
    let (maya, lena) = (site.signed_in(MAYA, scripts), site.signed_in(LENA, scripts));
    maya.open("/users-and-groups?q=jonas");
    maya.see("1 user");
    maya.click_link("Delete user");
    maya.see("Jonas owns 22 assets.");
    find(&maya, "lena", &format!("Lena Novak {LENA}"), scripts);
    maya.press("Delete user");
    maya.see("2 folders, 10 processes and 10 integrations went to Lena Novak.");
    lena.click_link("Assets");
    lena.see("22 assets");
    lena.open(&format!("/assets/{finance}"));
    lena.see("20 assets");
    lena.see("Folder, owned by Lena Novak");
    lena.click_link("Ledger export");
    lena.see("https://ledger.example.com/api/v2");

    maya.press("Restore Jonas Vermeulen");
    maya.see("Jonas Vermeulen was restored");
    let jonas = site.signed_in(JONAS, scripts);
    jonas.click_link("Assets");
    jonas.see("No assets yet");
    site.subjects();
}
