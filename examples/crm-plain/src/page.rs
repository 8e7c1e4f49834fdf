use axum::response::Html;
use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = "
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 15%, transparent) }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 0 1rem 4rem }
nav { display: flex; gap: 1.5rem; padding: 1rem 0; border-bottom: 1px solid var(--line) }
nav strong { margin-right: auto }
a { color: #2266cc; text-decoration: none }
a:hover { text-decoration: underline }
h1 { font-size: 1.6rem } h2 { font-size: 1.15rem; margin-top: 2rem }
table { border-collapse: collapse; width: 100% }
th { text-align: left; font-weight: 600 }
th, td { padding: .4rem .8rem .4rem 0; border-bottom: 1px solid var(--line) }
td.number { text-align: right; font-variant-numeric: tabular-nums }
td form { margin: 0 }
form { display: flex; gap: .5rem; margin: 1rem 0 }
form.search input { flex: 1 }
input, select, button { font: inherit; padding: .3rem .6rem; border: 1px solid var(--line); border-radius: 6px }
.quiet { opacity: .65 }
.tag { background: var(--line); border-radius: 999px; padding: 0 .6rem; font-size: .85rem }
";

/// A whole page around its content. `maud` escapes every value.
pub(crate) fn render(title: &str, content: &Markup) -> Html<String> {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · CRM" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                nav {
                    strong { "CRM" }
                    a href="/accounts" { "Accounts" }
                    a href="/deals" { "Deals" }
                    a href="/activities" { "Activities" }
                }
                h1 { (title) }
                (content)
            }
        }
    };
    Html(page.into_string())
}
