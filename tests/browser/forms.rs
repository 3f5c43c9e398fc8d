//! Forms that come back with errors: messages, and ways to the fields.

use usher::usecases::users;

use crate::{
    helpers::PASSWORD,
    looks,
    site::{MAYA, Site},
    support::browser::Browser,
};

/// A form with wrong input.
struct Wrong<'a> {
    title: &'a str,
    button: &'a str,
    /// Labels of fields with typed texts.
    typed: &'a [(&'a str, &'a str)],
    /// Messages with the labels of their fields.
    said: &'a [(&'a str, &'a str)],
}

impl Wrong<'_> {
    /// Submits the form of the current page. It comes back with the typed text, passwords aside, and shows the errors.
    #[track_caller]
    fn comes_back(&self, browser: &Browser) {
        for (label, text) in self.typed {
            browser.fill(label, text);
        }
        browser.press(self.button);
        browser.see(self.said[0].0);
        assert_eq!(browser.title(), format!("Error: {} – Usher", self.title));
        assert_eq!(browser.focused_role(), "alert", "{}", self.title);
        for (sentence, label) in self.said {
            browser.click_link(sentence);
            assert_eq!(browser.focused(), *label, "{sentence}");
        }
        for (label, text) in self.typed {
            let kept = if label.contains("Password") { "" } else { text };
            assert_eq!(browser.value(label), kept, "{label}");
        }
        looks::none(&looks::faults(browser, self.title));
    }

    /// Like [`Self::comes_back`], with the message at the field too.
    #[track_caller]
    fn comes_back_with_words_at_the_fields(&self, browser: &Browser) {
        self.comes_back(browser);
        for (sentence, label) in self.said {
            assert!(browser.description(label).contains(sentence), "{label}: {}", browser.description(label));
        }
    }
}

#[test]
fn forms_before_signing_in_say_what_is_wrong() {
    let site = Site::empty();
    let browser = site.browser(true);
    browser.open(&site.setup_path());
    let setup = Wrong {
        title: "Set up Usher",
        button: "Set up Usher",
        typed: &[
            ("Company Name", "<Northwind>"),
            ("First Name", " "),
            ("Last Name", &"Fischer ".repeat(13)),
            ("Email Address", "maya@xn--zz.example"),
            ("Password", "passwordpassword"),
        ],
        said: &[
            ("Remove < and >", "Company Name"),
            ("Enter a first name", "First Name"),
            ("Use at most 100 characters", "Last Name"),
            ("Enter an email address such as name@example.com", "Email Address"),
            ("This password is common or has been leaked. Choose another", "Password"),
        ],
    };
    setup.comes_back_with_words_at_the_fields(&browser);
    browser.open("/sign-in");
    let sign_in = Wrong {
        title: "Sign in",
        button: "Sign in",
        typed: &[("Email Address", MAYA), ("Password", PASSWORD)],
        said: &[("Email address or password is wrong", "Email Address")],
    };
    sign_in.comes_back(&browser);
}

#[test]
fn forms_of_the_console_say_what_is_wrong() {
    let site = Site::with_admin();
    let blocked = site.app.create_user("Jonas", "Vermeulen");
    users::lifecycle::block(&site.app.ctx, &site.caller(MAYA), usher::usecases::EntryPoint::UsersAndGroups, blocked).unwrap();
    site.subjects();
    let finance = site.create_group("Finance");
    site.create_group("Legal");
    let invitation = site.invite("noor@example.com");
    let maya = site.signed_in(MAYA, true);

    maya.press("Create");
    maya.click_link("User");
    let said = "jonas.vermeulen@example.com belongs to a deactivated user.";
    let typed = &[("Email Address", "jonas.vermeulen@example.com")];
    let user = Wrong { title: "Create User", button: "OK", typed, said: &[(said, "Email Address")] };
    user.comes_back_with_words_at_the_fields(&maya);
    assert!(maya.has_button("Activate"));

    let said: &[_] = &[("A group with this or a very similar name exists", "Group Name")];
    maya.open("/users-and-groups");
    maya.press("Create");
    maya.click_link("Group");
    let group = Wrong { title: "Create Group", button: "OK", typed: &[("Group Name", "Legal")], said };
    group.comes_back_with_words_at_the_fields(&maya);
    maya.open(&format!("/users-and-groups/groups/{finance}"));
    maya.click_link("Rename group");
    Wrong { title: "Rename group", button: "Rename group", ..group }.comes_back_with_words_at_the_fields(&maya);

    maya.open("/users-and-groups/groups/1/add?q=jonas");
    let said: &[_] = &[("Choose a person from the results", "Name or Email")];
    Wrong { title: "Add user to group", button: "Add user to group", typed: &[], said }.comes_back_with_words_at_the_fields(&maya);

    maya.open(&invitation);
    let accept = Wrong {
        title: "Accept invitation",
        button: "Accept invitation",
        typed: &[("First Name", " "), ("Last Name", "<b>"), ("New Password", "Northwind Trading")],
        said: &[
            ("Enter a first name", "First Name"),
            ("Remove < and >", "Last Name"),
            ("Don’t use your name, email address or the company’s name", "New Password"),
        ],
    };
    accept.comes_back_with_words_at_the_fields(&maya);
}
