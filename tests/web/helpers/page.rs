//! An answer, and its visible content.

use actix_web::{
    body::{BoxBody, to_bytes},
    cookie::Cookie,
    dev::ServiceResponse,
    http::{StatusCode, header::HeaderMap},
};

#[derive(Debug, Clone)]
pub struct Page {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
    pub(super) cookies: Vec<Cookie<'static>>,
}

impl Page {
    pub(super) async fn read(response: ServiceResponse<BoxBody>) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        let cookies = response.response().cookies().map(Cookie::into_owned).collect();
        let body = to_bytes(response.into_body()).await.unwrap();
        Self { status, headers, body: String::from_utf8_lossy(&body).into_owned(), cookies }
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    #[track_caller]
    pub fn is(&self, status: u16) -> &Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        self
    }

    #[track_caller]
    pub fn redirects_to(&self, path: &str) -> &Self {
        self.is(303);
        assert_eq!(self.header("location"), path);
        self
    }

    /// True if the page shows the words.
    pub fn shows(&self, words: &str) -> bool {
        self.text().contains(words)
    }

    #[track_caller]
    pub fn sees(&self, words: &str) -> &Self {
        assert!(self.shows(words), "{words:?} is not on the page:\n{}", self.text());
        self
    }

    #[track_caller]
    pub fn sees_no(&self, words: &str) -> &Self {
        assert!(!self.shows(words), "{words:?} is on the page:\n{}", self.text());
        self
    }

    /// True if there is a form that goes to `action`.
    pub fn has_form(&self, action: &str) -> bool {
        self.form_at(action).is_some()
    }

    /// True if a link goes to `path`.
    pub fn has_link(&self, path: &str) -> bool {
        self.body.contains(&format!("href=\"{}\"", escaped(path)))
    }

    /// Address of the link with these words.
    #[track_caller]
    pub fn link(&self, words: &str) -> String {
        let links = self.body.split("<a ").skip(1).filter_map(|link| link.split_once("</a>")).map(|(link, _)| link);
        let link = links.into_iter().find(|link| link.contains(words)).and_then(|link| link.split("href=\"").nth(1));
        let link = link.and_then(|link| link.split('"').next());
        link.unwrap_or_else(|| panic!("no link {words:?} in {}", self.body)).replace("&#38;", "&")
    }

    /// Fields of the form that goes to `action`, with their values.
    #[track_caller]
    pub fn form(&self, action: &str) -> Vec<(String, String)> {
        let Some(form) = self.form_at(action) else { panic!("no form goes to {action}:\n{}", self.text()) };
        let inputs = form.split("<input").skip(1).map(|rest| rest.split('>').next().unwrap_or_default());
        let is_sent =
            |input: &&str| !matches!(attribute(input, "type").as_deref(), Some("radio" | "checkbox")) || input.ends_with(" checked");
        let inputs = inputs.filter(is_sent);
        let inputs = inputs.filter_map(|input| Some((attribute(input, "name")?, attribute(input, "value").unwrap_or_default())));
        let areas = form.split("<textarea").skip(1).filter_map(|rest| {
            let (tag, rest) = rest.split_once('>')?;
            // Browsers drop the line break after the tag.
            Some((attribute(tag, "name")?, unescaped(rest.split("</textarea>").next()?.trim_start_matches('\n'))))
        });
        let selects = form.split("<select").skip(1).filter_map(|rest| {
            let select = rest.split("</select>").next()?;
            let chosen =
                select.split("<option").skip(1).find(|option| option.split('>').next().is_some_and(|tag| tag.ends_with(" selected")));
            Some((attribute(select, "name")?, chosen.and_then(|option| attribute(option, "value")).unwrap_or_default()))
        });
        inputs.chain(areas).chain(selects).collect()
    }

    /// Value of the first attribute with this name.
    #[track_caller]
    pub fn attribute(&self, name: &str) -> String {
        attribute(&self.body, name).unwrap_or_else(|| panic!("no {name} in {}", self.body))
    }

    /// The form that goes to `action`, itself or by a button.
    fn form_at(&self, action: &str) -> Option<&str> {
        let forms = self.body.split("<form").skip(1).map(|rest| rest.split("</form>").next().unwrap_or_default());
        let posts = forms.filter(|form| form.contains("method=\"post\"")).collect::<Vec<_>>();
        let with = |name, value: &str| {
            posts.iter().copied().find(|form| attribute(form.split('>').next().unwrap_or_default(), name).as_deref() == Some(value))
        };
        let buttons = self.body.split("<button").skip(1).map(|rest| rest.split('>').next().unwrap_or_default());
        let button = || buttons.clone().find(|button| attribute(button, "formaction").as_deref() == Some(action));
        with("action", action).or_else(|| with("id", &attribute(button()?, "form")?))
    }

    /// The page without its tags, and with entities decoded.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut rest = self.body.as_str();
        while let Some((before, after)) = rest.split_once('<') {
            text.push_str(before);
            rest = after.split_once('>').map_or("", |(_, after)| after);
        }
        text.push_str(rest);
        unescaped(&text).split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    Some(unescaped(tag[start..].split('"').next()?))
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#38;", "&")
        .replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&amp;", "&")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&#38;")
}
