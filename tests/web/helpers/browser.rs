//! A browser: keeps cookies, follows no redirects, and submits forms as they stand on the page.

use std::collections::BTreeMap;

use actix_web::{
    cookie::Cookie,
    http::{Method, header},
    test::TestRequest,
};

use super::{Page, TestApp, app::peer};

#[derive(Debug, Clone, Default)]
pub struct Browser {
    cookies: BTreeMap<String, String>,
    /// Headers sent with each request.
    pub headers: Vec<(&'static str, String)>,
}

impl Browser {
    pub(super) fn new() -> Self {
        Self::default()
    }

    pub async fn get(&mut self, app: &TestApp, path: &str) -> Page {
        self.request(app, TestRequest::get().uri(path)).await
    }

    /// Posts exactly these fields, as a page of Usher would.
    pub async fn post(&mut self, app: &TestApp, path: &str, fields: &[(&str, &str)]) -> Page {
        let request = TestRequest::post().uri(path).insert_header((header::ORIGIN, app.ctx.links.origin.clone())).set_form(fields);
        self.request(app, request).await
    }

    /// Sends any request.
    pub async fn request(&mut self, app: &TestApp, request: TestRequest) -> Page {
        let mut request = request.peer_addr(peer());
        for (name, value) in &self.cookies {
            request = request.cookie(Cookie::new(name.clone(), value.clone()));
        }
        for (name, value) in &self.headers {
            request = request.insert_header((*name, value.clone()));
        }
        let page = Page::read(app.call(request.to_request()).await).await;
        for cookie in &page.cookies {
            if cookie.max_age().is_some_and(actix_web::cookie::time::Duration::is_zero) {
                self.cookies.remove(cookie.name());
            } else {
                self.cookies.insert(cookie.name().to_owned(), cookie.value().to_owned());
            }
        }
        page
    }

    /// Opens `path` and submits the form there whose address is `path` too.
    pub async fn fill(&mut self, app: &TestApp, path: &str, fields: &[(&str, &str)]) -> Page {
        let page = self.get(app, path).await;
        let action = path.split('?').next().unwrap_or(path);
        self.send(app, &page, action, fields).await
    }

    /// Presses a button on the page at `path` whose form goes to `action`.
    pub async fn press(&mut self, app: &TestApp, path: &str, action: &str) -> Page {
        let page = self.get(app, path).await;
        self.send(app, &page, action, &[]).await
    }

    /// Submits the form on `page` that goes to `action`, with these fields filled in.
    pub async fn send(&mut self, app: &TestApp, page: &Page, action: &str, fields: &[(&str, &str)]) -> Page {
        let mut filled = page.form(action);
        for (name, value) in fields {
            filled.retain(|(known, _)| known != name);
            filled.push(((*name).to_owned(), (*value).to_owned()));
        }
        let filled = filled.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>();
        self.post(app, action, &filled).await
    }

    pub async fn sign_in(&mut self, app: &TestApp, email: &str, password: &str) -> Page {
        self.fill(app, "/sign-in", &[("email", email), ("password", password)]).await
    }

    pub async fn sign_out(&mut self, app: &TestApp) -> Page {
        self.press(app, "/users-and-groups", "/sign-out").await
    }

    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }

    pub fn set_cookie(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.to_owned(), value.to_owned());
    }

    pub fn forget_cookie(&mut self, name: &str) {
        self.cookies.remove(name);
    }

    /// A method that no page of Usher uses.
    pub async fn method(&mut self, app: &TestApp, method: Method, path: &str) -> Page {
        let request = TestRequest::default().method(method).uri(path).insert_header((header::ORIGIN, app.ctx.links.origin.clone()));
        self.request(app, request).await
    }
}
