//! Usher for real browsers: the application of the HTTP tests, served on a port of this machine.

use std::{net::TcpListener, sync::Arc, sync::mpsc, thread::JoinHandle};

use actix_web::{dev::ServerHandle, rt::System, web::Data};
use usher::{
    domain::{email_address::EmailAddress, ids::GroupId, text::GroupName},
    startup,
    usecases::{Submission, groups, setup, users},
    web::{RequestTrust, State},
};

use crate::{
    helpers::{Db, PASSWORD, Setting, TestApp},
    support::browser::{Browser, Settings},
};

/// Admin of every company here.
pub(crate) const MAYA: &str = "maya.fischer@example.com";

pub(crate) struct Site {
    pub(crate) app: TestApp,
    system: actix_web::rt::SystemRunner,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

impl Site {
    /// A company without users.
    pub(crate) fn empty() -> Self {
        Self::start("127.0.0.1", true, |setting| Box::pin(TestApp::with(Db::Sqlite, setting)))
    }

    /// A company with one Admin, Maya Fischer.
    pub(crate) fn with_admin() -> Self {
        Self::with_admin_on(Db::Sqlite)
    }

    pub(crate) fn with_admin_on(db: Db) -> Self {
        Self::start("127.0.0.1", true, move |setting| Box::pin(async move { TestApp::with_admin_and(db, setting).await.0 }))
    }

    /// A company with one Admin and no mail server.
    pub(crate) fn without_mail_server() -> Self {
        Self::start("127.0.0.1", false, |setting| Box::pin(async { TestApp::with_admin_and(Db::Sqlite, setting).await.0 }))
    }

    /// A company with one Admin at an address with a name, without which there are no passkeys.
    pub(crate) fn with_passkeys() -> Self {
        Self::start("localhost", true, |setting| Box::pin(async { TestApp::with_admin_and(Db::Sqlite, setting).await.0 }))
    }

    fn start(host: &str, sends_mail: bool, make: impl FnOnce(Setting) -> std::pin::Pin<Box<dyn Future<Output = TestApp>>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin: &'static str = format!("http://{host}:{}", listener.local_addr().unwrap().port()).leak();
        let system = System::new();
        let app = system.block_on(make(Setting { origin, sends_mail, ..Setting::default() }));
        let reach = RequestTrust { origin: origin.to_owned(), is_https: false, any_loopback: false, is_trusted_proxy: Arc::new(|_| false) };
        let (ctx, process) = (app.ctx.clone(), app.process_settings());
        let (sender, receiver) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            System::new()
                .block_on(async move {
                    let server = startup::server(listener, Data::new(State::new(ctx, reach).showing(process)))?;
                    let _ = sender.send(server.handle());
                    server.await
                })
                .unwrap();
        });
        let handle = receiver.recv().expect("the server starts");
        Self { app, system, handle, thread: Some(thread) }
    }

    /// Waits for a helper of the HTTP tests.
    pub(crate) fn wait<T>(&self, promised: impl Future<Output = T>) -> T {
        self.system.block_on(promised)
    }

    /// A browser without a session.
    pub(crate) fn browser(&self, scripts: bool) -> Browser {
        Browser::with(&*self.app.ctx.links.origin, Settings { scripts, ..Settings::default() })
    }

    /// A browser signed in as a user with the usual password.
    pub(crate) fn signed_in(&self, email: &str, scripts: bool) -> Browser {
        let browser = self.browser(scripts);
        sign_in(&browser, email);
        browser.see("Users & Groups");
        browser.open("/users-and-groups");
        browser
    }

    /// A user as principal of use cases, for actions outside this browser.
    pub(crate) fn caller<T>(&self, email: &str) -> Submission<T> {
        self.app.caller(self.app.id_of(email))
    }

    /// Invites a user as the Admin; returns the path of the link.
    pub(crate) fn invite(&self, email: &str) -> String {
        users::invite::invite(&self.app.ctx, &self.caller(MAYA), &EmailAddress::parse(email).unwrap()).unwrap();
        self.link_in_mail()
    }

    /// Makes a group as the Admin.
    pub(crate) fn create_group(&self, name: &str) -> GroupId {
        groups::create(&self.app.ctx, &self.caller(MAYA), &GroupName::parse(name).unwrap()).unwrap()
    }

    /// Path of the setup address that the first start prints.
    pub(crate) fn setup_path(&self) -> String {
        let address = setup::open(&self.app.ctx).unwrap().expect("nobody is there yet");
        address.strip_prefix(&*self.app.ctx.links.origin).unwrap().to_owned()
    }

    /// Path of the link in the only mail since the last look.
    pub(crate) fn link_in_mail(&self) -> String {
        self.wait(self.app.link_in_mail())
    }

    /// Paths of the links in the mails since the last look.
    pub(crate) fn links_in_mails(&self) -> Vec<String> {
        let mails = self.wait(self.app.mails());
        let words = mails.iter().flat_map(|mail| mail.rendered.text.split_whitespace());
        words.filter_map(|word| word.strip_prefix(&*self.app.ctx.links.origin)).map(str::to_owned).collect()
    }

    /// Subjects of the mails since the last look.
    pub(crate) fn subjects(&self) -> Vec<String> {
        self.wait(self.app.mails()).into_iter().map(|mail| mail.rendered.subject).collect()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        // The command is sent at once; connections that browsers keep open are not waited for.
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Signs in with the usual password.
pub(crate) fn sign_in(browser: &Browser, email: &str) {
    browser.open("/sign-in");
    browser.fill("Email Address", email);
    browser.fill("Password", PASSWORD);
    browser.press("Sign in");
}

/// Searches a list for the user with this text in name or address.
pub(crate) fn find_one(browser: &Browser, text: &str, scripts: bool) {
    browser.fill("Search name or email", text);
    if !scripts {
        browser.press("Apply");
    }
    browser.see("1 user");
}
