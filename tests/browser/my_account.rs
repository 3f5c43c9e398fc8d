//! My account, as a person uses it.

use fantoccini::Locator;

use crate::{
    helpers::PASSWORD,
    site::{MAYA, Site, sign_in},
    support::browser::{Browser, Scheme},
};

const NEW_PASSWORD: &str = "quiet harbour lantern sparrow";

/// Types into the field with this id: two forms have a field Current Password.
pub(crate) fn fill_by_id(browser: &Browser, id: &str, text: &str) {
    let (id, text) = (id.to_owned(), text.to_owned());
    browser.ask(move |client| async move { client.find(Locator::Id(&id)).await?.send_keys(&text).await });
}

/// True if the page has an element for this selector.
fn has(browser: &Browser, selector: &'static str) -> bool {
    browser.ask(move |client| async move { Ok(!client.find_all(Locator::Css(selector)).await?.is_empty()) })
}

#[apply(with_scripts_and_without!)]
fn a_user_ends_a_session_in_another_browser_and_changes_name_and_password(scripts: bool) {
    let site = Site::with_admin();
    let (here, there) = (site.signed_in(MAYA, scripts), site.signed_in(MAYA, scripts));
    here.click_link("Maya Fischer My account");
    assert_eq!(here.path(), "/my-account");
    here.press("End all other sessions");
    here.see("2 other sessions ended.");
    assert!(!here.has_button("End session"));
    there.open("/my-account");
    there.see("Sign in");
    here.fill("First Name", "Maja");
    here.press("Save name");
    here.see("Your name was changed.");
    here.see("Maja Fischer");
    fill_by_id(&here, "current", PASSWORD);
    here.fill("New Password", NEW_PASSWORD);
    here.press("Change password");
    here.see("Your password was changed. You are signed out everywhere else.");
    assert_eq!(site.wait(site.app.mail()).rendered.subject, "Your Usher password was changed");
    assert_eq!(here.complaints(), Vec::<String>::new());
}

#[apply(with_scripts_and_without!)]
fn a_wrong_current_password_is_told_at_its_field(scripts: bool) {
    let site = Site::with_admin();
    let maya = site.signed_in(MAYA, scripts);
    maya.open("/my-account");
    fill_by_id(&maya, "current", "wrong");
    maya.fill("New Password", NEW_PASSWORD);
    maya.press("Change password");
    maya.see("This is not your current password");
    assert!(maya.title().starts_with("Error: "));
    if scripts {
        assert_eq!(maya.focused(), "There is a problem");
    }
}

#[apply(with_scripts_and_without!)]
fn an_appearance_is_chosen_and_holds_on_every_page(scripts: bool) {
    let site = Site::with_admin();
    let maya = site.signed_in(MAYA, scripts);
    maya.open("/my-account");
    assert!(!has(&maya, "[data-appearance]"));
    maya.tick("Dark");
    maya.press("Save appearance");
    maya.see("The appearance was changed.");
    maya.open("/users-and-groups");
    assert!(has(&maya, "html[data-appearance=dark]"));
    let elsewhere = site.browser(scripts);
    sign_in(&elsewhere, MAYA);
    elsewhere.see("First steps");
    assert!(has(&elsewhere, "html[data-appearance=dark]"));
}

#[test]
fn a_dark_page_is_dark_whatever_the_device_prefers() {
    let site = Site::with_admin();
    let maya = site.signed_in(MAYA, true);
    maya.prefer(Scheme::Light);
    let canvas = || maya.evaluate("return getComputedStyle(document.body).backgroundColor", vec![]);
    let light = canvas();
    maya.open("/my-account");
    maya.tick("Dark");
    maya.press("Save appearance");
    maya.see("The appearance was changed.");
    let dark = canvas();
    assert_ne!(dark, light);
    maya.prefer(Scheme::Dark);
    assert_eq!(canvas(), dark);
}
