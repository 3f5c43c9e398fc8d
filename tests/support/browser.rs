//! A person at a real browser: Chromium with a profile of its own, driven in terms of what is seen and pressed.
//!
//! Everything waits for its condition, up to a deadline. Names of fields, buttons and links are those that Chromium's accessibility tree gives them,
//! so that a test which finds a button has shown that a screen reader does.

#![allow(dead_code, unreachable_pub, reason = "each test binary uses its own part of the helpers")]
#![allow(clippy::expect_used, clippy::panic, reason = "a helper that fails is a test that fails")]

use std::{
    future::Future,
    path::PathBuf,
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    time::{Duration, Instant},
};

use fantoccini::{Client, ClientBuilder, elements::Element, error::CmdError, wd::WebDriverCompatibleCommand};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use super::supervisor::{Supervised, find_program};

/// How long a condition may take to come true on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// `$1` is chromedriver. Browsers keep their profiles in the folder, where each leaves its process id in the name of its lock.
const SCRIPT: &str = r#"
export HOME="$folder" TMPDIR="$folder"
"$1" --port=0 >"$log" 2>&1 </dev/null &
driver=$!
stop() {
    kill "$driver"
    for lock in "$folder"/profile-*/SingletonLock; do
        browser=$(readlink "$lock") && kill -KILL "${browser##*-}"
    done
    wait
}
port=
while [ -z "$port" ]; do
    kill -0 "$driver" || fail chromedriver
    sleep 0.05
    port=$(sed -n 's/.*started successfully on port \([0-9]*\).*/\1/p' "$log")
done
echo "ready $port $folder"
"#;

/// One chromedriver serves all browsers of this test process.
#[derive(Debug)]
struct Driver {
    _running: Supervised,
    address: String,
    folder: PathBuf,
    chromium: PathBuf,
    browsers: AtomicUsize,
}

fn driver() -> &'static Driver {
    static DRIVER: OnceLock<Result<Driver, String>> = OnceLock::new();
    match DRIVER.get_or_init(Driver::start) {
        Ok(driver) => driver,
        Err(reason) => panic!("no browser for this test ({reason}): tests/run installs what the tests need"),
    }
}

impl Driver {
    fn start() -> Result<Self, String> {
        let chromium = ["chromium", "chromium-browser", "google-chrome"].iter().find_map(|name| find_program(name, []));
        let chromium = chromium.ok_or("chromium is not on the PATH")?;
        let chromedriver = find_program("chromedriver", []).ok_or("chromedriver is not on the PATH")?;
        let running = Supervised::start(SCRIPT, &[chromedriver.display().to_string()])?;
        let [port, folder] = &running.answer[..] else { return Err(format!("an odd answer: {:?}", running.answer)) };
        let (address, folder) = (format!("http://127.0.0.1:{port}"), PathBuf::from(folder));
        Ok(Self { _running: running, address, folder, chromium, browsers: AtomicUsize::new(0) })
    }
}

/// Runs a future on a thread of its own, so that the helpers are plain functions, in async tests as well.
fn run<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> T {
    static RUNTIME: OnceLock<tokio::runtime::Handle> = OnceLock::new();
    let runtime = RUNTIME.get_or_init(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let handle = runtime.handle().clone();
        std::thread::spawn(move || runtime.block_on(std::future::pending::<()>()));
        handle
    });
    let (sender, receiver) = mpsc::channel();
    runtime.spawn(async move {
        let _ = sender.send(future.await);
    });
    receiver.recv().expect("the browser's thread answers")
}

/// Whether the person's system is light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    Light,
    Dark,
}

/// What kind of browser it is.
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

/// One person's browser, which is closed with this guard. Two browsers share nothing.
#[derive(Debug)]
pub struct Browser {
    client: Client,
    origin: String,
    profile: PathBuf,
    scripts: bool,
}

impl Browser {
    /// A browser for the site at an origin, such as `http://127.0.0.1:8080`.
    pub fn start(origin: impl Into<String>) -> Self {
        Self::with(origin, Settings::default())
    }

