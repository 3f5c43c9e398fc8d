//! Elements of a page by kind and name, as in Chromium's accessibility tree.

use std::{
    future::Future,
    time::{Duration, Instant},
};

use fantoccini::{Client, elements::Element, error::CmdError};
use serde_json::{Value, json};

use super::{
    Browser, PATIENCE,
    driver::{Extension, run},
};

impl Browser {
    /// Finds an element by kind and name and acts on it, retrying while it is missing, covered or replaced.
    #[track_caller]
    pub(super) fn act<T, F>(&self, kind: Kind, name: &str, action: impl Fn(Element) -> F) -> T
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
    pub(super) fn find(&self, kind: Kind, name: &str) -> Result<Element, String> {
        let (client, name) = (self.client.clone(), name.to_owned());
        run(async move {
            let likely = client.execute(LIKELY, vec![json!(kind.selector()), json!(name)]).await.map_err(|error| error.to_string())?;
            let mut found = vec![];
            for id in likely.as_array().into_iter().flatten().filter_map(id_of) {
                let element = Element::from_element_id(client.clone(), id.into());
                if computed(&client, &element, "label").await.map_err(|error| error.to_string())? == name {
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
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
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

/// Candidates for a name, by all parts that can make a name. Reading each element's computed name would take long on a
/// long page.
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

/// Computed `label` or `role` of an element in Chromium's accessibility tree.
pub(super) async fn computed(client: &Client, element: &Element, what: &str) -> Result<String, CmdError> {
    let path = format!("element/{}/computed{what}", &*element.element_id());
    Ok(client.issue_cmd(Extension { path, body: None }).await?.as_str().unwrap_or_default().to_owned())
}
