//! A user at a real browser: Chromium with a profile of its own, driven by visible texts and names.
//!
//! Every call waits for its condition, up to a deadline. Names of fields, buttons and links come from Chromium's
//! accessibility tree, so that a test which finds a button has shown that a screen reader does.

#![allow(dead_code, unreachable_pub, reason = "each test binary uses its own part of the helpers")]
#![allow(clippy::expect_used, clippy::panic, reason = "a helper that fails is a test that fails")]

use std::{
    future::Future,
    path::PathBuf,
    time::{Duration, Instant},
};

use fantoccini::{Client, error::CmdError};
use serde_json::{Value, json};

use driver::{Extension, connect, run};
use find::{Kind, computed};

mod click;
mod driver;
mod find;
mod look;

/// Longest time for a condition to come true on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// Colour scheme of the user's system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    Light,
    Dark,
}

/// Kind of browser.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    pub scripts: bool,
    pub scheme: Scheme,
    /// Width and height of the page's part of the window, in CSS pixels.
    pub size: (u32, u32),
}

impl Default for Settings {
    fn default() -> Self {
        Self { scripts: true, scheme: Scheme::Light, size: (1280, 800) }
    }
}

/// One user's browser, which is closed with this guard. Two browsers share nothing.
#[derive(Debug)]
pub struct Browser {
    client: Client,
    origin: String,
    profile: PathBuf,
    scripts: bool,
}

impl Browser {
    /// A browser for a site with an origin such as `http://127.0.0.1:8080`.
    pub fn start(origin: impl Into<String>) -> Self {
        Self::with(origin, Settings::default())
    }

    pub fn with(origin: impl Into<String>, settings: Settings) -> Self {
        let (client, profile) = connect(settings.scripts);
        let browser = Self { client, origin: origin.into(), profile, scripts: settings.scripts };
        browser.resize(settings.size.0, settings.size.1);
        browser.prefer(settings.scheme);
        browser
    }

    /// Goes to a path of the site.
    #[track_caller]
    pub fn open(&self, path: &str) {
        let url = format!("{}{path}", self.origin);
        self.ask(move |client| async move { client.goto(&url).await });
    }

    #[track_caller]
    pub fn reload(&self) {
        self.ask(|client| async move { client.refresh().await });
    }

    #[track_caller]
    pub fn go_back(&self) {
        self.ask(|client| async move { client.back().await });
    }

    #[track_caller]
    pub fn go_forward(&self) {
        self.ask(|client| async move { client.forward().await });
    }

    /// Path and query of the current page.
    #[track_caller]
    pub fn path(&self) -> String {
        let url = self.ask(|client| async move { client.current_url().await });
        url[url::Position::BeforePath..].to_owned()
    }

    #[track_caller]
    pub fn title(&self) -> String {
        self.ask(|client| async move { client.title().await })
    }

    /// All visible text of the page.
    #[track_caller]
    pub fn text(&self) -> String {
        self.evaluate("return document.body.innerText", vec![]).as_str().unwrap_or_default().to_owned()
    }

    /// Waits until the page shows a text.
    #[track_caller]
    pub fn see(&self, text: &str) {
        self.wait(&format!("the text {text:?}"), |browser| browser.shows(text).then_some(()));
    }

    /// Waits until the page no longer shows a text.
    #[track_caller]
    pub fn see_no(&self, text: &str) {
        self.wait(&format!("an end to the text {text:?}"), |browser| (!browser.shows(text)).then_some(()));
    }

    /// True if the page shows a text now. Runs of white space count as one space.
    pub fn shows(&self, text: &str) -> bool {
        let script = "return (document.body?.innerText ?? '').replace(/\\s+/g, ' ').includes(arguments[0])";
        self.try_evaluate(script, vec![json!(text)]).is_ok_and(|value| value == json!(true))
    }

    /// Types a text into the field with this label, replacing its value.
    #[track_caller]
    pub fn fill(&self, label: &str, text: &str) {
        let text = text.to_owned();
        self.act(Kind::Field, label, move |field| {
            let text = text.clone();
            async move {
                field.clear().await?;
                field.send_keys(&text).await
            }
        });
    }

    /// Selects an option of the list with this label.
    #[track_caller]
    pub fn choose(&self, label: &str, option: &str) {
        let option = option.to_owned();
        self.act(Kind::Field, label, move |field| {
            let option = option.clone();
            async move { field.select_by_label(&option).await }
        });
    }

    /// Ticks a checkbox or radio button; a ticked one stays so.
    #[track_caller]
    pub fn tick(&self, label: &str) {
        self.set_ticked(label, true);
    }

    #[track_caller]
    pub fn untick(&self, label: &str) {
        self.set_ticked(label, false);
    }

    #[track_caller]
    fn set_ticked(&self, label: &str, wanted: bool) {
        self.act(Kind::Field, label, move |field| async move {
            if field.is_selected().await? == wanted { Ok(()) } else { field.click().await }
        });
    }

    #[track_caller]
    pub fn is_ticked(&self, label: &str) -> bool {
        self.act(Kind::Field, label, |field| async move { field.is_selected().await })
    }

    /// Value of a field.
    #[track_caller]
    pub fn value(&self, label: &str) -> String {
        self.act(Kind::Field, label, |field| async move { Ok(field.prop("value").await?.unwrap_or_default()) })
    }

