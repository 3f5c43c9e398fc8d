//! New Account: four steps, with the browser's Back and Reload in between.

use crate::{
    business::{Business, HANA},
    site::sign_in,
};

#[apply(with_scripts_and_without!)]
fn the_browser_s_own_ways_lose_nothing_and_send_nothing_again(scripts: bool) {
    let Business { site, .. } = Business::new(scripts);
    let hana = site.browser(scripts);
    sign_in(&hana, HANA);
    hana.click_link("Portfolios");
    hana.click_link("Nordic Brands");
    hana.click_link("New Account");
    hana.fill("Name", "Polar Outfitters");
    hana.fill("Notes (optional)", "Tents");
    hana.press("Next");
    hana.see("Which portfolio does it belong to?");
    hana.reload();
    assert!(hana.is_ticked("Nordic Brands"));
    hana.press("Next");
    hana.tick("Jonas Vermeulen jonas.vermeulen@example.com, Active");
    hana.press("Next");
    hana.see("Review and create");
    hana.reload();
    hana.see("Jonas Vermeulen");
    hana.go_back();
    assert!(hana.is_ticked("Jonas Vermeulen jonas.vermeulen@example.com, Active"));
    hana.go_back();
    hana.see("Which portfolio does it belong to?");
    hana.go_back();
    hana.see("Company information");
    assert_eq!(["Name", "Notes (optional)"].map(|label| hana.value(label)), ["Polar Outfitters", "Tents"]);
    hana.press("Next");
    hana.press("Next");
    hana.see("Who works on it?");
    hana.press("Back");
    hana.press("Next");
    hana.press("Next");
    hana.press("Create account");
    hana.see("Created the account Polar Outfitters.");
}
