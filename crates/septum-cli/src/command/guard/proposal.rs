use std::collections::BTreeSet;

use septum_core::Reason;
use septum_guard::Policy;
use toml::Value;

/// A configuration that would allow what was observed, for a person to read and decide on.
#[derive(Debug, Default)]
pub(super) struct Proposal {
    functions: BTreeSet<String>,
    explain: bool,
    system_columns: bool,
    relations: BTreeSet<String>,
    unproven: BTreeSet<String>,
    /// What no key of the configuration allows.
    never: BTreeSet<String>,
}

impl Proposal {
    /// Adds what it takes to allow one thing.
    pub(super) fn add(&mut self, code: &str, subject: &str) {
        let reason = Reason::ALL.iter().find(|reason| reason.code() == code);
        match reason {
            Some(Reason::FunctionNotAllowed) => {
                self.functions.insert(subject.to_owned());
            }
            Some(Reason::StatementNotAllowed) if subject == "EXPLAIN" => self.explain = true,
            Some(Reason::SystemColumnNotAllowed) => self.system_columns = true,
            Some(Reason::Unclassified) => {
                self.relations.insert(subject.to_owned());
            }
            Some(Reason::UnprovenTable) => {
                self.unproven.insert(subject.to_owned());
            }
            Some(_) | None => {
                self.never.insert(format!("{code} `{subject}`"));
            }
        }
    }

    /// The configuration, with what it doesn't solve as comments.
    pub(super) fn text(&self, policy: &Policy) -> String {
        let mut lines = vec!["\n[guard]".to_owned()];
        if !self.functions.is_empty() {
            let all: BTreeSet<&String> = policy.functions.iter().chain(&self.functions).collect();
            let all = all.into_iter().map(|name| Value::String(name.clone())).collect();
            lines.push(
                "# Each of them runs under every tenant's binding: read what it does first."
                    .to_owned(),
            );
            lines.push(format!("functions = {}", Value::Array(all)));
        }
        if self.explain {
            lines.push("# It shows counts and values of other tenants' rows.".to_owned());
            lines.push("explain = true".to_owned());
        }
        if self.system_columns {
            lines.push("# They tell how other tenants' rows come and go.".to_owned());
            lines.push("system_columns = true".to_owned());
        }
        for name in &self.relations {
            lines.push(
                "\n# \"shared\": all may read it, none may write it. \"tenant\": add".to_owned(),
            );
            lines.push("# `column`, if its tenant column has another name.".to_owned());
            let name = Value::String(name.clone());
            lines.push(format!("[[relations]]\nname = {name}\nscope = \"shared\""));
        }
        if !self.unproven.is_empty() {
            lines.push("\n# Run in the database, as the tables' owner:".to_owned());
            let protect = |name| format!("#   SELECT septum.protect('{name}', '<tenant column>');");
            lines.extend(self.unproven.iter().map(protect));
        }
        if !self.never.is_empty() {
            lines
                .push("# No key allows these; `septum reasons <code>` says what to do:".to_owned());
            lines.extend(self.never.iter().map(|thing| format!("#   {thing}")));
        }
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_observed_becomes_a_configuration_that_can_be_read() {
        let mut proposal = Proposal::default();
        proposal.add("SEP-303", "crm.score");
        proposal.add("SEP-302", "EXPLAIN");
        proposal.add("SEP-306", "pg_stat_activity");
        proposal.add("SEP-318", "public.countries");
        proposal.add("SEP-511", "public.accounts");
        let mut policy = Policy::default();
        policy.functions.push("old".into());
        let text = proposal.text(&policy);
        let read: toml::Table = text.parse().unwrap();
        let guard = &read["guard"];
        assert_eq!(guard["functions"].as_array().unwrap().len(), 2);
        assert_eq!(guard["explain"].as_bool(), Some(true));
        assert_eq!(read["relations"][0]["name"].as_str(), Some("public.countries"));
        assert!(text.contains("SELECT septum.protect('public.accounts', '<tenant column>');"));
        assert!(text.contains("#   SEP-306 `pg_stat_activity`"));
    }
}
