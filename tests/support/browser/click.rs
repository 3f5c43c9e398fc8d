//! A click, and the wait for the changed page after it.

use serde_json::{Value, json};

use super::{Browser, find::Kind};

/// True if a click on this element will leave the page, unless a script prevents it; that is noted for [`LEFT`].
///
/// A browser starts navigation after it has answered the click, so that the next command may still find the old page.
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

/// True once the clicked page is gone, or a script has prevented the navigation.
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