    pub fn with(origin: impl Into<String>, settings: Settings) -> Self {
        let driver = driver();
        let profile = driver.folder.join(format!("profile-{}", driver.browsers.fetch_add(1, Ordering::Relaxed)));
        let mut arguments: Vec<String> = [
            // As root, and in most containers, Chromium's sandbox can't be set up; only our own pages are opened.
            "--no-sandbox",
            "--headless",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-quic",
            "--disable-sync",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-crash-reporter",
            "--no-first-run",
            "--no-default-browser-check",
            "--lang=en-GB",
        ]
        .map(str::to_owned)
        .into();
        arguments.push(format!("--user-data-dir={}", profile.display()));
        let mut preferences = json!({ "credentials_enable_service": false, "profile.password_manager_leak_detection": false });
        if !settings.scripts {
            preferences["profile.managed_default_content_settings.javascript"] = json!(2);
        }
        let capabilities = json!({
            "goog:chromeOptions": { "binary": driver.chromium, "args": arguments, "prefs": preferences },
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let Value::Object(capabilities) = capabilities else { unreachable!("it was written as an object") };
        let client = run(async move { ClientBuilder::new(HttpConnector::new()).capabilities(capabilities).connect(&driver.address).await })
            .unwrap_or_else(|error| panic!("no browser for this test ({error}): tests/run installs what the tests need"));
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

    /// Where the browser is: path and query.
    #[track_caller]
    pub fn path(&self) -> String {
        let url = self.ask(|client| async move { client.current_url().await });
        url[url::Position::BeforePath..].to_owned()
    }

    #[track_caller]
    pub fn title(&self) -> String {
        self.ask(|client| async move { client.title().await })
    }

    /// Everything that can be read on the page.
    #[track_caller]
    pub fn text(&self) -> String {
        self.evaluate("return document.body.innerText", vec![]).as_str().unwrap_or_default().to_owned()
    }

    /// Waits until a text can be read on the page.
    #[track_caller]
    pub fn see(&self, text: &str) {
        self.wait(&format!("the text {text:?}"), |browser| browser.shows(text).then_some(()));
    }

    /// Waits until a text can no longer be read on the page.
    #[track_caller]
    pub fn see_no(&self, text: &str) {
        self.wait(&format!("an end to the text {text:?}"), |browser| (!browser.shows(text)).then_some(()));
    }

    /// Whether a text can be read on the page right now. Runs of white space count as one space.
    pub fn shows(&self, text: &str) -> bool {
        let script = "return (document.body?.innerText ?? '').replace(/\\s+/g, ' ').includes(arguments[0])";
        self.try_evaluate(script, vec![json!(text)]).is_ok_and(|value| value == json!(true))
    }

    /// Types a text into the field with this label, in place of what was there.
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

    /// Picks an option of the list with this label.
    #[track_caller]
    pub fn choose(&self, label: &str, option: &str) {
        let option = option.to_owned();
        self.act(Kind::Field, label, move |field| {
            let option = option.clone();
            async move { field.select_by_label(&option).await }
        });
    }

    /// Ticks a box, or picks one of several; a box that is ticked stays so.
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

    /// What a field holds.
    #[track_caller]
    pub fn value(&self, label: &str) -> String {
        self.act(Kind::Field, label, |field| async move { Ok(field.prop("value").await?.unwrap_or_default()) })
    }

    /// What stands beside a field for those who can't see it: its hint, and its error.
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

    /// Presses the button with this name.
    #[track_caller]
    pub fn press(&self, name: &str) {
        self.act(Kind::Button, name, |button| async move { button.click().await });
    }

    /// Follows the link with this name.
    #[track_caller]
    pub fn click_link(&self, name: &str) {
        self.act(Kind::Link, name, |link| async move { link.click().await });
    }

    /// Whether there is such a button right now.
    pub fn has_button(&self, name: &str) -> bool {
        self.find(Kind::Button, name).is_ok()
    }

    /// Whether there is such a link right now.
    pub fn has_link(&self, name: &str) -> bool {
        self.find(Kind::Link, name).is_ok()
    }

    /// Types at the keyboard, wherever the focus is. `fantoccini::key::Key` has the keys that print nothing.
    #[track_caller]
    pub fn type_keys(&self, keys: &str) {
        let keys = keys.to_owned();
        self.ask(move |client| async move { client.active_element().await?.send_keys(&keys).await });
    }

    /// The name of what has the focus.
    #[track_caller]
    pub fn focused(&self) -> String {
        self.ask(|client| async move {
            let element = client.active_element().await?;
            computed_label(&client, &element).await
        })
    }

    /// Whether something reaches over the right edge, so that the page would have to be scrolled sideways.
    #[track_caller]
    pub fn is_cut_off(&self) -> bool {
        self.evaluate("const page = document.scrollingElement; return page.scrollWidth > page.clientWidth", vec![]) == json!(true)
    }

    /// Sets the size of the page's part of the window, in CSS pixels; a window itself can't be as narrow as a telephone.
    #[track_caller]
    pub fn resize(&self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", &size);
    }

    /// Switches the person's system to light or dark. Motion is always reduced: a test has nobody to please.
    #[track_caller]
    pub fn prefer(&self, scheme: Scheme) {
        let scheme = match scheme {
            Scheme::Light => "light",
            Scheme::Dark => "dark",
        };
        let features = json!([
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.devtools("Emulation.setEmulatedMedia", &json!({ "features": features }));
    }

    /// Forgets all cookies, as if the person had signed in nowhere.
    #[track_caller]
    pub fn forget_cookies(&self) {
        self.devtools("Network.clearBrowserCookies", &json!({}));
    }

    /// What the browser complained of since it was last asked: errors of scripts, missing files, breaches of the content policy.
    #[track_caller]
    pub fn complaints(&self) -> Vec<String> {
        let entries = self.ask(|client| async move {
            client.issue_cmd(Extension { path: "se/log".to_owned(), body: Some(json!({ "type": "browser" })) }).await
        });
        let entries = entries.as_array().cloned().unwrap_or_default();
        entries.iter().map(|entry| entry["message"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// The page's breaches of WCAG 2.2 AA and of good practice as axe-core finds them, readable; empty when there are none.
    ///
    /// # Panics
    /// In a browser without scripts, since axe-core is one, which waits.
    #[track_caller]
    pub fn axe(&self) -> String {
        const AXE: &str = include_str!("axe/axe.min.js");
        const CHECK: &str = "
            const done = arguments[arguments.length - 1];
            const values = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
            window.axe.run(document, { runOnly: { type: 'tag', values }, resultTypes: ['violations'] }).then(
                found => done(found.violations.map(rule => `${rule.id} (${rule.impact}): ${rule.help}\\n` + rule.nodes.map(node =>
                    `  ${node.target.join(' ')}\\n    ${node.html}\\n    ${node.failureSummary.split('\\n').slice(1).map(line => line.trim()).join('; ')}`
                ).join('\\n')).join('\\n')),
                error => done(`axe-core failed: ${error}`));";
        assert!(self.scripts, "axe-core needs a browser with scripts");
        if self.evaluate("return typeof window.axe", vec![]) != json!("object") {
            self.evaluate(AXE, vec![]);
        }
        let report = self.ask(|client| async move { client.execute_async(CHECK, vec![]).await });
        report.as_str().unwrap_or("axe-core gave no answer").to_owned()
    }

    /// A picture of what is in the window, as PNG.
    #[track_caller]
    pub fn screenshot(&self) -> Vec<u8> {
        self.ask(|client| async move { client.screenshot().await })
    }

    /// Runs a script in the page: the body of a function, with `arguments`. It works with scripts switched off and under any content policy.
    #[track_caller]
    pub fn evaluate(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.try_evaluate(script, arguments).unwrap_or_else(|error| panic!("the script failed: {error}"))
    }

    fn try_evaluate(&self, script: &str, arguments: Vec<Value>) -> Result<Value, CmdError> {
        let (client, script) = (self.client.clone(), script.to_owned());
        run(async move { client.execute(&script, arguments).await })
    }

    /// Does with the browser what has no helper of its own.
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

    /// Finds something by kind and name and acts on it, over again while it is not there, covered or replaced.
    #[track_caller]
    fn act<T, F>(&self, kind: Kind, name: &str, action: impl Fn(Element) -> F) -> T
    where
        T: Send + 'static,
        F: Future<Output = Result<T, CmdError>> + Send + 'static,
    {
        let mut reason = String::new();
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            match self.find(kind, name).and_then(|element| run(action(element)).map_err(|error| error.to_string())) {
                Ok(result) => return result,
                Err(error) => reason = error,
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        panic!("{kind:?} {name:?}: {reason}\n{}", self.state());
    }

    /// The only one of its kind with this name.
    fn find(&self, kind: Kind, name: &str) -> Result<Element, String> {
        let (client, name) = (self.client.clone(), name.to_owned());
        run(async move {
            let likely = client.execute(LIKELY, vec![json!(kind.selector()), json!(name)]).await.map_err(|error| error.to_string())?;
            let mut found = vec![];
            for id in likely.as_array().into_iter().flatten().filter_map(id_of) {
                let element = Element::from_element_id(client.clone(), id.into());
                if computed_label(&client, &element).await.map_err(|error| error.to_string())? == name {
                    found.push(element);
                }
            }
            match (found.pop(), found.len()) {
                (Some(element), 0) => Ok(element),
                (Some(_), others) => Err(format!("there are {} of that name", others + 1)),
                (None, _) => Err("there is none".to_owned()),
            }
        })
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

    /// What a failed test says of the page.
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
        // The driver closes what is left when the process ends.
        let _ = run(client.close());
        let _ = std::fs::remove_dir_all(&self.profile);
    }
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Field,
    Button,
    Link,
}

impl Kind {
    fn selector(self) -> &'static str {
        match self {
            Self::Field => "input:not([type=hidden], [type=submit], [type=button], [type=reset], [type=image]), select, textarea",
            Self::Button => "button, input:is([type=submit], [type=button], [type=reset], [type=image]), summary, [role=button]",
            Self::Link => "a[href], [role=link]",
        }
    }
}

/// What may have this name, by everything that a name can be made of. Asking Chromium for each one's real name would take long on a long page.
const LIKELY: &str = r"
    const [selector, name] = arguments;
    const plain = text => (text ?? '').replace(/\s+/g, ' ').trim();
    const sources = element => [
        element.getAttribute('aria-label'), element.title, element.textContent, element.placeholder,
        element.tagName === 'INPUT' ? element.value || 'Submit' : '', element.alt,
        ...Array.from(element.labels ?? [], label => label.textContent),
        ...(element.getAttribute('aria-labelledby') ?? '').split(/\s+/).map(id => document.getElementById(id)?.textContent),
        ...Array.from(element.querySelectorAll('[aria-label], [alt], [title]'), part => part.getAttribute('aria-label') ?? part.alt ?? part.title),
    ];
    const first = plain(name).split(' ')[0];
    return Array.from(document.querySelectorAll(selector))
        .filter(element => element.checkVisibility({ visibilityProperty: true }) && sources(element).some(text => plain(text).includes(first)));
";

/// The id of an element that a script returned: the only value of an object.
fn id_of(element: &Value) -> Option<String> {
    element.as_object()?.values().next()?.as_str().map(str::to_owned)
}

/// The name that Chromium's accessibility tree gives an element.
async fn computed_label(client: &Client, element: &Element) -> Result<String, CmdError> {
    let path = format!("element/{}/computedlabel", &*element.element_id());
    Ok(client.issue_cmd(Extension { path, body: None }).await?.as_str().unwrap_or_default().to_owned())
}

/// A command that fantoccini does not know: a POST when it has a body.
#[derive(Debug)]
struct Extension {
    path: String,
    body: Option<Value>,
}

impl WebDriverCompatibleCommand for Extension {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        match &self.body {
            Some(body) => (http::Method::POST, Some(body.to_string())),
            None => (http::Method::GET, None),
        }
    }
}
