//! `[guard]`: which statements pass.

use septum_bind::Tenants;
use septum_core::Environment;
use septum_guard::{Mode, Policy};

use super::section::Section;

/// The guard's policy; `None` when there is a problem.
pub(super) fn policy(
    section: &Section<'_>,
    environment: Option<Environment>,
    tenants: Option<&Tenants>,
) -> Option<Policy> {
    let mode = match section.text("mode") {
        Some("off") => Mode::Off,
        Some("observe") => Mode::Observe,
        // Absent, or `enforce`; anything else has been refused.
        _ => Mode::Enforce,
    };
    let mut policy = match Policy::new(mode, environment?) {
        Ok(policy) => policy,
        Err(error) => {
            section.wrong("mode", error);
            return None;
        }
    };
    if section.has("settings") {
        policy.setting_prefixes.clear();
        for name in section.texts_as("settings", setting) {
            match name.strip_suffix('*') {
                Some(prefix) => policy.setting_prefixes.push(prefix.to_owned()),
                None => policy.settings.push(name),
            }
        }
    }
    let names = |texts: Vec<&str>| texts.into_iter().map(str::to_owned).collect();
    policy.functions = names(section.texts("functions"));
    policy.extensions = names(section.texts("extensions"));
    policy.system_columns = section.bool("system_columns").unwrap_or(policy.system_columns);
    policy.explain = section.bool("explain").unwrap_or(policy.explain);
    policy.max_statement_bytes =
        section.size("max_statement_bytes").unwrap_or(policy.max_statement_bytes);
    policy.cache_bytes = section.size("cache_bytes").unwrap_or(policy.cache_bytes);
    policy.tenants =
        tenants.into_iter().flat_map(Tenants::iter).map(|one| one.id.clone()).collect();
    Some(policy)
}

/// A setting's name, or all of one prefix as in `app.*`: a bare `*` would allow everything.
fn setting(text: &str) -> Result<String, String> {
    let name = text.to_ascii_lowercase();
    let plain = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let known = match name.split_once('.') {
        Some((prefix, "*")) => plain(prefix),
        Some((prefix, rest)) => plain(prefix) && plain(rest),
        None => plain(&name),
    };
    if known {
        Ok(name)
    } else {
        Err(format!("`{text}` is no setting as in `app.user` or `app.*`"))
    }
}
