//! Rows for three tenants. What the tenants hold looks alike, so that a row too many is found
//! by counting as well, but for two traps that only the others' rows hold:
//!
//! - `canary` stands in their texts. Where it shows, in a row or in an error, something leaked.
//! - 77 stands among their numbers, and no number in their `code`: an expression that fails on
//!   these fails for nobody who sees only the first tenant's rows.

use std::fmt::Write as _;

use crate::dice::Dice;
use crate::schema::{Key, Schema, Shape, Table};
use crate::ty::Ty;

pub(crate) const CANARY: &str = "canary";
pub(crate) const POISON: i32 = 77;
const TENANTS: usize = 3;

/// A row of a table, as the values of an INSERT.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// The table itself, or the child that it is in.
    pub(crate) relation: String,
    pub(crate) values: String,
}

impl Row {
    pub(crate) fn insert(&self) -> String {
        format!("INSERT INTO {} VALUES ({});", self.relation, self.values)
    }
}

pub(crate) fn random(dice: &mut Dice, schema: &Schema) -> Vec<Row> {
    let mut rows = Vec::new();
    for table in &schema.tables {
        let tenants = if table.tenant.is_some() { TENANTS } else { 1 };
        for tenant in 0..tenants {
            for id in 1..=dice.below(10) {
                let relation = match table.shape {
                    Shape::Inherited if id > 4 => table.members().remove(1),
                    _ => table.name.clone(),
                };
                let values = row(dice, schema, table, tenant, id);
                rows.push(Row { relation, values });
            }
        }
    }
    rows
}

fn row(dice: &mut Dice, schema: &Schema, table: &Table, tenant: usize, id: usize) -> String {
    let mut values = String::new();
    for (place, column) in table.columns.iter().enumerate() {
        let is_tenant = place == 0 && table.tenant.is_some();
        let value = match column.name.as_str() {
            _ if is_tenant => format!("'{}'", schema.tenant(tenant)),
            "id" if table.key == Key::Alone => (tenant * 100 + id).to_string(),
            "id" => id.to_string(),
            name => value(dice, name, column.ty, tenant, id),
        };
        write!(values, "{}{value}", if place == 0 { "" } else { ", " }).unwrap();
    }
    values
}

fn value(dice: &mut Dice, name: &str, ty: Ty, tenant: usize, id: usize) -> String {
    let foreign = tenant > 0;
    match (name, ty) {
        _ if dice.percent(12) => "NULL".into(),
        ("code", _) if foreign => format!("'{CANARY} {tenant} {id}'"),
        ("code", _) => format!("'{}'", dice.below(10)),
        ("note", _) if foreign => format!("'{CANARY} {tenant} {id}'"),
        ("note", _) => format!("'own_{id}'"),
        (_, Ty::Int) if foreign && dice.percent(30) => POISON.to_string(),
        _ => ty.spell(&ty.value(dice)),
    }
}
