//! A click, and what a person does after it: wait until the page has changed.

use serde_json::{Value, json};

use super::{Browser, find::Kind};

/// Whether a click on this will leave the page, as long as no script of the page says otherwise; one that does is noted, for [`LEFT`] to tell.
///
/// A browser takes up a form or a link after it has answered the click, so that whatever is asked of it next may still find the page that is left.
const WILL_LEAVE: &str = "
    const [element] = arguments;
    window.pressed = 'leaves';
    for (const kind of ['click', 'submit'])
        addEventListener(kind, event => { if (event.defaultPrevented) window.pressed = 'stays' }, { once: true });
    if (element.matches('a[href]'))
        return !element.getAttribute('href').startsWith('#') && !element.target && !element.hasAttribute('download');
    const { form } = element;
    return element.type === 'submit' && form !== null && form.method !== 'dialog'
        && (form.noValidate || element.formNoValidate || form.matches(':valid'));
";

/// Whether the page of the click is no longer there, or a script has decided to keep it.
const LEFT: &str = "return window.pressed !== 'leaves'";

impl Browser {
    #[track_caller]
    pub(super) fn click(&self, kind: Kind, name: &str) {
        let client = self.client.clone();
        let leaves = self.act(kind, name, move |element| {
            let client = client.clone();
            async move {
                let leaves = client.execute(WILL_LEAVE, vec![json!(element)]).await?;
                element.click().await?;
                Ok(leaves == json!(true))
            }
        });
        if leaves {
            let is_left = |browser: &Self| browser.try_evaluate(LEFT, vec![]).is_ok_and(|left| left == Value::Bool(true));
            self.wait(&format!("the page that {name:?} leads to"), |browser| is_left(browser).then_some(()));
        }
    }
}