    /// Description of a field in the accessibility tree: its hint and its error.
    #[track_caller]
    pub fn description(&self, label: &str) -> String {
        let client = self.client.clone();
        self.act(Kind::Field, label, move |field| {
            let client = client.clone();
            async move {
                let script = "return ['aria-describedby', 'aria-errormessage']
                    .flatMap(name => (arguments[0].getAttribute(name) ?? '').split(/\\s+/))
                    .map(id => document.getElementById(id)?.innerText ?? '').filter(text => text).join(' ')";
                Ok(client.execute(script, vec![json!(field)]).await?.as_str().unwrap_or_default().to_owned())
            }
        })
    }

    /// Presses the button with this name, and waits for the next page.
    #[track_caller]
    pub fn press(&self, name: &str) {
        self.click(Kind::Button, name);
    }

    /// Follows the link with this name, and waits for the next page.
    #[track_caller]
    pub fn click_link(&self, name: &str) {
        self.click(Kind::Link, name);
    }

    /// True if there is such a button now.
    pub fn has_button(&self, name: &str) -> bool {
        self.find(Kind::Button, name).is_ok()
    }

    /// True if there is such a link now.
    pub fn has_link(&self, name: &str) -> bool {
        self.find(Kind::Link, name).is_ok()
    }

    /// Types at the keyboard, wherever the focus is. `fantoccini::key::Key` has the keys without text.
    #[track_caller]
    pub fn type_keys(&self, keys: &str) {
        let keys = keys.to_owned();
        self.ask(move |client| async move { client.active_element().await?.send_keys(&keys).await });
    }

    /// Name of the focused element.
    #[track_caller]
    pub fn focused(&self) -> String {
        self.ask(|client| async move {
            let element = client.active_element().await?;
            computed(&client, &element, "label").await
        })
    }

    /// Role of the focused element: `link`, `alert`, `main`. Elements without a name have one, too.
    #[track_caller]
    pub fn focused_role(&self) -> String {
        self.ask(|client| async move {
            let element = client.active_element().await?;
            computed(&client, &element, "role").await
        })
    }

    /// Connects an authenticator that keeps passkeys; returns its id. Its user consents, and is verified unless told otherwise.
    #[track_caller]
    pub fn connect_authenticator(&self) -> String {
        let kind = json!({
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true, "isUserVerified": true,
            "isUserConsenting": true,
        });
        self.webauthn("authenticator", &kind).as_str().unwrap_or_default().to_owned()
    }

    /// Lets the user of an authenticator be verified, or fail to.
    #[track_caller]
    pub fn verify_user(&self, authenticator: &str, verified: bool) {
        self.webauthn(&format!("authenticator/{authenticator}/uv"), &json!({ "isUserVerified": verified }));
    }

    #[track_caller]
    fn webauthn(&self, path: &str, body: &Value) -> Value {
        let (path, body) = (format!("webauthn/{path}"), body.clone());
        self.ask(|client| async move { client.issue_cmd(Extension { path, body: Some(body) }).await })
    }

    /// Deletes all cookies.
    #[track_caller]
    pub fn forget_cookies(&self) {
        self.devtools("Network.clearBrowserCookies", &json!({}));
    }

    /// Runs a script in the page: the body of a function, with `arguments`. Works with scripts disabled and under any
    /// content policy.
    #[track_caller]
    pub fn evaluate(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.try_evaluate(script, arguments).unwrap_or_else(|error| panic!("the script failed: {error}"))
    }

    fn try_evaluate(&self, script: &str, arguments: Vec<Value>) -> Result<Value, CmdError> {
        let (client, script) = (self.client.clone(), script.to_owned());
        run(async move { client.execute(&script, arguments).await })
    }

    /// Runs a command without a helper of its own.
    #[track_caller]
    pub fn ask<T, F>(&self, question: impl FnOnce(Client) -> F) -> T
    where
        T: Send + 'static,
        F: Future<Output = Result<T, CmdError>> + Send + 'static,
    {
        run(question(self.client.clone())).unwrap_or_else(|error| panic!("the browser refused: {error}"))
    }

    #[track_caller]
    fn devtools(&self, command: &str, parameters: &Value) -> Value {
        let body = json!({ "cmd": command, "params": parameters });
        self.ask(|client| async move { client.issue_cmd(Extension { path: "goog/cdp/execute".to_owned(), body: Some(body) }).await })
    }

    #[track_caller]
    fn wait<T>(&self, what: &str, condition: impl Fn(&Self) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(value) = condition(self) {
                return value;
            }
            assert!(Instant::now() < deadline, "waited in vain for {what}\n{}", self.state());
            std::thread::sleep(Duration::from_millis(25));
        }
    }

    /// Description of the page for a failed test.
    fn state(&self) -> String {
        let script = "return `at ${location.href}, title ${document.title}\\n${document.body?.innerText ?? ''}`";
        match self.try_evaluate(script, vec![]) {
            Ok(text) => text.as_str().unwrap_or_default().chars().take(3000).collect(),
            Err(error) => error.to_string(),
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let client = self.client.clone();
        // The driver closes remaining browsers when the process ends.
        let _ = run(client.close());
        let _ = std::fs::remove_dir_all(&self.profile);
    }
}
