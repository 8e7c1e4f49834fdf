//! `[tenant]` and `[[relations]]`: the tenancy model.

use std::collections::BTreeMap;

use septum_core::{RelationName, Scope, TableMode, Tenancy, TenantType};

use super::section::Section;

/// The tenancy model; `None` when there is a problem.
pub(super) fn tenancy(root: &Section<'_>) -> Option<Tenancy> {
    let tenant = root.section("tenant");
    let tenant_type: Option<TenantType> = tenant.text("type").and_then(|text| text.parse().ok());
    let column = column(&tenant);
    let mode = mode(&tenant);
    let mut relations = BTreeMap::new();
    let mut complete = true;
    for section in root.sections("relations") {
        let Some((name, scope)) = relation(&section) else {
            complete = false;
            continue;
        };
        if relations.contains_key(&name) {
            section.wrong("name", format!("`{name}` is there twice"));
            complete = false;
        }
        relations.insert(name, scope);
    }
    let usual = Tenancy::new(tenant_type?);
    let (column, mode) = (column?.unwrap_or(usual.column), mode.unwrap_or(usual.mode));
    complete.then_some(Tenancy { tenant_type: usual.tenant_type, column, mode, relations })
}

fn relation(section: &Section<'_>) -> Option<(RelationName, Scope)> {
    let name = section.parse("name", relation_name);
    let column = column(section);
    let scope = match section.text("scope")? {
        "shared" => {
            for key in ["column", "mode"] {
                if section.has(key) {
                    section.wrong(key, "a shared relation has none: remove it, or the scope");
                    return None;
                }
            }
            Scope::Shared
        }
        // `tenant`; anything else has been refused.
        _ => Scope::Tenant { column: column?, mode: mode(section) },
    };
    Some((name?, scope))
}

/// The check has said what is wrong with a choice.
fn mode(section: &Section<'_>) -> Option<TableMode> {
    section.text("mode").and_then(|text| text.parse().ok())
}

/// A column's name, as the catalog has it.
fn column(section: &Section<'_>) -> Option<Option<Box<str>>> {
    match section.has("column") {
        true => section.parse("column", identifier).map(Some),
        false => Some(None),
    }
}

/// A schema and a name, as the catalog has them: without quotes, and in their own case.
fn relation_name(text: &str) -> Result<RelationName, String> {
    let wrong = || format!("`{text}` is no relation with its schema as in `public.countries`");
    let (schema, name) = text.split_once('.').ok_or_else(wrong)?;
    let part = |part| identifier(part).map_err(|_| wrong());
    let name = RelationName { schema: part(schema)?, name: part(name)? };
    match &*name.schema {
        "pg_catalog" | "information_schema" | "septum" => {
            Err(format!("`{text}` is not the application's: nothing can be said of it"))
        }
        _ => Ok(name),
    }
}

fn identifier(text: &str) -> Result<Box<str>, String> {
    const LONGEST: usize = 63;
    let odd = |letter: char| letter.is_control() || letter == '"';
    if text.is_empty() || text.len() > LONGEST || text.contains(odd) {
        return Err(format!("`{text}` is no name of a column: 1 to 63 bytes, without quotes"));
    }
    Ok(text.into())
}
